"""The database server's data and the site in it."""

import os
import shutil
from pathlib import Path

from instance import Instance
from paths import APP, BENCH, CONFIG, PYTHON
from steps import Step, command, digest

# The password goes through the environment: a command line can be read by everyone on the machine.
WITH_ROOT_PASSWORD = (
	"import os, sys; sys.argv.append('--db-root-password=' + os.environ.pop('ROOT_PASSWORD')); "
	"from frappe.utils.bench_helper import main; main()"
)
# What a change of makes no difference to a site's database.
NOT_IN_A_SITE = ("__pycache__", "public", "tests")


def database_step(instance: Instance) -> Step:
	folder = instance.data / "mariadb"
	return Step(
		"database",
		"data folder of the database server",
		lambda log: make_database(instance, log),
		folder / ".made",
	)


def make_database(instance: Instance, log) -> None:
	"""Make the server's data folder, with one account for everything, which needs its password."""
	folder = instance.data / "mariadb"
	shutil.rmtree(folder, ignore_errors=True)
	folder.parent.mkdir(parents=True, exist_ok=True)
	accounts = instance.data / "accounts.sql"
	accounts.unlink(missing_ok=True)
	accounts.touch(mode=0o600)
	try:
		# With skip-name-resolve, 127.0.0.1 is not "localhost". The first line makes the server accept accounts at all.
		accounts.write_text(
			"FLUSH PRIVILEGES;\n"
			f"CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '{instance.root_password()}';\n"
			"GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
			"DROP USER 'root'@'localhost';\n"
		)
		command(
			log,
			"mariadb-install-db",
			f"--defaults-file={CONFIG / 'mariadb.cnf'}",
			f"--datadir={folder}",
			*(["--user=root"] if os.geteuid() == 0 else []),
			"--skip-test-db",
			"--skip-name-resolve",
			"--auth-root-authentication-method=socket",
			f"--extra-file={accounts}",
			env=instance.marked_environment(),
		)
	finally:
		accounts.unlink()


def site_step(instance: Instance) -> Step:
	"""Make the demo site whole: Frappe, the app, demo masters, scheduler."""

	def work(log) -> None:
		new_site(instance, log)
		install_app(instance, log)
		bench(instance, log, "--site", instance.site, "execute", "grievance_cell.demo.masters.speak_hindi")

	return Step(
		"site",
		f"{instance.site}, the app, demo masters",
		work,
		instance.data / "mariadb" / ".site",
		made=(instance.site_folder / "site_config.json",),
	)


def migrate_step(instance: Instance) -> Step:
	return Step(
		"migrate",
		f"{instance.site} brought up to the app",
		lambda log: bench(instance, log, "--site", instance.site, "migrate"),
		instance.data / "mariadb" / ".migrated",
		app_digest,
	)


def mark_migrated(instance: Instance) -> None:
	"""Note that the site was just made from the app as it is."""
	(instance.data / "mariadb" / ".migrated").write_text(app_digest())


def mark_filled(instance: Instance) -> None:
	"""Note that the half year of the demo was played on the site."""
	_filled(instance).touch()


def is_filled(instance: Instance) -> bool:
	return _filled(instance).exists()


def is_half_filled(instance: Instance) -> bool:
	"""Tell whether the half year of the demo is being played on the site, or was stopped before its end."""
	return (instance.site_folder / "half_year").is_dir()


def _filled(instance: Instance) -> Path:
	# In the database's folder, as the stamps of the steps: whoever deletes the data deletes it too.
	return instance.data / "mariadb" / ".filled"


def new_site(instance: Instance, log) -> None:
	"""Make the site with nothing but Frappe in it, in place of whatever half of it is there."""
	shutil.rmtree(instance.site_folder, ignore_errors=True)
	command(
		log,
		PYTHON,
		"-c",
		WITH_ROOT_PASSWORD,
		"frappe",
		"new-site",
		instance.site,
		"--no-mariadb-socket",
		"--force",
		"--admin-password=admin",
		cwd=instance.sites,
		env=instance.marked_environment(ROOT_PASSWORD=instance.root_password()),
	)


def install_app(instance: Instance, log) -> None:
	site = ("--site", instance.site)
	bench(instance, log, *site, "install-app", APP.name)
	bench(instance, log, *site, "execute", "grievance_cell.demo.masters.make")
	bench(instance, log, *site, "enable-scheduler")


def bench(instance: Instance, log, *words: str) -> None:
	command(log, *instance.bench(*words), cwd=instance.sites, env=instance.marked_environment())


def app_digest() -> str:
	"""Return a hash of all in the app and Frappe's version that may change a site."""
	files = [
		file
		for file in (APP / APP.name).rglob("*")
		if file.is_file()
		and not file.name.startswith("test_")
		and not set(NOT_IN_A_SITE).intersection(file.relative_to(APP).parts)
	]
	return digest([*files, BENCH / "apps" / "frappe" / "frappe" / "__init__.py", BENCH / "patches.txt"])
