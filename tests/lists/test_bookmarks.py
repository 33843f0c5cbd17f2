"""Bookmarks are data: what is cut, altered or of another list is refused."""

from __future__ import annotations

import datetime as dt
import json
import string
import zlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._lists.bookmarks import TAIL_ROWS, Bookmark, ListSource, read, source_of
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.sweeping import moment_before, sweep_filter
from asyncsdk.errors import ArgumentError, WethodError

SOURCE = source_of("/api/rows", [("project_id", "7")], sdk="1.0")
MARK = Bookmark(SOURCE, 0, 4217, 100, True, 4217, "Sat, 21 Nov 2026 21:26:05 GMT", ((4216, "a" * 12), (4217, "b" * 12)))

MOST_OFFSET = 2**53 + 10**4


@attrs.frozen
class Row:
    id: int


numbers = st.integers(0, 10**7)
tails = st.lists(
    st.tuples(st.integers() | st.text(max_size=20), st.text("0123456789abcdef", min_size=12, max_size=12)),
    max_size=TAIL_ROWS,
).map(tuple)


@given(numbers, numbers, st.integers(1, 100), st.booleans(), numbers, st.none() | st.text(max_size=30), tails)
def test_what_was_written_is_read(
    start: int,
    offset: int,
    limit: int,
    stable: bool,
    delivered: int,
    since: str | None,
    tail: tuple[tuple[int | str, str], ...],
) -> None:
    """Every place, in a text that is safe in URLs and files."""
    mark = Bookmark(SOURCE, start, offset, limit, stable, delivered, since, tail)
    text = mark.write()
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")
    assert read(text, SOURCE) == mark


def test_a_bookmark_is_short() -> None:
    """Of twelve remembered rows with ids of eight digits."""
    tail = tuple((90_000_000 + at, f"{at * 7_777_777_777:012x}"[:12]) for at in range(TAIL_ROWS))
    assert len(attrs.evolve(MARK, tail=tail).write()) < 400


def test_the_order_of_filters_makes_no_other_list() -> None:
    """Nor do `limit` and `offset`, which a walk changes from page to page."""
    one = source_of("/api/rows", [("a", "1"), ("b", "2"), ("limit", "100")])
    assert one == source_of("/api/rows", [("b", "2"), ("a", "1"), ("offset", "5")])


@pytest.mark.parametrize(
    "other",
    [
        source_of("/api/lines", [("project_id", "7")]),
        source_of("/api/rows"),
        source_of("/api/rows", [("project_id", "8")]),
    ],
)
def test_a_bookmark_of_another_list_is_refused(other: ListSource) -> None:
    """Its offset would mean nothing there."""
    with pytest.raises(ArgumentError, match="another list or to other filters"):
        read(MARK.write(), other)


def test_another_version_of_the_sdk_reads_it() -> None:
    """The format has a number of its own."""
    newer = source_of("/api/rows", [("project_id", "7")], sdk="2.0")
    assert read(MARK.write(), newer).source.sdk == "1.0"


@given(st.data())
def test_an_altered_bookmark_is_refused(data: st.DataObject) -> None:
    """Whichever character was changed or lost."""
    text = MARK.write()
    at = data.draw(st.integers(0, len(text) - 2))  # the last character may hold bits that mean nothing
    instead = data.draw(st.sampled_from(["", *string.ascii_letters.replace(text[at], "")]))
    with pytest.raises(ArgumentError):
        read(text[:at] + instead + text[at + 1 :], SOURCE)


@given(st.text(max_size=60) | st.text(string.ascii_letters, max_size=60))
def test_any_other_text_is_refused_and_not_quoted(text: str) -> None:
    """It may be anything, a token pasted by mistake among it."""
    with pytest.raises(ArgumentError) as caught:
        read(text, SOURCE)
    assert caught.value.argument == "resume"
    assert str(caught.value).startswith("resume: this bookmark cannot be used")
    assert caught.value.__cause__ is None
    assert len(text) < 20 or text not in str(caught.value)


def test_a_format_of_the_future_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do."""
    monkeypatch.setattr("asyncsdk._lists.bookmarks._FORMAT", 2)
    text = MARK.write()
    monkeypatch.undo()
    with pytest.raises(ArgumentError, match="format 2"):
        read(text, SOURCE)


# --- crafted bookmarks ------------------------------------------------------------------------------------------------

DATES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "Wed, 25 Nov 2026 00:00:00 +9999999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "Mon, 01 Jan 0001 00:00:00 +2359",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Mon, 15 Jun 2026 08:00:00 -0000",
            "1 1 1 1:1:1 +1",
        ]
    ),
)
WHOLE = st.one_of(st.integers(0, 300), st.integers(), st.just(10**400), st.booleans(), st.floats(), st.text(max_size=3))
KEYS = st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=20), st.floats(), st.lists(st.integers()))


def crafted(facts: Any) -> str:
    """What anybody can make: the checksum has no key."""
    body = zlib.compress(json.dumps(facts).encode(), 9)
    check = blake2b(body, digest_size=4, person=b"bookmark").digest()
    return urlsafe_b64encode(check + body).decode().rstrip("=")


@given(
    start=WHOLE,
    offset=WHOLE,
    limit=WHOLE,
    stable=WHOLE,
    delivered=WHOLE,
    since=st.none() | DATES,
    keys=st.lists(KEYS, max_size=14),
    marks=st.text(alphabet="0123456789abcdeü", max_size=170),
    doubtful=WHOLE,
)
def test_a_crafted_bookmark_is_refused_or_used_without_a_raw_error(
    start: Any, offset: Any, limit: Any, stable: Any, delivered: Any, since: Any, keys: Any, marks: str, doubtful: Any
) -> None:
    """It may come from a URL. What it leads to is rows or an error of this package."""
    facts = [1, "0.1.0", SOURCE.digest, start, offset, limit, stable, delivered, since, keys, marks, doubtful]
    try:
        bookmark = read(crafted(facts), SOURCE)
    except ArgumentError:
        return
    rows = [Row(id) for id in range(1, 250)]
    for stably in (True, False):
        plan: Plan[Row] = Plan(identity_of(Row), resume=bookmark, stable=stably, source=SOURCE, expected=300)
        try:
            while not plan.done:
                for page in plan.due():
                    assert 0 <= page.offset <= MOST_OFFSET
                    plan.answered(page, rows[page.offset : page.offset + page.limit], since)
                while (delivery := plan.take()) is not None:
                    read(delivery.bookmark(1), SOURCE)
        except WethodError:
            pass
        if plan.since is not None:
            moment_before(plan.since)
        with suppress(ArgumentError):
            sweep_filter("gte:2026-01-01T00:00:00Z", plan.since or "")


@given(DATES, st.timedeltas(dt.timedelta(0), dt.timedelta(1)))
def test_any_date_header_is_a_moment_or_none(date: str, margin: dt.timedelta) -> None:
    moment = moment_before(date, margin)
    assert moment is None or moment.tzinfo is not None
