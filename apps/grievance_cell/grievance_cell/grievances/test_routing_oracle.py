"""The route of a case against one that is looked for by hand, over random area trees, postings, leaves, charges and loads."""

import frappe
from frappe.utils import add_days, nowdate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from grievance_cell.grievances import routing
from grievance_cell.organisation.duty import WEEKDAYS
from grievance_cell.testing import SiteTestCase, make_area, make_department, make_posting, make_user

AREAS, POSTINGS, USERS = 6, 6, 3
# From and to, in days from today, and whether that is a leave today.
LEAVES = {
	(None, None): False,
	(-1, 1): True,
	(-3, -1): False,
	(1, 3): False,
	(0, None): True,
	(None, 0): True,
}


def one_of(number: int):
	return some.none() | some.integers(0, number - 1)


posting = some.fixed_dictionaries(
	{
		"level": some.sampled_from((1, 1, 1, 2, 3)),
		"is_active": some.sampled_from((1, 1, 1, 0)),
		"areas": some.sets(some.integers(0, AREAS - 1), max_size=2),
		"leave": some.sampled_from(sorted(LEAVES, key=str)),
		"charge": one_of(POSTINGS),
		"user": one_of(USERS),
		"load": some.integers(0, 2),
		"on_duty": some.booleans(),
		# Counts where it is a later one: nobody stands above themselves.
		"reports_to": one_of(POSTINGS),
	}
)
world = some.fixed_dictionaries(
	{
		# Each area lies in one before it.
		"parents": some.tuples(*(one_of(number) if number else some.none() for number in range(AREAS))),
		"postings": some.lists(posting, min_size=POSTINGS, max_size=POSTINGS),
		"nodal": one_of(POSTINGS),
		"cell": one_of(POSTINGS),
		"head_of_area": one_of(POSTINGS),
		"area": some.integers(0, AREAS - 1),
		"against": one_of(POSTINGS),
		"emergency": some.booleans(),
	}
)


class ByHand:
	"""Looks for the posting of a case as one would with the list of offices on the table; offices are numbers."""

	def __init__(self, given: dict):
		self.given = given
		self.offices = given["postings"]
		self.path = [given["area"]]
		while (above := given["parents"][self.path[-1]]) is not None:
			self.path.append(above)

	def posting(self) -> int | None:
		barred = self.barred()
		for equals in self.offers():
			if not equals or set(equals) & barred:
				continue
			charge = self.charge_of(min(equals, key=lambda each: (self.offices[each]["load"], each)))
			if charge not in barred:
				return charge
		return None

	def offers(self):
		given, serving = self.given, self.serving()
		if given["emergency"]:
			ranks = {each: (self.steps(each), self.offices[each]["level"]) for each in serving}
			ranks = {each: rank for each, rank in ranks.items() if self.offices[each]["on_duty"]}
			yield [each for each, rank in ranks.items() if rank == min(ranks.values())]
		first = {each: self.steps(each) for each in serving if self.offices[each]["level"] == 1}
		nodal, cell = ([each] if self.is_active(each) else [] for each in (given["nodal"], given["cell"]))
		yield [each for each, steps in first.items() if steps == min(first.values())] or nodal or cell
		if given["against"] is None:
			return
		for superior in self.line(given["against"]):
			yield [superior] if self.is_active(superior) else []
		high = [each for each in serving if self.offices[each]["level"] > 1]
		head = min(
			high, key=lambda each: (-self.offices[each]["level"], self.steps(each), each), default=None
		)
		yield nodal if head is None else [head]
		yield [each for each in serving if each == given["head_of_area"]]
		yield cell

	def serving(self) -> list[int]:
		return [each for each in range(POSTINGS) if self.is_active(each) and self.steps(each) is not None]

	def steps(self, each: int) -> int | None:
		areas = self.offices[each]["areas"]
		reached = [steps for steps, area in enumerate(self.path) if area in areas]
		return min(reached, default=None) if areas else len(self.path)

	def is_active(self, each: int | None) -> bool:
		return each is not None and bool(self.offices[each]["is_active"])

	def line(self, each: int) -> list[int]:
		found = []
		while (each := superior_of(self.offices, each)) is not None and len(found) < 5:
			found.append(each)
		return found

	def charge_of(self, each: int) -> int:
		chain = [each]
		while True:
			office = self.offices[chain[-1]]
			away = LEAVES[office["leave"]] or office["leave"] == (None, None)
			if office["charge"] is None or not away or not self.is_active(office["charge"]):
				return chain[-1]
			if office["charge"] in chain:
				return each
			chain.append(office["charge"])

	def barred(self) -> set[int]:
		against = self.given["against"]
		if against is None:
			return set()
		below = {each for each in range(POSTINGS) if against in self.line(each)}
		accused = {against, self.charge_of(against)}
		persons = {self.offices[each]["user"] for each in accused} - {None}
		return below | accused | {each for each in range(POSTINGS) if self.offices[each]["user"] in persons}


def superior_of(offices: list[dict], each: int) -> int | None:
	above = offices[each]["reports_to"]
	return above if above is not None and above > each else None


class TestRoutingOracle(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Officer Posting", {"heads_area": 1}, "heads_area", 0)
		cls.department = make_department()
		cls.areas = [make_area("Village").name for _number in range(AREAS)]
		# Named in their order: among equals with as many cases the first by name counts.
		cls.postings = sorted(make_posting(cls.department).name for _number in range(POSTINGS))
		cls.users = [make_user("Grievance Officer") for _number in range(USERS)]

	def named(self, names: list[str], number: int | None) -> str | None:
		return None if number is None else names[number]

	def lay_out(self, given: dict) -> None:
		of_ours = {"parent": ("in", self.postings)}
		for table in ("Officer Posting Area", "Duty Shift"):
			frappe.db.delete(table, of_ours)
		frappe.db.delete("Grievance", {"posting": ("in", self.postings)})
		for name, parent in zip(self.areas, given["parents"], strict=True):
			frappe.db.set_value("Local Area", name, "parent_local_area", self.named(self.areas, parent))
		for number, (name, office) in enumerate(zip(self.postings, given["postings"], strict=True)):
			left, back = (None if days is None else add_days(nowdate(), days) for days in office["leave"])
			values = {
				"level": office["level"],
				"is_active": office["is_active"],
				"on_leave_from": left,
				"on_leave_to": back,
				"charge_given_to": self.named(self.postings, office["charge"]),
				"user": self.named(self.users, office["user"]),
				"reports_to": self.named(self.postings, superior_of(given["postings"], number)),
				"heads_area": int(given["head_of_area"] == number),
			}
			frappe.db.set_value("Officer Posting", name, values)
			self.insert(
				"Officer Posting Area", name, [("area", self.areas[area]) for area in office["areas"]]
			)
			if office["on_duty"]:
				self.insert("Duty Shift", name, [("weekday", day) for day in WEEKDAYS])
			for _case in range(office["load"]):
				frappe.db.sql(
					"insert into `tabGrievance` (`name`, `posting`, `status`) values (%s, %s, 'Assigned')",
					(frappe.generate_hash(length=12), name),
				)
		nodal = self.named(self.postings, given["nodal"])
		frappe.db.set_value("Department", self.department.name, "nodal_posting", nodal)
		cell = self.named(self.postings, given["cell"])
		frappe.db.set_single_value("Grievance Settings", "cell_posting", cell)

	def insert(self, table: str, posting: str, rows: list[tuple]) -> None:
		fields = ["name", "parent", "parenttype", "start_time", "end_time"]
		if table == "Officer Posting Area":
			fields = fields[:3]
		for field, value in rows:
			values = (frappe.generate_hash(length=12), posting, "Officer Posting", "00:00:00", "00:00:00")
			frappe.db.bulk_insert(table, [*fields, field], [(*values[: len(fields)], value)])

	@settings(
		max_examples=60,
		deadline=None,
		derandomize=True,
		report_multiple_bugs=False,
		database=None,
		# A smaller example that fails would be looked for for minutes.
		phases=(Phase.generate,),
		suppress_health_check=list(HealthCheck),
	)
	@given(given=world)
	def test_the_posting_is_the_one_that_is_found_by_hand(self, given):
		self.lay_out(given)
		route = routing.route(
			self.department.name,
			self.areas[given["area"]],
			against=self.named(self.postings, given["against"]),
			emergency=given["emergency"],
		)
		self.assertEqual(route.posting, self.named(self.postings, ByHand(given).posting()))
