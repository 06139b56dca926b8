import "./whatsapp_link";

frappe.provide("grievance_cell");

// Say in words how many days are left until a date.
grievance_cell.time_left = function (date) {
	const days = frappe.datetime.get_day_diff(date, frappe.datetime.now_date());
	if (days > 1) return __("in {0} days", [days]);
	if (days === 1) return __("tomorrow");
	if (days === 0) return __("today");
	if (days === -1) return __("since yesterday");
	return __("{0} days late", [-days]);
};
