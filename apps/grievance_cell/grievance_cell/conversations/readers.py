"""Read typed numbers, dates and telephone numbers, in the digits and words of any language that the bot speaks.

Pure: it imports no Frappe.
"""

import math
import re
from datetime import date, datetime

import phonenumbers

REGION = "IN"
# The languages whose names of days and months are understood, whatever the talk is in.
DATE_LANGUAGES = ["hi", "en", "pa"]
# Hindi says कल for yesterday and for tomorrow: which it is, nobody can tell.
AMBIGUOUS = {"कल", "परसों", "kal", "parso", "parson", "ਕੱਲ੍ਹ", "ਪਰਸੋਂ"}
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def number(text: str, whole: bool = False) -> int | float | None:
	"""Read a number, with Indian or Western separators and a currency sign; None if it is none."""
	cleaned = re.sub(r"(?:₹|rs\.?|रु\.?|रुपये|rupees?|,|\s)", "", text.casefold())
	if not NUMBER.fullmatch(cleaned):
		return None
	value = float(cleaned)
	if not math.isfinite(value) or abs(value) >= 1e15:
		return None
	if value.is_integer():
		return int(value)
	return None if whole else value


def day(text: str, today: datetime) -> date | None:
	"""Read a date, written in digits (day first) or words; None if it is none or says two things."""
	words = text.strip()
	if not words or len(words) > 40 or words.casefold() in AMBIGUOUS or not any(c.isalnum() for c in words):
		return None
	# Slow to load, and few forms ask for a date.
	import dateparser

	found = dateparser.parse(
		words,
		languages=DATE_LANGUAGES,
		settings={"DATE_ORDER": "DMY", "RELATIVE_BASE": today, "REQUIRE_PARTS": ["day", "month"]},
	)
	return found.date() if found else None


def phone(text: str) -> str | None:
	"""Read a telephone number as E.164, an Indian one where no country is written; None if it is none."""
	try:
		found = phonenumbers.parse(text, REGION)
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_valid_number(found):
		return None
	return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
