"""What is believed of a list that is followed, and when that no longer does and the list has to be read whole.

Pure but for the clock. A proof is worth something as long as the list is in the order of ids; rows that are there and
were not brought are waited for as long as a later round may bring them; and whole readings are spaced out, so that a
list that needs one after the other does not use up the hour's requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from .._limits import clock
from .changes import NAMES, SearchEnd

__all__ = ["OVERLAP", "Reliability", "Trust"]

OVERLAP: Final = timedelta(minutes=5)
"""How much earlier than the last round the next one asks: a row may be committed later than its `updated_at` says."""

SECONDS_A_REQUEST: Final = 3.6
"""Between two whole readings for each request of the first: a thousand an hour at the most."""

MOST_BROKEN: Final = 3
"""Orders that only seemed to be that of ids, before nothing is made of it any more."""

SHRINKS: Final = 5
"""A list that lost more than a fifth of its rows has to say so twice."""


@attrs.frozen
class Reliability:
    """Says how far a list can be proved.

    Attributes:
        rising: whether its ids rose when it was last read whole.
        broken: how often an order that seemed that of ids was not.
        due: whether it has to be read whole before anything is proved.
        unequal: whether it had another number of rows than are held, when they were last counted.
        shrunk: whether so much of it was gone when it was read whole that another reading has to say the same.
        waiting: since when it has had rows that are not held, and that one round more did not bring.
        unheld: ids of the rows that were met in the last round and are not held.
    """

    rising: bool = True
    broken: int = 0
    due: bool = False
    unequal: bool = False
    shrunk: bool = False
    waiting: datetime | None = None
    unheld: tuple[int, ...] = ()


class Trust:
    """Decides how far a list can be proved, from what its rounds have met.

    Args:
        reliability: what was known of it.
    """

    def __init__(self, reliability: Reliability) -> None:
        self.reliability = reliability
        self._whole_after = 0.0

    @property
    def ordered(self) -> bool:
        """Whether the list is in the order of ids, as far as anybody knows."""
        return self.reliability.rising and self.reliability.broken < MOST_BROKEN

    @property
    def must_read_whole(self) -> bool:
        """Whether the list has to be read whole, and it is time for it."""
        return self.reliability.due and clock.monotonic() >= self._whole_after

    def note_order(self, *, rising: bool) -> None:
        """Takes in whether a part of the list that was read for the first time rose."""
        self.reliability = attrs.evolve(self.reliability, rising=self.reliability.rising and rising)

    def forget(self) -> None:
        """Begins anew, as with a list of which nothing is known."""
        self.reliability = Reliability()

    def settle(self) -> None:
        """Takes in that the list has what is held."""
        self.reliability = attrs.evolve(self.reliability, waiting=None, unequal=False, unheld=())

    def met(self, new: Iterable[int]) -> set[int]:
        """Takes in ids that a search met and that are not held. Returns those that the one before had met as well."""
        unheld = tuple(new)
        before, self.reliability = self.reliability.unheld, attrs.evolve(self.reliability, unheld=unheld)
        return set(before).intersection(unheld)

    def concluded(self, end: SearchEnd, *, late: bool) -> None:
        """Takes in how a search ended; `late`: a row of the list is not held, and one round more did not bring it."""
        reliability = self.reliability
        if end is SearchEnd.PROVED and not late:
            self.reliability = attrs.evolve(reliability, waiting=None)
        elif end in (SearchEnd.PROVED, SearchEnd.UNPROVED):
            # Later rounds bring such rows, as long as they were not committed later than the overlap is long.
            now = clock.utc_now()
            waiting = reliability.waiting or now
            self.reliability = attrs.evolve(reliability, waiting=waiting, due=now - waiting > OVERLAP)
        elif end is SearchEnd.ORDER:
            self.reliability = attrs.evolve(reliability, due=True, broken=reliability.broken + 1, rising=False)
        else:
            self.reliability = attrs.evolve(reliability, due=True)

    def counted(self, *, equal: bool) -> None:
        """Takes in whether a list in no order has as many rows as are held; that it has not is believed twice told."""
        self.reliability = attrs.evolve(self.reliability, due=not equal and self.reliability.unequal, unequal=not equal)

    def read_whole(self, requests: int, held: int, absent: int, *, rising: bool) -> bool:
        """Takes in that the list was read whole: what that has cost, and how many of the held rows were not there.

        Returns whether those are gone.
        """
        self._whole_after = clock.monotonic() + requests * SECONDS_A_REQUEST
        too_many = absent > NAMES and absent * SHRINKS > held
        believed = not too_many or self.reliability.shrunk
        self.reliability = attrs.evolve(self.reliability, rising=rising, due=not believed, shrunk=not believed)
        return believed
