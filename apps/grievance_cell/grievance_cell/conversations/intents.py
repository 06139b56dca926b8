"""The few words that mean the same at every step of every talk, and what else a text may carry besides an answer."""

import re
import unicodedata

GREETING, MENU, BACK, CANCEL, HELP, STOP = "greeting", "menu", "back", "cancel", "help", "stop"
LANGUAGE, CASES, CALLBACK, SKIP, YES, NO = "language", "cases", "callback", "skip", "yes", "no"
THANKS = "thanks"

WORDS = {
	GREETING: (
		"hi", "hii", "hello", "hey", "start", "namaste", "namaskar", "pranam", "jai johar", "ram ram", "sat sri akal",
		"नमस्ते", "नमस्कार", "प्रणाम", "हेलो", "हैलो", "हाय", "जय जोहार", "राम राम", "सत श्री अकाल",
		"ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ", "ਸਤ ਸ਼੍ਰੀ ਅਕਾਲ", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ ਜੀ", "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ ਜੀ", "ਨਮਸਤੇ", "ਹੈਲੋ", "ਹਾਏ",
	),
	MENU: ("menu", "main menu", "मेनू", "मेन्यू", "मुख्य मेनू", "ਮੀਨੂ", "ਮੀਨੂੰ", "ਮੇਨੂ", "ਮੈਨਯੂ"),
	BACK: ("back", "go back", "wapas", "peeche", "pichhe", "वापस", "पीछे", "पीछे जाएँ", "पीछे जाएं", "ਵਾਪਸ", "ਵਾਪਿਸ", "ਪਿੱਛੇ", "ਪਿੱਛੇ ਜਾਓ"),
	CANCEL: ("cancel", "radd", "radd karo", "रद्द", "रद्द करें", "रद्द करो", "ਰੱਦ", "ਰੱਦ ਕਰੋ"),
	HELP: ("help", "madad", "sahayata", "मदद", "सहायता", "हेल्प", "ਮਦਦ", "ਸਹਾਇਤਾ", "ਹੈਲਪ"),
	STOP: ("stop", "unsubscribe", "band karo", "बंद करो", "बंद करें", "रोकें", "रोको", "स्टॉप", "ਬੰਦ ਕਰੋ", "ਰੋਕੋ", "ਸਟਾਪ"),
	LANGUAGE: ("language", "change language", "bhasha", "भाषा", "भाषा बदलें", "ਭਾਸ਼ਾ", "ਭਾਸ਼ਾ ਬਦਲੋ", "ਬੋਲੀ"),
	CASES: (
		"my cases", "my case", "my complaints", "my complaint", "status", "meri shikayat", "meri shikayatein", "meri arzi",
		"meri arji", "meri arziyan",
		"मेरी शिकायत", "मेरी शिकायतें", "मेरे मामले", "मेरी अर्ज़ियाँ", "मेरी अर्ज़ी", "मेरी अर्जियाँ", "मेरी अर्जियां",
		"मेरी अर्जी", "स्थिति", "ਮੇਰੀ ਸ਼ਿਕਾਇਤ", "ਮੇਰੀਆਂ ਸ਼ਿਕਾਇਤਾਂ", "ਮੇਰੀ ਅਰਜ਼ੀ", "ਮੇਰੀਆਂ ਅਰਜ਼ੀਆਂ", "ਮੇਰੀ ਅਰਜੀ", "ਮੇਰੀਆਂ ਅਰਜੀਆਂ", "ਸਥਿਤੀ",
	),
	CALLBACK: ("call me", "call back", "callback", "phone karo", "फोन करें", "फ़ोन करें", "फोन करो", "मुझे फोन करें", "मुझे फ़ोन करें", "ਫ਼ੋਨ ਕਰੋ", "ਫੋਨ ਕਰੋ", "ਮੈਨੂੰ ਫ਼ੋਨ ਕਰੋ", "ਮੈਨੂੰ ਫੋਨ ਕਰੋ"),
	SKIP: (
		"skip", "chhodo", "chhod do", "nahi hai", "छोड़ें", "छोड़ो", "छोड़ दो", "आगे बढ़ें", "नहीं है", "ਛੱਡੋ", "ਛੱਡ ਦਿਓ", "ਨਹੀਂ ਹੈ",
	),
	YES: (
		"yes", "y", "ok", "okay", "haan", "han", "ha", "ji", "sahi", "sahi hai", "confirm", "darj karo",
		"हाँ", "हां", "जी", "जी हाँ", "ठीक है", "सही", "सही है", "दर्ज करें", "दर्ज करो",
		"ਹਾਂ", "ਜੀ", "ਹਾਂ ਜੀ", "ਹਾਂਜੀ", "ਜੀ ਹਾਂ", "ਠੀਕ ਹੈ", "ਸਹੀ", "ਸਹੀ ਹੈ", "ਦਰਜ ਕਰੋ",
	),
	NO: ("no", "n", "nahi", "nahin", "na", "नहीं", "नही", "ना", "जी नहीं", "ਨਹੀਂ", "ਨਾ", "ਨਹੀਂ ਜੀ", "ਜੀ ਨਹੀਂ"),
	THANKS: (
		"thanks", "thank you", "thankyou", "dhanyavad", "dhanyawad", "shukriya", "धन्यवाद", "बहुत धन्यवाद", "शुक्रिया", "आभार",
		"ਧੰਨਵਾਦ", "ਬਹੁਤ ਧੰਨਵਾਦ", "ਸ਼ੁਕਰੀਆ", "ਮਿਹਰਬਾਨੀ",
	),
}  # fmt: skip


# What people write for a language, whatever language they write it in.
LANGUAGES = {
	"hi": ("hindi", "हिंदी", "हिन्दी", "ਹਿੰਦੀ"),
	"en": ("english", "angrezi", "angreji", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "ਅੰਗਰੇਜ਼ੀ", "ਇੰਗਲਿਸ਼"),
	"pa": ("punjabi", "panjabi", "पंजाबी", "ਪੰਜਾਬੀ"),
}
# "Please speak in Hindi" names a language; a longer text that holds its name is about something.
LANGUAGE_WORDS = 4


def normalise(text: str) -> str:
	"""Fold a text for comparison: one Unicode form, no case, no punctuation at the ends, single spaces."""
	folded = unicodedata.normalize("NFC", text).casefold()
	return " ".join(folded.split()).strip(" .,!?;:।॥\"'()*_")


MEANINGS = {normalise(word): meaning for meaning, words in WORDS.items() for word in words}


def meaning(text: str) -> str | None:
	"""Name what a message means if it is one of these words and nothing else."""
	return MEANINGS.get(normalise(text))


NAMES_OF_LANGUAGES = {normalise(word): code for code, words in LANGUAGES.items() for word in words}


def language_named(text: str) -> str | None:
	"""Name the language that a short text asks for."""
	words = normalise(text).split()
	if len(words) > LANGUAGE_WORDS:
		return None
	return next((NAMES_OF_LANGUAGES[word] for word in words if word in NAMES_OF_LANGUAGES), None)


# GRV-2026-000123, with or without its hyphens, or a bare number with "#" or "no." before it.
CASE = re.compile(r"grv[\s-]*(\d{4})[\s-]*(\d{1,9})", re.IGNORECASE)
BARE = re.compile(r"(?:#|no\.?|number|नंबर|नम्बर|क्रमांक)?\s*(\d{1,9})", re.IGNORECASE)


def case_number(text: str) -> str | None:
	"""Read the number of a case that stands alone in a message, as `GRV-2026-000123`; digits of any script."""
	found = CASE.fullmatch(normalise(text))
	return f"GRV-{int(found[1]):04d}-{int(found[2]):06d}" if found else None


def bare_number(text: str) -> str | None:
	"""Read a number that stands alone in a message, without leading zeros; digits of any script."""
	found = BARE.fullmatch(normalise(text))
	return str(int(found[1])) if found else None


# What a link or a QR code carries after its greeting: the area's id and the form's name, each optional.
ENTRY = re.compile(r"^(?P<words>.*?)\s*\[(?P<area>[^\[\]/]*)(?:/(?P<flow>[^\[\]]*))?\]\s*$", re.DOTALL)


def entry_text(greeting: str, area: str = "", flow: str = "") -> str:
	"""Write the first message of a link that knows the place, the form or both: `नमस्ते [AREA-00012/Grievance]`."""
	code = f"{area}/{flow}" if flow else area
	return f"{greeting} [{code}]" if code else greeting


def entry(text: str) -> tuple[str, str, str] | None:
	"""Read such a message: (the words before the code, area, flow); None for any other."""
	found = ENTRY.match(text.strip())
	if not found or not (found["area"].strip() or (found["flow"] or "").strip()):
		return None
	return found["words"], found["area"].strip(), (found["flow"] or "").strip()
