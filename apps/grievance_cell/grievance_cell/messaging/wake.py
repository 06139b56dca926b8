"""Wake a drain: a background job that works off one shard of the inbox or the outbox.

Deduplication here is thrift, never correctness: drains may overlap, and a lost wake-up is found by the sweeper.
"""

import frappe
import redis

DRAINS = {
	"inbox": "grievance_cell.messaging.inbox.drain",
	"outbox": "grievance_cell.messaging.outbox.drain",
}
# A wake-up that was lost with Redis or a killed worker blocks the next one no longer than this.
WAKE_SECONDS = 60
# How long the queue may take to show a sign of life.
PATIENCE_SECONDS = 0.25


def wake(drain: str, shard: int) -> None:
	"""Enqueue a shard's drain unless one is waiting already. A failing Redis is logged and nothing else."""
	try:
		if frappe.cache.set(_key(drain, shard), 1, nx=True, ex=WAKE_SECONDS) and queue_answers():
			frappe.enqueue(DRAINS[drain], queue="short", shard=shard)
	except Exception:
		frappe.logger("grievance_cell").warning("Could not wake %s %s", drain, shard, exc_info=True)


def queue_answers() -> bool:
	"""Ask the queue's Redis for a sign of life: Frappe would try for seconds, while Meta waits for its answer."""
	if not frappe.conf.redis_queue:
		return True
	try:
		with redis.Redis.from_url(
			frappe.conf.redis_queue,
			socket_connect_timeout=PATIENCE_SECONDS,
			socket_timeout=PATIENCE_SECONDS,
		) as queue:
			queue.ping()
	except (redis.AuthenticationError, redis.ResponseError):
		# It is there; Frappe knows the password.
		return True
	except redis.RedisError:
		return False
	return True


def wake_after_commit(drain: str, shard: int) -> None:
	"""Wake a drain once what it is to work on can be seen by it."""
	frappe.db.after_commit.add(lambda: wake(drain, shard))


def awake(drain: str, shard: int) -> None:
	"""Say that a drain has begun: whatever is stored from now on has to wake it again."""
	try:
		frappe.cache.delete(_key(drain, shard))
	except Exception:
		frappe.logger("grievance_cell").warning("Could not clear the wake-up of %s %s", drain, shard)


def _key(drain: str, shard: int) -> bytes:
	return frappe.cache.make_key(f"grievance_cell:wake:{drain}:{shard}")
