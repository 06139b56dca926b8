frappe.listview_settings["Grievance"] = {
	add_fields: ["status", "sla_status", "resolution_by", "priority"],

	get_indicator(doc) {
		const colour = { Overdue: "red", "Due Soon": "orange", "On Track": "blue", Paused: "gray" };
		if (colour[doc.sla_status]) {
			return [
				`${__(doc.status)} · ${__(doc.sla_status)}`,
				colour[doc.sla_status],
				`status,=,${doc.status}|sla_status,=,${doc.sla_status}`,
			];
		}
		return [__(doc.status), "green", `status,=,${doc.status}`];
	},

	formatters: {
		resolution_by(value) {
			return value ? grievance_cell.time_left(value) : "";
		},
	},
};
