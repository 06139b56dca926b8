frappe.listview_settings["Callback Request"] = {
	filters: [["status", "=", "Open"]],
};
