import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from grievance_cell.organisation.areas import place_name
from grievance_cell.organisation.postings import heads_of_area, held_by, is_officers
from grievance_cell.oversight import agenda
from grievance_cell.oversight.agenda import HELD, TABLES
from grievance_cell.oversight.visibility import refuse_outside

PLANNED = "Planned"
WHAT = ("title", "area", "held_on", "chair")
OURS = ("status", "agenda_made_on", "ended_on", "agenda_sent_on", "minutes_sent_on")


class ReviewMeeting(Document):
	def onload(self):
		self.set_onload("agenda", agenda.written(self))
		self.set_onload("heading", self.heading())

	def before_insert(self):
		self.update({**dict.fromkeys(OURS), **{table: [] for table in TABLES}, "status": PLANNED})

	def validate(self):
		before = self.get_doc_before_save()
		if before and not self.flags.ours:
			self.keep_ours(before)
		if before and before.status == HELD:
			self.keep_as_held(before)
			return
		self.set_area()
		self.set_chair()
		if not before or any(before.get(field) != self.get(field) for field in ("area", "chair")):
			agenda.fill(self)

	def keep_ours(self, before):
		"""Undo what a request changed in what only our rules set: Frappe guards it in the form alone."""
		for field in (*OURS, *TABLES):
			self.set(field, before.get(field))

	def keep_as_held(self, before):
		if any(str(before.get(field) or "") != str(self.get(field) or "") for field in WHAT):
			frappe.throw(_("This meeting was held: only its notes and attendees can still be written"))

	def set_area(self):
		self.area = self.area or own_area(frappe.session.user)
		if not self.area:
			frappe.throw(_("Choose the area that is reviewed"), frappe.MandatoryError)
		refuse_outside(self.area)

	def set_chair(self):
		self.chair = self.chair or heads_of_area(self.area)
		if not self.chair:
			frappe.throw(
				_("Nobody heads the administration of this area: choose the chair"), frappe.MandatoryError
			)
		if not is_officers(self.chair):
			frappe.throw(_("{0} is no active officer's posting").format(self.chair))

	def heading(self) -> str:
		"""Name the meeting: as whoever planned it has, else after its area in the language that is spoken."""
		return self.title or _("TL Review, {0}").format(place_name(self.area))

	def fill_agenda(self):
		"""Fill the agenda anew, of a meeting that was not held yet."""
		self.refuse_held()
		agenda.fill(self)
		self.save_ours()

	def hold(self):
		"""Note that the meeting was held; its agenda stays as it was from now on."""
		self.refuse_held()
		self.update({"status": HELD, "ended_on": now_datetime()})
		self.save_ours()

	def refuse_held(self):
		if self.status == HELD:
			frappe.throw(_("This meeting was held: its agenda stays as it was"))

	def save_ours(self):
		self.flags.ours = True
		try:
			self.save()
		finally:
			self.flags.ours = False


def own_area(user: str) -> str | None:
	"""Name the area that a user answers for: that of their highest posting."""
	held = held_by(user)
	offices = (
		frappe.get_all(
			"Officer Posting",
			{"name": ("in", held)},
			pluck="name",
			order_by="heads_area desc, level desc, name",
		)
		if held
		else []
	)
	for office in offices:
		if area := frappe.db.get_value("Officer Posting Area", {"parent": office}, "area", order_by="idx"):
			return area
	return None
