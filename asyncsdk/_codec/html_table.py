"""A table in HTML, as notebooks show a value: every text escaped, rows and long texts cut, and said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Final

import attrs

__all__ = ["html_table", "row_cells"]

MOST_ROWS: Final = 20
MOST_COLUMNS: Final = 40
_LONGEST: Final = 80


def html_table(caption: str, names: Sequence[str], rows: Iterable[Sequence[object]], *, total: int) -> str:
    """A table of the first rows.

    Args:
        caption: what it is.
        names: of the columns.
        rows: their values, in the order of the columns.
        total: how many rows there are.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in names[:MOST_COLUMNS])
    lines = [
        "<tr>" + "".join(f"<td>{_text(value)}</td>" for value in row[:MOST_COLUMNS]) + "</tr>"
        for row in islice(rows, MOST_ROWS)
    ]
    left = [f"{total - MOST_ROWS:,} more rows"] if total > MOST_ROWS else []
    left += [f"{len(names) - MOST_COLUMNS:,} more columns"] if len(names) > MOST_COLUMNS else []
    rest = f"<p>{' and '.join(left)}</p>" if left else ""
    return (
        f"<div><p>{escape(caption)}</p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>{rest}</div>"
    )


def row_cells(rows: Sequence[object]) -> tuple[list[str], list[list[object]]]:
    """The names of columns and the values of rows: of models, of mappings, or of anything as one column."""
    facts = [_facts(row) for row in rows[:MOST_ROWS]]
    names = list(dict.fromkeys(name for row in facts for name in row))
    return names, [[row.get(name) for name in names] for row in facts]


def _facts(row: object) -> Mapping[str, object]:
    if isinstance(row, Mapping):
        return {str(name): value for name, value in row.items()}
    if attrs.has(kind := type(row)):
        return {field.name: getattr(row, field.name) for field in attrs.fields(kind)}
    return {"row": row}


def _text(value: object) -> str:
    text = "" if value is None else f"{value}"
    return escape(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
