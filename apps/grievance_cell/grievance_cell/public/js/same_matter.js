// What of a Grievance has to do with other cases of the same matter, and whom to call in an emergency.
frappe.ui.form.on("Grievance", {
	refresh: show_similar_cases,
	area: show_similar_cases,
	latitude: show_similar_cases,
	longitude: show_similar_cases,

	category(frm) {
		show_emergency_numbers(frm);
		show_similar_cases(frm);
	},
});

// Whom the operator tells the citizen to call, before anything else is asked.
function show_emergency_numbers(frm) {
	if (!frm.is_new() || !frm.doc.category) return;
	frappe
		.xcall("grievance_cell.api.cases.emergency_numbers", { category: frm.doc.category })
		.then((numbers) => {
			if (!numbers.length) return;
			const lines = numbers.map(({ title, phone_number }) => `${__(title)}: <b>${phone_number}</b>`);
			frappe.msgprint({
				title: __("If someone is in danger, please call at once:"),
				indicator: "red",
				message: lines.join("<br>"),
			});
		});
}

// Say above the form of a new case that others have reported it.
function show_similar_cases(frm) {
	// A saved one has them beside it (case_overview.js).
	if (!frm.is_new() || frm.doc.duplicate_of || !frm.doc.category || !frm.doc.area) return;
	similar_cases(frm).then((cases) => {
		// Only this line: what is proposed for the case stands there as well.
		const before = $(frm.wrapper).find(".similar-cases");
		if (before.length) before.remove();
		if (!cases.length) {
			if (before.length && !frm.layout.message.children().length) frm.dashboard.clear_headline();
			return;
		}
		const words =
			cases.length === 1
				? __("One open case may be the same matter")
				: __("{0} open cases may be the same matter", [cases.length]);
		const link = `<div class="similar-cases"><a class="show-similar-cases">${words}</a></div>`;
		frm.dashboard.set_headline(link, "yellow");
		$(frm.wrapper)
			.find(".show-similar-cases")
			.on("click", () => grievance_cell.join_case(frm));
	});
}

function similar_cases(frm) {
	return frappe.xcall("grievance_cell.api.cases.similar_cases", { case: frm.doc });
}

// List the open cases that may be the same, and join this one to the one that is chosen: a new one when it is saved.
grievance_cell.join_case = function (frm) {
	similar_cases(frm).then((cases) => {
		const shown = cases.map(({ name, subject, area, registered_on, distance, people }) => ({
			value: name,
			label: [
				`${name}: ${frappe.utils.escape_html(subject)}`,
				frappe.utils.escape_html(area),
				distance === null ? "" : __("{0} m away", [distance]),
				registered_on,
				__("reported by {0}", [people]),
			]
				.filter(Boolean)
				.join(", "),
		}));
		const label = __("The Case That It Is Joined To");
		const dialog = new frappe.ui.Dialog({
			title: __("Join to Another Case"),
			fields: [
				shown.length
					? { fieldname: "into", fieldtype: "Select", label, options: shown, reqd: 1 }
					: {
							fieldname: "into",
							fieldtype: "Link",
							label,
							options: "Grievance",
							reqd: 1,
							description: __("No open case looks like the same matter: name it yourself"),
							get_query: () => ({ filters: { name: ["!=", frm.doc.name], closed_on: ["is", "not set"] } }),
					  },
			],
			primary_action_label: __("Join to Another Case"),
			primary_action({ into }) {
				dialog.hide();
				if (frm.is_new()) return frm.set_value("duplicate_of", into);
				return frappe
					.xcall("grievance_cell.api.cases.merge", { case: frm.doc.name, into })
					.then(() => frm.reload_doc());
			},
		});
		dialog.show();
	});
};

grievance_cell.part_case = function (frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		({ reason }) =>
			frappe
				.xcall("grievance_cell.api.cases.unmerge", { case: frm.doc.name, reason })
				.then(() => frm.reload_doc()),
		__("Separate Again"),
		__("Separate Again")
	);
};
