"""An officer at the desk, by Frappe's own HTTP API; and the way into the desk in a browser."""

import json
from collections.abc import Callable

import requests

from chat import photo

PASSWORD = "grievance-demo"
# What Frappe writes when somebody comes in, strict snapshots refuse now and then (1020); it works when it is repeated.
TRIES = 3


def let_in(ask: Callable):
	"""Ask for a log-in or for the first page, again while it is refused; return the answer."""
	for _ in range(TRIES):
		answer = ask()
		if answer.ok:
			break
	return answer


class Officer:
	def __init__(self, web: str, user: str, password: str = PASSWORD):
		self.web = web
		self.user = user
		self.http = requests.Session()
		# The server ends a connection that is idle for some seconds, maybe just when the next request is on its way.
		self.http.headers["Connection"] = "close"
		said = {"usr": user, "pwd": password}
		answer = let_in(lambda: self.http.post(f"{web}/api/method/login", data=said))
		assert answer.ok, f"{user} cannot log in: {answer.status_code} {answer.text}"

	def list(self, doctype: str, *fields: str, **filters) -> list[dict]:
		query = {
			"fields": json.dumps(fields or ["name"]),
			"filters": json.dumps(filters),
			"limit_page_length": 0,
		}
		return self.data(self.http.get(f"{self.web}/api/resource/{doctype}", params=query))

	def sees(self, case: str) -> bool:
		"""Tell whether a case is in this officer's list."""
		return bool(self.list("Grievance", name=case))

	def get(self, doctype: str, name: str) -> dict:
		return self.data(self.http.get(f"{self.web}/api/resource/{doctype}/{name}"))

	def status_of(self, path: str) -> int:
		"""Ask for a path and return only the HTTP status."""
		return self.http.get(self.web + path).status_code

	def insert(self, values: dict) -> dict:
		return self.data(self.http.post(f"{self.web}/api/resource/{values['doctype']}", json=values))

	def save(self, doctype: str, name: str, **values) -> dict:
		return self.data(self.http.put(f"{self.web}/api/resource/{doctype}/{name}", json=values))

	def delete(self, doctype: str, name: str) -> None:
		answer = self.http.delete(f"{self.web}/api/resource/{doctype}/{name}")
		assert answer.ok, answer.text

	def act(self, case: str, action: str) -> requests.Response:
		"""Move a case as the Actions button of its form does."""
		doc = json.dumps(self.get("Grievance", case))
		path = "/api/method/frappe.model.workflow.apply_workflow"
		return self.http.post(self.web + path, data={"doc": doc, "action": action})

	def resolve(self, case: str, note: str) -> None:
		"""Report a case as settled, with a photo of it."""
		self.save("Grievance", case, resolution=note, resolution_photo=self.attach(case, photo()))
		answer = self.act(case, "Resolve")
		assert answer.ok, answer.text

	def attach(self, case: str, content: bytes) -> str:
		"""Attach a photo to a case as its form does; returns its address."""
		answer = self.http.post(
			f"{self.web}/api/method/upload_file",
			files={"file": ("done.jpg", content)},
			data={"doctype": "Grievance", "docname": case, "is_private": 1},
		)
		assert answer.ok, answer.text
		return answer.json()["message"]["file_url"]

	@staticmethod
	def data(answer: requests.Response):
		assert answer.ok, f"{answer.status_code} {answer.text}"
		return answer.json()["data"]


def log_in(page, web: str, user: str) -> None:
	"""Open the desk as a user."""
	http, said = page.context.request, {"usr": user, "pwd": PASSWORD}
	for answer in (
		let_in(lambda: http.post(f"{web}/api/method/login", form=said)),
		let_in(lambda: http.get(f"{web}/app")),
	):
		assert answer.ok, f"{user} cannot log in: {answer.status} {answer.text()[:1000]}"
	page.goto(f"{web}/app")
