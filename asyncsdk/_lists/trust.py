"""What is believed of a list that is followed, and when that no longer does and the list has to be read whole.

Pure but for the clock. A proof is worth something as long as the list is in the order of ids; rows that are there and
were not brought are waited for as long as a later round may bring them; and whole readings are spaced out, so that a
list that needs one after the other does not use up the hour's requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from .._limits import clock
from .changes import NAMES, SearchEnd

__all__ = ["OVERLAP", "Trust"]

OVERLAP: Final = timedelta(minutes=5)
"""How much earlier than the last round the next one asks: a row may be committed later than its `updated_at` says."""

SECONDS_A_REQUEST: Final = 3.6
"""Between two whole readings for each request of the first: a thousand an hour at the most."""

MOST_BROKEN: Final = 3
"""Orders that only seemed to be that of ids, before nothing is made of it any more."""

SHRINKS: Final = 5
"""A list that lost more than a fifth of its rows has to say so twice."""


class Trust:
    """Says how far a list can be proved.

    Args:
        rising: whether its ids rose when it was last read whole.
        broken: how often an order that seemed that of ids was not.
        due: whether it has to be read whole before anything is proved.
    """

    def __init__(self, *, rising: bool, broken: int, due: bool) -> None:
        self.rising = rising
        self.broken = broken
        self.due = due
        self._new: set[int] = set()  # ids that the last search met, and that were not held
        self._waiting: float | None = None  # since when rows of the list are not held
        self._unequal = False  # whether a count failed in the last round
        self._shrunk = False  # whether the last whole reading lost so much that another has to say the same
        self._whole_after = 0.0

    @property
    def ordered(self) -> bool:
        """Whether the list is in the order of ids, as far as anybody knows."""
        return self.rising and self.broken < MOST_BROKEN

    @property
    def must_read_whole(self) -> bool:
        """Whether the list has to be read whole, and it is time for it."""
        return self.due and clock.monotonic() >= self._whole_after

    def note_order(self, *, rising: bool) -> None:
        """Takes in whether a part of the list that was read for the first time rose."""
        self.rising = self.rising and rising

    def forget(self) -> None:
        """Begins anew, as with a list of which nothing is known."""
        self.rising = True

    def settle(self) -> None:
        """Takes in that the list has what is held."""
        self._waiting, self._unequal, self._new = None, False, set()

    def met(self, new: Iterable[int]) -> set[int]:
        """Takes in ids that a search met and that are not held. Returns those that the one before had met as well."""
        before, self._new = self._new, set(new)
        return before & self._new

    def concluded(self, end: SearchEnd, *, late: bool) -> None:
        """Takes in how a search ended; `late`: a row of the list is not held, and one round more did not bring it."""
        if end in (SearchEnd.PROVED, SearchEnd.UNPROVED):
            if end is SearchEnd.PROVED and not late:
                self._waiting = None
                return
            # Later rounds bring such rows, as long as they were not committed later than the overlap is long.
            self._waiting = clock.monotonic() if self._waiting is None else self._waiting
            self.due = clock.monotonic() - self._waiting > OVERLAP.total_seconds()
            return
        self.due = True
        if end is SearchEnd.ORDER:
            self.broken, self.rising = self.broken + 1, False

    def counted(self, *, equal: bool) -> None:
        """Takes in whether a list in no order has as many rows as are held; that it has not is believed twice told."""
        self.due, self._unequal = not equal and self._unequal, not equal

    def believes(self, held: int, absent: int) -> bool:
        """Returns whether so many rows are gone that were missing when the list was read whole."""
        too_many = absent > NAMES and absent * SHRINKS > held
        self._shrunk = too_many and not self._shrunk
        return not self._shrunk

    def read_whole(self, requests: int, *, rising: bool, believed: bool) -> None:
        """Takes in that the list was read whole, and what that has cost."""
        self._whole_after = clock.monotonic() + requests * SECONDS_A_REQUEST
        self.rising = rising
        self.due = not believed
