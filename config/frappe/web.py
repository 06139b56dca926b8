"""The WSGI application for gunicorn, run from the bench's sites folder.

	PYTHONPATH=config/frappe env/bin/gunicorn --chdir SITES web:application

In production a proxy stands before Frappe: it serves /assets and each site's public /files, and names the
site. Here the application does that itself, as Frappe's own development server does. A Host that names no site
gets the default site, so that http://127.0.0.1:8000 opens the desk.
"""

import json
import os
import re
from functools import cache

from frappe.app import application as frappe_application
from werkzeug.middleware.shared_data import SharedDataMiddleware

SITES = os.path.abspath(".")
with open(os.path.join(SITES, "common_site_config.json")) as config:
	DEFAULT_SITE = json.load(config).get("default_site", "")

# A bundle's name holds the hash of its content: under one name it never changes.
HASHED_ASSET = re.compile(r"/assets/[^/]+/dist/[^/]+/[^/]+\.bundle\.[0-9A-Z]{8}\.(css|js)")
# What a browser would run in the site's name must not open in it when somebody has uploaded it.
ACTIVE_FILE = re.compile(r"/files/.*\.(html?|xhtml|svg|xml)", re.IGNORECASE)


def application(environ, start_response):
	site = environ.get("HTTP_X_FRAPPE_SITE_NAME") or environ.get("HTTP_HOST", "").split(":")[0]
	if not is_site(site):
		site = DEFAULT_SITE
	environ["HTTP_X_FRAPPE_SITE_NAME"] = site

	path = environ.get("PATH_INFO", "")

	def start(status, headers, exc_info=None):
		return start_response(status, adjust_headers(path, status, headers), exc_info)

	return static_files(site)(environ, start)


def is_site(name: str) -> bool:
	return os.path.basename(name) == name and os.path.isfile(os.path.join(SITES, name, "site_config.json"))


# Frappe's own StaticDataMiddleware keeps the request on itself, which threads share, and lets ".." in a path lead
# out of the folder.
@cache
def static_files(site: str) -> SharedDataMiddleware:
	exports = {
		"/assets": os.path.join(SITES, "assets"),
		"/files": os.path.join(SITES, site, "public", "files"),
	}
	return SharedDataMiddleware(frappe_application, exports)


def adjust_headers(path: str, status: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
	if status.startswith("200") and HASHED_ASSET.fullmatch(path):
		headers = [(name, value) for name, value in headers if name not in ("Cache-Control", "Expires")]
		headers.append(("Cache-Control", "public, max-age=31536000, immutable"))
	if ACTIVE_FILE.fullmatch(path):
		headers.append(("Content-Disposition", "attachment"))
	return headers
