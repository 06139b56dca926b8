// The parts of the asset build that only compute: which bundles there are, what they are called, what goes into them.

import fs from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";

const SCRIPT = /\.bundle\.(js|ts)$/;
const STYLE = /\.bundle\.(css|sass|scss)$/;
// dist is what a build wrote; node_modules is a link.
const SKIPPED = new Set(["dist", "node_modules"]);

export function findBundles(folder) {
	return fs
		.readdirSync(folder, { withFileTypes: true })
		.filter((entry) => !SKIPPED.has(entry.name))
		.flatMap((entry) => {
			const file = path.join(folder, entry.name);
			if (entry.isDirectory()) return findBundles(file);
			return SCRIPT.test(entry.name) || STYLE.test(entry.name) ? [file] : [];
		})
		.sort();
}

// One esbuild run for each app and kind. A bundle is known to Frappe by its bare name, so that has to be unique.
export function groupBundles(apps) {
	const seen = new Map();
	for (const file of apps.flatMap(({ files }) => files)) {
		const name = path.parse(file).name + (SCRIPT.test(file) ? ".js" : ".css");
		if (seen.has(name)) throw new Error(`two bundles are called ${name}: ${seen.get(name)} and ${file}`);
		seen.set(name, file);
	}
	return apps
		.flatMap(({ app, files }) => {
			const scripts = files.filter((file) => SCRIPT.test(file));
			const styles = files.filter((file) => STYLE.test(file));
			return [
				{ app, kind: "js", files: scripts },
				{ app, kind: "css", files: styles },
				{ app, kind: "css-rtl", files: styles },
			];
		})
		.filter(({ files }) => files.length);
}

// The hash is taken over what is served, injected style included, so that a browser never keeps an old file for a new.
export function nameOutput({ app, kind, name, extension, code, map }) {
	const hash = createHash("sha256").update(code).digest("hex").slice(0, 8).toUpperCase();
	const fileName = `${name}.${hash}${extension}`;
	const comment = kind === "js" ? `//# sourceMappingURL=${fileName}.map` : `/*# sourceMappingURL=${fileName}.map */`;
	return {
		kind,
		key: (kind === "css-rtl" ? "rtl_" : "") + name + extension,
		file: path.posix.join("assets", app, "dist", kind, fileName),
		code: `${code}${comment}\n`,
		map,
	};
}

export function styleInjector(css) {
	return `(() => {
	const style = document.createElement("style");
	style.textContent = ${JSON.stringify(css)};
	document.head.append(style);
})();
`;
}

// A template imported by a script registers itself under its file's name, where frappe.render_template looks for it.
export function htmlTemplate() {
	return {
		name: "frappe-html-template",
		setup(build) {
			build.onLoad({ filter: /\.html$/ }, async ({ path: file }) => ({
				contents: templateScript(path.parse(file).name, await fs.promises.readFile(file, "utf8")),
			}));
		},
	};
}

// Frappe's own builder lays a template between back-ticks, so that \' in it becomes '; one of its templates relies on it.
export function templateScript(name, html) {
	const text = html.replace(/`/g, "\\`").replace(/\$\{/g, "\\${");
	return `frappe.templates[${JSON.stringify(name)}] = \`${text}\`;\n`;
}
