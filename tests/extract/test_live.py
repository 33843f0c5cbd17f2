"""What every target tells of its live rows, and how rows that are known to be gone are marked."""

from __future__ import annotations

import datetime as dt

from asyncsdk.extract.target import Place
from tests.extract.stored import NIGHT, THINGS, Thing, batch, opened, rows_of

LATER = NIGHT + dt.timedelta(hours=1)


def test_live_rows_come_in_rising_order_with_the_second_of_their_last_update(place: Place) -> None:
    """Neither deleted nor vanished ones: a search for deletions would take them for rows that a list has lost."""
    at = NIGHT + dt.timedelta(seconds=7, microseconds=999_999)
    rows = (Thing(id=9, updated_at=at), Thing(id=2), Thing(id=5, deleted_at=NIGHT), Thing(id=2**40, updated_at=NIGHT))
    with opened(place) as target:
        target.write(THINGS, batch(*rows), "k", b"1")
        plain, timed = target.live(THINGS, times=False), target.live(THINGS, times=True)
    assert (plain.ids.tolist(), plain.seconds.tolist()) == ([2, 9, 2**40], [])
    seconds = int(NIGHT.timestamp())
    assert (timed.ids.tolist(), timed.seconds.tolist()) == ([2, 9, 2**40], [-1, seconds + 7, seconds])


def test_rows_that_are_gone_are_marked_once_and_shown_so(place: Place) -> None:
    """Those that are not live keep what they have, and readers of folders see the mark."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1), Thing(id=2), Thing(id=3, deleted_at=NIGHT)), "k", b"1")
        target.finish(THINGS)
        assert target.mark_gone(THINGS, [1, 3, 77], LATER) == 1
        assert target.mark_gone(THINGS, [1, 3, 77], LATER) == 0
        assert target.live(THINGS, times=False).ids.tolist() == [2]
        target.finish(THINGS)
    assert [bool(row["_vanished_at"]) for row in rows_of(place)] == [True, False, False]


def test_a_row_that_is_met_again_is_live_again(place: Place) -> None:
    """Also where nothing else of it has changed."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, name="a")), "k", b"1")
        target.mark_gone(THINGS, [1], LATER)
        target.write(THINGS, batch(Thing(id=1, name="a")), "k", b"2")
        assert target.live(THINGS, times=False).ids.tolist() == [1]
