"""Changes one line of the client at a time and sees whether the simulation notices: `python -m benchmarks.mutants`.

Each change is made in a copy of the tree, where worlds run until one goes wrong. A run that never ends has gone wrong
too: it is told by the seconds of the processor that it used, so that a busy machine makes no finds. All changes are
tried by the first stage before any is tried by the next, which takes longer. Results are written as they come, a line
each, and a run that is begun again goes on after them. What survives belongs into `benchmarks/results/mutants.md` with
a reason.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from compileall import compile_dir
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import attrs

from benchmarks.mutations import FILES, ROOT, Change, drawn, named

PROCESSOR_SECONDS = 60
"""A stage whose processes use more than this hangs: as the client is, the longest uses some ten."""

WALL_SECONDS = 1200
"""A stage that takes longer than this waits for what never comes."""

# What runs first for a file: the worlds it is made for. Then the tests of the simulation, and at last many
# seeds of all worlds, though fewer than each run of the tests takes.
FIRST = {
    "_sending/": ("writes 0-79", "budgets 0-19"),
    "_limits/": ("budgets 0-59", "writes 0-39"),
    "extract/": ("extractions 0-9", "histories 0-9"),
    "_lists/": ("walks 0-47", "mirrors 0-4"),
}
TESTS = (
    "tests/lists/test_round_trips.py", "tests/simulation",
    "--deselect", "tests/simulation/test_worlds.py", "--deselect", "tests/simulation/test_histories.py",
)  # fmt: skip
THEN = (
    "walks 48-599", "writes 80-399", "budgets 60-119", "mirrors 5-14", "extractions 10-24", "histories 10-14",
)  # fmt: skip

# What the other tests of a part say of a change that no world noticed: it is told, and counts as survived.
OTHERS = {
    "_sending/": ("sending/test_",),
    "_limits/": ("limits/test_",),
    "extract/": ("extract/test_run", "extract/test_misfits", "extract/test_nothing_lost", "extract/test_clocks"),
    "_lists/": ("lists/test_", "test_counts"),
}


def stages(file: str) -> list[list[str]]:
    """The commands that run for a change of a file, in order; the last one is of other tests than the simulation's."""
    wing = next((name for name in FIRST if f"/{name}" in file), "_lists/")
    first, then = (
        [[sys.executable, "-m", "tests.simulation", *world.split(), "--first"] for world in worlds]
        for worlds in (FIRST[wing], THEN)
    )
    others = sorted(str(path.relative_to(ROOT)) for name in OTHERS[wing] for path in ROOT.glob(f"tests/{name}*.py"))
    test = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    return [*first, [*test, *TESTS], *then, [*test, *others]]


def ended(command: Sequence[str], tree: Path) -> str | None:
    """Runs a stage and says how it went wrong; None where it went well."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(command, cwd=tree, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    resource.prlimit(running.pid, resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))
    name = " ".join(command[2:5])
    try:
        status = running.wait(WALL_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return f"{name} (waits for ever)"
    if status == -signal.SIGXCPU:
        return f"{name} (hangs)"
    return name if status else None


@contextmanager
def made(change: Change, tree: Path) -> Iterator[None]:
    """Makes a change in a copy of the tree, and undoes it at the end of the block."""
    path = tree / change.file
    before = path.read_text()
    if change.old.endswith("\n") and change.old.count("\n") == 1:
        lines = before.splitlines(keepends=True)
        lines[change.line - 1] = change.new
        after = "".join(lines)
    else:
        after = before.replace(change.old, change.new)
    told = path.stat()  # compiled code is told from its source by a time in whole seconds, and a length
    path.write_text(after)
    os.utime(path, (told.st_atime, 10**9 + zlib.crc32(after.encode()) % 10**8))
    try:
        yield
    finally:
        path.write_text(before)
        os.utime(path, (told.st_atime, told.st_mtime))


@contextmanager
def copies(number: int) -> Iterator[SimpleQueue[Path]]:
    """Copies the tree as often as there are processes, compiled, as most of a short run would go into that."""
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for each in range(number):
            tree = Path(folder) / str(each)
            for part in ("asyncsdk", "tests"):
                shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", tree)
            compile_dir(tree, quiet=2)
            trees.put(tree)
        yield trees


def try_all(name: str, changes: Sequence[Change], processes: int, to: Path) -> None:
    """Tries the changes by the stages that `to` has no result of, and adds a line for each."""
    last = len(stages(FILES[0])) - 1
    with copies(processes) as trees, ThreadPoolExecutor(processes) as pool:

        def one(number: int, stage: int) -> None:
            tree, change, begun = trees.get(), changes[number], time.perf_counter()
            try:
                with made(change, tree):
                    by = ended(stages(change.file)[stage], tree)
            finally:
                trees.put(tree)
            told = f"{by or 'survives'}{', but for other tests' if by and stage == last else ''}"
            place = f"{time.perf_counter() - begun:4.0f} s  {change.file}:{change.line}  {change.what}"
            print(f"{number:3} {stage} {told:40} {place}", flush=True)
            facts = {"found_by": None if stage == last else by, "elsewhere": stage == last and by is not None}
            with to.open("a") as file:
                file.write(
                    f"{json.dumps({'set': name, 'number': number, 'tried': stage, **attrs.asdict(change), **facts})}\n"
                )

        for stage in range(last + 1):
            known = read(to, name)
            todo = [
                number
                for number in range(len(changes))
                if number not in known or (known[number]["found_by"] is None and known[number]["tried"] < stage)
            ]
            list(pool.map(lambda number, stage=stage: one(number, stage), todo))


def read(results: Path, name: str) -> dict[int, dict[str, Any]]:
    """The latest result of each change of a set."""
    lines = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    return {each["number"]: each for each in lines if each["set"] == name}


def main() -> int:
    """Tries them and prints what survives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--number", type=int, default=200, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--named", action="store_true", help="only the defects that were named")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--to", type=Path, default=Path("mutants.jsonl"), help="the file of the results, a line each")
    arguments = parser.parse_args()
    sets = {"named": named()}
    if not arguments.named:
        sets["drawn"] = drawn(arguments.seed, arguments.number)
    for name, changes in sets.items():
        try_all(name, changes, arguments.processes, arguments.to)
        tried = read(arguments.to, name).values()
        alive = [each for each in tried if each["found_by"] is None]
        print(f"{name}: {len(tried) - len(alive)} of {len(tried)} found")
        for each in alive:
            print(f"  {each['file']}:{each['line']} {each['what']}")
            print(f"    {each['old'].strip()}\n    {each['new'].strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
