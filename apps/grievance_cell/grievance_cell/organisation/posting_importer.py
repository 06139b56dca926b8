"""Officers' postings from a spreadsheet, with the users who hold them."""

import frappe
from frappe import _
from frappe.utils import validate_email_address

from grievance_cell.organisation import desk_of_offices
from grievance_cell.organisation.area_importer import AreasOnSite
from grievance_cell.organisation.importing import (
	Column,
	Masters,
	RowError,
	code,
	one_of,
	several,
	whole_number,
	yes_or_no,
)
from grievance_cell.organisation.phone import to_e164

DOCTYPE = "Officer Posting"
# Whoever sets up the site gives themselves no role by a spreadsheet, nor anybody theirs.
ROLES = (
	"Grievance Officer",
	"Department Head",
	"Grievance Operator",
	"Collector",
	"Public Representative",
)


def mobile_number(cell: str) -> str:
	if number := to_e164(code(cell)):
		return number
	raise RowError(_("{0} is not a mobile number").format(cell))


def email(cell: str) -> str:
	# Frappe also takes several of them, and a name beside one.
	if any(each in cell for each in ",<") or not validate_email_address(cell):
		raise RowError(_("{0} is not an e-mail address").format(cell))
	return cell.casefold()


class Postings(Masters):
	doctype = DOCTYPE
	named_by, below = "title", "reports_to"
	columns = (
		Column("title", "title", ("posting",), required=True),
		Column("kind", "kind", read=one_of(DOCTYPE, "kind")),
		Column("department", "department"),
		Column("areas", "areas", ("area",), several),
		Column("level", "level", read=whole_number),
		Column("reports_to", "reports_to"),
		Column("user", "user", ("email", "e-mail"), email),
		Column("full_name"),
		Column("roles", others=("role",)),
		Column("mobile_no", "mobile_no", ("mobile",), mobile_number),
		Column("heads_area", "heads_area", read=yes_or_no),
		Column("notify_on_whatsapp", "notify_on_whatsapp", read=yes_or_no),
		Column("is_active", "is_active", read=yes_or_no),
	)
	stems = ()
	# A row may make a user, which takes Frappe long.
	at_once = 30
	tables = {"areas": ("area",)}
	sample = (
		{
			"title": "Collector, Janjgir-Champa",
			"areas": "Janjgir-Champa",
			"level": "4",
			"user": "collector@example.gov.in",
			"full_name": "Collector",
			"roles": "Collector;Grievance Officer",
			"heads_area": "1",
		},
		{
			"title": "Executive Engineer, PHE",
			"department": "PHE",
			"level": "3",
			"reports_to": "Collector, Janjgir-Champa",
			"user": "ee.phe@example.gov.in",
			"full_name": "Executive Engineer, PHE",
			"roles": "Department Head;Grievance Officer",
		},
		{
			"title": "Engineer, PHE, Champa",
			"department": "PHE",
			"areas": "Champa",
			"level": "1",
			"reports_to": "Executive Engineer, PHE",
			"mobile_no": "98765 43210",
		},
	)

	def __init__(self, table, settings) -> None:
		super().__init__(table, settings)
		self.areas = AreasOnSite()
		self.welcome: list[str] = []

	def values(self, row) -> dict:
		values = super().values(row)
		if "areas" in values:
			values["areas"] = [{"area": self.areas.one_named(each)} for each in values["areas"]]
		if department := values.get("department"):
			values["department"] = department_named(self, department)
		if superior := values.get("reports_to"):
			values["reports_to"] = self.linked(DOCTYPE, superior)
		return values

	def write(self, row):
		changes = self.write_user(row)
		outcome = super().write(row)
		if changes and outcome.outcome != "New":
			outcome.outcome = "Changed"
		outcome.changes += changes
		return outcome

	def write_user(self, row) -> list[tuple[str, str, str]]:
		"""Make the user whom the row names, or give them the roles that they do not have yet."""
		if not (cell := self.cell(row, "user")):
			return []
		name, wanted = email(cell), self.roles_of(row)
		if not frappe.db.exists("User", name):
			if not wanted:
				raise RowError(
					_("There is no user {0}. With the column {1} one is made.").format(name, "roles")
				)
			self.make_user(name, self.cell(row, "full_name") or self.cell(row, "title"), wanted)
			return [(_("New User"), "", name)]
		user = frappe.get_doc("User", name)
		added = [role for role in wanted if role not in {each.role for each in user.roles}]
		if not added:
			return []
		user.check_permission("write")
		for role in added:
			user.append("roles", {"role": role})
		user.save()
		return [(_("Roles of {0}").format(name), "", ", ".join(_(role) for role in added))]

	def roles_of(self, row) -> list[str]:
		roles = []
		for cell in several(self.cell(row, "roles")):
			for role in ROLES:
				if cell.casefold() in (role.casefold(), _(role).casefold()):
					roles.append(role)
					break
			else:
				raise RowError(_("{0} is none of: {1}").format(cell, ", ".join(ROLES)))
		return roles

	def make_user(self, name: str, full_name: str, roles: list[str]) -> None:
		user = frappe.new_doc("User")
		user.update(
			{
				"email": name,
				"first_name": full_name,
				"enabled": 1,
				# They are welcomed when it is certain that all is imported.
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in roles],
				"module_profile": desk_of_offices.profile(),
			}
		)
		# Frappe lets no more than 60 users be made in an hour, but for an import.
		before, frappe.flags.in_import = frappe.flags.in_import, True
		try:
			user.insert()
		finally:
			frappe.flags.in_import = before
		self.welcome.append(name)

	def finish(self) -> None:
		super().finish()
		for name in self.welcome:
			frappe.enqueue(
				"grievance_cell.organisation.posting_importer.welcome",
				queue="long",
				enqueue_after_commit=True,
				name=name,
			)

	def shown_cell(self, fieldname, value, in_full=False) -> str:
		if fieldname == "area":
			return self.areas.title(value, in_full)
		return super().shown_cell(fieldname, value)


def department_named(masters: Masters, text: str) -> str:
	"""Name the department that a cell means, by its short code or its name."""
	return frappe.db.get_value("Department", {"short_code": text}) or masters.linked("Department", text)


def welcome(name: str) -> None:
	"""Send a new user Frappe's own mail with the link by which they set their password (a job)."""
	frappe.get_doc("User", name).send_welcome_mail_to_user()
