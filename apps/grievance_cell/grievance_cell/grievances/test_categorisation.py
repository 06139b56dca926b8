from collections import Counter

import frappe
from frappe.utils import now_datetime

from grievance_cell.demo.masters import rows
from grievance_cell.grievances import categorisation
from grievance_cell.grievances.categorisation import retrain, suggest
from grievance_cell.grievances.keywords import KeywordTable
from grievance_cell.grievances.report.category_suggestions.category_suggestions import execute
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_user,
	unique,
)

# Words that no category of the demo knows.
POWER = (
	"zibli kab aayegi",
	"zibli nahi hai subah se",
	"ज़िबली बंद है",
	"no zibli since noon",
	"zibli phir gayi",
)
DRAIN = ("qumori bhar gayi", "qumori jaam hai", "क़ुमोरी से बदबू", "the qumori overflows", "qumori band padi hai")
LANGUAGES = {"hi", "hi-Latn", "en", "pa"}


class CategoryTestCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.delete("Category Model")
		cls.department, cls.area = make_department(), make_area()
		cls.power = make_category(cls.department, keywords="ट्विजली\ntwijli\nbright twijli")
		cls.drain = make_category(cls.department, keywords="qnaali", applies_to="Complaint")
		cls.wish = make_category(cls.department, keywords="twijli", applies_to="Demand")

	def names(self, text, *given):
		return [each.category for each in suggest(text, *given)]

	def settle(self, texts, category, proposed=True, **values):
		"""Store settled cases by their texts; `proposed` is another category or None where it was not this one."""
		proposed = category if proposed is True else proposed
		row = {
			"category": category.name,
			"proposed_category": proposed and proposed.name,
			"grievance_type": "Complaint",
			"status": frappe.get_all("Grievance Status", {"category": "Closed"}, pluck="name")[0],
			**values,
		}
		frappe.db.bulk_insert(
			"Grievance",
			["name", "description", "registered_on", *row],
			[(unique("GRV"), text, now_datetime(), *row.values()) for text in texts],
		)

	def settle_many(self, times=6, **values):
		for texts, category in ((POWER, self.power), (DRAIN, self.drain)):
			self.settle([f"{text} {number}" for text in texts for number in range(times)], category, **values)


class TestSuggest(CategoryTestCase):
	def test_proposes_by_keywords(self):
		self.assertEqual(self.names("ट्विजली कब आएगी", "Complaint"), [self.power.name])
		found = suggest("TWIJLI aur qnaali", "Complaint")
		self.assertEqual({each.category for each in found}, {self.power.name, self.drain.name})
		self.assertTrue(all(0 < each.score < 1 for each in found))

	def test_proposes_nothing_where_nothing_fits(self):
		for text in ("", "…", "qwertzuiop", None):
			with self.subTest(text):
				self.assertEqual(suggest(text), [])

	def test_proposes_what_a_case_of_this_type_may_have(self):
		self.assertEqual(set(self.names("twijli", "Demand")), {self.power.name, self.wish.name})
		self.assertNotIn(self.drain.name, self.names("qnaali twijli", "Demand"))
		self.assertIn(self.wish.name, self.names("twijli"))

	def test_proposes_no_group_and_not_more_than_wanted(self):
		group = make_category(None, is_group=1, keywords="twijli")
		self.assertNotIn(group.name, self.names("twijli"))
		self.assertEqual(len(suggest("twijli qnaali", limit=1)), 1)

	def test_proposes_confidential_categories_too(self):
		bribe = make_category(self.department, keywords="qrishwat", confidential=1)
		self.assertEqual(self.names("qrishwat maangi"), [bribe.name])

	def test_a_changed_keyword_counts_at_once(self):
		self.assertEqual(suggest("qkhambha"), [])
		self.drain.keywords += "\nqkhambha"
		self.drain.save()
		self.assertEqual(self.names("qkhambha"), [self.drain.name])
		frappe.delete_doc("Grievance Category", self.drain.name)
		self.assertEqual(suggest("qkhambha"), [])


class TestProposedCategory(CategoryTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.emergency = make_category(cls.department, keywords="qkarant", priority="Emergency")

	def case(self, text, category, **values):
		return make_case(category, self.area, description=text, **values)

	def test_a_case_keeps_what_was_proposed_and_what_was_chosen(self):
		case = self.case("twijli nahi", self.drain)
		self.assertEqual((case.proposed_category, case.category), (self.power.name, self.drain.name))
		case.proposed_category = self.drain.name
		case.save()
		self.assertEqual(frappe.db.get_value("Grievance", case.name, "proposed_category"), self.power.name)
		self.assertIsNone(self.case("qwertzuiop", self.drain).proposed_category)

	def test_a_proposal_alone_is_no_emergency(self):
		case = self.case("qkarant aa raha", self.emergency, source="WhatsApp")
		self.assertEqual(case.priority, "High")
		comment = frappe.get_last_doc("Comment", {"reference_name": case.name, "comment_type": "Comment"})
		self.assertIn("Emergency", comment.content)

	def test_a_persons_own_choice_is(self):
		for text, values in (
			("kuch lataka hua hai", {"source": "WhatsApp"}),
			("qkarant aa raha", {"source": "Phone"}),
			("qkarant aa raha", {"source": "WhatsApp", "priority": "Emergency"}),
		):
			with self.subTest(values):
				case = self.case(text, self.emergency, **values)
				self.assertEqual(case.priority, "Emergency")
				self.assertFalse(
					frappe.db.exists("Comment", {"reference_name": case.name, "comment_type": "Comment"})
				)

	def test_other_priorities_are_taken_from_a_proposal(self):
		self.assertEqual(self.case("twijli", self.power, source="WhatsApp").priority, "Medium")


class TestRetrain(CategoryTestCase):
	def setUp(self):
		super().setUp()
		# Cases of other tests and of the demo would teach as well.
		frappe.db.delete("Grievance")
		frappe.db.set_single_value("Grievance Settings", "model_after_corrections", 0)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")

	def corrections(self, wanted):
		frappe.db.set_single_value("Grievance Settings", "model_after_corrections", wanted)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")

	def test_learns_from_settled_cases(self):
		self.assertEqual(suggest("zibli gul hai"), [])
		self.settle_many()
		name = retrain()
		self.assertEqual(self.names("zibli gul hai")[0], self.power.name)
		self.assertEqual(self.names("qumori saaf karo")[0], self.drain.name)
		result = frappe.get_doc("Category Model", name)
		self.assertEqual((result.cases, result.corrected), (60, 0))
		self.assertEqual((result.top1_keywords, result.top1_model), (0, 100))

	def test_too_few_cases_teach_nothing(self):
		self.settle_many(times=4)
		self.assertIsNone(retrain())
		self.settle(POWER * 2, self.power)
		self.assertIsNotNone(retrain())

	def test_one_category_teaches_nothing(self):
		self.settle(POWER * categorisation.LEAST_CASES, self.power)
		self.assertIsNone(retrain())

	def test_the_model_is_used_after_so_many_corrections(self):
		self.corrections(31)
		self.settle_many(times=3)
		self.settle_many(times=3, proposed=self.wish)
		retrain()
		self.assertEqual(suggest("zibli gul hai"), [])
		self.corrections(30)
		self.assertEqual(self.names("zibli gul hai")[0], self.power.name)

	def test_a_case_for_which_nothing_was_proposed_was_corrected(self):
		self.settle(POWER[:1], self.power, proposed=None)
		self.assertEqual(categorisation.count_settled(), (1, 1))

	def test_only_settled_cases_teach_and_only_with_what_they_turned_out_to_be(self):
		make_case(self.power, self.area, description="still open")
		for reason in categorisation.UNTAUGHT:
			self.settle(POWER, self.power, closure_reason=reason)
		self.assertEqual(categorisation.count_settled(), (0, 0))
		self.settle(POWER[:1], self.power, closure_reason="Confirmed")
		self.settle(POWER[:1], self.power, status="Resolved")
		self.assertEqual(categorisation.count_settled(), (2, 0))

	def test_an_officers_correction_is_the_next_label(self):
		self.settle_many()
		retrain()
		self.assertEqual(self.names("zibli gul hai")[0], self.power.name)
		frappe.db.set_value("Grievance", {"category": self.power.name}, "category", self.wish.name)
		retrain()
		self.assertEqual(self.names("zibli gul hai")[0], self.wish.name)
		self.assertEqual(frappe.get_last_doc("Category Model").corrected, 30)

	def test_a_spoilt_model_leaves_the_keywords(self):
		self.settle_many()
		name = retrain()
		frappe.db.set_value("Category Model", name, "parameters", "bm90IGEgbW9kZWw=")
		categorisation._model.clear_cache()
		self.assertEqual(set(self.names("twijli nahi")), {self.power.name, self.wish.name})
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": name}))

	def test_keeps_the_results_of_some_nights_and_the_parameters_of_the_last(self):
		self.settle_many()
		first, last = retrain(), retrain()
		self.assertFalse(frappe.db.get_value("Category Model", first, "parameters"))
		self.assertTrue(frappe.db.get_value("Category Model", last, "parameters"))
		for _night in range(categorisation.KEPT_RESULTS):
			frappe.copy_doc(frappe.get_doc("Category Model", last)).insert()
		categorisation._forget_old_models(last)
		self.assertEqual(frappe.db.count("Category Model"), categorisation.KEPT_RESULTS)

	def test_nobody_reads_or_writes_the_parameters(self):
		self.settle_many()
		name = retrain()
		for role in ("Grievance Manager", "Collector"):
			frappe.set_user(make_user(role))
			result = frappe.get_doc("Category Model", name)
			result.apply_fieldlevel_read_permissions()
			self.assertFalse(result.get("parameters"))
			self.assertFalse(result.has_permission("write"))
			frappe.set_user("Administrator")


class TestReport(CategoryTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.delete("Grievance")
		frappe.db.delete("Category Model")

	def test_says_when_there_is_no_model(self):
		_columns, rows, message = execute()
		self.assertEqual(rows, [])
		self.assertIn("0 settled cases", message)

	def test_shows_all_then_languages_then_the_worst_category_first(self):
		self.settle_many(language="en")
		self.settle(POWER, self.drain, proposed=self.power, language="en")
		retrain()
		_columns, rows, message, _chart, summary = execute()
		self.assertEqual(rows[0]["what"], "All")
		self.assertEqual(rows[0]["cases"], 65)
		self.assertEqual([row["what"] for row in rows[1:3]], ["English", "हिंदी"])
		self.assertEqual([row["what"] for row in rows[3:]], [self.drain.name, self.power.name])
		self.assertLess(rows[3]["top1_combined"], rows[4]["top1_combined"])
		self.assertIn("65 settled cases, 5 of them corrected", message)
		self.assertIn("Keywords propose alone until 50", message)
		self.assertEqual(summary[0]["value"], rows[0]["top1_keywords"])


class TestDescriptions(SiteTestCase):
	"""The demo's texts: as citizens write, and not made from the keywords."""

	@classmethod
	def make_fixtures(cls):
		cls.texts = rows("descriptions")
		cls.categories = {row["category"]: row for row in rows("categories") if row["parent"]}

	def test_every_category_has_some_in_every_language(self):
		self.assertGreaterEqual(len(self.texts), 320)
		found = Counter((row["category"], row["language"]) for row in self.texts)
		self.assertEqual(
			set(found), {(category, language) for category in self.categories for language in LANGUAGES}
		)

	def test_none_is_there_twice(self):
		self.assertEqual(len({row["text"] for row in self.texts}), len(self.texts))

	def test_fewer_than_half_have_a_keyword_of_their_category(self):
		table = KeywordTable(
			(category, keyword)
			for category, row in self.categories.items()
			for keyword in row["keywords"].split(";")
		)
		having = [row for row in self.texts if table.scores(row["text"], {row["category"]})]
		self.assertLess(len(having), len(self.texts) / 2)
