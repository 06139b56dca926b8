frappe.treeview_settings["Local Area"] = {
	// Areas are named by series: show their titles, and above them all a root that is not one of them.
	get_tree_root: false,
	get_label: (node) => frappe.utils.escape_html(node.title || node.label),
	onload(view) {
		view.root_label = __("Areas");
		view.root_value = "";
		view.make_tree();
	},
};
