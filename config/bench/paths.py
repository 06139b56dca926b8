"""Where the bench's things lie."""

from pathlib import Path

BENCH = Path(__file__).resolve().parents[2]

APPS = BENCH / "apps"
CONFIG = BENCH / "config"
DATA = BENCH / "data"
ENV = BENCH / "env"
LOGS = BENCH / "logs"
PROCFILE = BENCH / "Procfile"
SITES = BENCH / "sites"
TESTS = BENCH / "tests"

FRAPPE = APPS / "frappe"
APP = APPS / "grievance_cell"
NODE = CONFIG / "frappe"
ASSETS = SITES / "assets"
PYTHON = ENV / "bin" / "python"
