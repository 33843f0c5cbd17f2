"""Tables of text for people: every cell is text and never markup, and the columns that are shown fit.

Where the output has an edge, columns that do not fit are left out and named; where it has none (a file, a pipe), all
are there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .output import stderr, stdout
from .visible import visible

__all__ = ["console", "fitting", "print_table", "width_of"]

WIDEST_CELL: Final = 40
"""Of a table that has an edge."""

WIDEST_CELL_IN_A_FILE: Final = 200
NARROWEST: Final = 24
"""Columns that a table is made for at least; what is narrower folds."""

_UNBOUNDED: Final = 20_000
_BORDER, _BETWEEN = 1, 3  # what the frame of a table and of a column take


def width_of(*, error: bool = False) -> int | None:
    """Columns of the terminal; None where there is no edge. A width of 0 or of no number is not believed."""
    try:
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    except ValueError:
        pass
    stream = stderr if error else stdout
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def console(*, error: bool = False) -> Console:
    """Where people read."""
    width = width_of(error=error)
    return Console(
        file=stderr if error else stdout,  # type: ignore[arg-type]  # all that rich uses of it is there
        width=_UNBOUNDED if width is None else max(width, NARROWEST),
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=width is None,
    )


def fitting(widths: Sequence[int], order: Sequence[int], most: int | None) -> list[int]:
    """The columns to show, by position: the first of `order` that fit into `most` together, at least one.

    Args:
        widths: of the columns.
        order: their positions, the most wanted first.
        most: the table's width; None: there is no edge.

    Example:
        >>> fitting([2, 30, 5], [0, 2, 1], 20)
        [0, 2]
    """
    taken: list[int] = []
    left = (most if most is not None else _UNBOUNDED) - _BORDER
    for at in order:
        if taken and widths[at] + _BETWEEN > left:
            continue
        taken.append(at)
        left -= widths[at] + _BETWEEN
    return sorted(taken)


def print_table(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str | None = None,
    wanted: Sequence[int] | None = None,
    right: frozenset[int] = frozenset(),
) -> list[str]:
    """Prints a table to standard output.

    Args:
        names: of its columns.
        rows: the cells of each, as many.
        title: above it.
        wanted: positions of columns, the most wanted first; None: from left to right.
        right: positions of columns that stand at the right.

    Returns:
        The names of the columns that did not fit.
    """
    edge = width_of()
    cap = WIDEST_CELL_IN_A_FILE if edge is None else max(8, min(WIDEST_CELL, edge - _BORDER - _BETWEEN))
    cells = [[stdout.taken(visible(cell)) for cell in row] for row in rows]
    heads = [stdout.taken(visible(name)) for name in names]
    widths = [min(cap, max(map(cell_len, (heads[at], *(row[at] for row in cells))))) for at in range(len(names))]
    shown = fitting(widths, wanted if wanted is not None else range(len(names)), edge and max(edge, NARROWEST))
    table = Table(title=None if title is None else Text(visible(title)), title_justify="left")
    for at in shown:
        table.add_column(
            Text(heads[at]),
            no_wrap=True,
            overflow="ellipsis",
            max_width=widths[at],
            justify="right" if at in right else "left",
        )
    for row in cells:
        table.add_row(*(Text(row[at]) for at in shown))
    console().print(table)
    return [names[at] for at in range(len(names)) if at not in shown]
