"""WhatsApp's 24-hour window: free text only within a day of the citizen's last message."""

from datetime import datetime, timedelta

from frappe.utils import get_datetime

WINDOW = timedelta(hours=24)


def is_open(last_inbound_on: datetime | str | None, now: datetime) -> bool:
	return bool(last_inbound_on) and now < get_datetime(last_inbound_on) + WINDOW
