"""Lay down apps/frappe from the wheel that source.txt names.

Usage: python lay_down.py WHEEL DESTINATION

The wheel holds Frappe's Python package with the product's name replaced throughout. This undoes the replacement, in
the order of the contract (longest and most specific first), and adds what a checkout has and the wheel lacks: a
pyproject.toml whose dependencies are the wheel's own, and the licence. Binary files are copied as they are.
"""

import shutil
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

HERE = Path(__file__).resolve().parent

TEXT_NAMES = (
	("CriscoERP", "ERPNext"),
	("Criscoerp", "ERPNext"),
	("criscoerp", "erpnext"),
	("CRISCOSTACK", "FRAPPE"),
	("criscostack", "frappe"),
	("Criscostack", "Frappe"),
	("Crisco", "Frappe"),
)
PATH_NAMES = (("criscostack", "frappe"), ("brik_helper", "bench_helper"))
# SVG is text, but an image: the logos are another product's and stay what they are.
NOT_TEXT = {
	".png", ".jpg", ".gif", ".svg", ".eot", ".otf", ".ttf", ".woff", ".woff2", ".mp3", ".zip",
}  # fmt: skip

PYPROJECT = """\
[project]
name = "frappe"
authors = [{{ name = "Frappe Technologies Pvt Ltd", email = "developers@frappe.io" }}]
description = "Metadata driven, full-stack low code web framework"
requires-python = ">=3.10"
readme = "README.md"
dynamic = ["version"]
dependencies = [
{dependencies}
]

[build-system]
requires = ["flit_core >=3.4,<4"]
build-backend = "flit_core.buildapi"
"""

README = """\
# Frappe, laid down from a wheel

Frappe Framework (MIT, see LICENSE), develop branch of 5 August 2023. This folder was made by
config/frappe/lay_down.py and is not part of this repository: a development engine for the loopback address, old,
without later security fixes. Production runs on a current Frappe release.
"""


def replace_all(text: str, names) -> str:
	for old, new in names:
		text = text.replace(old, new)
	return text


def restore(data: bytes, suffix: str) -> bytes:
	if suffix.lower() in NOT_TEXT:
		return data
	try:
		return replace_all(data.decode("utf-8"), TEXT_NAMES).encode("utf-8")
	except UnicodeDecodeError:
		return data


def pyproject(metadata: str) -> str:
	requirements = Parser().parsestr(metadata).get_all("Requires-Dist")
	return PYPROJECT.format(dependencies="\n".join(f"\t'{requirement}'," for requirement in requirements))


def lay_down(wheel: Path, destination: Path) -> None:
	"""Write the checkout into a folder beside its destination, then rename it: it is there whole or not at all."""
	partial = destination.with_name(destination.name + ".partial")
	shutil.rmtree(partial, ignore_errors=True)
	with zipfile.ZipFile(wheel) as archive:
		for info in archive.infolist():
			if info.is_dir():
				continue
			if ".dist-info/" in info.filename:
				if info.filename.endswith("/METADATA"):
					metadata = archive.read(info).decode("utf-8")
				continue
			target = partial / replace_all(info.filename, PATH_NAMES)
			target.parent.mkdir(parents=True, exist_ok=True)
			target.write_bytes(restore(archive.read(info), target.suffix))
	(partial / "pyproject.toml").write_text(pyproject(metadata))
	(partial / "README.md").write_text(README)
	shutil.copy(HERE / "LICENSE", partial / "LICENSE")
	partial.rename(destination)


if __name__ == "__main__":
	lay_down(Path(sys.argv[1]), Path(sys.argv[2]))
