"""Wake whatever was left behind, every minute: Redis may be wiped at any time, and nothing is lost."""

import frappe
from frappe.utils import now_datetime

from grievance_cell.messaging import joined, media, outbox
from grievance_cell.messaging.wake import wake


def sweep() -> None:
	outbox.requeue_lost()
	for drain, table, state in (("inbox", "Chat Event", "Pending"), ("outbox", "Chat Message", "Queued")):
		shards = frappe.db.sql(
			f"""select distinct shard from `tab{table}`
			where state = %s and (next_attempt_on is null or next_attempt_on <= %s)""",
			(state, now_datetime()),
			pluck=True,
		)
		for shard in shards:
			wake(drain, shard)
	media.fetch_left_behind()
	joined.tell_left_behind()
	# The jobs above are enqueued when this commits.
	frappe.db.commit()
