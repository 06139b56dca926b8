"""Measure how often the right category is proposed, on the demo's texts, and how long that takes.

	env/bin/python tests/benchmarks/categories.py [--copies 1]

Prints one line a figure: the right category first and among the first three, by keywords, by the text model and by both,
on texts that the model has not seen (five folds). `--copies` repeats the texts, to see how long more cases take; its
accuracies mean nothing. Needs no site.
"""

import argparse
import csv
import random
import resource
import statistics
import time
from pathlib import Path

from grievance_cell.grievances.category_model import CategoryModel
from grievance_cell.grievances.category_ranking import WAYS, SettledCase, held_out, rank
from grievance_cell.grievances.keywords import KeywordTable

DATA = Path(__file__).parents[2] / "apps/grievance_cell/grievance_cell/demo/data"


def rows(name: str) -> list[dict]:
	with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
		return list(csv.DictReader(file))


def settled_cases(categories: dict[str, dict], copies: int) -> list[SettledCase]:
	types = {name: row["applies_to"].split(";") for name, row in categories.items()}
	found = []
	for row in rows("descriptions"):
		among = frozenset(name for name, applies in types.items() if types[row["category"]][0] in applies)
		found += [SettledCase(row["text"], row["category"], row["language"], among)] * copies
	return found


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--copies", type=int, default=1)
	copies = parser.parse_args().copies
	categories = {row["category"]: row for row in rows("categories") if row["parent"]}
	keywords = KeywordTable(
		(name, keyword) for name, row in categories.items() for keyword in row["keywords"].split(";")
	)
	cases = settled_cases(categories, copies)
	having = sum(bool(keywords.scores(case.text, {case.category})) for case in cases)
	print(f"texts: {len(cases)} of {len(categories)} categories")
	print(f"texts with a keyword of their own category: {having / len(cases):.0%}")

	begun = time.perf_counter()
	accuracy = held_out(cases, keywords)
	print(f"measuring on five folds: {time.perf_counter() - begun:.1f} s")
	groups = [key for key in accuracy if key[0] != "category"]
	for key in sorted(groups):
		shares = accuracy[key].shares()
		for way in WAYS:
			name = f"{way}, {key[1] or 'all'} ({accuracy[key].cases} texts)"
			print(f"{name}: first {shares[f'top1_{way}']:.1f}%, first three {shares[f'top3_{way}']:.1f}%")
	worst = sorted(
		(each.shares()["top1_combined"], name)
		for (group, name), each in accuracy.items()
		if group == "category"
	)
	print("worst categories, combined: " + ", ".join(f"{name} {share:.0f}%" for share, name in worst[:5]))

	begun = time.perf_counter()
	model = CategoryModel.fit([case.text for case in cases], [case.category for case in cases])
	print(f"fitting the model: {time.perf_counter() - begun:.1f} s, {len(model.to_bytes()) / 1e6:.2f} MB")
	taken = []
	for case in random.Random(1).choices(cases, k=1000):
		begun = time.perf_counter()
		rank(case.text, case.among, keywords, model)
		taken.append((time.perf_counter() - begun) * 1000)
	taken.sort()
	print(f"ranking one text: median {statistics.median(taken):.2f} ms, 99 of 100 in {taken[989]:.2f} ms")
	print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
	main()
