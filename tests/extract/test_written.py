"""Filters as people write them: every operator, in both its names, and what is meant by a day, a month or a range."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncsdk import filters as F  # noqa: N812  # as users write it
from asyncsdk._catalog import listings
from asyncsdk._codec.written import OPERATORS_HELP, ParameterKind, value
from asyncsdk.errors import ArgumentError

TODAY = dt.date(2026, 5, 20)


def day(number: int, month: int = 5) -> dt.date:
    return dt.date(2026, month, number)


def begin(number: int, month: int = 5) -> dt.datetime:
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


def end(number: int, month: int = 5) -> dt.datetime:
    return dt.datetime(2026, month, number, 23, 59, 59, 999999, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01", day(1)),
        ("eq:2026-05-01", F.eq(day(1))),
        ("neq:2026-05-01", F.neq(day(1))),
        ("ne:2026-05-01", F.neq(day(1))),
        ("gt:2026-05-01", F.gt(day(1))),
        ("GTE:2026-05-01", F.gte(day(1))),
        ("lt:today", F.lt(TODAY)),
        ("lte:yesterday", F.lte(day(19))),
        ("gte:today-30", F.gte(day(20, 4))),
        ("tomorrow", day(21)),
        ("in:2026-05-01,2026-05-03", F.in_(day(1), day(3))),
        ("nin:2026-05-01", F.not_in(day(1))),
        ("not_in:2026-05-01, 2026-05-02", F.not_in(day(1), day(2))),
        ("not-in:2026-05-01", F.not_in(day(1))),
        ("bt:2026-05-01,2026-05-31", F.between(day(1), day(31))),
        ("between:2026-05-01,2026-05-31", F.between(day(1), day(31))),
        ("2026-05-01..2026-05-31", F.between(day(1), day(31))),
        ("today-2..today", F.between(day(18), TODAY)),
        ("month:2026-05", F.month(2026, 5)),
        ("2026-05", F.month(2026, 5)),
        ("month:today", F.month(2026, 5)),
        ("week:2026-05-13", F.week(day(13))),
        ("week:today", F.week(TODAY)),
    ],
)
def test_dates(text: str, expected: object) -> None:
    meant = value("date", text, "date", today=TODAY)
    assert F.encode_date("date", meant) == F.encode_date("date", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gte:2026-05-01T08:30:00Z", F.gte("2026-05-01T08:30:00Z")),
        ("2026-05-01T08:30:00+02:00", "2026-05-01T08:30:00+02:00"),
        ("gte:2026-05-01", F.gte(begin(1))),
        ("lt:2026-05-01", F.lt(begin(1))),
        ("gt:2026-05-01", F.gt(end(1))),
        ("lte:2026-05-01", F.lte(end(1))),
        ("2026-05-01", F.between(begin(1), end(1))),
        ("eq:2026-05-01", F.between(begin(1), end(1))),
        ("today", F.between(begin(20), end(20))),
        ("between:2026-05-01,2026-05-02", F.between(begin(1), end(2))),
        ("month:2026-05", F.between(begin(1), end(31))),
        ("2026-05-01..2026-05-02", F.between(begin(1), end(2))),
    ],
)
def test_a_day_of_a_moment_is_the_whole_day_in_utc(text: str, expected: object) -> None:
    meant = value("updated_at", text, "date-time", today=TODAY)
    assert meant == expected
    F.encode_date_time("updated_at", meant)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("7", "integer", 7),
        ("eq:7", "integer", 7),
        ("in:25,50", "integers", F.in_(25, 50)),
        ("between:25,50", "integers", F.between(25, 50)),
        ("25", "integers", 25),
        ("True", "boolean", True),
        ("like:this", "text", "like:this"),
    ],
)
def test_other_kinds(text: str, kind: ParameterKind, expected: object) -> None:
    assert value("x", text, kind, today=TODAY) == expected


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("betwen:2026-05-01,2026-05-31", "date", "did you mean between"),
        ("monht:2026-05", "date", "did you mean month"),
        ("zzz:2026-05-01", "date", "it takes eq, neq"),
        ("2026-02-30", "date", "there is no 2026-02-30 in the calendar"),
        ("gte:2026-02-30", "date-time", "there is no 2026-02-30 in the calendar"),
        ("31.5.2026", "date", "YYYY-MM-DD"),
        ("bt:2026-05-01", "date", "date=bt:FROM,TO"),
        ("in:", "date", "a value is missing"),
        ("gte:2026-05-01,2026-05-02", "date", "date=in:2026-05-01,2026-05-02"),
        ("2026-13", "date", "no month"),
        ("2026-05-31..2026-05-01", "date", "comes after"),
        ("neq:2026-05-01", "date-time", "takes moments"),
        ("gte:7", "integer", "one plain value and no operator"),
        ("grater:7", "integers", "did you mean"),
        ("seven", "integer", "whole number"),
        ("month:7", "integers", "month"),
        ("yes", "boolean", "true or false"),
        ("today-9999", "date", "calendar"),
    ],
)
def test_what_means_nothing_is_refused_with_what_to_write(text: str, kind: ParameterKind, said: str) -> None:
    today = dt.date(20, 5, 20) if text == "today-9999" else TODAY
    with pytest.raises(ArgumentError) as caught:
        value("date", text, kind, today=today)
    assert said in str(caught.value)


def test_every_operator_of_the_library_can_be_written_in_both_its_names() -> None:
    for word, name in F.OPERATORS.items():
        for written in (word, name.rstrip("_")):
            values = "2,3" if word in {"in", "nin", "bt"} else "2"
            meant = value("probability", f"{written}:{values}", "integers", today=TODAY)
            assert isinstance(meant, F.Filter)
            assert meant.operator == word
            assert written in OPERATORS_HELP


def test_an_unknown_filter_names_the_nearest() -> None:
    with pytest.raises(ArgumentError, match="did you mean project_id"):
        listings()["timesheets"].value("projectid", "7")
