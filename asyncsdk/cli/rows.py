"""Rows of a list on their way out: a table for people, CSV, JSON or JSON lines for the next program.

JSON lines, JSON and CSV are written as pages come in. CSV needs all its columns before its first row: where rows may
have keys of their own (`metadata_13`), they wait in a temporary file until the last one was seen; with `--columns`
nothing waits.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, cast

import attrs

from .._codec.decode import to_dict
from .._codec.fields import dynamic_prefix, wire_name
from ..errors import ArgumentError
from .output import say, stdout
from .tables import print_table
from .visible import ascii_json, visible, visible_json

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["Columns", "Format", "RowWriter", "columns_of", "writer_for"]

Format: TypeAlias = Literal["table", "json", "csv", "jsonl"]
Row: TypeAlias = "Mapping[str, Json]"

IN_MEMORY: Final = 8_000_000
"""Bytes of rows that wait for the last one, beyond which they wait on disk."""

_LEAST_WANTED: Final = {"created_at", "updated_at", "deleted_at"}


@attrs.frozen
class Columns:
    """The columns of a list.

    Args:
        names: of the model, in its order; or those that were asked for.
        chosen: whether they were asked for: then there are no others.
        prefixes: of keys that only some rows have.
    """

    names: tuple[str, ...]
    chosen: bool
    prefixes: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether rows may have others."""
        return bool(self.prefixes) and not self.chosen

    def of(self, rows: Iterable[Row]) -> list[str]:
        """All of them: those of the model, then those that only some of the rows have, `metadata_2` before `_13`."""
        if not self.open:
            return list(self.names)
        others = {name for row in rows for name in row} - set(self.names)
        return [*self.names, *sorted(others, key=_natural)]


def columns_of(model: type, wanted: str | None) -> Columns:
    """The columns of a model's rows, or those of them that are wanted (`id,name,metadata_13`).

    Raises:
        ArgumentError: a column that no row has.
    """
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", model))
    prefixes = tuple(prefix for field in fields if (prefix := dynamic_prefix(field)))
    names = tuple(wire_name(field) for field in fields if not dynamic_prefix(field))
    if wanted is None:
        return Columns(names, chosen=False, prefixes=prefixes)
    chosen = tuple(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    if not chosen:
        raise ArgumentError("columns", f"name some, such as {','.join(names[:3])}")
    for name in chosen:
        if name not in names and not name.startswith(prefixes or ("\0",)):
            near = get_close_matches(name, names, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ArgumentError("columns", f"there is no {name!r}; {hint}it has {', '.join(names)}")
    return Columns(chosen, chosen=True, prefixes=prefixes)


class RowWriter(Protocol):
    """Writes the rows of a list to standard output, a page at a time."""

    def page(self, rows: Sequence[object]) -> None:
        """Takes a page of rows."""

    def end(self) -> None:
        """Writes what is left, once the last page was taken."""


def writer_for(output: Format, columns: Columns, title: str, most: int | None) -> RowWriter:
    """The writer of a format.

    Args:
        output: the format.
        columns: of the rows.
        title: of a table.
        most: rows that were asked for at the most.
    """
    if output == "table":
        return _RowTable(columns, title, most)
    if output == "csv":
        return _Csv(columns)
    return _Json(columns, lines=output == "jsonl")


@attrs.define(eq=False)
class _Json:
    columns: Columns
    lines: bool = attrs.field(kw_only=True)
    _count: int = 0

    def page(self, rows: Sequence[object]) -> None:
        for row in rows:
            start = "" if self.lines else "[\n" if not self._count else ",\n"
            stdout.write(start + _json(_picked(row, self.columns)) + ("\n" if self.lines else ""))
            self._count += 1
        stdout.flush()

    def end(self) -> None:
        if not self.lines:
            stdout.write("\n]\n" if self._count else "[]\n")


@attrs.define(eq=False)
class _Csv:
    columns: Columns
    _closing: ExitStack = attrs.field(factory=ExitStack)
    _waiting: Any = None
    _others: set[str] = attrs.field(factory=set)
    _begun: bool = False

    def __attrs_post_init__(self) -> None:
        if self.columns.open:
            spool: Any = tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="\n")  # noqa: SIM115
            self._waiting = self._closing.enter_context(spool)

    def page(self, rows: Sequence[object]) -> None:
        fields = [_picked(row, self.columns) for row in rows]
        if self._waiting is None:
            self._write(self.columns.names, fields)
            stdout.flush()
            return
        for row in fields:
            self._others |= row.keys() - set(self.columns.names)
            self._waiting.write(json.dumps(row) + "\n")

    def end(self) -> None:
        if self._waiting is None:
            if not self._begun:
                self._write(self.columns.names, [])
            return
        with self._closing:
            names = self.columns.of([dict.fromkeys(self._others)])
            self._waiting.seek(0)
            self._write(names, map(json.loads, self._waiting))

    def _write(self, names: Sequence[str], rows: Iterable[Row]) -> None:
        writer = csv.writer(stdout, lineterminator="\n")
        if not self._begun:
            writer.writerow(names)
            self._begun = True
        shown = visible if stdout.isatty() else str
        for row in rows:
            writer.writerow([shown(_cell(row.get(name))) for name in names])


@attrs.define(eq=False)
class _RowTable:
    columns: Columns
    title: str
    most: int | None
    _rows: list[Row] = attrs.field(factory=list)

    def page(self, rows: Sequence[object]) -> None:
        self._rows += [_picked(row, self.columns) for row in rows]

    def end(self) -> None:
        rows = self._rows
        if not rows:
            stdout.write(f"{visible(self.title)}: no rows\n")
            return
        names = self.columns.of(rows)
        cells = [[_cell(row.get(name)) for name in names] for row in rows]
        left_out = print_table(names, cells, title=self.title, wanted=self._wanted(names, cells))
        stdout.flush()
        if left_out:
            say(f"+ {len(left_out)} more columns, see --columns: {', '.join(left_out)}", name="")
        if len(rows) == self.most:
            say(f"the first {self.most} rows; --max-items shows more", name="")

    def _wanted(self, names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
        """Positions of columns, the most telling first: times and empty ones only where there is room for them."""

        def worth(at: int) -> int:
            if self.columns.chosen:
                return 0
            return 2 if not any(row[at] for row in cells) else 1 if names[at] in _LEAST_WANTED else 0

        return sorted(range(len(names)), key=worth)


def _picked(row: object, columns: Columns) -> Row:
    fields = cast("Row", to_dict(row))
    return {name: fields.get(name) for name in columns.names} if columns.chosen else fields


def _json(row: Row) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    if not stdout.is_utf8:
        return ascii_json(text)
    return visible_json(text) if stdout.isatty() else text


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _natural(name: str) -> list[tuple[int, str]]:
    """An order in which metadata_2 comes before metadata_13."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]
