frappe.listview_settings["Public Case"] = {
	add_fields: ["status", "sla_status"],

	get_indicator(doc) {
		const colour = { Overdue: "red", "Due Soon": "orange", "On Track": "blue", Paused: "gray" };
		return [__(doc.status), colour[doc.sla_status] || "green", `status,=,${doc.status}`];
	},

	formatters: {
		category: (value) => __(value),
		resolution_by: (value) => (value ? grievance_cell.time_left(value) : ""),
	},
};
