import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cast, get_fullname, now_datetime, strip_html

from grievance_cell.grievances import (
	actions,
	assignments,
	attached_records,
	camps,
	categorisation,
	citizens,
	delays,
	duplicates,
	emergencies,
	informing,
	ladder,
	lifecycle,
	moves,
	parts,
	proposals,
	routing,
	timers,
	transfers,
)
from grievance_cell.grievances.decisions import DEMAND, SUGGESTION
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, category_of
from grievance_cell.grievances.informing import TYPE_CORRECTED
from grievance_cell.grievances.routing import EMERGENCY
from grievance_cell.organisation.phone import masked
from grievance_cell.organisation.postings import is_barred, worker_of
from grievance_cell.service_levels import deadlines

# What who registers a case may say, and nobody may change.
GIVEN = {"registered_on", "duplicate_of", "registration_key"}
IDENTITY = ("citizen", "citizen_name", "mobile_no")
SUBJECT_LENGTH = 80
HIGH = "High"
OPERATOR = "Grievance Operator"
# What an SLA is chosen by, the fields that a condition may ask for among them.
DECIDE_SLA = ("category", "department", "priority", "grievance_type", "area", "source")


class Grievance(Document):
	def onload(self):
		stage = category_of(self.status)
		self.set_onload("stage", stage)
		self.set_onload("asked_by_action", moves.asked_by_action(self))
		self.set_onload("delay_reason_wanted", stage in (OPEN, PAUSED) and delays.reason_wanted(self))
		if self.proposal:
			self.set_onload("may_decide", proposals.may_decide(self))
			self.set_onload("proposer", get_fullname(self.proposed_by))

	def before_insert(self):
		if not self.flags.ignore_permissions and frappe.session.user != citizens.bot_user():
			self.drop_own_values()
		self.registered_on = self.registered_on or now_datetime()
		self.status = lifecycle.FIRST_STATUS
		self.identify_citizen()
		self.flags.joins, self.duplicate_of = duplicates.open_main(self), None
		self.set_proposed_category()
		self.set_priority()
		self.set_route()

	def validate(self):
		before = self.get_doc_before_save()
		if before:
			self.keep_read_only_fields(before)
			self.leave_to_operators(before)
		self.set_subject()
		self.mask_mobile_no()
		self.validate_category()
		self.keep_confidential(before)
		self.validate_external_reference()
		if not before:
			self.start_clock()
			informing.begin(self)
			timers.schedule(self)
			return
		self.follow_route(before)
		self.follow_sla(before)
		raised = self.priority == EMERGENCY != before.priority and duplicates.is_open(before)
		if raised or transfers.is_counted(self, before):
			ladder.pass_rungs(self)
		if raised:
			self.unacknowledged_count = 0
		if raised or before.posting != self.posting:
			self.called_on = now_datetime()
		# Whoever gets it by the same save from another office is told with that what it is.
		self.flags.raised = raised and (before.posting == self.posting or before.status != self.status)
		if before.status != self.status:
			lifecycle.before_move(self, before)
			duplicates.check_move(self, before)
			parts.before_move(self, before)
		self.follow_posting(before)
		timers.schedule(self)

	def after_insert(self):
		self.protect_identity()
		self.note_emergency()
		lifecycle.begin(self)
		self.join_at_once()

	def on_update(self):
		before = self.get_doc_before_save()
		if not before:
			return
		if self.flags.identity:
			self.protect_identity()
		if before.grievance_type != self.grievance_type:
			actions.record(
				self,
				TYPE_CORRECTED,
				remark=_(self.grievance_type, self.language),
				visible_to_citizen=1,
			)
		if before.status != self.status:
			lifecycle.after_move(self, before)
			parts.after_move(self, before)
		elif (before.department, before.posting) != (self.department, self.posting):
			transfers.after_save(self, before)
			lifecycle.assign(self)
		if self.flags.pop("raised", None):
			actions.record(self, emergencies.RAISED, posting=self.posting)

	def join_at_once(self):
		"""Join a new case to the one that the citizen or the operator says is the same, if that is open still."""
		if self.flags.joins:
			registered_by = frappe.session.user
			with lifecycle.acting_as("Administrator"):
				case = frappe.get_doc("Grievance", self.name)
				duplicates.merge(case, self.flags.joins, actor=registered_by)
			self.reload()

	def on_change(self):
		# Not in on_update: a case that climbs, or is handed over, is not saved.
		assignments.follow(self)
		if self.reported_by:
			duplicates.follow(self)

	def identify_citizen(self):
		if self.mobile_no and not self.citizen:
			self.citizen = citizens.of_number(self.mobile_no, self.citizen_name, self.language)

	def keep_confidential(self, before):
		"""Take the identity off a case of a confidential category, once and for all; it is kept apart."""
		if frappe.get_cached_value("Grievance Category", self.category, "confidential"):
			self.confidential = 1
		if not self.confidential:
			return
		self.flags.identity = {field: self.get(field) for field in IDENTITY}
		for field in (*IDENTITY, "mobile_masked"):
			self.set(field, None)

	def protect_identity(self):
		if self.confidential:
			citizens.protect(self.name, self.flags.identity)
			attached_records.protect(self.name)
			camps.protect(self.name)

	def set_proposed_category(self):
		found = categorisation.suggest(strip_html(self.description or ""), self.grievance_type, limit=1)
		self.proposed_category = found[0].category if found else None

	def set_priority(self):
		"""Take the category's priority, but for an emergency that a machine has proposed: a person declares one."""
		if self.priority or not self.category:
			return
		self.priority = frappe.get_cached_value("Grievance Category", self.category, "priority")
		proposed = self.source == "WhatsApp" and self.category == self.proposed_category
		if self.priority == EMERGENCY and proposed and not self.emergency_confirmed:
			self.priority = HIGH
			self.flags.emergency_proposed = True

	def note_emergency(self):
		if self.flags.emergency_proposed:
			self.add_comment(
				"Comment",
				_(
					"Emergency is to be confirmed: the citizen took the category that was proposed. Raise the priority if so."
				),
			)

	def set_route(self):
		"""Find the department and the posting, unless the operator has chosen them."""
		if not self.department and self.category:
			self.department = routing.department_for(self.category, self.area)
		if self.department and not self.posting:
			found = routing.route_case(self)
			self.posting, self.routing_note = found.posting, found.note
		if self.posting:
			self.assigned_to = worker_of(self.posting)
			transfers.refuse_accused(self)

	def drop_own_values(self):
		"""Take from a request nothing that only our rules set, but for when it was registered, and a case that it is joined to."""
		for field in self.meta.get("fields", {"read_only": 1, "is_virtual": 0}):
			if field.fieldname not in GIVEN and not field.fetch_from and not field.get("is_custom_field"):
				self.set(field.fieldname, cast(field.fieldtype, field.default) if field.default else None)
		if self.duplicate_of:
			frappe.has_permission("Grievance", "write", doc=self.duplicate_of, throw=True)

	def keep_read_only_fields(self, before):
		"""Undo what a request changed in fields that only our rules set: Frappe guards them in the form alone.

		What our rules set stays (lifecycle.save_with), and the field that the workflow sets with a state; so does the
		status, whose change the workflow has checked.
		"""
		ours = {"status", *(self.flags.own_values or ())}
		if before.status != self.status:
			states = frappe.get_cached_doc("Workflow", lifecycle.WORKFLOW).states
			ours |= {state.update_field for state in states if state.state == self.status}
		if before.citizen == self.citizen:
			# Written down at the registration only; the form never had the number.
			self.citizen_name, self.mobile_no = before.citizen_name, before.mobile_no
		for field in self.meta.get("fields", {"read_only": 1, "is_virtual": 0}):
			if field.fieldname not in ours and not field.fetch_from and not field.get("is_custom_field"):
				self.set(field.fieldname, before.get(field.fieldname))

	def leave_to_operators(self, before):
		"""Let nobody rid a case of its target, or of its citizen's word, by a correction."""
		corrected = [
			field
			for field in ("grievance_type", "citizen")
			if (before.get(field) or None) != (self.get(field) or None)
		]
		if corrected and OPERATOR not in frappe.get_roles():
			labels = ", ".join(_(self.meta.get_label(field)) for field in corrected)
			frappe.throw(_("Only an operator corrects this: {0}").format(labels), frappe.PermissionError)

	def follow_route(self, before):
		"""Count a transfer, or send a case on of which something was corrected that decides its office.

		A settled or joined case stays where it is: there is nothing to do on it.
		"""
		sent = bool(self.flags.transfer_reason)
		if not sent:
			transfers.refuse_by_hand(self, before)
			if not duplicates.is_open(before):
				return
			delays.refuse_correction(self, before)
			self.correct_route(before)
		if sent or before.department != self.department:
			transfers.count(self)

	def correct_route(self, before):
		corrected = (before.category, before.area) != (self.category, self.area)
		if corrected and before.department == self.department:
			self.department = routing.department_for(self.category, self.area)
		moved = (before.department, before.area) != (self.department, self.area)
		if before.against_posting != self.against_posting and self.posting and self.against_posting:
			moved = moved or is_barred(self.posting, self.against_posting)
		if moved and before.posting == self.posting:
			self.posting = None
			self.set_route()
		elif self.priority == EMERGENCY != before.priority and (found := routing.duty_route(self)):
			self.posting, self.routing_note = found.posting, found.note

	def follow_posting(self, before):
		"""Give a case that has another posting to whoever works there."""
		if before.posting != self.posting:
			self.assigned_to = worker_of(self.posting) if self.posting else None
			transfers.refuse_accused(self)

	def start_clock(self):
		"""Set the target: a demand is decided within the days of the settings, a suggestion cannot be late."""
		self.set_target_days()
		if self.grievance_type != SUGGESTION:
			deadlines.start(self)

	def set_target_days(self):
		settings = frappe.get_cached_doc("Grievance Settings")
		self.target_days = settings.demand_days if self.grievance_type == DEMAND else 0

	def follow_sla(self, before):
		if all(before.get(field) == self.get(field) for field in DECIDE_SLA):
			return
		is_running = duplicates.is_open(before)
		if before.grievance_type != self.grievance_type:
			self.set_target_days()
			if is_running and SUGGESTION in (before.grievance_type, self.grievance_type):
				self.change_kind_of_clock()
				return
		self.sla = None if self.grievance_type == SUGGESTION else deadlines.choose_sla(self)
		if is_running and not before.on_hold_since:
			# A paused case gets its new dates when it goes on; a settled one was measured by the old ones.
			deadlines.set_deadlines(self)

	def change_kind_of_clock(self):
		"""Give a case that was a suggestion its target, from its registration on; take it from one that is a suggestion."""
		if self.grievance_type == SUGGESTION:
			deadlines.forget(self)
			self.breached_on = self.delay_reason = self.delay_remark = None
		else:
			deadlines.start(self)

	def set_subject(self):
		if not self.subject:
			text = " ".join(strip_html(self.description or "").split())
			self.subject = text if len(text) <= SUBJECT_LENGTH else shorten(text, SUBJECT_LENGTH)

	def mask_mobile_no(self):
		if self.citizen and not self.mobile_no:
			self.mobile_no = frappe.db.get_value("Citizen", self.citizen, "mobile_no")
		self.mobile_masked = masked(self.mobile_no)

	def validate_category(self):
		if frappe.get_cached_value("Grievance Category", self.category, "is_group"):
			frappe.throw(_("{0} is a group: choose one of the categories below it").format(_(self.category)))

	def validate_external_reference(self):
		"""Keep the other system's number unique among the cases that came from there."""
		if not self.external_reference:
			return
		other = frappe.db.get_value(
			"Grievance",
			{
				"source": self.source,
				"external_reference": self.external_reference,
				"name": ("!=", self.name or ""),
			},
		)
		if other:
			frappe.throw(
				_("{0} {1} is registered already as {2}").format(
					_(self.source), self.external_reference, other
				),
				frappe.UniqueValidationError,
			)


def shorten(text: str, length: int) -> str:
	"""Cut a text at the last space that fits, so that no letter loses its vowel sign."""
	cut = text[: length - 1]
	return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def on_doctype_update():
	# How many open cases a posting has, whatever it has closed.
	frappe.db.add_index("Grievance", ["posting", "status"])
	# What a department has in some areas, and what is due first of what is open.
	frappe.db.add_index("Grievance", ["department", "area"])
	frappe.db.add_index("Grievance", ["status", "resolution_by"])
	# What duplicates.similar looks for: the same matter around a place, and in a ward.
	frappe.db.add_index("Grievance", ["category", "latitude"])
	frappe.db.add_index("Grievance", ["category", "area", "registered_on"])
