"""Meta's rates: messages a second of a number, and messages to one citizen. Who keeps them is not refused."""

import time
from datetime import datetime, timedelta

import frappe

# One message to a citizen every six seconds, of which 45 may come at once.
PAIR_INTERVAL = timedelta(seconds=6)
PAIR_BURST = 45
# A turn of the number is not waited for without end: Meta itself refuses what is too much, and is obeyed.
MOST_SECONDS = 10


def pair_is_free_on(session: str, now: datetime) -> tuple[datetime, datetime]:
	"""Tell when the next message to a citizen may go, and until when their rate is taken up once it has gone.

	What the last message left behind says it all, so it survives Redis and costs one row. The caller stores the second
	with the message.
	"""
	taken = frappe.db.sql(
		"""select pair_rate_until from `tabChat Message`
		where session = %s and direction = 'Out' and pair_rate_until is not null order by name desc limit 1""",
		session,
		pluck=True,
	)
	taken_until = max(taken[0] if taken else now, now)
	return taken_until - (PAIR_BURST - 1) * PAIR_INTERVAL, taken_until + PAIR_INTERVAL


def wait_for_turn(channel: str, messages_per_second: int) -> None:
	"""Wait until this number may send once more, counted over all workers. Redis down: Meta will tell."""
	for _second in range(MOST_SECONDS):
		now = time.time()
		try:
			key = frappe.cache.make_key(f"grievance_cell:sent:{channel}:{int(now)}")
			sent = frappe.cache.incr(key)
			if sent == 1:
				frappe.cache.expire(key, MOST_SECONDS)
		except Exception:
			frappe.logger("grievance_cell").warning("The rate of %s is not counted: no Redis", channel)
			return
		if sent <= messages_per_second:
			return
		time.sleep(int(now) + 1 - now)
