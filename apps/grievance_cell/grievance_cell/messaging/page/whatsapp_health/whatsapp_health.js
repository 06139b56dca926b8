const LIGHTS = ["red", "orange", "green", "gray"];

frappe.pages["whatsapp-health"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("WhatsApp Health"), single_column: true });
	page.set_secondary_action(__("Look Again"), () => wrapper.look(), "refresh");
	const body = $('<div class="whatsapp-health">').appendTo(page.main);
	// A later look may overtake an earlier one.
	let looks = 0;

	wrapper.look = async function () {
		const mine = ++looks;
		const sections = await ask("report");
		if (mine !== looks) return;
		body.html(sections.map(section).join(""));
		for (const { channel } of sections.filter(({ channel }) => channel)) {
			const lines = await ask("ask_meta", { channel });
			if (mine !== looks) return;
			card(channel).find(".asking-meta").replaceWith(lines.map(line).join(""));
			judge();
		}
		judge();
		body.attr("data-complete", mine);
	};

	function card(channel) {
		return body.find(".health-card").filter((_index, each) => $(each).data("channel") === channel);
	}

	// Say of each channel how it does: as badly as the worst of its lines.
	function judge() {
		body.find(".health-card").each((_index, each) => {
			const lights = new Set($(each).find(".health-line").get().map(({ dataset }) => dataset.light));
			const worst = LIGHTS.find((light) => lights.has(light)) || "gray";
			const words = { red: __("Needs help now"), orange: __("Look into it"), green: __("All is well"), gray: "" };
			$(each)
				.find(".health-verdict")
				.attr("class", `health-verdict indicator-pill ${worst}`)
				.text(words[worst]);
		});
	}
};

frappe.pages["whatsapp-health"].on_page_show = (wrapper) => wrapper.look();

async function ask(method, args) {
	return (await frappe.call({ method: `grievance_cell.messaging.health.${method}`, args })).message;
}

function section({ channel, lines }) {
	const escape = frappe.utils.escape_html;
	const name = channel
		? `<a href="${frappe.utils.get_form_link("Chat Channel", channel)}">${escape(channel)}</a>`
		: __("This Site");
	const asking = channel ? `<div class="asking-meta text-muted">${__("Asking Meta…")}</div>` : "";
	return `
		<div class="health-card" data-channel="${escape(channel || "")}">
			<div class="health-head"><h4>${name}</h4><span class="health-verdict"></span></div>
			${asking}${lines.map(line).join("")}
		</div>`;
}

function line({ key, light, title, text, advice, route }) {
	const escape = frappe.utils.escape_html;
	const open = route ? `<a class="health-open" href="${list_address(route)}">${__("Show")}</a>` : "";
	return `
		<div class="health-line" data-key="${escape(key)}" data-light="${light}">
			<span class="indicator ${light}"></span>
			<div class="health-title">${escape(title)}</div>
			<div class="health-text">${escape(text)} ${open}
				${advice ? `<div class="health-advice">${escape(advice)}</div>` : ""}
			</div>
		</div>`;
}

// The desk lies under /app in one release and elsewhere in another: begin where this page is.
function list_address(route) {
	return frappe.utils.escape_html(`${window.location.pathname.replace(/\/[^/]*$/, "")}/${route}`);
}
