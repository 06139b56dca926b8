import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from grievance_cell.organisation import postings, reach
from grievance_cell.oversight import directions
from grievance_cell.oversight.doctype.review_meeting.review_meeting import own_area
from grievance_cell.oversight.visibility import refuse_outside

GIVEN = (
	"direction",
	"grievance",
	"department",
	"area",
	"posting",
	"meeting",
	"given_by",
	"given_on",
	"first_due_on",
)


class ReviewDirection(Document):
	def onload(self):
		self.set_onload("is_directed", directions.is_directed(self))
		self.set_onload("stands_above", directions.stands_above(self))

	def before_insert(self):
		self.update(
			{
				"status": directions.OPEN,
				"given_by": frappe.session.user,
				"given_on": now_datetime(),
				**dict.fromkeys(("assigned_to", "remark", "ended_on", "confirmed_by", "confirmed_on")),
			}
		)
		self.check_case()
		self.set_place()
		self.check_meeting()
		self.posting = self.posting or directions.office_for(self.grievance, self.department, self.area)
		self.check_posting()
		self.first_due_on = directions.future(self.due_on)

	def validate(self):
		self.direction = " ".join((self.direction or "").split())
		if not (self.grievance or self.department):
			frappe.throw(_("Choose a case or a department"), frappe.MandatoryError)
		before = self.get_doc_before_save()
		given = set(GIVEN) - ({"posting"} if self.flags.passed_on else set())
		if before and any(before.get(field) != self.get(field) for field in given):
			frappe.throw(_("What was directed stays as it was: drop it and give another direction"))

	def after_insert(self):
		directions.begin(self)

	def check_case(self):
		"""See that who directs may read the case: a number alone could be guessed."""
		if self.grievance:
			frappe.get_doc("Grievance", self.grievance).check_permission("read")

	def set_place(self):
		if self.grievance:
			self.area = frappe.db.get_value("Grievance", self.grievance, "area")
			return
		self.area = (
			self.area
			or (self.meeting and frappe.db.get_value("Review Meeting", self.meeting, "area"))
			or own_area(frappe.session.user)
		)
		if not self.area:
			frappe.throw(_("Choose the area"), frappe.MandatoryError)
		refuse_outside(self.area)

	def check_meeting(self):
		"""Leave directions outside of a meeting to the collector; in a meeting whoever takes the minutes writes them down."""
		if self.meeting:
			meeting = frappe.get_doc("Review Meeting", self.meeting)
			meeting.check_permission("write")
			if meeting.minutes_sent_on:
				frappe.throw(_("The minutes of this meeting were sent: direct this outside of it"))
		elif frappe.session.user != "Administrator":
			directions.refuse_unless_collector()

	def check_posting(self):
		"""See that an office is directed that serves the place, and has a part in the case."""
		if not self.posting:
			frappe.throw(
				_("Choose the posting: no office was found for this direction"), frappe.MandatoryError
			)
		if not postings.is_officers(self.posting):
			frappe.throw(_("{0} is no active officer's posting").format(self.posting))
		against = self.grievance and frappe.db.get_value("Grievance", self.grievance, "against_posting")
		if against and postings.is_barred(self.posting, against):
			frappe.throw(
				_("This case is a complaint against {0}: {1} cannot decide it").format(against, self.posting)
			)
		if not reach.serves(self.posting, self.area):
			frappe.throw(_("{0} does not serve this area").format(self.posting))
