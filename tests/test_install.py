"""Install, uninstall and install again on a site of its own: nothing of ours stays behind, and no clash is let in."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import servers as test_servers

# isort: split
import processes
import sites

assert test_servers
BENCH = Path(__file__).resolve().parents[1]
APP = "grievance_cell"
SITE = "install.localhost"
# The one setting that stays: whoever has the site does not miss tracebacks that strangers can read.
SHOWN_TRACEBACKS, HIDDEN_TRACEBACKS = (("System Settings", "allow_error_traceback", shown) for shown in "10")
# What Frappe writes down of everything that happens, and what it makes anew from time to time.
JOURNALS = {
	"__global_search",
	"tabDefaultValue",
	"tabInstalled Application",
	"tabActivity Log",
	"tabDeleted Document",
	"tabError Log",
	"tabScheduled Job Log",
	"tabSessions",
	"tabVersion",
}


# Whose rows have no name that says anything, and another one each time.
UNNAMED = {"tabComment", "tabDocShare", "tabPatch Log"}


class Site:
	"""A site with Frappe alone, beside the one that the other tests use."""

	def __init__(self, servers, folder: Path):
		self.servers = servers
		self.sites = folder
		# A folder of sites of its own: what is done to its list of apps, the running servers do not see.
		folder.mkdir()
		for name in ("apps.txt", "common_site_config.json"):
			shutil.copy(servers.sites / name, folder)
		(folder / "assets").symlink_to(servers.sites / "assets")
		(folder.parent / "apps").symlink_to(BENCH / "apps")
		(folder.parent / "logs").mkdir()
		self.path = []

	def make(self) -> None:
		with (self.sites / "new-site.log").open("w") as log:
			words = [
				str(processes.ENV / "bin" / "python"),
				"-c",
				sites.WITH_ROOT_PASSWORD,
				"frappe",
				"new-site",
				SITE,
			]
			code = processes.run(
				[*words, "--no-mariadb-socket", "--force", "--admin-password=admin"],
				log=log,
				cwd=self.sites,
				env=processes.environment(ROOT_PASSWORD=self.servers.instance.root_password()),
			)
		assert not code, (self.sites / "new-site.log").read_text()

	def bench(self, *words: str) -> subprocess.CompletedProcess:
		return subprocess.run(
			self.servers.instance.bench("--site", SITE, *words),
			cwd=self.sites,
			env=processes.environment(PYTHONPATH=os.pathsep.join(self.path)),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			timeout=180,
		)

	def install(self, app: str = APP) -> subprocess.CompletedProcess:
		return self.bench("install-app", app)

	def insert(self, **values) -> None:
		answer = self.bench("execute", "frappe.client.insert", "--kwargs", json.dumps({"doc": values}))
		assert not answer.returncode, answer.stdout

	def rows(self, query: str) -> list[dict]:
		config = json.loads((self.sites / SITE / "site_config.json").read_text())
		with contextlib.closing(self.servers.database()) as database, database.cursor() as cursor:
			cursor.execute(f"use `{config['db_name']}`")
			cursor.execute(query)
			return list(cursor.fetchall())

	def contents(self) -> dict[str, set]:
		"""Return all there is: tables with their columns, sequences, the name of each document, defaults, settings."""
		columns = self.rows(
			"""select columns.table_name as `table`, column_name as `column`, table_type as kind
			from information_schema.columns join information_schema.tables using (table_schema, table_name)
			where columns.table_schema = database()"""
		)
		found = {"columns": {(row["table"], row["column"]) for row in columns}}
		found["sequences"] = {row["table"] for row in columns if row["kind"] == "SEQUENCE"}
		for table in {row["table"] for row in columns if row["kind"] == "BASE TABLE"} - JOURNALS:
			if (table, "parenttype") in found["columns"]:
				# Rows of documents, which get new names whenever their document is written anew.
				rows = self.rows(
					f"select parenttype, parent, count(*) total from `{table}` group by parenttype, parent"
				)
				found[table] = {tuple(row.values()) for row in rows}
			elif table in UNNAMED:
				found[table] = {row["total"] for row in self.rows(f"select count(*) total from `{table}`")}
			elif (table, "name") in found["columns"]:
				found[table] = {row["name"] for row in self.rows(f"select name from `{table}`")}
		defaults = self.rows("select parent, defkey, defvalue from `tabDefaultValue`")
		found["defaults"] = {tuple(row.values()) for row in defaults}
		settings = self.rows("select doctype, field, value from `tabSingles` where field <> 'modified'")
		found["settings"] = {tuple(row.values()) for row in settings} - {HIDDEN_TRACEBACKS, SHOWN_TRACEBACKS}
		return found


@pytest.fixture(scope="module")
def site(servers, tmp_path_factory) -> Site:
	site = Site(servers, tmp_path_factory.mktemp("bench") / "sites")
	site.make()
	return site


def difference(before: dict[str, set], after: dict[str, set]) -> dict:
	"""Return what is not in both, by table."""
	return {
		table: {
			"gone": before.get(table, set()) - after.get(table, set()),
			"new": after.get(table, set()) - before.get(table, set()),
		}
		for table in before.keys() | after.keys()
		if before.get(table) != after.get(table)
	}


def test_a_site_that_has_a_doctype_of_ours_is_left_as_it_is(site):
	site.insert(
		doctype="DocType",
		name="Department",
		module="Core",
		custom=1,
		fields=[{"fieldname": "title", "fieldtype": "Data", "label": "Title"}],
		permissions=[{"role": "System Manager", "read": 1}],
	)
	before = site.contents()
	answer = site.install()
	assert answer.returncode
	assert "Department" in answer.stdout
	assert difference(before, site.contents()) == {}
	answer = site.bench("execute", "frappe.delete_doc", "--args", '["DocType", "Department"]')
	assert not answer.returncode, answer.stdout
	site.rows("drop table `tabDepartment`")


def test_an_uninstall_leaves_nothing_and_the_app_can_be_installed_again(site, tmp_path):
	before = site.contents()
	answer = site.install()
	assert not answer.returncode, answer.stdout
	installed = site.contents()
	assert ("tabGrievance", "name") in installed["columns"]
	assert "Grievance" in installed["tabWorkflow"]
	# What staff add to ours goes with it.
	site.insert(
		doctype="Custom Field", dt="Grievance", fieldname="ward_office", fieldtype="Data", label="Ward Office"
	)
	site.insert(doctype="Department", department_name="Parks", short_code="PARK")
	# Numbered by series.
	site.insert(doctype="Local Area", area_name="Testpur", area_type="Village")

	an_app_that_would_take_over_a_doctype_of_ours_is_refused(site, tmp_path)

	answer = site.bench("uninstall-app", APP, "--yes", "--no-backup")
	assert not answer.returncode, answer.stdout
	assert difference(before, site.contents()) == {}

	answer = site.install()
	assert not answer.returncode, answer.stdout
	assert difference(installed, site.contents()) == {}


def an_app_that_would_take_over_a_doctype_of_ours_is_refused(site, folder: Path) -> None:
	package = folder / "clashing_app"
	doctype = package / "hr" / "doctype" / "department"
	doctype.mkdir(parents=True)
	for module in (package, package / "hr", doctype.parent, doctype):
		(module / "__init__.py").write_text('__version__ = "1"\n')
	(package / "hooks.py").write_text('app_name = app_title = "clashing_app"\n')
	(package / "modules.txt").write_text("HR\n")
	(package / "patches.txt").write_text("")
	(doctype / "department.json").write_text(
		json.dumps({"doctype": "DocType", "name": "Department", "module": "HR"})
	)
	site.path.append(str(folder))
	with (site.sites / "apps.txt").open("a") as apps:
		apps.write("\nclashing_app\n")
	before = site.contents()
	answer = site.install("clashing_app")
	assert answer.returncode
	assert "clashing_app cannot be installed beside Grievance Cell, both have: Department" in answer.stdout
	assert difference(before, site.contents()) == {}
	site.path.clear()
	shutil.copy(site.servers.sites / "apps.txt", site.sites)


def git(*words: str, folder: Path = BENCH) -> str:
	return subprocess.run(
		["git", *words], cwd=folder, check=True, capture_output=True, text=True
	).stdout.strip()


@pytest.mark.skipif(not (BENCH / ".git").exists(), reason="This is no git checkout.")
def test_the_apps_folder_alone_is_an_app_that_can_be_installed(tmp_path):
	"""As `bench get-app` does with a branch that holds nothing but the app."""
	commit = git("subtree", "split", "--prefix", f"apps/{APP}")
	git("init", "--quiet", "--bare", str(tmp_path / "remote"))
	git("push", "--quiet", str(tmp_path / "remote"), f"{commit}:refs/heads/main")
	git("clone", "--quiet", "--branch", "main", str(tmp_path / "remote"), str(tmp_path / APP))
	assert (tmp_path / APP / APP / "hooks.py").exists()

	install = [
		sys.executable,
		"-m",
		"pip",
		"install",
		"--quiet",
		"--no-deps",
		"--no-build-isolation",
		"--no-index",
	]
	subprocess.run([*install, "--target", str(tmp_path / "target"), str(tmp_path / APP)], check=True)
	look = f"import json, {APP}.hooks as hooks; print(json.dumps([hooks.__file__, hooks.app_name]))"
	answer = subprocess.run(
		[sys.executable, "-c", look],
		check=True,
		env=processes.environment(PYTHONPATH=str(tmp_path / "target")),
		stdout=subprocess.PIPE,
		text=True,
	)
	file, name = json.loads(answer.stdout)
	assert name == APP
	assert Path(file).is_relative_to(tmp_path / "target")
	for shipped in ("modules.txt", "patches.txt", "setup/defaults/workflow.json", "translations/hi.csv"):
		assert (tmp_path / "target" / APP / shipped).exists()
