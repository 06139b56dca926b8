frappe.listview_settings["Review Direction"] = {
	hide_name_column: true,
	add_fields: ["status", "due_on", "confirmed_on"],
	get_indicator({ status, due_on, confirmed_on }) {
		const today = frappe.datetime.get_today();
		if (status === "Open" && due_on < today) {
			return [__("Overdue"), "red", `status,=,Open|due_on,<,${today}`];
		}
		if (status === "Open") return [__("Open"), "orange", "status,=,Open"];
		if (status === "Done" && confirmed_on) return [__("Confirmed"), "green", "confirmed_on,is,set"];
		return [__(status), status === "Done" ? "blue" : "gray", `status,=,${status}`];
	},
};
