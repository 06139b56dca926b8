frappe.listview_settings["Review Meeting"] = {
	get_indicator: ({ status }) => [__(status), status === "Held" ? "green" : "orange", `status,=,${status}`],
};
