frappe.listview_settings["Chat Template"] = {
	onload(list) {
		list.page.add_action_item(__("Submit to Meta"), () =>
			ask_meta("submit", { names: JSON.stringify(list.get_checked_items(true)) }, list)
		);
		list.page.add_inner_button(__("Sync States"), () => ask_meta("sync", {}, list));
	},
};

function ask_meta(method, args, list) {
	const call = { method: `grievance_cell.messaging.templates.${method}`, args, freeze: true };
	return frappe.call(call).then(() => list.refresh());
}
