"""The bench's command line, called by the Makefile.

It needs Python's standard library and nothing more: it is what installs the rest.
"""

import argparse
import sys

import commands
import processes
from errors import BenchError, Stopped


def main() -> int:
	command, words = arguments()
	processes.stop_on_signals()
	try:
		return commands.COMMANDS[command](words)
	except BenchError as error:
		print(f"\n{error}", file=sys.stderr, flush=True)
		return 1
	except Stopped as stopped:
		print("Stopped.", flush=True)
		return 128 + stopped.signum
	finally:
		processes.end_children()


def arguments() -> tuple[str, list[str]]:
	parser = argparse.ArgumentParser(prog="config/bench", description="Runs the bench in this repository.")
	parser.add_argument("command", choices=sorted(commands.COMMANDS))
	parser.add_argument("words", nargs=argparse.REMAINDER, help="passed to the command")
	parsed = parser.parse_args()
	return parsed.command, parsed.words


if __name__ == "__main__":
	sys.exit(main())
