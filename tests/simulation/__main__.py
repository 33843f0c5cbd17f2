"""Runs worlds from the command line: `python -m tests.simulation walks 17`, or `walks 0-999 --json`."""

from __future__ import annotations

import argparse
import json
import sys

import attrs

from tests.simulation.worlds import WORLDS, run, run_many


def main() -> int:
    """Runs what the arguments name; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("world", choices=WORLDS)
    parser.add_argument("seeds", help="a seed, or the first and the last: 0-999")
    parser.add_argument("--json", action="store_true", help="one document with the sums, for programs")
    parser.add_argument("--first", action="store_true", help="end at the first seed that goes wrong")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    if not last:
        outcome = run(arguments.world, int(first))
        sys.stdout.write(f"{outcome}\n")
        return bool(outcome.wrong)
    total = run_many(arguments.world, range(int(first), int(last) + 1), first=arguments.first)
    if arguments.json:
        sys.stdout.write(f"{json.dumps(attrs.asdict(total))}\n")
    else:
        hours = total.seconds / 3600
        sys.stdout.write(f"{total.seeds} seeds, {hours:.0f} virtual hours, {total.rows} rows, {dict(total.counts)}\n")
        sys.stdout.writelines(f"{line}\n" for line in total.wrong)
    return bool(total.wrong)


if __name__ == "__main__":
    sys.exit(main())
