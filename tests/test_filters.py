"""Filters: what they look like in Python, how they are written in a query, and what is refused before it is sent."""

from __future__ import annotations

import datetime as dt
import pickle
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import dates
from asyncsdk import filters as F  # noqa: N812  # the name users are told to give it
from asyncsdk.errors import ArgumentError

if TYPE_CHECKING:
    from asyncsdk.resources.production_plan_streams import ProductionPlanStreams
    from asyncsdk.resources.projects import Projects

NOON = dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)
MAY = dt.date(2026, 5, 1)

offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
moments = st.datetimes(timezones=offsets).filter(lambda moment: 1 < moment.year < 9999)  # in range in UTC


@pytest.mark.parametrize("module", [F, dates])
def test_completion_offers_what_users_write_and_nothing_else(module: ModuleType) -> None:
    assert dir(module) == sorted(module.__all__)


def read_back(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


class TestConstructors:
    @pytest.mark.parametrize(
        ("filter_", "text"),
        [
            (F.eq(5), "eq(5)"),
            (F.neq(5), "neq(5)"),
            (F.gt(5), "gt(5)"),
            (F.gte(MAY), "gte(datetime.date(2026, 5, 1))"),
            (F.lt(5), "lt(5)"),
            (F.lte(5), "lte(5)"),
            (F.in_(1, 2), "in_(1, 2)"),
            (F.not_in(1, 2), "not_in(1, 2)"),
            (F.between(1, 2), "between(1, 2)"),
        ],
    )
    def test_a_filter_shows_as_it_is_written(self, filter_: F.Filter[int], text: str) -> None:
        assert repr(filter_) == text

    def test_filters_are_values(self) -> None:
        assert F.gte(5) == F.gte(5)
        assert F.gte(5) != F.gt(5)
        assert len({F.in_(1, 2), F.in_(1, 2)}) == 1
        assert pickle.loads(pickle.dumps(F.between(1, 2))) == F.between(1, 2)

    def test_ne_is_another_name_of_neq(self) -> None:
        assert F.ne(5) == F.neq(5)

    def test_lists_of_values_are_not_empty(self) -> None:
        with pytest.raises(ArgumentError, match="at least one value"):
            F.in_()
        with pytest.raises(ArgumentError, match="at least one value"):
            F.not_in()

    def test_a_list_in_place_of_its_members_says_to_unpack_it(self) -> None:
        with pytest.raises(ArgumentError, match=r"write|in_\(\*values\)"):
            F.in_([1, 2])  # type: ignore[type-var]  # what is refused here is refused by the types too

    def test_bounds_in_the_wrong_order_are_refused_with_the_right_ones(self) -> None:
        with pytest.raises(ArgumentError, match=r"between\(2, 5\)"):
            F.between(5, 2)
        assert F.between(5, 5).values == (5, 5)

    def test_bounds_that_do_not_compare_are_refused(self) -> None:
        with pytest.raises(ArgumentError, match="do not compare"):
            F.between(NOON, dt.datetime(2026, 6, 1))  # noqa: DTZ001  # naive on purpose


class TestDateTimes:
    @given(moments)
    def test_any_moment_is_sent_in_utc_and_means_the_same_instant(self, moment: dt.datetime) -> None:
        text = F.encode_date_time("updated_at", moment)
        assert text.endswith("Z")
        assert "+" not in text
        assert read_back(text) == moment

    @given(moments)
    def test_text_and_date_time_are_written_alike(self, moment: dt.datetime) -> None:
        assert F.encode_date_time("updated_at", moment.isoformat()) == F.encode_date_time("updated_at", moment)

    @given(moments, moments)
    def test_bounds_keep_their_order(self, one: dt.datetime, other: dt.datetime) -> None:
        first, last = sorted((one, other))
        operator, _, values = F.encode_date_time("updated_at", F.between(first, last)).partition(":")
        low, high = map(read_back, values.split(","))
        assert operator == "bt"
        assert (low, high) == (first, last)

    @given(st.lists(moments, min_size=1, max_size=5))
    def test_lists_keep_every_value_in_place(self, values: list[dt.datetime]) -> None:
        operator, _, texts = F.encode_date_time("updated_at", F.in_(*values)).partition(":")
        assert operator == "in"
        assert [read_back(text) for text in texts.split(",")] == values

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (NOON, "2026-05-31T12:00:00Z"),
            (NOON.replace(microsecond=5000), "2026-05-31T12:00:00.005Z"),
            (NOON.replace(microsecond=5), "2026-05-31T12:00:00.000005Z"),
            ("2026-05-31T14:00:00+02:00", "2026-05-31T12:00:00Z"),
            ("2026-05-31t12:00z", "2026-05-31T12:00:00Z"),
            ("2026-05-31 14:00:00.5+0200", "2026-05-31T12:00:00.500Z"),
            (F.eq(NOON), "eq:2026-05-31T12:00:00Z"),
            (F.not_in(NOON), "nin:2026-05-31T12:00:00Z"),
        ],
    )
    def test_how_it_is_written(self, value: object, text: str) -> None:
        assert F.encode_date_time("updated_at", value) == text

    @pytest.mark.parametrize(
        ("value", "advice"),
        [
            (NOON.replace(tzinfo=None), "timezone.utc"),
            (F.gte(NOON.replace(tzinfo=None)), "timezone.utc"),
            (MAY, r"dt\.datetime\(2026, 5, 1, tzinfo="),
            ("2026-05-31", "write '2026-05-31T00:00:00Z'"),
            ("2026-05-31T12:00:00", "write '2026-05-31T12:00:00Z'"),
            ("gte:2026-05-31T12:00:00Z", r"F\.gte"),
            ("2026-W22-7T12:00:00Z", "as '2026-05-31T08:30:00Z'"),
            ("2026-02-30T12:00:00Z", "as '2026-05-31T08:30:00Z'"),
            ("2026-05-31T12:00:00.1234567Z", "as '2026-05-31T08:30:00Z'"),
            ("yesterday", "as '2026-05-31T08:30:00Z'"),
            (1780000000, "takes a date-time"),
            ([NOON], r"F\.in_"),
            (dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=1))), "out of range"),
            (F.between("2026-05-31T12:00:00+00:00", "2026-05-31T12:00:00+02:00"), "greater than the maximum"),
        ],
    )
    def test_what_is_refused_says_what_to_write(self, value: object, advice: str) -> None:
        with pytest.raises(ArgumentError, match=advice) as caught:
            F.encode_date_time("updated_at", value)
        assert caught.value.argument == "updated_at"


class TestDates:
    @given(st.dates())
    def test_a_date_is_sent_as_it_is(self, date: dt.date) -> None:
        assert F.encode_date("date", date) == F.encode_date("date", date.isoformat()) == date.isoformat()

    @pytest.mark.parametrize(
        ("value", "advice"),
        [
            (NOON, r"\.date\(\)"),
            (F.lt(NOON), r"\.date\(\)"),
            ("2026-5-1", "as '2026-05-31'"),
            ("20260501", "as '2026-05-31'"),
            ("2026-02-30", "as '2026-05-31'"),
            ("eq:2026-05-01", r"F\."),
            (20260501, "takes a date"),
            (F.between("2026-05-02", "2026-05-01"), "greater than the maximum"),
        ],
    )
    def test_what_is_refused_says_what_to_write(self, value: object, advice: str) -> None:
        with pytest.raises(ArgumentError, match=advice):
            F.encode_date("date", value)


class TestIntegers:
    @given(st.integers(), st.integers())
    def test_integers_are_sent_as_digits(self, one: int, other: int) -> None:
        assert F.encode_integer("probability", one) == str(one)
        low, high = sorted((one, other))
        assert F.encode_integer("probability", F.between(low, high)) == f"bt:{low},{high}"

    @pytest.mark.parametrize("value", [True, 1.0, "5", F.gt(True), F.in_(1, "2"), None])
    def test_nothing_else_is(self, value: object) -> None:
        with pytest.raises(ArgumentError, match="takes an integer"):
            F.encode_integer("probability", value)


def calls_with_their_types(streams: ProductionPlanStreams, projects: Projects) -> None:
    """Never called, but checked by mypy: right calls pass, and an ignore that is not needed is an error of its own."""
    streams.list(updated_at=F.gte(NOON))
    streams.list(updated_at=F.between("2026-05-01T00:00:00Z", NOON))
    streams.list(updated_at=NOON, deleted="include")
    streams.list(updated_at=5)  # type: ignore[arg-type]  # no moment
    streams.list(updated_at=MAY)  # type: ignore[arg-type]  # a date is no moment
    streams.list(updated_at=F.gte(MAY))  # type: ignore[arg-type]  # nor within a filter
    streams.list(updated_at=F.in_(1, 2))  # type: ignore[arg-type]  # nor are integers
    streams.list(project_id=F.gte(7))  # type: ignore[arg-type]  # ids take no operators
    streams.list(deleted="all")  # type: ignore[arg-type]  # not one of the three
    projects.list(probability=F.gt(50), date_start=F.between(MAY, "2026-05-31"))
    projects.list(probability=F.gt("50"))  # type: ignore[arg-type]  # text is no integer
