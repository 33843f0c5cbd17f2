"""What importing costs: `python -m benchmarks.imports`. Fresh interpreters, in shuffled order.

Each statement is timed inside its own interpreter; start-up and shut-down are not counted.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator

from .contenders import installed
from .measure import Cost
from .records import Record, Records
from .scale import DEFAULT, Scale

OURS, AIOHTTP = "from asyncsdk import Wethod", "import aiohttp"
STATEMENTS = (AIOHTTP, OURS, "from asyncsdk import Wethod; Wethod(token='t', company='c')")
TIMED = "import time; begun = time.perf_counter(); {statement}; print(time.perf_counter() - begun)"


def imports(scale: Scale) -> Iterator[Record]:
    """Starts each statement in interpreters of its own, after one that warms the disk's cache."""
    statements = list(dict.fromkeys([*STATEMENTS, *(peer.imports for peer in installed())]))
    seconds: dict[str, list[float]] = {statement: [] for statement in statements}
    for turn in range(-1, scale.imports):
        for statement in random.sample(statements, len(statements)):
            command = [sys.executable, "-c", TIMED.format(statement=statement)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                print(f"  left out: {statement}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
                statements.remove(statement)
                seconds.pop(statement)
            elif turn >= 0:
                seconds[statement].append(float(done.stdout))
    for statement, taken in seconds.items():
        yield Record(
            section="imports",
            client=statement,
            items=1,
            latency_ms=0,
            in_flight=1,
            rounds=scale.imports,
            wall=Cost.of(taken),
        )


def main() -> None:
    """This section alone."""
    from .tables import text

    print(text(Records(imports(DEFAULT)), "imports"))


if __name__ == "__main__":
    main()
