// Minutes without another slip, after which the operator may begin anew: no slip becomes two cases.
const STOPPED_AFTER = 2;
// When something was last heard of a camp's registering, by its name.
const heard_on = {};

frappe.ui.form.on("Camp Day", {
	setup(frm) {
		frm.set_query("category", () => ({ filters: { is_group: 0 } }));
		frm.set_query("area", () => ({ query: "grievance_cell.api.registration.find_areas" }));
		frm.set_query("place", "slips", () => ({ query: "grievance_cell.api.registration.place_names" }));
		// In the fields of every slip and not of the grid's rows, which Frappe makes anew when a camp is saved the first time.
		const fields = frappe.meta.docfield_map["Camp Slip"];
		// What was written stays, whether or not it is among what is offered; it is read when the camp is saved.
		fields.place.ignore_validation = fields.category.ignore_validation = 1;
		fields.grievance.formatter = show_outcome;
		// Fifty slips from a spreadsheet are longer than the one field into which they are pasted.
		const allow_all = ({ target }) => target.removeAttribute("maxlength");
		frm.get_field("slips").$wrapper[0].addEventListener("paste", allow_all, { capture: true });
		frm.category_options = category_names();
		frappe.realtime.on("camp_progress", (progress) => show_progress(frm, progress));
		frappe.realtime.on("camp_registered", tell_outcome);
	},

	async onload(frm) {
		const options = await frm.category_options;
		const { grid } = frm.get_field("slips");
		// The grid draws itself anew, which must not happen to what is being typed each time that the camp is loaded.
		if (grid.get_docfield("category").options === options) return;
		frappe.meta.docfield_map["Camp Slip"].category.options = options;
		grid.update_docfield_property("category", "options", options);
	},

	refresh(frm) {
		const may_write = frm.perm[0].write;
		if (frm.doc.status === "Registering") {
			hold(frm);
			if (!has_stopped(frm)) return;
		}
		const waiting = frm.doc.slips?.filter((slip) => !slip.grievance && is_written(slip)).length;
		if (frm.is_new() || !waiting || !may_write) return;
		frm.add_custom_button(__("Register All"), () => register_all(frm));
		frm.change_custom_button_type(__("Register All"), null, "primary");
	},
});

async function category_names() {
	const categories = await frappe.db.get_list("Grievance Category", {
		filters: { is_group: 0 },
		order_by: "lft",
		limit: 0,
	});
	return categories.map(({ name }) => __(name));
}

// The form is loaded anew when all slips are registered: what was typed meanwhile would be lost.
function hold(frm) {
	frm.set_read_only();
	frm.disable_save();
	frm.refresh_fields();
	frm.set_intro(__("The slips are being registered. Until that is done nothing can be changed here."), "blue");
}

// Every slip that is registered counts as a change of its camp, and is told.
function has_stopped({ doc }) {
	const [last] = [doc.modified, heard_on[doc.name] || ""].sort().reverse();
	return moment(frappe.datetime.system_datetime()).diff(last, "minutes") >= STOPPED_AFTER;
}

function is_written(slip) {
	return ["mobile_no", "citizen_name", "place", "category", "wanted"].some((field) => slip[field]);
}

// In the column of the case: its number, else what is missing.
function show_outcome(value, _df, _options, slip) {
	if (value) return `<a href="${frappe.utils.get_form_link("Grievance", value)}">${value}</a>`;
	return slip?.error ? `<span class="missing">${frappe.utils.escape_html(slip.error)}</span>` : "";
}

async function register_all(frm) {
	if (frm.is_dirty()) await frm.save();
	if (frm.is_dirty()) return;
	frm.doc.status = "Registering";
	heard_on[frm.doc.name] = frappe.datetime.system_datetime();
	frm.refresh_header();
	hold(frm);
	frappe.call({
		method: "grievance_cell.api.registration.register_slips",
		args: { camp: frm.doc.name },
		freeze: true,
		freeze_message: __("Registering the slips"),
		callback({ message: outcome }) {
			if (outcome) {
				tell_outcome(outcome);
				frm.reload_doc();
			} else {
				// When the job is done, Frappe tells the form, which loads itself.
				frappe.show_alert(__("The slips are being registered; you can go on with something else."));
			}
		},
		error: () => frm.reload_doc(),
	});
}

function show_progress(frm, { camp, done, of }) {
	heard_on[camp] = frappe.datetime.system_datetime();
	if (frm.doc?.name !== camp || frm.doc.status !== "Registering") return;
	frm.dashboard.show_progress(__("Registering the slips"), (100 * done) / of, __("{0} of {1}", [done, of]));
}

function tell_outcome({ title, registered, written }) {
	frappe.show_alert({
		message: `${frappe.utils.escape_html(title)}: ${__("{0} of {1} slips are registered", [registered, written])}`,
		indicator: registered === written ? "green" : "orange",
	});
}
