import base64
import io
import re
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import frappe
import pyqrcode
from PIL import Image

from grievance_cell.messaging import links
from grievance_cell.testing import SiteTestCase, make, make_area, make_channel, make_user, unique


class TestLinks(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.town = make_area("Municipal Body", names=[{"language": "hi", "name_text": "नगर"}])
		cls.wards = [
			make_area("Ward", cls.town, names=[{"language": "hi", "name_text": f"वार्ड {number}"}])
			for number in (1, 2)
		]
		cls.elsewhere = make_area("Ward")
		cls.flow = make(
			"Chat Flow",
			title=unique("Water"),
			document_type="ToDo",
			enabled=1,
			menu_label="Water",
			steps=[{"step_id": "what", "kind": "Text", "prompt": "What?", "target_field": "description", "required": 1}],
		)  # fmt: skip
		cls.channel = make_channel(
			display_phone_number="+91 98765-00001", default_area=cls.town.name, default_language="hi"
		)

	def text(self, *asked) -> str:
		address = urlsplit(links.link_of(self.channel, *asked))
		self.assertEqual((address.scheme, address.netloc, address.path), ("https", "wa.me", "/919876500001"))
		return parse_qs(address.query)["text"][0]

	def test_the_link_names_the_place_and_the_form(self):
		ward, flow = self.wards[0].name, self.flow.name
		self.assertEqual(self.text(), "नमस्ते")
		self.assertEqual(self.text(ward), f"नमस्ते [{ward}]")
		self.assertEqual(self.text(None, flow), f"नमस्ते [/{flow}]")
		self.assertEqual(self.text(ward, flow), f"नमस्ते [{ward}/{flow}]")

	def test_the_address_holds_no_letter_that_a_scanner_may_read_otherwise(self):
		link = links.link_of(self.channel, self.wards[0].name, self.flow.name)
		self.assertRegex(link, r"^https://wa\.me/\d+\?text=[A-Za-z0-9%._~-]+$")

	def test_a_place_that_the_number_does_not_serve_is_refused(self):
		for area in (self.elsewhere.name, "AREA-NONE"):
			with self.subTest(area), self.assertRaises(frappe.ValidationError):
				links.link_of(self.channel, area)
		links.link_of(make_channel(display_phone_number="919876500002"), self.elsewhere.name)

	def test_a_form_that_is_not_in_the_menu_is_refused(self):
		for change in ({"enabled": 0}, {"menu_label": None}):
			frappe.db.set_value("Chat Flow", self.flow.name, {"enabled": 1, "menu_label": "Water", **change})
			with self.subTest(change), self.assertRaises(frappe.ValidationError):
				links.link_of(self.channel, None, self.flow.name)

	def test_a_channel_without_its_number_has_no_link(self):
		with self.assertRaises(frappe.ValidationError):
			links.link_of(make_channel())

	def test_the_picture_shows_the_code_of_the_link_and_a_quiet_zone(self):
		link = links.link_of(self.channel, self.wards[0].name, self.flow.name)
		code = pyqrcode.create(link, error="M")
		self.assertEqual(code.error, "M")
		size, margin = len(code.code), 4
		picture = Image.open(io.BytesIO(self.decoded(links.picture_of(link)))).convert("L")
		module = picture.width // (size + 2 * margin)
		self.assertEqual(picture.size, ((size + 2 * margin) * module,) * 2)
		shown = [
			[
				int(picture.getpixel((int((column + 0.5) * module), int((row + 0.5) * module))) < 128)
				for column in range(size + 2 * margin)
			]
			for row in range(size + 2 * margin)
		]
		self.assertEqual([row[margin:-margin] for row in shown[margin:-margin]], code.code)
		self.assertEqual(sum(map(sum, shown)), sum(map(sum, code.code)))

	def decoded(self, address: str) -> bytes:
		head, _comma, content = address.partition(",")
		self.assertEqual(head, "data:image/png;base64")
		return base64.b64decode(content)

	def test_who_may_not_read_the_channel_gets_no_link(self):
		frappe.set_user(make_user("Grievance Officer"))
		with self.assertRaises(frappe.PermissionError):
			links.link_and_code(self.channel.name)
		frappe.set_user(make_user("Grievance Operator"))
		answer = links.link_and_code(self.channel.name, self.wards[0].name)
		self.assertIn(self.wards[0].name, answer["link"])
		self.assertTrue(answer["file"].endswith(".png"))

	def test_a_poster_for_each_ward_in_the_language_of_the_print(self):
		with patch.object(frappe.local, "lang", "hi"):
			posters = links.whatsapp_posters(
				self.channel, {"area": self.town.name, "each_below": 1, "flow": self.flow.name}
			)
			(own,) = links.whatsapp_posters(self.channel, {"area": self.town.name})
		self.assertEqual([poster["place"] for poster in posters], ["वार्ड 1, नगर", "वार्ड 2, नगर"])
		self.assertEqual({poster["office"] for poster in posters}, {"नगर"})
		self.assertEqual({poster["number"] for poster in posters}, {"+91 98765 00001"})
		self.assertEqual(len({poster["picture"] for poster in posters}), 2)
		self.assertFalse(own["place"], "The number's own area stands at the top")

	def test_a_ward_with_nothing_below_it_gets_its_own_poster(self):
		(poster,) = links.whatsapp_posters(self.channel, {"area": self.wards[0].name, "each_below": 1})
		self.assertIn(self.wards[0].name, poster["link"])

	def test_a_number_of_another_country_is_shown_as_it_stands(self):
		self.assertEqual(links.readable("+977 1-4200000"), "+97714200000")
		self.assertTrue(re.fullmatch(r"\+91 \d{5} \d{5}", links.readable("919876500001")))
