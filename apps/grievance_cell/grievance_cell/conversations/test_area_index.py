import unittest

from hypothesis import given, settings
from hypothesis import strategies as st

from grievance_cell.conversations import spelling
from grievance_cell.conversations.area_index import Area, AreaIndex, distance_km

DISTRICT, BLOCK, PANCHAYAT, VILLAGE = 0, 1, 2, 3
# Position, type, name, other names, parent.
TREE = (
	(0, "District", "Janjgir-Champa", "जांजगीर-चांपा", -1),
	(1, "Block", "Nawagarh Block", "नवागढ़ विकासखंड", 0),
	(2, "Gram Panchayat", "Sivni GP (Nawagarh)", "ग्राम पंचायत सिवनी", 1),
	(3, "Village", "Sivni", "सिवनी", 2),
	(4, "Village", "Sivni Khurd", "सिवनी खुर्द", 2),
	(5, "Block", "Akaltara Block", "अकलतरा विकासखंड", 0),
	(6, "Village", "Sivni", "", 5),
	(7, "Village", "Khokhra", "", 5),
	(8, "Village", "बम्हनीडीह", "", 5),
	(9, "Municipal Body", "Champa", "चांपा;चाम्पा", 0),
	(10, "Ward", "Ward 5", "वार्ड 5", 9),
	(11, "Ward", "Ward 15", "वार्ड 15", 9),
	(12, "Locality", "Chandaniya Para", "चंदनिया पारा", 9),
	(13, "Locality", "BTI Chowk", "बीटीआई चौक", 9),
	(14, "Municipal Body", "Nawagarh Town", "नवागढ़", 0),
	(15, "Ward", "Ward No. 5 Subhash Chandra Bose", "", 14),
	(16, "Municipal Body", "Shivrinarayan", "शिवरीनारायण", 0),
	(17, "Village", "Zamgahan", "जमगहन", 5),
)
INDEX = AreaIndex(
	[
		Area(area_type, name, others.split(";") if others else (), parent)
		for _position, area_type, name, others, parent in TREE
	]
)
# What is written, and the positions of all that is meant.
WRITTEN = {
	# as it is, in every script
	"Champa": [9], "चांपा": [9], "चाम्पा": [9], "ਚਾਂਪਾ": [9], "CHAMPA": [9],
	# known in one script only
	"खोखरा": [7], "ਖੋਖਰਾ": [7], "Bamhnidih": [8], "ਬਮ੍ਹਨੀਡੀਹ": [8],
	# other spellings
	"Chanpa": [9], "चम्पा": [9], "Chaampa": [9], "Champaa": [9], "Navagarh Block": [1], "Nabagarh town": [14],
	"Shiwrinarayan": [16], "Sivrinarayan": [16], "शिवरिनारायण": [16], "सिवरीनारायन": [16], "Jamgahan": [17], "ज़मगहन": [17],
	"Kokra": [7], "Chandania Para": [12], "Chandaniyaa Paara": [12],
	# slips
	"Shivrinaryan": [16], "Shivrinaraayn": [16], "Shivrinsrayan": [16], "शिवरीनारयण": [16], "Chmapa": [9], "Khokhraa": [7],
	"Khokhrs": [7], "Shivrinaraxaj": [16], "Chandaniya Psra": [12], "बम्हनीदीह": [8],
	# words apart and together
	"Chandaniyapara": [12], "Shivri Narayan": [16], "Shiv ri narayan": [16], "B.T.I. Chowk": [13], "बी टी आई चौक": [13],
	"btichowk": [13], "शिवरी नारायण": [16],
	# wards and their numbers
	"ward 5": [10, 15], "Ward No 5": [10, 15], "w 5": [10, 15], "W-5": [10, 15], "5 number ward": [10, 15],
	"ward05": [10, 15], "वार्ड क्रमांक 5": [10, 15], "वार्ड क्र. ५": [10, 15], "वार्ड नं 5": [10, 15], "ਵਾਰਡ ਨੰਬਰ ੫": [10, 15],
	"5 वां वार्ड": [10, 15], "ward 15": [11], "वार्ड १५": [11], "ward 51": [], "ward 155": [], "ward": [], "Subhash Chandra Bose": [15],
	# with what it lies in, in either order and mixed scripts
	"Ward 5, Champa": [10], "चांपा ward 5": [10], "ward 5 nawagarh": [15], "vard 5 chanpa": [10], "Sivni, Akaltara": [6],
	"akaltra sivni": [6], "सिवनी अकलतरा": [6],
	# homonyms, and the kind of place that tells them apart
	"Nawagarh": [1, 14], "नवागढ़": [1, 14], "Nawagarh block": [1], "नवागढ़ विकासखंड": [1], "Nawagarh town": [14],
	"Sivni": [3, 6], "gram panchayat Sivni": [2], "ग्राम पंचायत सिवनी": [2], "village sivni": [3, 6], "सिवनी गांव": [3, 6],
	"Sivni gaon": [3, 6], "sivni khurd": [4], "khurd": [4],
	# in a sentence
	"हमारे गांव सिवनी में": [3, 6], "mera gaon sivni hai": [3, 6], "Champa ke ward 5 me nali jam hai": [10],
	"hamare yahan shivrinarayan me bijli nahi aa rahi": [16], "हमारे यहाँ चांपा में पानी नहीं आ रहा": [9],
	# what is too large says nothing
	"Janjgir-Champa": [], "Janjgir-Champa district": [], "जिला जांजगीर-चांपा": [], "Khokhra, Janjgir-Champa": [7],
	"Khokhra, jila Janjgir Champa": [7],
	# nothing
	"": [], " , . ": [], "gaon": [], "हमारे गांव में": [], "asdfgh": [], "qwertyuiop": [], "Timbuktu": [], "मुझे नहीं पता": [],
	"pata nahi": [], "abc": [], "xyz 123": [], "5" * 400: [], "क" * 4000: [], "😀": [], "🏠 5G": [],
}  # fmt: skip
LONG_NAMES = (
	"Akaltara",
	"Shivrinarayan",
	"Khokhra",
	"Zamgahan",
	"Subhash Chandra Bose",
	"शिवरीनारायण",
	"बम्हनीडीह",
	"अकलतरा",
)


class TestAreaIndex(unittest.TestCase):
	def test_what_is_written_finds_what_is_meant(self):
		for text, meant in WRITTEN.items():
			with self.subTest(text[:40]):
				self.assertEqual(INDEX.by_name(text), meant)

	def test_every_name_finds_its_area_alone_or_with_its_homonyms(self):
		for position, area in enumerate(INDEX.areas[1:], 1):
			for name in (area.area_name, *area.names):
				with self.subTest(name):
					self.assertIn(position, INDEX.by_name(name))

	def test_only_the_areas_below_one_are_found(self):
		self.assertEqual(INDEX.by_name("Sivni", INDEX.below(BLOCK)), [3])
		self.assertEqual(INDEX.by_name("Champa", INDEX.below(BLOCK)), [])
		self.assertEqual(INDEX.by_name("Sivni Nawagarh", INDEX.below(PANCHAYAT)), [3])

	def test_what_it_lies_in_ends_where_it_is_too_large(self):
		self.assertEqual(list(INDEX.above(VILLAGE)), [PANCHAYAT, BLOCK])

	def test_without_areas_nothing_is_found(self):
		empty = AreaIndex([])
		self.assertEqual((empty.by_name("Champa"), empty.by_position(22, 82)), ([], []))

	def test_distances_are_those_of_the_globe(self):
		self.assertAlmostEqual(distance_km(22.0, 82.0, 23.0, 82.0), 111.2, delta=0.2)
		self.assertAlmostEqual(distance_km(60.0, 0.0, 60.0, 1.0), 55.6, delta=0.2)
		self.assertAlmostEqual(distance_km(0.0, 0.0, 0.0, 180.0), 20015, delta=1)
		self.assertEqual(distance_km(22.0, 82.0, 22.0, 82.0), 0)

	@settings(deadline=None)
	@given(
		st.text()
		| st.lists(st.sampled_from(sorted({w for text in WRITTEN for w in text.split()}))).map(" ".join)
	)
	def test_any_text_is_answered(self, text):
		INDEX.by_name(text)

	@settings(deadline=None)
	@given(st.floats(), st.floats())
	def test_any_pin_is_answered(self, latitude, longitude):
		AreaIndex([Area("Village", "A", latitude=22, longitude=82)]).by_position(latitude, longitude)

	@settings(deadline=None)
	@given(
		st.lists(
			st.text("अकलतराचँिी़ਚਾਂਪabcw 5-", min_size=1, max_size=12) | st.sampled_from(list(WRITTEN)[:60]),
			min_size=1,
		)
	)
	def test_an_own_name_always_finds_the_area(self, names):
		index = AreaIndex([Area("Village", name) for name in names])
		for position, name in enumerate(names):
			if spelling.words(name):
				self.assertIn(position, index.by_name(name))

	@settings(deadline=None)
	@given(st.data())
	def test_one_slip_in_a_long_name_finds_the_area(self, data):
		name = data.draw(st.sampled_from(LONG_NAMES))
		letters = "abcdefghijklmnopqrstuvwxyz" if name.isascii() else "कखगतदनपबमरलसहािीुूेो"
		at = data.draw(st.integers(0, len(name) - 1).filter(lambda at: name[at] != " "))
		letter = data.draw(st.sampled_from(letters))
		slip = data.draw(
			st.sampled_from(
				(
					name[:at] + name[at + 1 :],
					name[:at] + letter + name[at:],
					name[:at] + letter + name[at + 1 :],
					name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
				)
			)
		)
		self.assertLessEqual(set(INDEX.by_name(name)), set(INDEX.by_name(slip)))
