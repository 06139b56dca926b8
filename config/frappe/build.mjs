// Builds the assets of every app in a bench, for an apps/frappe that holds the Python package only.
//
//     node build.mjs [--bench DIR] [--sites DIR] [--app NAME] [--development]
//
// An ordinary Frappe checkout brings its own package.json, esbuild and `bench build`; the bench calls this one only
// when apps/frappe has no package.json. The outcome is the same as upstream's:
//
//     sites/assets/<app>                      link to the app's public folder
//     sites/assets/<app>/dist/js|css|css-rtl  name.bundle.HASH.js|css, each with its .map
//     sites/assets/assets.json                bundle name -> path; assets-rtl.json: rtl_ + bundle name -> path
//
// Everything is built in memory first. What is written then appears by rename, the two JSON files last, so a failed or
// interrupted build leaves the previous assets in service.

import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@redis/client";
import autoprefixer from "autoprefixer";
import esbuild from "esbuild";
import vue from "esbuild-plugin-vue3";
import { sassPlugin } from "esbuild-sass-plugin";
import postcss from "postcss";
import rtlcss from "rtlcss";
import { findBundles, groupBundles, htmlTemplate, nameOutput, styleInjector } from "./bundles.mjs";

const HERE = import.meta.dirname;
const NODE_MODULES = path.join(HERE, "node_modules");

// Sass features that Frappe's and Bootstrap's style sheets use and that Sass means to drop one day.
const OLD_SASS = ["import", "global-builtin", "color-functions", "slash-div", "abs-percent", "if-function"];

const { values: options } = parseArgs({
	options: {
		bench: { type: "string", default: path.join(HERE, "../..") },
		sites: { type: "string" },
		app: { type: "string" },
		development: { type: "boolean", default: false },
	},
});
const BENCH = path.resolve(options.bench);
const SITES = path.resolve(options.sites ?? path.join(BENCH, "sites"));
const ASSETS = path.join(SITES, "assets");

const appFolder = (app) => path.join(BENCH, "apps", app);
const publicFolder = (app) => path.join(appFolder(app), app, "public");

function listApps() {
	const apps = fs.readFileSync(path.join(SITES, "apps.txt"), "utf8").split(/\s+/).filter(Boolean);
	if (options.app && !apps.includes(options.app)) throw new Error(`${options.app} is not in sites/apps.txt`);
	return apps.filter((app) => fs.existsSync(publicFolder(app)));
}

// Modules come from our node_modules, else from an app's own; "frappe/public/..." names a file of any app.
function modulePaths(apps) {
	const own = apps.map((app) => path.join(appFolder(app), "node_modules"));
	return [NODE_MODULES, ...own.filter((folder) => fs.existsSync(folder)), ...apps.map(appFolder)];
}

function stylePlugin(loadPaths, postcssPlugins) {
	const processor = postcss(postcssPlugins);
	return sassPlugin({
		embedded: true,
		loadPaths,
		quietDeps: true,
		silenceDeprecations: OLD_SASS,
		transform: async (css, _folder, file) => (await processor.process(css, { from: file })).css,
	});
}

function pluginsFor(kind, loadPaths) {
	if (kind === "js") return [htmlTemplate(), vue()];
	return [stylePlugin(loadPaths, kind === "css-rtl" ? [rtlcss, autoprefixer] : [autoprefixer])];
}

async function buildGroup({ app, kind, files }, nodePaths) {
	const started = performance.now();
	const extension = kind === "js" ? ".js" : ".css";
	const { outputFiles } = await esbuild.build({
		absWorkingDir: BENCH,
		bundle: true,
		define: {
			"process.env.NODE_ENV": JSON.stringify(options.development ? "development" : "production"),
			// With no proxy before the bench, the desk has to reach the realtime server on its own port; this is where
			// Frappe's client looks for that, and nowhere else.
			"window.dev_server": "true",
		},
		entryPoints: files,
		entryNames: "[name]",
		external: ["/assets/*"],
		logLevel: "warning",
		minify: !options.development,
		nodePaths,
		outdir: path.join(publicFolder(app), "dist", kind),
		plugins: pluginsFor(kind, nodePaths),
		sourcemap: "external",
		target: "es2020",
		write: false,
	});
	const built = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
	const bundles = files.map((file) => {
		const name = path.parse(file).name;
		let code = built.get(name + extension);
		// The desk loads a bundle by its one name, so the style of its Vue components has to travel inside the script.
		if (kind === "js" && built.has(`${name}.css`)) code += styleInjector(built.get(`${name}.css`));
		return nameOutput({ app, kind, name, extension, code, map: built.get(`${name}${extension}.map`) });
	});
	const kilobytes = Math.round(bundles.reduce((sum, { code }) => sum + code.length, 0) / 1024);
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	console.log(`${app.padEnd(20)} ${kind.padEnd(8)} ${String(bundles.length).padStart(3)} bundles ${kilobytes} kB ${seconds} s`);
	return bundles;
}

function writeAtomically(file, text) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	const partial = `${file}.partial`;
	fs.writeFileSync(partial, text);
	fs.renameSync(partial, file);
}

function link(target, name) {
	fs.mkdirSync(path.dirname(name), { recursive: true });
	const relative = path.relative(fs.realpathSync(path.dirname(name)), target);
	if (fs.lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() && fs.readlinkSync(name) === relative) return;
	fs.rmSync(name, { recursive: true, force: true });
	fs.symlinkSync(relative, name);
}

// Frappe's desk fetches some libraries by path, as /assets/frappe/node_modules/...
function linkFolders(apps) {
	for (const app of apps) {
		link(publicFolder(app), path.join(ASSETS, app));
		const modules = app === "frappe" ? NODE_MODULES : path.join(appFolder(app), "node_modules");
		if (fs.existsSync(modules)) link(modules, path.join(publicFolder(app), "node_modules"));
	}
}

function writeBundles(bundles) {
	for (const { file, code, map } of bundles) {
		const target = path.join(SITES, file);
		// The name holds the content's hash: a file that is there already is the same.
		if (!fs.existsSync(`${target}.map`)) writeAtomically(`${target}.map`, map);
		if (!fs.existsSync(target)) writeAtomically(target, code);
	}
}

function removeStale(apps, bundles) {
	const current = new Set(bundles.flatMap(({ file }) => [path.basename(file), `${path.basename(file)}.map`]));
	for (const app of apps) {
		for (const kind of ["js", "css", "css-rtl"]) {
			const folder = path.join(publicFolder(app), "dist", kind);
			if (!fs.existsSync(folder)) continue;
			for (const name of fs.readdirSync(folder)) {
				if (!current.has(name)) fs.rmSync(path.join(folder, name));
			}
		}
	}
}

function writeAssetsJson(name, bundles, rebuiltApps) {
	const file = path.join(ASSETS, name);
	const assets = {};
	if (options.app && fs.existsSync(file)) {
		for (const [bundle, target] of Object.entries(JSON.parse(fs.readFileSync(file, "utf8")))) {
			if (!rebuiltApps.includes(target.split("/")[2])) assets[bundle] = target;
		}
	}
	for (const { key, file: target } of bundles) assets[key] = `/${target}`;
	writeAtomically(file, JSON.stringify(assets, null, 4));
}

// Frappe keeps a pickled copy of the two files in redis_cache. Before the first start there is no server yet.
async function forgetCachedAssets() {
	const config = path.join(SITES, "common_site_config.json");
	const url = fs.existsSync(config) && JSON.parse(fs.readFileSync(config, "utf8")).redis_cache;
	if (!url) return;
	const redis = createClient({ url, socket: { connectTimeout: 1000, reconnectStrategy: false } });
	redis.on("error", () => {});
	try {
		await redis.connect();
		await redis.del("assets_json");
	} catch {
		console.log("redis_cache is not running: nothing to forget there");
	} finally {
		if (redis.isOpen) redis.destroy();
	}
}

async function main() {
	const started = performance.now();
	// The Vue plugin derives the scope ids of components from their path below the working directory.
	process.chdir(BENCH);
	const apps = listApps();
	const chosen = apps.filter((app) => !options.app || app === options.app);
	const nodePaths = modulePaths(apps);
	const groups = groupBundles(chosen.map((app) => ({ app, files: findBundles(publicFolder(app)) })));

	linkFolders(apps);
	const bundles = [];
	for (const group of groups) bundles.push(...(await buildGroup(group, nodePaths)));

	writeBundles(bundles);
	const isRtl = ({ kind }) => kind === "css-rtl";
	writeAssetsJson("assets-rtl.json", bundles.filter(isRtl), chosen);
	writeAssetsJson("assets.json", bundles.filter((bundle) => !isRtl(bundle)), chosen);
	removeStale(chosen, bundles);
	await forgetCachedAssets();
	console.log(`assets built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

try {
	await main();
} catch (error) {
	// esbuild has printed each of its errors with file and line already.
	console.error(`asset build failed: ${error.errors ? `${error.errors.length} error(s), see above` : error.message}`);
	process.exitCode = 1;
}
