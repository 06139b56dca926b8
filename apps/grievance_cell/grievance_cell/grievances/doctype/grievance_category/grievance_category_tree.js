frappe.treeview_settings["Grievance Category"] = {
	// Frappe asks for mandatory fields only; a category without a department is refused.
	fields: [
		{ fieldname: "category_name", fieldtype: "Data", label: __("Category Name"), description: __("In English"), reqd: 1 },
		{ fieldname: "is_group", fieldtype: "Check", label: __("Has Categories Below") },
		{
			fieldname: "department",
			fieldtype: "Link",
			options: "Department",
			label: __("Department"),
			depends_on: "eval:!doc.is_group",
			mandatory_depends_on: "eval:!doc.is_group",
		},
		{
			fieldname: "keywords",
			fieldtype: "Small Text",
			label: __("Keywords"),
			description: __("Words by which citizens describe it, in any language, one a line"),
			depends_on: "eval:!doc.is_group",
		},
	],
};
