"""Walks that were left where rows further on had been delivered already: their bookmarks are refused.

A bookmark remembers twelve rows. Where a walk had to go back, more than those may stand behind it, and a walk resumed
there would hand them out a second time. Each script says what the pages of a list showed, newest rows first, in the
order they were answered in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import attrs
import pytest

from asyncsdk._lists import bookmarks
from asyncsdk._lists.bookmarks import read, source_of
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.window import PlannedPage
from asyncsdk.errors import ArgumentError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = source_of("/api/rows")


@attrs.frozen
class Row:
    id: int
    updated_at: datetime


IDENTITY = identity_of(Row)


@attrs.frozen
class Script:
    """A walk that began at noon: what its pages showed, and how many rows were taken before it was left.

    `answers` gives by offset the rows that a page showed, in the order of the answers: `"9-5 3'"` are 9, 8, 7, 6, 5
    and 3, which was updated after noon. `there` is the list afterwards, `again` are the rows that a resumed walk would
    hand out a second time.
    """

    limit: int
    answers: list[tuple[int, str]]
    taken: int
    there: str
    again: list[int]
    concurrency: int = 1


def rows_of(text: str) -> list[Row]:
    rows: list[Row] = []
    for word in text.split():
        first, _, last = word.rstrip("'").partition("-")
        updated_at = NOON + timedelta(minutes=1 if word.endswith("'") else -1)
        rows += [Row(id, updated_at) for id in range(int(first), int(last or first) - 1, -1)]
    return rows


def leave(script: Script) -> tuple[list[Row], str]:
    """The rows that were taken, and the bookmark there."""
    plan = Plan(IDENTITY, limit=script.limit, concurrency=script.concurrency, source=SOURCE)
    flying: list[PlannedPage[Row]] = []
    taken: list[Row] = []
    for offset, shown in script.answers:
        flying += plan.due()
        (page,) = [page for page in flying if page.offset == offset]
        flying.remove(page)
        plan.answered(page, rows_of(shown), format_datetime(NOON, usegmt=True))
        while delivery := plan.take():
            taken += delivery.rows
            if (beyond := len(taken) - script.taken) >= 0:
                assert (offset, shown) == script.answers[-1], "the script goes on"
                return taken[: script.taken], delivery.bookmark(len(delivery.rows) - beyond)
    raise AssertionError("the script ends before the walk is left")


def resumed(mark: str, script: Script) -> list[Row]:
    """What a walk from the bookmark on hands out of the list at rest."""
    there, rest = rows_of(script.there), list[Row]()
    plan = Plan(IDENTITY, limit=script.limit, resume=read(mark, SOURCE), source=SOURCE)
    while not plan.done:
        for page in plan.due():
            plan.answered(page, there[page.offset : page.offset + page.limit])
        while delivery := plan.take():
            rest += delivery.rows
    return rest


@pytest.mark.parametrize(
    "script",
    [
        # Rows are added faster than the walk goes back for its join. At the top no page needs one; left where what
        # was added meets what was read first.
        Script(
            4,
            [(0, "20-17"), (3, "24-21"), (1, "30-27"), (0, "34-31"), (3, "31-28"), (6, "28-25")],
            taken=14,
            there="34-1",
            again=[20, 19],
        ),
        # Most of what was read is deleted, then the top is full of new rows: left after two of those five.
        Script(
            5,
            [
                (0, "26-22"),
                (4, "22-18"),
                (8, "18-14"),
                (12, "8-4"),
                (10, "10-6"),
                (8, "12-8"),
                (4, "31-27"),
                (0, "35-31"),
            ],
            taken=15,
            there="35-23 13-1",
            again=[26, 25, 24],
        ),
        # Five rows were added at the top, and the page there ends with the first row of the walk: left before it.
        Script(
            5,
            [(0, "26-22"), (4, "22-18"), (8, "9-5"), (6, "11-7"), (4, "13-9"), (0, "30-26")],
            taken=13,
            there="30-26 20-18 13-7 1",
            again=[26],
        ),
        # Nothing is deleted: what was read last was updated, and such rows join nothing. The page at the top does, by
        # its last row; left after the first two of it.
        Script(
            6,
            [(0, "20-15"), (5, "15-10"), (10, "10' 9-5"), (7, "13-10' 9-8"), (5, "15-10'"), (0, "24-19")],
            taken=13,
            there="24-16 15-10' 9-1",
            again=[20],
        ),
        # The page at the top shows new rows, one known row, and a new row behind it: left after two of the first, while
        # the end of the page would be a good place.
        Script(
            6,
            [(0, "20-15"), (5, "15-10"), (10, "4-1"), (7, "5-1"), (5, "2-1"), (0, "24-20 5")],
            taken=13,
            there="24-20 5-1",
            again=[20],
        ),
        # Two pages were under way when the rows behind them were deleted. The first look for a join, half a page
        # back, is answered after rows were added, and finds it; left after one of its two new rows.
        Script(
            4,
            [(0, "21-18"), (3, "18-15"), (9, "12-9"), (6, "15-12"), (12, "5-4"), (15, ""), (10, "23-21")],
            taken=14,
            there="33-21",
            again=[21],
            concurrency=2,
        ),
        # Pages asked for ahead come back in any order, each of another moment; left after the last new row of a page
        # that ends with a row read long ago.
        Script(
            4,
            [
                (0, "26-23"),
                (3, "23-22 16-15"),
                (6, "15-12"),
                (9, "16-13"),
                (15, "10-8"),
                (12, ""),
                (10, "9-8"),
                (9, ""),
                (6, "29-26"),
            ],
            taken=13,
            there="35-26",
            again=[26],
            concurrency=3,
        ),
    ],
)
def test_a_bookmark_before_rows_that_were_delivered_is_refused(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """And has to be: without the refusal the resumed walk repeats rows that did not change."""
    taken, mark = leave(script)
    with pytest.raises(ArgumentError, match="begin the walk anew"):
        resumed(mark, script)
    monkeypatch.setattr(bookmarks, "_refuse", lambda why: None)
    assert [row.id for row in resumed(mark, script) if row in taken] == script.again


def test_a_bookmark_is_good_where_all_that_was_delivered_stands_before_it() -> None:
    """The walk went back and joined, but every row it had delivered is deleted or before the bookmark."""
    script = Script(
        5,
        [(0, "26-22"), (4, "22-18"), (8, "16-12"), (6, "18-14")],
        taken=12,
        there="24-1",
        again=[],
    )
    taken, mark = leave(script)
    assert [row.id for row in taken] == list(range(26, 14, -1))
    assert [row.id for row in resumed(mark, script)] == list(range(14, 0, -1))
