"""What importing costs: `python -m benchmarks.imports`. Ratios of fresh interpreters, medians of several.

Each statement is timed inside its own interpreter, in shuffled order; start-up and shut-down are not counted.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys

STATEMENTS = {
    "import aiohttp": "import aiohttp",
    "from asyncsdk import Wethod": "from asyncsdk import Wethod",
    "Wethod(...)": "from asyncsdk import Wethod; Wethod(token='t', company='c')",
}
TIMED = "import time; begun = time.perf_counter(); {statement}; print(time.perf_counter() - begun)"


def main() -> None:
    """Starts each statement in interpreters of its own."""
    seconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for turn in range(16):
        for name in random.sample(list(STATEMENTS), len(STATEMENTS)):
            command = [sys.executable, "-c", TIMED.format(statement=STATEMENTS[name])]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            if turn:
                seconds[name].append(float(done.stdout))
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    for name, median in medians.items():
        print(f"{name:30}{median * 1000:8.0f} ms{median / medians['import aiohttp']:8.2f} of import aiohttp")


if __name__ == "__main__":
    main()
