import unittest
from collections import Counter
from datetime import datetime, timedelta

from grievance_cell.demo import pictures, stories

UNTIL = datetime(2026, 11, 20, 18, 0)
DAY = timedelta(days=1)


class TestStories(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		cls.told = stories.tell(2106, 1634, UNTIL)

	def test_two_thousand_one_hundred_and_six_cases_with_those_that_come_again(self):
		again = sum(story.title == "came_again" for story in self.told)
		self.assertEqual(len(self.told) + again, 2106)

	def test_the_same_seed_tells_the_same_and_another_one_something_else(self):
		self.assertEqual(self.told, stories.tell(2106, 1634, UNTIL))
		self.assertNotEqual(self.told, stories.tell(2106, 1, UNTIL))

	def test_a_day_later_the_same_happens_a_day_later_but_for_the_season_and_the_weekdays(self):
		titles = Counter(story.title for story in self.told)
		self.assertEqual(titles, Counter(story.title for story in stories.tell(2106, 1634, UNTIL + DAY)))

	def test_every_story_is_told_among_sixty_as_well(self):
		for cases in (60, 2106):
			told = {(story.kind, story.title) for story in stories.tell(cases, 1634, UNTIL)}
			every = {(kind, title) for kind, titles in stories.STORIES.items() for title in titles}
			self.assertEqual(every - told, set())

	def test_the_shares_are_those_of_a_district(self):
		kinds = Counter(story.kind for story in self.told)
		self.assertGreater(kinds["Complaint"], 0.8 * 2106)
		self.assertGreater(kinds["Demand"], 100)
		self.assertGreater(kinds["Suggestion"], 40)
		titles = Counter(story.title for story in self.told)
		content = titles["confirmed"] + titles["nothing_heard"]
		self.assertGreater(content, 0.45 * 2106)
		self.assertLess(titles["force_closed"], 0.02 * 2106)
		sources = Counter(story.source for story in self.told)
		self.assertGreater(sources["WhatsApp"], 0.65 * 2106)
		self.assertEqual(set(sources), set(stories.SOURCES))

	def test_rain_brings_water_to_the_streets_and_summer_takes_it_from_the_taps(self):
		year = stories.tell(2106, 1634, datetime(2026, 10, 31)) + stories.tell(
			2106, 1634, datetime(2026, 6, 15)
		)
		by_month = {month: Counter() for month in range(1, 13)}
		for story in year:
			by_month[story.registered.month][story.category] += 1

		def share(category, month):
			return by_month[month][category] / by_month[month].total()

		self.assertGreater(share("Waterlogging", 8), 2 * share("Waterlogging", 2))
		self.assertGreater(share("Hand pump not working", 4), 1.4 * share("Hand pump not working", 9))

	def test_mondays_and_mornings_are_the_busiest(self):
		days = Counter(story.registered.weekday() for story in self.told)
		self.assertEqual(days.most_common(1)[0][0], 0)
		hours = Counter(story.registered.hour for story in self.told)
		self.assertGreater(hours[10] + hours[11], 2 * (hours[19] + hours[20]))

	def test_nothing_happens_before_it_is_registered_or_out_of_order(self):
		for story in self.told:
			moments = [story.registered, *(moment for moment, _act, _values in story.acts)]
			self.assertEqual(moments, sorted(moments), story)
			self.assertLess(story.registered, UNTIL)

	def test_what_is_joined_is_the_same_matter_in_the_same_place_and_later(self):
		for story in self.told:
			if story.joins is not None:
				main = self.told[story.joins]
				self.assertEqual((story.category, story.place), (main.category, main.place))
				self.assertGreater(story.registered, main.registered)

	def test_every_category_has_a_share_and_what_is_said_of_it(self):
		self.assertEqual({row["category"] for row in stories.rows("shares")}, set(stories.categories()))
		groups = {row["parent"] for row in stories.categories().values()}
		for saying in ("question", "answer"):
			self.assertEqual(self.said_about(saying), groups)
		settled = {
			name
			for name, row in stories.categories().items()
			if not row["applies_to"] or stories.COMPLAINT in row["applies_to"]
		}
		self.assertEqual(self.said_about("resolution"), settled)

	def said_about(self, saying: str) -> set[str]:
		return {row["about"] for row in stories.rows("said") if row["saying"] == saying}

	def test_photos_are_small_and_each_another(self):
		photos = {name: file for name, file in pictures.files().items() if name != "voice"}
		self.assertEqual(len(set(photos.values())), len(photos))
		self.assertLess(max(map(len, photos.values())), 30_000)
