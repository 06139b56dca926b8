import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make, make_citizen, make_user

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestCallbackRequest(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.citizen = make_citizen()
		self.request = make("Callback Request", citizen=self.citizen.name, said="कोई है?")
		self.operator = make_user("Grievance Operator")

	def finish(self, remark: str | None):
		frappe.set_user(self.operator)
		request = frappe.get_doc("Callback Request", self.request.name)
		request.update({"status": "Done", "remark": remark})
		return request.save()

	def test_a_new_one_is_open_and_has_the_number_to_call(self):
		request = make("Callback Request", citizen=self.citizen.name, status="Done")
		self.assertEqual((request.status, request.done_by), ("Open", None))
		self.assertEqual(request.mobile_no, self.citizen.mobile_no)
		self.assertEqual(request.citizen_name, self.citizen.citizen_name)
		self.assertTrue(request.requested_on)

	def test_a_number_given_by_the_citizen_is_kept(self):
		request = make("Callback Request", citizen=self.citizen.name, mobile_no="+919876500000")
		self.assertEqual(request.mobile_no, "+919876500000")

	def test_it_is_done_with_a_remark_by_whoever_called(self):
		for remark in (None, "  "):
			with self.assertRaises(frappe.ValidationError):
				self.finish(remark)
		done = self.finish("Explained how to send a photo")
		self.assertEqual(done.done_by, self.operator)
		self.assertTrue(done.done_on)

	def test_who_did_it_stays_whoever_saves_it_again(self):
		self.finish("Explained")
		frappe.set_user("Administrator")
		request = frappe.get_doc("Callback Request", self.request.name)
		request.update({"done_by": "Administrator", "remark": "Explained twice"})
		self.assertEqual(request.save().done_by, self.operator)

	def test_open_again_it_waits_as_new(self):
		done = self.finish("Explained")
		done.status = "Open"
		done.save()
		self.assertEqual((done.done_by, done.done_on, done.remark), (None, None, None))

	def test_operators_and_the_collector_see_the_name_nobody_the_number_and_nobody_else_anything(self):
		meta = frappe.get_meta("Callback Request")
		self.assertEqual(meta.get_field("citizen_name").permlevel, 1)
		self.assertEqual(meta.get_field("mobile_no").permlevel, 2)
		for role, sees in (("Grievance Operator", True), ("Collector", True), ("Grievance Manager", False),
			("Grievance Officer", False), ("Public Representative", False)):  # fmt: skip
			with self.subTest(role):
				user = make_user(role, "System Manager") if role == "Grievance Manager" else make_user(role)
				self.assertEqual(
					frappe.has_permission("Callback Request", "read", self.request.name, user=user), sees
				)
				levels = meta.get_permlevel_access(permission_type="read", user=user)
				self.assertEqual(1 in levels, sees)
				self.assertNotIn(2, levels)
