"""Run some lines of the Procfile with honcho and say which of them ended first.

Usage: python group.py PROCFILE NAME ...

Run by the bench's own Python, from the bench's folder; the rest of this folder needs nothing but the system's.
"""

import re
import sys
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import SIGNALS, SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

ASKED_TO_STOP = {signal["rc"] for signal in SIGNALS.values()}


class Teller(Printer):
	"""Print what the processes say, and remember which one stopped before the others."""

	first = ""

	def write(self, message):
		if message.name == SYSTEM_PRINTER_NAME and not self.first:
			if stopped := re.match(r"(\S+) stopped \(rc=(-?\d+)\)", str(message.data)):
				self.first = "%s ended by itself with exit code %s" % stopped.groups()
		super().write(message)


def main(procfile: str, *names: str) -> int:
	lines = parse_procfile(Path(procfile).read_text()).processes
	teller = Teller(sys.stdout)
	manager = Manager(teller)
	for name in names:
		manager.add_process(name, lines[name])
	manager.loop()
	if manager.returncode not in ASKED_TO_STOP:
		print(f"\n{teller.first}; without it the others were stopped too.", flush=True)
	return manager.returncode


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
