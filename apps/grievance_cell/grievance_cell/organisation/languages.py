"""Which languages are spoken: Frappe's own list has those of the world."""

from pathlib import Path

import frappe


def spoken_languages() -> list[str]:
	"""List the languages that this app ships translations for, Hindi first, English included."""
	folder = Path(frappe.get_app_path("grievance_cell", "translations"))
	return sorted(
		{"en", *(file.stem for file in folder.glob("*.csv"))}, key=lambda name: (name != "hi", name)
	)


def languages_of_site() -> set[str]:
	"""Name all languages in which staff or citizens may read: the app's, the site's own, those of its channels."""
	return {
		*spoken_languages(),
		frappe.get_system_settings("language") or "en",
		*frappe.get_all("Chat Channel", pluck="default_language"),
		*frappe.get_all("Chat Channel Language", pluck="language"),
	}
