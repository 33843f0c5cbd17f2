"""How a list is walked: the options that every way of reading it takes, as one value, checked in one place."""

from __future__ import annotations

from typing import Final

import attrs

from .._codec.decode import OnReject
from ..errors import ArgumentError
from ..errors._checks import check_flag, check_whole_number
from ..errors._printable import shown

__all__ = ["CONCURRENCY", "WalkOptions"]

CONCURRENCY: Final = 8
"""Pages in flight or waiting to be consumed, unless a walk is told otherwise."""


@attrs.frozen
class WalkOptions:
    """How a list is walked.

    Attributes:
        concurrency: pages in flight or waiting to be consumed at the most; not above the client's max_in_flight.
        stable: join overlapping pages, so that rows neither vanish nor double while the list changes.
        sweep: at the end, read what was updated since the walk began and deliver what was not seen.
        max_items: rows at the most; None: all of them.
        expected: rows that are believed to be there from the beginning of the walk on; None: nothing is believed.
        resume: a bookmark of the same list; None: the walk begins at `offset`.
        on_reject: is called with each row that does not fit its model; None: such a row is a `DecodeError`.
    """

    concurrency: int = CONCURRENCY
    stable: bool = True
    sweep: bool = False
    max_items: int | None = None
    expected: int | None = None
    resume: str | None = None
    on_reject: OnReject | None = None

    def check(self, most: int) -> None:
        """Raises ArgumentError where an option is of another kind or out of range; `most` requests may be in flight.

        A bookmark is checked by who knows its list.
        """
        check_flag("stable", self.stable)
        check_flag("sweep", self.sweep)
        if self.on_reject is not None and not callable(self.on_reject):
            raise ArgumentError("on_reject", f"a function that takes each such row, not {shown(self.on_reject)}")
        hint = f"this client keeps {most} requests in flight; see Wethod(max_in_flight=...)"
        check_whole_number("concurrency", self.concurrency, 1, most, hint)
        if self.max_items is not None:
            check_whole_number("max_items", self.max_items, 0, None, "leave it out for the whole list")
        if self.expected is not None:
            check_whole_number("expected", self.expected, 0, None, "leave it out where you do not know")
