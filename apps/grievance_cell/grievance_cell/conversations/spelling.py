"""Write words of Devanagari, Gurmukhi and Latin script as they sound, so that spellings of one name can be compared.

Pure: it imports no Frappe. A sound is a text of one character a phoneme: capitals are the aspirates of their small
letters (`R` is ढ़), vowels have no length, b, v and w are one, so are j and z, s and sh, and every nasal before a
consonant. It is for comparison only and never shown.
"""

import unicodedata
from collections.abc import Sequence

import regex
from indic_transliteration import sanscript

LATIN, DEVANAGARI, GURMUKHI, OTHER = 1, 2, 4, 8

LONGEST_WORD = 40
WORD = regex.compile(r"[\p{L}\p{M}]+|\p{Nd}+")
INVISIBLE = regex.compile(r"\p{Cf}")

VOWELS, CONSONANTS = "aeiou", "kKgGcjJtTdDnpfbBmyrRlwsh"
# Until it is decided: Devanagari's inherent vowel, spoken or not, and ढ, which after a vowel is ढ़ with its dot forgotten.
SCHWA, FLAP = "@", "X"

# ISO 15919, as the transliteration writes it, without the dots below that only loan words have.
ISO_PHONEMES = {
	"kh": "K", "gh": "G", "ch": "c", "jh": "J", "jñ": "gy", "ñ": "n", "ṅ": "n", "ṭh": "T", "ṭ": "t", "ḍh": FLAP, "ḍ": "d",
	"ṛh": "R", "ṛ": "r", "r̥": "ri", "ṇ": "n", "ṉ": "n", "th": "T", "dh": "D", "ph": "f", "bh": "B", "ś": "s", "ṣ": "s",
	"ṟ": "r", "ḷ": "l", "ẏ": "y", "v": "w", "m̐": "n", "ṁ": "n", "ḥ": "", "ai": "e", "au": "o", "ā": "a", "ī": "i",
	"ū": "u", "ē": "e", "ō": "o", "ê": "e", "ô": "o", "a": SCHWA,
}  # fmt: skip
# What Indians write in Latin letters.
LATIN_PHONEMES = {
	"chh": "c", "ch": "c", "c": "k", "ck": "k", "kh": "K", "gh": "G", "jh": "J", "th": "T", "dh": "D", "ph": "f", "bh": "B",
	"rh": "R", "sh": "s", "q": "k", "x": "ks", "v": "w", "z": "j", "ee": "i", "oo": "u", "ai": "e", "ei": "e", "ey": "e",
	"au": "o", "ou": "o", "ao": "o",
}  # fmt: skip


def _longest_first(phonemes: dict[str, str]) -> regex.Pattern:
	return regex.compile("|".join(sorted(map(regex.escape, phonemes), key=len, reverse=True)))


ISO, IN_LATIN = _longest_first(ISO_PHONEMES), _longest_first(LATIN_PHONEMES)
NUKTA_OF_LOANS = regex.compile(r"(?<![डढ])़")
INNER_FLAP = regex.compile(rf"(?<=[{VOWELS}{SCHWA}]){FLAP}")
# Silent after one consonant and after most pairs (वार्ड, गांव), not after those of चन्द्र or मित्र.
FINAL_SCHWA = regex.compile(
	rf"(?<=[{VOWELS}{SCHWA}](?:[{CONSONANTS}]|[{CONSONANTS}][kKgGcjJtTdDpfbBs]|nw)){SCHWA}$"
)
INNER_SCHWA = regex.compile(
	rf"^(.*[{VOWELS}{SCHWA}][{CONSONANTS}]){SCHWA}([{CONSONANTS}][{VOWELS}{SCHWA}].*)$"
)
DOUBLED = regex.compile(r"(.)\1+")
LATIN_GAON = regex.compile(r"ga+(?:[ou]n?|n?[vw]|nu)$")
SAME_SOUNDS = tuple(
	(regex.compile(pattern), sound)
	for pattern, sound in (
		(r"(.)\1+", r"\1"),
		(r"gan?w$", "ganw"),
		(rf"ay(?=[{CONSONANTS}]|$)", "e"),
		(rf"aw(?=[{CONSONANTS}]|$)", "o"),
		(rf"y(?=[{CONSONANTS}]|$)", "i"),
		(r"iy(?=[aeou])", "i"),
		(r"uw(?=[aeio])", "u"),
		(r"[mn](?=[pfbB])", "n"),
		(r"[bw]", "v"),
		(r"k(?=K)|g(?=G)|j(?=J)|t(?=T)|d(?=D)|v(?=B)|p(?=f)|r(?=R)", ""),
		(r"(.)\1+", r"\1"),
	)
)


def words(text: str) -> list[str]:
	"""Split a text into words, letters apart from digits, case folded, digits of every script as 0 to 9.

	Of what is too long to be a word the beginning is taken.
	"""
	folded = unicodedata.normalize("NFC", INVISIBLE.sub("", text)).casefold()
	found = (word[:LONGEST_WORD] for word in WORD.findall(folded))
	return [_plain_number(word) if word[0].isdecimal() else word for word in found]


def script(word: str) -> int:
	"""Tell a word's script by its first letter: LATIN, DEVANAGARI, GURMUKHI or OTHER (numbers are in none: 0)."""
	first = word[0]
	if first.isdecimal():
		return 0
	if first < "\u0250":
		return LATIN
	if "\u0900" <= first <= "\u097f":
		return DEVANAGARI
	return GURMUKHI if "\u0a00" <= first <= "\u0a7f" else OTHER


def sounds(given: Sequence[str]) -> list[str]:
	"""Write folded words as they sound; a number, and a word of another script, stays as it is."""
	by_script: dict[int, list[int]] = {LATIN: [], DEVANAGARI: [], GURMUKHI: []}
	for position, word in enumerate(given):
		if (in_script := script(word)) in by_script:
			by_script[in_script].append(position)
	spoken = list(given)
	for position in by_script[LATIN]:
		spoken[position] = _of_latin(given[position])
	gurmukhi = by_script[GURMUKHI]
	in_devanagari = _transliterated(
		[given[position].replace("\u0a3c", "") for position in gurmukhi],
		sanscript.GURMUKHI,
		sanscript.DEVANAGARI,
	)
	positions = [*by_script[DEVANAGARI], *gurmukhi]
	texts = [*(given[position] for position in by_script[DEVANAGARI]), *in_devanagari]
	texts = [NUKTA_OF_LOANS.sub("", text) for text in texts]
	for position, latin in zip(
		positions, _transliterated(texts, sanscript.DEVANAGARI, sanscript.ISO), strict=True
	):
		spoken[position] = _of_iso(latin)
	return spoken


def skeleton(sound: str) -> str:
	"""Leave out of a sound what is most often written wrong: aspiration, and every a but a leading one."""
	sound = sound.lower()
	return sound[:1] + sound[1:].replace("a", "")


def joined(given: Sequence[str]) -> str:
	"""Sound several words as if they were one."""
	return DOUBLED.sub(r"\1", "".join(given))


def _plain_number(digits: str) -> str:
	return "".join(str(unicodedata.digit(digit)) for digit in digits).lstrip("0") or "0"


def _transliterated(texts: list[str], source: str, target: str) -> list[str]:
	# One call for all: a call costs as much as some ten words.
	return sanscript.transliterate("\n".join(texts), source, target).split("\n") if texts else []


def _of_iso(latin: str) -> str:
	sound = ISO.sub(lambda match: ISO_PHONEMES[match[0]], latin)
	sound = INNER_FLAP.sub("R", sound).replace(FLAP, "D")
	sound = FINAL_SCHWA.sub("", sound)
	while (without := INNER_SCHWA.sub(r"\1\2", sound)) != sound:
		sound = without
	return _same(sound.replace(SCHWA, "a"))


def _of_latin(word: str) -> str:
	if not word.isascii():
		word = regex.sub(r"\p{M}", "", unicodedata.normalize("NFD", word))
	word = LATIN_GAON.sub("ganw", word)
	return _same(IN_LATIN.sub(lambda match: LATIN_PHONEMES[match[0]], word))


def _same(sound: str) -> str:
	for pattern, replacement in SAME_SOUNDS:
		sound = pattern.sub(replacement, sound)
	return sound
