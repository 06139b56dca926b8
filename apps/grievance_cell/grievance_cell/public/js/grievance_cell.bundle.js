import "./case_overview";
import "./citizens_language";
import "./collectors_desk";
import "./lists";
import "./my_desk";
import "./reports";
import "./set_up";
import "./whatsapp_link";
import "./missed_update";
import "./directions";
import "./other_languages";

frappe.provide("grievance_cell");

// Show the full number of whom a form is about; who has seen it is written down.
grievance_cell.add_number_button = function (frm) {
	if (frm.is_new()) return;
	if (frm.doc.confidential) {
		frm.add_custom_button(__("Protected Identity"), () =>
			frappe.set_route("Form", "Protected Identity", frm.doc.name)
		);
	}
	frm.add_custom_button(__("Show Number"), async () => {
		const number = await frappe.xcall("grievance_cell.api.cases.reveal_number", {
			case: frm.doc.name,
			doctype: frm.doctype,
		});
		frappe.msgprint({
			title: __("Mobile Number"),
			message: number
				? `<a href="tel:${frappe.utils.escape_html(number)}">${frappe.utils.escape_html(number)}</a>
					<p class="text-muted">${__("Who has seen the number is written down.")}</p>`
				: __("No number is known"),
		});
	});
};

// Say in words how much is left until a moment.
grievance_cell.time_left = function (date) {
	const days = frappe.datetime.get_day_diff(date, frappe.datetime.now_date());
	if (days > 1) return __("in {0} days", [days]);
	if (days === 1) return __("tomorrow");
	if (days === 0) {
		const time = moment(date).format("HH:mm");
		const past = date < frappe.datetime.now_datetime();
		return past ? __("late since {0} today", [time]) : __("by {0} today", [time]);
	}
	if (days === -1) return __("since yesterday");
	return __("{0} days late", [-days]);
};

// Say how a case stands with its time: `text` in words, "" for one without a date, and a `colour`.
grievance_cell.standing = function ({ sla_status, resolution_by }) {
	const colour = { Overdue: "red", "Due Soon": "orange", "On Track": "blue", Paused: "gray" }[sla_status];
	if (sla_status === "Paused") return { text: __("clock stands"), colour };
	if (!colour || !resolution_by) return { text: "", colour: sla_status === "Breached" ? "orange" : "green" };
	return { text: grievance_cell.time_left(resolution_by), colour };
};
