from unittest import TestCase

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from grievance_cell.plain_text import plain


class TestPlainText(TestCase):
	def test_what_is_no_tag_stays_as_it_was(self):
		for text in ("", "पानी < 5 दिन", "a<5", "I <3 you", "<- here", "2 > 1 & 1 < 2", '"quoted"'):
			self.assertEqual(plain(text), text)

	def test_words_stay_readable(self):
		self.assertEqual(plain("<b>तीन</b> <!-- x"), "< b>तीन< /b> < !-- x")

	@given(st.text(st.sampled_from("<>!/?ab =\"'\n&;")))
	def test_nothing_is_a_tag_any_more(self, text):
		# Of what has no end a browser makes a tag with what the page goes on with.
		found = BeautifulSoup(plain(text) + ' class="x">', "html.parser")
		self.assertIsNone(found.find())
		self.assertEqual(plain(text).replace("< ", "<").replace(" ", ""), text.replace(" ", ""))
