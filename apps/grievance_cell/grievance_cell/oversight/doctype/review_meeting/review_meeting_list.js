frappe.listview_settings["Review Meeting"] = {
	add_fields: ["area"],
	// One without a title is named after its area, to each reader in their language.
	before_render() {
		if (cur_list?.doctype !== "Review Meeting") return;
		for (const meeting of cur_list.data)
			meeting.title = meeting.title || __("TL Review, {0}", [meeting.area_title || meeting.area]);
	},
	get_indicator: ({ status }) => [__(status), status === "Held" ? "green" : "orange", `status,=,${status}`],
};
