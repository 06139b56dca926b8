"""What the form of a Language offers besides Frappe's own."""

import frappe
from frappe.utils.xlsxutils import make_xlsx

from grievance_cell.api.chat_flow import check_right
from grievance_cell.conversations import citizens_texts


@frappe.whitelist(methods=["GET"])
def export_texts(language: str) -> None:
	"""Answer with a table of what citizens read and nobody has translated into a language yet."""
	check_right()
	frappe.get_doc("Language", language).check_permission("read")
	# A spreadsheet, and no CSV: programs take that for UTF-8 by a mark which Data Import reads as part of the first column.
	table = make_xlsx(citizens_texts.untranslated(language), language)
	frappe.local.response.filename = f"texts-{language}.xlsx"
	frappe.local.response.filecontent = table.getvalue()
	frappe.local.response.type = "binary"
