"""Conversations that were under way: a draft is now one of a stack, and an open feedback question a form of its own."""

import json

import frappe

DRAFT = ("flow", "version", "step", "answers", "labels", "media", "group")


def execute() -> None:
	for session in frappe.get_all("Chat Session", ["name", "data"]):
		before = json.loads(session.data or "{}")
		if "drafts" not in before:
			after = json.dumps(as_stack(before), ensure_ascii=False)
			frappe.db.set_value("Chat Session", session.name, "data", after, update_modified=False)


def as_stack(before: dict) -> dict:
	after = {key: before[key] for key in ("language", "profile_name", "citizen_known") if key in before}
	drafts = []
	if before.get("next_flow"):
		drafts.append({"flow": before["next_flow"], "opening": before.get("opening") or {}})
	if before.get("flow"):
		drafts.append({key: before[key] for key in DRAFT if key in before})
	if before.get("question"):
		drafts.append({"flow": "Not Settled", "about": before["question"].get("case", "")})
	return {**after, "drafts": drafts}
