"""Which lines of the client could be made wrong, and how: defects that somebody named, and mutants drawn by a seed."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from benchmarks.defects import DEFECTS

__all__ = ["ROOT", "Change", "drawn", "named"]

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
