"""Simulates any number of seeds of every world: `python -m benchmarks.simulate --seeds 100000`.

Worlds and their oracles are those of the tests, run by their own command in as many processes as there are cores. It
prints seeds, virtual hours, faults, rows and losses, and for each seed that went wrong the command that repeats it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

SHARES = {"walks": 0.5, "writes": 0.25, "budgets": 0.1, "mirrors": 0.1, "extractions": 0.05}
"""Of all seeds; a mirror takes ten times as long as a write, an extraction fifty times."""

CHUNK = 200


def chunks(seeds: int, first: int) -> list[tuple[str, int, int]]:
    """The runs to make: world, first and last seed."""
    made = []
    for world, share in SHARES.items():
        end = first + max(1, round(seeds * share))
        made += [(world, at, min(at + CHUNK, end) - 1) for at in range(first, end, CHUNK)]
    return made


def run(world: str, first: int, last: int) -> dict[str, Any]:
    """One process's worth of seeds."""
    command = [sys.executable, "-m", "tests.simulation", world, f"{first}-{last}", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        return {
            "seeds": 0,
            "rows": 0,
            "seconds": 0.0,
            "counts": {},
            "wrong": [f"{' '.join(command)} ended without a word"],
        }
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def main() -> int:
    """Runs and prints; 1 where a seed went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="of all worlds together")
    parser.add_argument("--first", type=int, default=0, help="the first seed of each world")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    seeds, rows, hours, wrong = Counter[str](), 0, 0.0, list[str]()
    met = Counter[str]()
    todo = chunks(arguments.seeds, arguments.first)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (world, _, _), facts in zip(todo, pool.map(lambda each: run(*each), todo), strict=True):
            seeds[world] += facts["seeds"]
            rows += facts["rows"]
            hours += facts["seconds"] / 3600
            met.update(facts["counts"])
            wrong += facts["wrong"]
    print(f"{sum(seeds.values()):,} seeds ({', '.join(f'{n:,} {world}' for world, n in seeds.items())})")
    print(f"{time.perf_counter() - begun:,.0f} s, {hours:,.0f} virtual hours, {rows:,} rows, {len(wrong)} went wrong")
    print(", ".join(f"{name} {times:,}" for name, times in sorted(met.items())))
    for line in wrong[:50]:
        print(line)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
