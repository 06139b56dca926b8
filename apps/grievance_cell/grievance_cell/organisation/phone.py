"""Mobile numbers: kept as E.164, shown masked."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

# Numbers without a country code are Indian ones.
REGION = "IN"
# Not longer than a number is, so that the ids and hashes of other systems stay whole; nor part of a longer one.
NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?[0-9]{10,13}(?![0-9A-Za-z])")


def to_e164(number: str | None) -> str | None:
	"""Write a number as `+919876543210`; None if it is not a possible number. Spaces, dashes and 00 are understood."""
	number = (number or "").strip()
	try:
		parsed = phonenumbers.parse(number, REGION)
	except NumberParseException:
		return None
	if not phonenumbers.is_possible_number(parsed):
		return None
	return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def spellings(number: str) -> list[str]:
	"""List the usual ways of writing a number that is given as E.164, itself included."""
	parsed = phonenumbers.parse(number)
	country, digits = str(parsed.country_code), str(parsed.national_number)
	prefixes = ("", "0", country, f"+{country}", f"+{country} ", f"+{country}-", f"00{country}")
	bodies = (digits, f"{digits[:5]} {digits[5:]}", f"{digits[:5]}-{digits[5:]}")
	return [prefix + body for prefix in prefixes for body in bodies]


def masked(number: str | None) -> str:
	"""Show the last four digits only."""
	return f"{'•' * 6}{number[-4:]}" if number else ""


def without_numbers(text: str | None) -> str:
	"""Mask whatever in a text may be a telephone number: ten digits or more in a row, as WhatsApp and people write them."""
	return NUMBER.sub(lambda found: masked(found.group()), text or "")
