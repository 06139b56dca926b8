"""The few words that mean the same at every step of every talk, in Hindi, Hindi in Latin letters and English."""

import unicodedata

GREETING, MENU, CANCEL, SKIP, YES, NO = "greeting", "menu", "cancel", "skip", "yes", "no"

WORDS = {
	GREETING: (
		"hi", "hii", "hello", "hey", "start", "namaste", "namaskar", "pranam", "jai johar", "ram ram",
		"नमस्ते", "नमस्कार", "प्रणाम", "हेलो", "हाय", "जय जोहार", "राम राम",
	),
	MENU: ("menu", "मेनू", "मेन्यू"),
	CANCEL: ("cancel", "radd", "रद्द", "रद्द करें"),
	SKIP: ("skip", "chhodo", "nahi hai", "छोड़ें", "छोड़ो", "आगे बढ़ें", "नहीं है"),
	YES: ("yes", "ok", "okay", "haan", "han", "ha", "ji", "हाँ", "हां", "जी", "जी हाँ", "ठीक है"),
	NO: ("no", "nahi", "nahin", "na", "नहीं", "नही", "ना"),
}  # fmt: skip


def normalise(text: str) -> str:
	"""Fold a text for comparison: one Unicode form, no case, no punctuation at the ends, single spaces."""
	folded = unicodedata.normalize("NFC", text).casefold()
	return " ".join(folded.split()).strip(" .,!?;:।॥\"'()*_")


MEANINGS = {normalise(word): meaning for meaning, words in WORDS.items() for word in words}


def meaning(text: str) -> str | None:
	"""Name what a message means if it is one of these words and nothing else."""
	return MEANINGS.get(normalise(text))
