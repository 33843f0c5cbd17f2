"""What the errors of walks say, and what to do about them."""

from __future__ import annotations

__all__ = ["DISORDER", "REPEATS", "UNPAGED"]

REPEATS = (
    "the same page came {times} times in a row, up to offset {offset}: the server ignores `offset`, or rows are added "
    "faster than they are read; ask for fewer rows with a filter, or for bigger pages with `limit`"
)
DISORDER = (
    "{times} short pages in a row were each followed by more rows, up to offset {end}: the server does not page "
    "consistently; narrow the list with a filter until it fits into one page"
)
UNPAGED = (
    "{rows} rows came where limit={limit} was asked for at offset {offset}: the server does not page, so it cannot be "
    "told which rows `offset` skips; read the list from its beginning, it comes in one answer"
)
