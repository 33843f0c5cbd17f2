"""What the errors of walks say, and what to do about them."""

from __future__ import annotations

__all__ = ["BARREN", "DISORDER", "REPEATS", "ROUND", "UNPAGED"]

REPEATS = (
    "the same page came {times} times in a row, up to offset {offset}: the server ignores `offset`, or rows are added "
    "faster than they are read; ask for fewer rows with a filter, or for bigger pages with `limit`"
)
BARREN = (
    "{times} full pages in a row, up to offset {offset}, held only rows that had come before: the server does not page "
    "by `offset`, or rows are added faster than they are read; narrow the list with a filter until it fits into one "
    "page"
)
ROUND = (
    "the first page of the list came again, at last at offset {offset}: the server begins anew behind the last row; "
    "narrow the list with a filter until it fits into one page"
)
DISORDER = (
    "{times} short pages in a row were each followed by more rows, up to offset {end}: the server does not page "
    "consistently; narrow the list with a filter until it fits into one page"
)
UNPAGED = (
    "{rows} rows came where limit={limit} was asked for at offset {offset}: the server does not page, so it cannot be "
    "told which rows `offset` skips; read the list from its beginning, it comes in one answer"
)
