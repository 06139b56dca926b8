frappe.listview_settings["Chat Flow"] = {
	onload(listview) {
		if (!frappe.model.can_create("Chat Flow")) return;
		listview.page.add_inner_button(__("Import from a File"), choose_file);
	},
};

function choose_file() {
	const input = $('<input type="file" accept=".json,application/json">');
	input.on("change", async () => take_file(await input[0].files[0].text()));
	input.trigger("click");
}

// Make a flow of a file; one of that title is replaced only after asking.
function take_file(content, replace = 0) {
	frappe.call({
		method: "grievance_cell.api.chat_flow.import_file",
		args: { content, replace },
		callback({ message: { name, exists } }) {
			if (exists) return ask_to_replace(name, () => take_file(content, 1));
			frappe.set_route("Form", "Chat Flow", name);
			frappe.show_alert({
				message: __("Imported and switched off: look at it, then enable it."),
				indicator: "green",
			});
		},
	});
}

function ask_to_replace(name, replace) {
	frappe.confirm(
		__("There is a form named {0}. Shall the file replace it? It is switched off until you enable it.", [
			frappe.utils.escape_html(name),
		]),
		replace
	);
}
