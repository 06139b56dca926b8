"""What a public representative reads of a case, as a DocType of its own without a table.

Not a Grievance with hidden fields: with a right to that, Frappe would give its comments, versions and filters as well.
"""

import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Criterion
from frappe.query_builder.functions import Count
from frappe.utils import cint
from pypika import Order

from grievance_cell.organisation import reach

FIELDS = (
	"name", "modified", "creation", "grievance_type", "category", "status", "sla_status", "public_summary", "area",
	"department", "registered_on", "resolution_by", "expected_by", "resolved_on", "closed_on", "delay_reason",
	"delay_remark",
)  # fmt: skip
# Where the names of masters stand, which the form reads in the user's language.
MASTERS = ("category", "status", "department", "delay_reason")
ORDER = re.compile(r"(?:`tab[^`]+`\.)?`?(\w+)`?(?:\s+(asc|desc))?", re.IGNORECASE)
PAGE = 20


class PublicCase(Document):
	def load_from_db(self):
		found = query({"filters": {"name": self.name}}).run(as_dict=True)
		if not found:
			raise frappe.DoesNotExistError(_("{0} {1} not found").format(_("Public Case"), self.name))
		super(Document, self).__init__({**with_places(found)[0], "photos": len(photos(self.name))})

	def onload(self):
		self.update({field: _(self.get(field)) for field in MASTERS if self.get(field)})

	@staticmethod
	def get_list(args=None, **given):
		"""List the cases of the areas that the user represents: dicts of FIELDS, or what `pluck` or `as_list` ask for.

		`area` is the title of the place, by which it is filtered as well.
		"""
		check_right()
		args = frappe._dict({**(args or {}), **given})
		start, length = args.get("start") or args.get("limit_start"), args.get("page_length")
		rows = (
			query(args)
			.limit(cint(length or args.get("limit_page_length") or args.get("limit")) or PAGE)
			.offset(cint(start))
			.run(as_dict=True)
		)
		rows = with_places(rows)
		if args.get("pluck"):
			return [row[args.pluck] for row in rows]
		if args.get("as_list"):
			names = [field_of(field) for field in args.get("fields") or ["name"]]
			return [tuple(row.get(name) for name in names) for row in rows]
		return rows

	@staticmethod
	def get_count(args=None, **given):
		check_right()
		counted = frappe.qb.from_(query({**(args or {}), **given}).as_("found")).select(Count("*"))
		return counted.run()[0][0]

	@staticmethod
	def get_stats(args=None, **given):
		return {}

	def db_insert(self, *args, **kwargs):
		raise frappe.PermissionError

	def db_update(self, *args, **kwargs):
		raise frappe.PermissionError

	def delete(self, *args, **kwargs):
		raise frappe.PermissionError


def check_right() -> None:
	if not frappe.has_permission("Public Case", "read"):
		raise frappe.PermissionError


def query(args: dict):
	"""Select from the user's cases by the filters and in the order of a list; only by fields that a representative reads."""
	cases = frappe.qb.DocType("Grievance")
	found = frappe.qb.get_query(cases, fields=list(FIELDS), filters=conditions(args.get("filters")))
	either = [
		cases[field].isin(value)
		if field == "area"
		else cases[field].like(value)
		if operator.lower() == "like"
		else cases[field] == value
		for field, operator, value in conditions(args.get("or_filters"))
	]
	if either:
		found = found.where(Criterion.any(either))
	order = ORDER.fullmatch(str(args.get("order_by") or "").split(",")[0].strip())
	field = order.group(1) if order and order.group(1) in FIELDS else "registered_on"
	direction = Order.asc if order and (order.group(2) or "").lower() == "asc" else Order.desc
	return (
		found.where(cases.confidential == 0)
		.where(in_reach(cases.area))
		.orderby(cases[field], order=direction)
	)


def in_reach(area):
	"""Tell that an area lies in one that the session's user represents; Administrator reads all."""
	branches = [None] if frappe.session.user == "Administrator" else reach.represented_by(frappe.session.user)
	places = frappe.qb.DocType("Local Area")
	inside = frappe.qb.from_(places).select(places.name)
	if None not in branches:
		within = [(places.lft >= lft) & (places.rgt <= rgt) for lft, rgt in branches]
		inside = inside.where(Criterion.any(within) if within else places.name.isnull())
	return area.isin(inside)


def conditions(filters) -> list[tuple]:
	"""Read filters as Frappe writes them (a dict, or lists with or without the DocType) as (field, operator, value)."""
	found = []
	filters = frappe.parse_json(filters or [])
	for given in filters.items() if isinstance(filters, dict) else filters:
		given = list(given)
		if isinstance(filters, dict):
			value = given[1]
			given = [given[0], *value] if isinstance(value, list | tuple) else [given[0], "=", value]
		elif len(given) > 3:
			given = given[1:4]
		field = field_of(given[0])
		if field not in FIELDS:
			frappe.throw(_("Cases cannot be found by {0}").format(field), frappe.PermissionError)
		if field == "area":
			named = frappe.get_all("Local Area", {"title": tuple(given[1:])}, pluck="name")
			given = [field, "in", named or [""]]
		found.append((field, *given[1:]))
	return found


def with_places(rows: list[dict]) -> list[dict]:
	"""Say where cases are by the titles of the areas, which is all that a field without a link shows."""
	areas = {"name": ("in", list({row.area for row in rows}))}
	titles = dict(frappe.get_all("Local Area", areas, ["name", "title"], as_list=True)) if rows else {}
	for row in rows:
		row.area = titles.get(row.area)
	return rows


def field_of(written: str) -> str:
	return str(written).rsplit(".", 1)[-1].split(" as ")[0].strip("` ")


def photos(case: str) -> list[str]:
	"""List the addresses of the photos that were cleared for representatives."""
	return frappe.get_all(
		"Grievance Public Photo", {"parent": case, "parenttype": "Grievance"}, pluck="photo", order_by="idx"
	)
