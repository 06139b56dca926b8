"""Words as citizens write them, made comparable: Devanagari, Gurmukhi and Latin letters, misspelt and inflected.

Pure: it imports no Frappe.
"""

import unicodedata
from functools import lru_cache

import regex
from indic_transliteration import sanscript

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
LETTER = regex.compile(r"\p{L}")
DEVANAGARI = regex.compile(r"[\u0900-\u097f]")
JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))
# Gurmukhi stands in Unicode in the order of Devanagari, so far from it; tippi and addak have no place there.
GURMUKHI = range(0x0A01, 0x0A70)
GURMUKHI_OFFSET = 0x0100
GURMUKHI_ALONE = str.maketrans({"\u0a70": "\u0a02", "\u0a71": None})
# Sha is a letter of its own in Devanagari, in Gurmukhi sa with a nukta.
GURMUKHI_SHA, SHA = "\u0a38\u0a3c", "\u0a36"
# Rra is a letter of its own in Gurmukhi, in Devanagari da with a nukta, once NFC has taken it apart.
DEVANAGARI_VARIANTS = str.maketrans({"\u093c": None, "\u0901": "\u0902", "\u095c": "\u0921"})

# Plurals and case endings, the longer ones first, and what stands there without them. Lighter than Snowball's stemmer
# for Hindi on purpose: that one makes आय of आया, आग of आगे and हाथ of हाथी.
HINDI_ENDINGS = (
	("ाइयों", "ाई"), ("ाइयां", "ाई"), ("ियों", "ी"), ("ियां", "ी"), ("ाओं", "ा"), ("ाएं", "ा"),
	("ों", ""), ("ें", ""), ("े", "ा"),
)  # fmt: skip
LATIN_ENDINGS = (("iyon", "i"), ("iyan", "i"), ("iyo", "i"), ("ies", "y"), ("s", ""))
# So many letters must be left for it to be the same word still.
SHORTEST_STEM, SHORTEST_LATIN_STEM = 2, 3
LONG_WORD = 3

VOWELS, MARKS = "aāiīuūeoṛ", "ṃ~ḥ"
CONSONANT = f"[^{VOWELS}{MARKS}]"
# The vowel that is written by no sign is not spoken at a word's end, nor between two syllables: bijalī, bijlī.
LAST_SCHWA = regex.compile(f"(?<=[{VOWELS}].*{CONSONANT})a$")
INNER_SCHWA = regex.compile(f"(?<=[{VOWELS}][{MARKS}]?{CONSONANT}h?)a(?={CONSONANT}h?[āīūeoiu])")
SCHOLARLY = str.maketrans({"c": "ch", "ś": "sh", "ṣ": "sh", "ṃ": "n", "~": "n"})
# One sound, written in several ways on phones.
SOUNDS = (
	("chh", "ch"), ("ee", "i"), ("oo", "u"), ("w", "v"), ("z", "j"), ("ph", "f"), ("ck", "k"), ("q", "k"),
)  # fmt: skip
DOUBLED = regex.compile(r"(.)\1+")


def split(text: str) -> list[str]:
	"""Split a text into words: one Unicode form, no case, no nukta, digits as 0 to 9, Gurmukhi as Devanagari."""
	folded = unicodedata.normalize("NFC", (text or "").translate(JOINERS)).casefold()
	# Of a nukta alone nothing is left.
	return [word for word in map(_fold, WORD.findall(folded)) if word]


def _fold(word: str) -> str:
	if word.isascii():
		return word
	word = word.translate(GURMUKHI_ALONE).replace(GURMUKHI_SHA, SHA)
	word = "".join(chr(ord(sign) - GURMUKHI_OFFSET) if ord(sign) in GURMUKHI else sign for sign in word)
	word = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in word)
	return word.translate(DEVANAGARI_VARIANTS)


@lru_cache(maxsize=20000)
def key(word: str) -> str:
	"""Name a word of `split` by what its inflected and its misspelt forms in the same script have in common."""
	if not DEVANAGARI.search(word):
		return sound(word)
	word = stem(word)
	if word.endswith("ा") and len(LETTER.findall(word)) >= LONG_WORD:
		# कुत्तों has lost it, कुत्ते and कुत्ता have not.
		return word[:-1]
	return word


@lru_cache(maxsize=20000)
def sound(word: str) -> str:
	"""Name a word of `split` by how it sounds, the same in every script: नालियाँ, naaliyan and nali alike."""
	return romanise(stem(word))


def stem(word: str) -> str:
	"""Take off the commonest endings, and nothing that would make another word of it."""
	if DEVANAGARI.search(word):
		return _without(HINDI_ENDINGS, word, SHORTEST_STEM)
	return _without(LATIN_ENDINGS, word, SHORTEST_LATIN_STEM)


def _without(endings: tuple, word: str, shortest: int) -> str:
	for ending, instead in endings:
		if word.endswith(ending):
			rest = word.removesuffix(ending) + instead
			return rest if len(LETTER.findall(rest)) >= shortest else word
	return word


@lru_cache(maxsize=20000)
def romanise(word: str) -> str:
	"""Write a word of `split` in Latin letters as one does on a phone, each vowel short and no letter twice."""
	if DEVANAGARI.search(word):
		word = sanscript.transliterate(word, sanscript.DEVANAGARI, sanscript.IAST)
		word = INNER_SCHWA.sub("", LAST_SCHWA.sub("", word)).translate(SCHOLARLY)
	marked = unicodedata.normalize("NFD", word)
	word = "".join(sign for sign in marked if not unicodedata.combining(sign))
	for written, spoken in SOUNDS:
		word = word.replace(written, spoken)
	return DOUBLED.sub(r"\1", word)
