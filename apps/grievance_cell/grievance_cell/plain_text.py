"""What people write stays text wherever the desk shows it."""

import re

# What a browser takes for the beginning of a tag or a comment.
BEGINS_TAG = re.compile(r"<(?=[a-zA-Z/!?])")


def plain(text: str) -> str:
	"""Part every "<" from what would make a tag of it, and change nothing else.

	Frappe cleans what is saved with a document, but nothing that reads as JSON, as a text in quotes does, and nothing that is
	written past the document.
	"""
	return BEGINS_TAG.sub("< ", text)
