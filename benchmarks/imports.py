"""What importing costs: `python -m benchmarks.imports`. Ratios of fresh interpreters, medians of several."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time

STATEMENTS = {
    "nothing": "pass",
    "import aiohttp": "import aiohttp",
    "from asyncsdk import Wethod": "from asyncsdk import Wethod",
    "Wethod(...)": "from asyncsdk import Wethod; Wethod(token='t', company='c')",
}


def main() -> None:
    """Starts each statement in interpreters of its own, in shuffled order."""
    seconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for turn in range(11):
        for name in random.sample(list(STATEMENTS), len(STATEMENTS)):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", STATEMENTS[name]], check=True)
            if turn:
                seconds[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    start = medians["nothing"]
    reference = medians["import aiohttp"] - start
    for name, median in medians.items():
        print(f"{name:30}{(median - start) * 1000:8.0f} ms{(median - start) / reference:8.2f} of import aiohttp")


if __name__ == "__main__":
    main()
