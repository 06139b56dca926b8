const LISTS_API = "grievance_cell.api.lists.";
// So many cases are changed in a request.
const AT_ONCE = 25;

frappe.listview_settings["Grievance"] = {
	add_fields: ["status", "sla_status", "resolution_by", "priority", "new_reply", "registered_on"],

	get_indicator(doc) {
		const { text, colour } = grievance_cell.standing(doc);
		const filters = [`status,=,${doc.status}`];
		if (doc.sla_status) filters.push(`sla_status,=,${doc.sla_status}`);
		const said = [text, doc.new_reply ? __("New Reply") : "", __(doc.status)].filter(Boolean);
		return [said.join(" · "), colour, filters.join("|")];
	},

	formatters: {
		registered_on(value) {
			return age(value);
		},
		// Its series is the same for all; the column is narrow.
		name(value) {
			return frappe.utils.escape_html(value.replace(/^GRV-/, ""));
		},
	},

	onload(listview) {
		offer_worklists(listview);
		if (frappe.perm.has_perm("Grievance", 0, "write")) offer_changes(listview);
	},

	refresh(listview) {
		name_places(listview);
		grievance_cell.settle_filters(listview);
	},
};

function age(registered_on) {
	if (!registered_on) return "";
	const days = frappe.datetime.get_day_diff(frappe.datetime.now_date(), registered_on);
	const said = days === 1 ? __("1 day") : __("{0} days", [days]);
	return `<span title="${frappe.datetime.str_to_user(registered_on)}">${said}</span>`;
}

// The lists that the user works from, with one click each.
async function offer_worklists(listview) {
	const lists = await frappe.xcall(`${LISTS_API}my_lists`);
	for (const { title, filters } of lists) {
		const show = async () => {
			await listview.filter_area.clear(false);
			await listview.filter_area.add(filters);
		};
		listview.page.add_inner_button(title, show, __("Worklists"));
	}
}

function offer_changes(listview) {
	const offer = (label, change, fields) =>
		listview.page.add_actions_menu_item(label, () => change_many(listview, label, change, fields), false);
	const link = (fieldname, label, options, more = {}) => ({ fieldname, fieldtype: "Link", label, options, ...more });
	const reason = { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 };
	offer(__("Give to a Posting"), "transfer", [
		link("posting", __("Posting"), "Officer Posting", {
			reqd: 1,
			get_query: () => ({ filters: { kind: "Officer", is_active: 1 } }),
		}),
		reason,
	]);
	offer(__("Transfer"), "transfer", [link("department", __("Department"), "Department", { reqd: 1 }), reason]);
	offer(__("Set Priority"), "set_priority", [
		{
			fieldname: "priority",
			fieldtype: "Select",
			label: __("Priority"),
			options: ["Low", "Medium", "High", "Emergency"],
			reqd: 1,
		},
	]);
}

function change_many(listview, label, change, fields) {
	const cases = listview.get_checked_items(true);
	const dialog = new frappe.ui.Dialog({
		title: __("{0}: {1} cases", [label, cases.length]),
		fields,
		primary_action_label: label,
		async primary_action(values) {
			dialog.hide();
			const results = [];
			try {
				for (let from = 0; from < cases.length; from += AT_ONCE) {
					frappe.show_progress(label, from, cases.length, __("Please wait"));
					results.push(
						...(await frappe.xcall(`${LISTS_API}change_many`, {
							cases: cases.slice(from, from + AT_ONCE),
							change,
							values,
						}))
					);
				}
			} catch {
				// Frappe has shown why. Of those that were asked for and not answered nobody knows.
				const error = __("Perhaps changed all the same: look at the case");
				const unknown = cases.slice(results.length, results.length + AT_ONCE);
				results.push(...unknown.map((name) => ({ case: name, error })));
				const untried = cases.slice(results.length);
				results.push(...untried.map((name) => ({ case: name, error: __("Not tried") })));
			} finally {
				frappe.hide_progress();
			}
			tell_results(label, results);
			listview.clear_checked_items();
			listview.refresh();
		},
	});
	dialog.show();
}

// Say of each case what became of it, those first that were left as they are.
function tell_results(label, results) {
	const failed = results.filter(({ error }) => error);
	if (!failed.length) {
		frappe.show_alert({ message: __("{0} cases changed", [results.length]), indicator: "green" });
		return;
	}
	const escape = frappe.utils.escape_html;
	const lines = failed.map(({ case: name, error }) => `<tr><td>${escape(name)}</td><td>${escape(error)}</td></tr>`);
	frappe.msgprint({
		title: label,
		indicator: "orange",
		message: `<p>${__("{0} cases changed, {1} left as they are:", [results.length - failed.length, failed.length])}</p>
			<table class="table table-bordered">${lines.join("")}</table>`,
	});
}

// Areas are shown by their English titles, and those of who reads another language by its names.
async function name_places(listview) {
	if (frappe.boot.lang === "en" || !listview.$result) return;
	const areas = [...new Set((listview.data || []).map((doc) => doc.area).filter(Boolean))];
	if (!areas.length) return;
	const names = await frappe.xcall(`${LISTS_API}place_names`, { areas });
	listview.$result.find('[data-filter^="area,=,"]').each((_index, link) => {
		const name = names[link.dataset.filter.slice("area,=,".length)];
		if (name) $(link).text(name).parent().attr("title", name);
	});
}
