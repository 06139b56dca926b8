"""How often something may be done within a time."""

import frappe


def is_reached(what: str, most: int) -> bool:
	"""Tell whether something was counted `most` times already, without counting it."""
	return int(frappe.cache.get(_key(what)) or 0) >= most


def count(what: str, seconds: int) -> int:
	"""Count something done once more; returns how often it was done since the first time, which `seconds` end."""
	done = frappe.cache.incr(_key(what))
	if done == 1:
		frappe.cache.expire(_key(what), seconds)
	return done


def forget(what: str) -> None:
	frappe.cache.delete(_key(what))


def _key(what: str) -> str:
	return frappe.cache.make_key(f"grievance_cell:limit:{what}")
