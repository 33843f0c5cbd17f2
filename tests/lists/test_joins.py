"""Whether pages join, and where to look when they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from asyncsdk._lists.gaps import look_around, look_back
from asyncsdk._lists.identity import RowIdentity, fingerprint, identity_of
from asyncsdk._lists.joins import Accepted, Overlap

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@attrs.frozen
class Row:
    id: int
    updated_at: datetime = NOON


@attrs.frozen
class Loose:
    id: int | None = None
    tags: list[str] = attrs.Factory(list)


IDENTITY = identity_of(Row)


def rows_of(*ids: int) -> list[Row]:
    return [Row(id) for id in ids]


def accepted_of(rows: list[Row]) -> Accepted[Row]:
    accepted = Accepted(IDENTITY)
    for start in range(0, len(rows), 100):
        page = rows[start : start + 100]
        accepted.add(page, IDENTITY.keys(page))
    return accepted


def join(accepted: Accepted[Row], rows: list[Row], expected: int = 0) -> int | None:
    return accepted.join(rows, IDENTITY.keys(rows), expected)


def test_the_row_accepted_last_is_the_join_wherever_it_stands() -> None:
    """Where expected while nothing moves, elsewhere when the list slid."""
    accepted = accepted_of(rows_of(1, 2, 3))
    assert join(accepted, rows_of(3, 4, 5)) == 0
    assert join(accepted, rows_of(2, 3, 4, 5)) == 1
    assert join(accepted, rows_of(4, 5, 3)) == 2


def test_an_earlier_row_joins_when_the_last_one_is_gone() -> None:
    """Deleted, or updated: then its id stands for another place."""
    accepted = accepted_of(rows_of(1, 2, 3))
    assert join(accepted, rows_of(1, 2, 4, 5)) == 1
    changed = [Row(2), Row(3, NOON + timedelta(seconds=1)), Row(4)]
    assert join(accepted, changed) == 0
    assert join(accepted, changed[1:]) is None


def test_pages_that_share_nothing_do_not_join() -> None:
    """Nor does an empty one."""
    accepted = accepted_of(rows_of(1, 2, 3))
    assert join(accepted, rows_of(4, 5)) is None
    assert join(accepted, []) is None


def test_rows_read_long_ago_still_join() -> None:
    """After many rows before the join vanished at once: a page full of old rows is recognised."""
    accepted = accepted_of(rows_of(*range(5000)))
    for start in range(0, 4900, 7):
        assert join(accepted, rows_of(*range(start, start + 100))) is not None


def test_remembered_fingerprints_join() -> None:
    """Those of a bookmark, made in another process."""
    accepted = Accepted(IDENTITY, [fingerprint(7, NOON)])
    assert join(accepted, rows_of(6, 7, 8)) == 1
    assert join(accepted, [Row(7, NOON + timedelta(seconds=1))]) is None
    assert accepted.last is None


def test_fingerprints_are_the_same_in_every_process() -> None:
    """Bookmarks outlive the process that wrote them."""
    assert fingerprint(7, NOON) == "afe1e28eaf66"
    assert fingerprint("7", NOON) != fingerprint(7, NOON)


def test_rows_without_updated_at_are_their_own_version() -> None:
    """Any change makes another version of them."""
    identity = identity_of(Loose)
    assert identity.unchanged(Loose(1, ["a"]), Loose(1, ["a"]))
    assert not identity.unchanged(Loose(1, ["a"]), Loose(1, ["b"]))
    assert identity.version(Loose(1, ["a"])) != identity.version(Loose(1, ["b"]))


def test_rows_without_id_are_their_own_key() -> None:
    """So are mappings without one, or with one that is no number or text."""
    loose = identity_of(Loose)
    assert loose.keys([Loose(3), Loose(None, ["a"]), Loose(None, ["a"])])[0] == 3
    assert len(set(loose.keys([Loose(None, ["a"]), Loose(None, ["a"]), Loose(None, ["b"])]))) == 2
    mappings: RowIdentity[dict[str, object]] = identity_of(dict)
    keys = mappings.keys([{"id": 3}, {"id": "x"}, {"name": "y"}, {"id": None, "name": "y"}])
    assert keys[:2] == [3, "x"]
    assert len(set(keys)) == 4
    assert mappings.changed({"id": 3, "updated_at": "2026-01-01T12:00:00Z"}) == "2026-01-01T12:00:00Z"


def test_rows_updated_in_the_second_of_their_page_are_not_settled() -> None:
    """Only where the page rises by `updated_at`, and that is in whole seconds."""
    second = timedelta(seconds=1)
    rows = [Row(1, NOON - second), Row(2, NOON), Row(3, NOON)]
    assert IDENTITY.settled(rows, NOON) == 1
    assert IDENTITY.settled(rows, NOON + second) == 3
    assert IDENTITY.settled([Row(1, NOON), Row(2, NOON - second), Row(3, NOON)], NOON) == 3
    assert IDENTITY.settled([Row(1, NOON + timedelta(microseconds=5))], NOON) == 1
    assert identity_of(Loose).settled([Loose(1)], NOON) == 1
    mappings: RowIdentity[dict[str, object]] = identity_of(dict)
    assert mappings.settled([{"id": 1, "updated_at": "2026-01-01T12:00:00Z"}], NOON) == 0
    assert mappings.settled([{"id": 1, "updated_at": "yesterday"}], NOON) == 1


def test_the_overlap_grows_with_the_drift_and_shrinks_again() -> None:
    """One row while nothing moves; never more than a quarter of a page."""
    overlap = Overlap(100)
    assert overlap.rows == 1
    overlap.slid(4)
    assert overlap.rows == 7
    overlap.slid(1000)
    assert overlap.rows == 25
    for _ in range(200):
        overlap.slid(0)
    assert overlap.rows == 1
    assert Overlap(2).rows == 1


@pytest.mark.parametrize("limit", [2, 3, 100])
def test_looks_go_back_by_half_a_page_then_one_two_four(limit: int) -> None:
    """And those of a resumed walk, which knows only a few rows, go both ways in small steps."""
    assert [look_back(attempt, limit) // (limit - 1) for attempt in range(1, 5)] == [-1, -2, -4, -8]
    assert look_back(0, 100) == -50
    assert all(look_back(attempt, limit) < 0 for attempt in range(16))
    around = [look_around(attempt, 100) for attempt in range(6)]
    assert around == [-50, -148, 99, -248, -346, 198]
