"""Rows that are gone: every target marks what a whole pass did not meet, and only then."""

from __future__ import annotations

import datetime as dt

from asyncsdk.extract.target import Place, Shrink, Written
from tests.extract.stored import NIGHT, THINGS, Thing, batch, opened, rows_of

LATER = NIGHT + dt.timedelta(days=1)


def test_rows_that_a_pass_did_not_meet_are_marked_and_stay(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(1, 31)), Thing(id=31, deleted_at=NIGHT)), "k", b"1")
        for start in (1, 15):  # the batches of one pass
            met = (Thing(id=i, value=1.0) for i in range(start, start + 14))
            target.write(THINGS, batch(*met, whole=LATER, spared=[29]), "k", b"2")
        # 29 came, but did not fit; 30 did not come; 31 was deleted before.
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(30, 1, True)
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(29, 0, True)
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(place)] == list(range(1, 32))
    assert [int(row["id"]) for row in rows_of(place) if row["_vanished_at"] not in (None, "")] == [30]


def test_what_a_pass_met_outlasts_the_run_that_began_it(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(4))), "k", b"1")
        target.write(THINGS, batch(Thing(id=0), Thing(id=1), whole=LATER), "k", b"2")
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=2), whole=LATER), "k", b"3")
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(4, 1, True)


def test_what_an_earlier_pass_met_tells_nothing_of_a_later_one(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(4)), whole=NIGHT), "k", b"1")
        target.write(THINGS, batch(Thing(id=0), whole=LATER), "k", b"2")
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=True) == Shrink(4, 3, True)
        target.finish(THINGS)
    with opened(place) as target:  # a pass that met nothing at all
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=True) == Shrink(1, 1, True)


def test_a_row_that_comes_back_is_no_longer_vanished(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.mark_vanished(THINGS, LATER, LATER, allow_shrink=True)
        assert target.write(THINGS, batch(Thing(id=1)), "k", b"2") == Written(0, 1)
        target.finish(THINGS)
    assert [row["_vanished_at"] in (None, "") for row in rows_of(place)] == [True]


def test_a_table_that_would_shrink_by_more_than_a_fifth_is_left_alone(place: Place) -> None:
    """A permission lost narrows lists in silence."""
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(20))), "k", b"1")
        target.write(THINGS, batch(*(Thing(id=i) for i in range(15)), whole=LATER), "k", b"2")
        refused = target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False)
        assert refused == Shrink(20, 5, marked=False)
        allowed = target.mark_vanished(THINGS, LATER, LATER, allow_shrink=True)
        assert allowed == Shrink(20, 5, marked=True)
        target.finish(THINGS)
    assert sum(row["_vanished_at"] not in (None, "") for row in rows_of(place)) == 5


def test_a_few_rows_may_all_go(place: Place) -> None:
    """Of a list of four, one is more than a fifth."""
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(4))), "k", b"1")
        target.write(THINGS, batch(Thing(id=1), whole=LATER), "k", b"2")
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(4, 3, True)


def test_the_live_view_hides_deleted_and_vanished_rows(database_place: Place) -> None:
    with opened(database_place) as target:
        target.write(THINGS, batch(Thing(id=1), Thing(id=2, deleted_at=NIGHT), Thing(id=3)), "k", b"1")
        target.write(THINGS, batch(Thing(id=1), whole=LATER), "k", b"2")
        target.mark_vanished(THINGS, LATER, LATER, allow_shrink=True)
    assert [row["id"] for row in rows_of(database_place, "things_live")] == [1]
