"""The steps up to the point where a site can be made: packages, Python, Frappe, Node, assets."""

import shutil
import sys
from pathlib import Path

import processes
import system
from errors import BenchError
from paths import APP, APPS, ASSETS, BENCH, CONFIG, ENV, FRAPPE, NODE, PYTHON, SITES
from steps import Step, command, digest

REQUIREMENTS = CONFIG / "requirements.txt"
BUILD_REQUIREMENTS = CONFIG / "requirements-build.txt"
TEST_REQUIREMENTS = CONFIG / "requirements-test.txt"
PIP = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input")
NETWORK_ADVICE = "Check that the package registries can be reached, then run the same command again."


def steps(for_tests: bool = False, with_test_tools: bool = False) -> list[Step]:
	missing = system.missing(for_tests)
	before_python = ("system",) if not system.can_make_environment() else ()
	before_node = ("system",) if {"nodejs", "npm"}.intersection(missing) else ()
	every = [
		Step(
			"venv",
			"Python environment",
			make_environment,
			ENV / ".made",
			lambda: digest([REQUIREMENTS, BUILD_REQUIREMENTS], sys.version),
			(PYTHON,),
			after=before_python,
		),
		Step(
			"packages",
			"Python packages, locked with hashes",
			install_packages,
			ENV / ".packages",
			lambda: digest([REQUIREMENTS, BUILD_REQUIREMENTS]),
			after=("venv",),
			advice=NETWORK_ADVICE,
		),
		Step(
			"frappe",
			"Frappe into apps/frappe",
			lay_down_frappe,
			ENV / ".frappe",
			made=(FRAPPE,),
			after=("venv",),
			advice=NETWORK_ADVICE,
		),
		Step(
			"apps",
			"the apps into the Python environment",
			install_apps,
			ENV / ".apps",
			lambda: digest([FRAPPE / "pyproject.toml", APP / "pyproject.toml"]),
			after=("packages", "frappe"),
		),
		Step(
			"npm",
			"Node packages, locked",
			install_node_packages,
			node_folder() / "node_modules" / ".made",
			lambda: digest([node_folder() / "package.json", node_folder() / "package-lock.json"]),
			after=(*before_node, "frappe"),
			advice=NETWORK_ADVICE,
		),
		Step(
			"assets",
			"scripts and styles of the desk",
			build_assets,
			ASSETS / ".made",
			lambda: digest([*public_folders(), *NODE.glob("*.mjs"), NODE / "package-lock.json"]),
			(ASSETS / "assets.json", FRAPPE / "frappe" / "public" / "dist"),
			after=("npm", "frappe"),
		),
	]
	if missing:
		every.insert(0, system_step(missing))
	if for_tests or with_test_tools:
		every.append(
			Step(
				"test tools",
				"what only the tests need",
				install_test_tools,
				ENV / ".test-tools",
				lambda: digest([TEST_REQUIREMENTS]),
				after=("packages",),
				advice=NETWORK_ADVICE,
			)
		)
	return every


def system_step(missing: list[str]) -> Step:
	# With no stamp: asking dpkg is quick, and a package may be removed at any time.
	return Step(
		"system",
		f"system packages: {len(missing)} missing",
		lambda log: system.install(missing, log),
		None,
	)


def make_environment(log) -> None:
	"""Make the environment anew: what an interrupted run or an older lock left in it cannot be told apart."""
	shutil.rmtree(ENV, ignore_errors=True)
	command(log, sys.executable, "-m", "venv", ENV)


def install_packages(log) -> None:
	install = (*PIP, "install", "--no-deps", "--require-hashes")
	command(log, *install, "-r", BUILD_REQUIREMENTS)
	command(log, *install, "--no-build-isolation", "-r", REQUIREMENTS)


def install_test_tools(log) -> None:
	command(log, *PIP, "install", "--no-deps", "--require-hashes", "-r", TEST_REQUIREMENTS)


def lay_down_frappe(log) -> None:
	"""Make apps/frappe where there is none; one that is there, whoever put it there, is used as it is."""
	if FRAPPE.exists():
		log.write("apps/frappe is there already.\n")
		return
	download = BENCH / "data" / "download"
	shutil.rmtree(download, ignore_errors=True)
	source = CONFIG / "frappe" / "source.txt"
	command(log, *PIP, "download", "--no-deps", "--require-hashes", "--dest", download, "-r", source)
	(wheel,) = download.glob("*.whl")
	command(log, PYTHON, CONFIG / "frappe" / "lay_down.py", wheel, FRAPPE)
	shutil.rmtree(download)


def install_apps(log) -> None:
	editable = ("install", "--no-build-isolation", "-e", FRAPPE, "-e", APP)
	# Another release of Frappe may want more than our lock holds.
	command(log, *PIP, *editable, *(() if is_checkout() else ("--no-deps",)))


def install_node_packages(log) -> None:
	if not is_checkout():
		command(log, processes.need("npm"), "ci", "--no-audit", "--no-fund", cwd=NODE)
	elif processes.which("yarn"):
		command(log, "yarn", "install", "--frozen-lockfile", cwd=FRAPPE)
	else:
		command(log, processes.need("npm"), "install", "--no-audit", "--no-fund", cwd=FRAPPE)


def build_assets(log) -> None:
	if is_checkout():
		command(log, "node", "esbuild", "--production", cwd=FRAPPE)
	else:
		command(log, "node", NODE / "build.mjs", "--bench", BENCH, "--sites", SITES)
	if not (ASSETS / "assets.json").exists():
		raise BenchError("The build left no sites/assets/assets.json.")


def is_checkout() -> bool:
	"""Tell whether apps/frappe is a checkout of Frappe's repository: it brings its own asset build."""
	return (FRAPPE / "package.json").exists()


def node_folder() -> Path:
	return FRAPPE if is_checkout() else NODE


def public_folders() -> list[Path]:
	return [folder for app in APPS.iterdir() for folder in [app / app.name / "public"] if folder.is_dir()]
