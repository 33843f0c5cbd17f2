"""Simulates any number of seeds of every world: `python -m benchmarks.simulate --seeds 100000`.

Worlds and their oracles are those of the tests, run by their own command in as many processes as there are cores, in
chunks whose sums are written as they come: who is stopped goes on after them. It prints seeds, virtual hours, faults,
rows and losses, and for each seed that went wrong the command that repeats it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SHARES = {"walks": 0.5, "writes": 0.27, "budgets": 0.1, "mirrors": 0.1, "followers": 0.02, "extractions": 0.01}
"""Of all seeds; a mirror takes ten times as long as a write, an extraction fifty times."""

CHUNK = 100

Chunk = tuple[str, int, int]
"""A run to make: world, first and last seed."""


def chunks(seeds: int, first: int) -> list[Chunk]:
    """The runs to make, mixed, so that those of a run that was stopped are a fair part of all."""
    made = []
    for world, share in SHARES.items():
        end = first + max(1, round(seeds * share))
        made += [(world, at, min(at + CHUNK, end) - 1) for at in range(first, end, CHUNK)]
    random.Random(0).shuffle(made)
    return made


def run(world: str, first: int, last: int) -> dict[str, Any]:
    """One process's worth of seeds, and the seconds it took."""
    command = [sys.executable, "-m", "tests.simulation", world, f"{first}-{last}", "--json"]
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    facts: dict[str, Any] = {"seeds": 0, "rows": 0, "seconds": 0.0, "counts": {}}
    if done.stdout:
        facts |= json.loads(done.stdout)
    else:
        facts["wrong"] = [f"{' '.join(command)} ended without a word"]
    return facts | {"chunk": [world, first, last], "took": time.perf_counter() - begun}


def read(results: Path) -> list[dict[str, Any]]:
    """The sums there are so far."""
    return [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []


def main() -> int:
    """Runs and prints; 1 where a seed went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="of all worlds together")
    parser.add_argument("--first", type=int, default=0, help="the first seed of each world")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--to", type=Path, help="a file for the sums, a line each: a run that is begun again goes on")
    parser.add_argument("--only-sum", action="store_true", help="run nothing, sum what the file has")
    arguments = parser.parse_args()
    sums = [] if arguments.to is None else read(arguments.to)
    known = {tuple(each["chunk"]) for each in sums}
    todo = [each for each in chunks(arguments.seeds, arguments.first) if each not in known]
    with ThreadPoolExecutor(arguments.processes) as pool:
        for facts in pool.map(lambda each: run(*each), [] if arguments.only_sum else todo):
            sums.append(facts)
            if arguments.to is not None:
                with arguments.to.open("a") as file:
                    file.write(f"{json.dumps(facts)}\n")
    _tell(sums)
    return any(facts["wrong"] for facts in sums)


def _tell(sums: list[dict[str, Any]]) -> None:
    seeds, met = Counter[str](), Counter[str]()
    for facts in sums:
        seeds[facts["chunk"][0]] += facts["seeds"]
        met.update(facts["counts"])
    wrong = [line for facts in sums for line in facts["wrong"]]
    rows, hours = sum(facts["rows"] for facts in sums), sum(facts["seconds"] for facts in sums) / 3600
    print(f"{sum(seeds.values()):,} seeds ({', '.join(f'{n:,} {world}' for world, n in seeds.items())})")
    took = sum(facts["took"] for facts in sums)
    print(f"{took:,.0f} s of processes, {hours:,.0f} virtual hours, {rows:,} rows, {len(wrong)} went wrong")
    print(", ".join(f"{name} {times:,}" for name, times in sorted(met.items())))
    for line in wrong[:50]:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
