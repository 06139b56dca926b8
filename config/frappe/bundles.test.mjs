import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { findBundles, groupBundles, nameOutput, templateScript } from "./bundles.mjs";

let folder;
before(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "bundles-"));
	for (const file of ["js/desk.bundle.js", "js/desk.js", "scss/desk.bundle.scss", "dist/js/desk.bundle.0A1B2C3D.js"]) {
		fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
		fs.writeFileSync(path.join(folder, file), "");
	}
});
after(() => fs.rmSync(folder, { recursive: true }));

test("only sources named *.bundle.* are bundles, never what a build wrote", () => {
	const found = findBundles(folder).map((file) => path.relative(folder, file));
	assert.deepEqual(found, ["js/desk.bundle.js", "scss/desk.bundle.scss"]);
});

test("styles are built twice, the second time for right-to-left languages", () => {
	const groups = groupBundles([{ app: "frappe", files: findBundles(folder) }]);
	assert.deepEqual(groups.map(({ kind, files }) => [kind, files.length]), [["js", 1], ["css", 1], ["css-rtl", 1]]);
});

test("two apps may not own a bundle of one name", () => {
	const apps = ["one", "two"].map((app) => ({ app, files: [`/${app}/desk.bundle.scss`] }));
	assert.throws(() => groupBundles(apps), /two bundles are called desk.bundle.css: \/one.*\/two/);
});

test("the name changes with the content and is what Frappe looks up", () => {
	const output = (code) => nameOutput({ app: "frappe", kind: "css-rtl", name: "desk.bundle", extension: ".css", code });
	assert.equal(output("a").key, "rtl_desk.bundle.css");
	assert.match(output("a").file, /^assets\/frappe\/dist\/css-rtl\/desk\.bundle\.[0-9A-F]{8}\.css$/);
	assert.notEqual(output("a").file, output("b").file);
});

test("a template keeps its quotes, back-ticks and line ends", () => {
	const html = "<b title=\"x\">`${y}`</b>\n<i>'z'</i>";
	const frappe = { templates: {} };
	new Function("frappe", templateScript("page", html))(frappe);
	assert.equal(frappe.templates.page, html);
});

test("a template's escaped quotes are quotes, as where Frappe builds it", () => {
	const frappe = { templates: {} };
	new Function("frappe", templateScript("box", "{%= name.replace(/#/g, \\'%23\\') %}"))(frappe);
	assert.equal(frappe.templates.box, "{%= name.replace(/#/g, '%23') %}");
});
