import frappe

from grievance_cell.plain_text import plain


def execute() -> None:
	"""Make plain text of what was written past the documents of cases, which nobody had cleaned."""
	for field in ("feedback", "delay_remark"):
		for name, text in frappe.get_all(
			"Grievance", {field: ("like", "%<%")}, ["name", field], as_list=True
		):
			if plain(text) != text:
				frappe.db.set_value("Grievance", name, field, plain(text), update_modified=False)
