"""The link that opens a chat with a channel's number: as a QR code, and on a poster."""

import base64
import io
import re
from urllib.parse import quote

import frappe
import pyqrcode
from frappe import _
from PIL import Image, ImageOps

from grievance_cell.conversations.intents import entry_text
from grievance_cell.organisation.areas import ancestors, place_name

# A quarter of the code may be scratched or wet at Q; M (15 %) keeps it coarser, which a cheap camera needs more.
ERROR_LEVEL = "M"
QUIET_ZONE = 4
# Pixels a module: about 1,000 in all, sharp on the poster and on a board.
SCALE = 20


@frappe.whitelist()
def link_and_code(channel: str, area: str | None = None, flow: str | None = None) -> dict:
	"""Write a channel's link: `link`, its QR code as a `picture` (data address), and a name for the `file`."""
	document = frappe.get_doc("Chat Channel", channel)
	document.check_permission("read")
	link = link_of(document, area, flow)
	parts = [document.name, place_name(area, "en") if area else "", flow or ""]
	return {
		"link": link,
		"picture": picture_of(link),
		"file": f"{frappe.scrub(' '.join(filter(None, parts)))}.png",
	}


def link_of(channel, area: str | None = None, flow: str | None = None) -> str:
	"""Write the address that opens a chat with the number, with a first message that names the place and the form."""
	if area:
		validate_area(channel, area)
	if flow:
		validate_flow(flow)
	return address_of(channel, entry_text(_("Namaste", channel.default_language), area or "", flow or ""))


def address_of(channel, text: str) -> str:
	"""Write the address that opens a chat with a channel's number, with a first message to send."""
	number = re.sub(r"\D", "", channel.display_phone_number or "")
	if not number:
		frappe.throw(_("Write the Display Phone Number into the Chat Channel first"))
	return f"https://wa.me/{number}?text={quote(text, safe='')}"


def validate_area(channel, area: str) -> None:
	above = [each["name"] for each in ancestors(area)]
	if not above or (channel.default_area and channel.default_area not in above):
		frappe.throw(_("{0} does not lie in the area that this number serves").format(area))


def validate_flow(flow: str) -> None:
	if not frappe.db.get_value("Chat Flow", {"name": flow, "enabled": 1}, "menu_label"):
		frappe.throw(_("{0} is not in the bot's menu").format(flow))


def picture_of(link: str) -> str:
	"""Draw a link's QR code as a data address of a PNG."""
	rows = pyqrcode.create(link, error=ERROR_LEVEL, mode="binary").code
	picture = Image.new("1", (len(rows), len(rows)), 1)
	picture.putdata([0 if module else 1 for row in rows for module in row])
	framed = ImageOps.expand(picture, QUIET_ZONE, 1)
	file = io.BytesIO()
	framed.resize((framed.width * SCALE, framed.height * SCALE), Image.NEAREST).save(file, "PNG")
	return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def whatsapp_posters(channel, settings: dict) -> list[dict]:
	"""Describe the posters that are to be printed, for the print format of that name.

	`settings` may name an `area` and a `flow`, and ask with `each_below` for one poster for each area right below it.
	Each has `link`, `picture`, `number`, `office`, `place` and `flow`; texts in the language of the print.
	"""
	area, flow = settings.get("area"), settings.get("flow")
	areas = [area]
	if area and frappe.utils.cint(settings.get("each_below")):
		areas = (
			frappe.get_all("Local Area", {"parent_local_area": area}, pluck="name", order_by="name") or areas
		)
	label = flow and frappe.db.get_value("Chat Flow", flow, "menu_label")
	office = channel.default_area and place_name(channel.default_area, frappe.local.lang)
	return [poster(channel, each, flow, office, label) for each in areas]


def poster(channel, area: str | None, flow: str | None, office: str | None, label: str | None) -> dict:
	link = link_of(channel, area, flow)
	return {
		"link": link,
		"picture": picture_of(link),
		"number": readable(channel.display_phone_number),
		"office": office,
		"place": area and area != channel.default_area and place_name(area, frappe.local.lang),
		"flow": label and _(label),
	}


def readable(number: str) -> str:
	"""Write an Indian mobile number in two groups of five, any other as it stands."""
	digits = re.sub(r"\D", "", number)
	if len(digits) == 12 and digits.startswith("91"):
		return f"+91 {digits[2:7]} {digits[7:]}"
	return f"+{digits}"
