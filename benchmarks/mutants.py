"""Changes one line of the client at a time and sees whether the simulation notices: `python -m benchmarks.mutants`.

Two kinds: defects that somebody named, and mutants drawn by a seed (a comparison, a constant, an operator, a dropped
statement). Each is made in a copy of the tree, where the worlds run until one goes wrong; a run that hangs has gone
wrong too. What survives is printed with its line, and belongs into the results with a reason.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import attrs

from benchmarks.defects import DEFECTS

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "asyncsdk/_sending/retry.py",
    "asyncsdk/extract/loading.py",
    "asyncsdk/_limits/budget.py",
    "asyncsdk/_limits/pause.py",
    "asyncsdk/_limits/slots.py",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "asyncsdk/_lists").glob("[a-z]*.py")),
)
"""Where mutants are drawn. A budget in Redis needs a Redis: it has tests of its own."""

CPU_SECONDS, SECONDS = 150, 1200
"""A stage that computes, or takes, longer than this hangs. The second is generous: other work may share the machine."""

# What runs first for a file: the worlds it is made for. Then the tests of the simulation, and at last all worlds.
FIRST = {
    "_sending/": ("writes 0-79", "budgets 0-19"),
    "_limits/": ("budgets 0-59", "writes 0-39"),
    "extract/": ("extractions 0-9",),
    "_lists/": ("walks 0-47",),
}
TESTS = (
    "tests/test_round_trips.py", "tests/simulation", "-x", "-q", "-p", "no:cacheprovider",
    "--deselect", "tests/simulation/test_worlds.py",
)  # fmt: skip
THEN = ("walks 48-299", "writes 80-199", "budgets 60-119", "mirrors 0-9", "extractions 10-15")


@attrs.frozen
class Change:
    """One line made wrong: `old` becomes `new` at `line` (from 1) of `file`; `what` says it in words."""

    file: str
    line: int
    old: str
    new: str
    what: str


def drawn(seed: int, number: int) -> list[Change]:
    """Draws mutants evenly from all that could be made."""
    every = [change for file in FILES for change in _candidates(file)]
    return random.Random(seed).sample(every, number)


def named() -> list[Change]:
    """The defects that were named, at the lines where they would be made."""
    changes = []
    for what, file, old, new in DEFECTS:
        text = (ROOT / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f"the defect {what!r} is not in {file} any more, or {text.count(old)} times: name it anew")
        changes.append(Change(file, text[: text.index(old)].count("\n") + 1, old, new, what))
    return changes


def _candidates(file: str) -> Iterator[Change]:
    """Gives every mutant of a file."""
    text = (ROOT / file).read_text()
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        for start, end, new, what in _mutations(node, text, lines):
            line = text[:start].count("\n")
            row = lines[line]
            at = start - sum(map(len, lines[:line]))
            if "\n" in text[start:end]:
                continue
            yield Change(file, line + 1, row, row[:at] + new + row[at + end - start :], what)


_OPPOSITE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_OTHER: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"), ast.Div: ("/", "*"),
}  # fmt: skip


def _mutations(node: ast.AST, text: str, lines: Sequence[str]) -> Iterator[tuple[int, int, str, str]]:
    """Gives what one node could become: from, to, new text, what it is."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            start, end = (
                _offset(lines, left.end_lineno, left.end_col_offset),
                _offset(lines, right.lineno, right.col_offset),
            )
            old, new = _SIGNS[type(op)], _OPPOSITE[type(op)]
            at = text.find(old, start, end)
            if at >= 0:
                yield at, at + len(old), new, f"comparison {old} -> {new}"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OTHER and not _is_type(node):
            start, end = (
                _offset(lines, left.end_lineno, left.end_col_offset),
                _offset(lines, right.lineno, right.col_offset),
            )
            old, new = _OTHER[type(operator)]
            at = text.find(old, start, end)
            if at >= 0:
                yield at, at + len(old), new, f"operator {old} -> {new}"
        case ast.BoolOp(op=boolean, values=[first, second, *_]):
            start = _offset(lines, first.end_lineno, first.end_col_offset)
            end = _offset(lines, second.lineno, second.col_offset)
            old, new = ("and", "or") if isinstance(boolean, ast.And) else ("or", "and")
            at = text.find(old, start, end)
            if at >= 0:
                yield at, at + len(old), new, f"operator {old} -> {new}"
        case ast.Constant(value=bool() as value):
            yield *_span(node, lines), str(not value), f"constant {value} -> {not value}"
        case ast.Constant(value=int() | float() as value):
            yield *_span(node, lines), repr(value + 1), f"constant {value} -> {value + 1}"
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Assign(targets=[ast.Attribute()]):
            yield *_span(node, lines), "pass", "dropped statement"
        case ast.Expr(value=ast.Await()) | ast.Delete():
            yield *_span(node, lines), "pass", "dropped statement"


def _is_type(node: ast.BinOp) -> bool:
    return isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)


def _offset(lines: Sequence[str], line: int | None, column: int | None) -> int:
    return sum(map(len, lines[: (line or 1) - 1])) + (column or 0)


def _span(node: ast.expr | ast.stmt, lines: Sequence[str]) -> tuple[int, int]:
    return _offset(lines, node.lineno, node.col_offset), _offset(lines, node.end_lineno, node.end_col_offset)


# --- trying them ----------------------------------------------------------------------------------------------------


def stages(file: str) -> list[list[str]]:
    """The commands that run for a change of a file, in order."""
    wing = next((name for name in FIRST if f"/{name}" in file), "_lists/")
    first, then = (
        [[sys.executable, "-m", "tests.simulation", *world.split(), "--json"] for world in worlds]
        for worlds in (FIRST[wing], THEN)
    )
    return [*first, [sys.executable, "-m", "pytest", *TESTS], *then]


def found_by(tree: Path, change: Change) -> str | None:
    """Makes a change in a copy of the tree and says what noticed; None where nothing did. The change is undone."""
    path = tree / change.file
    before = path.read_text()
    lines = before.splitlines(keepends=True)
    if "\n" in change.old.rstrip("\n") or not change.old.endswith("\n"):
        after = before.replace(change.old, change.new)
    else:
        lines[change.line - 1] = change.new
        after = "".join(lines)
    path.write_text(after)
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for command in stages(change.file):
            try:
                done = subprocess.run(
                    ["prlimit", f"--cpu={CPU_SECONDS}", *command],
                    cwd=tree,
                    env=environment,
                    capture_output=True,
                    timeout=SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"{' '.join(command[2:5])} (hangs)"
            if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
                return f"{' '.join(command[2:5])} (hangs)"
            if done.returncode:
                return " ".join(command[2:5])
        return None
    finally:
        path.write_text(before)


def try_all(changes: Sequence[Change], jobs: int) -> list[tuple[Change, str | None]]:
    """Tries changes, `jobs` at a time, each in a copy of the tree."""
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            tree = Path(folder) / str(number)
            for part in ("asyncsdk", "tests"):
                shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", tree)
            trees.put(tree)

        def one(change: Change) -> tuple[Change, str | None]:
            tree = trees.get()
            begun = time.perf_counter()
            try:
                by = found_by(tree, change)
            finally:
                trees.put(tree)
            place = f"{change.file}:{change.line}"
            print(f"{by or 'SURVIVES':40} {time.perf_counter() - begun:4.0f} s  {place}  {change.what}", flush=True)
            return change, by

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(one, changes))


def main() -> int:
    """Tries them and prints what survives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--number", type=int, default=200, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--named", action="store_true", help="only the defects that were named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--to", type=Path, help="a file for the results, as JSON")
    arguments = parser.parse_args()
    sets = (
        {"named": named()} if arguments.named else {"named": named(), "drawn": drawn(arguments.seed, arguments.number)}
    )
    results = {}
    for name, changes in sets.items():
        tried = try_all(changes, arguments.jobs)
        alive = [change for change, by in tried if by is None]
        print(f"{name}: {len(tried) - len(alive)} of {len(tried)} found")
        for change in alive:
            print(f"  {change.file}:{change.line} {change.what}\n    {change.old.strip()}\n    {change.new.strip()}")
        results[name] = [{**attrs.asdict(change), "found by": by} for change, by in tried]
    if arguments.to is not None:
        arguments.to.write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
