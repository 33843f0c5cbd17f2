"""Headers of answers: dates and waits, whatever a server writes there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._sending.headers import http_date, plain_headers, server_wait

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
OUT_OF_RANGE = [
    "Wed, 25 Nov 2026 00:00:00 +9999999999999999999999",
    "Wed, 21 Oct 2015 07:28:00 -99999999999999999999",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "9" * 300,
    "9" * 5000,
    "1e300",
    "nan",
    "inf",
    "-inf",
    "1_000",
    "٣",
    "",
    "x" * 100_000,
    "Fri, 32 May 2026 12:00:30 GMT",
]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 01 May 2026 12:00:30 GMT", datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)),
        ("Fri, 01 May 2026 14:00:30 +0200", datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)),
        ("Fri, 01 May 2026 12:00:30 -0000", datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)),
    ],
)
def test_dates_of_headers_are_in_utc(text: str, moment: datetime) -> None:
    assert http_date(text) == moment
    assert http_date(text).tzinfo is UTC  # type: ignore[union-attr]  # it is a moment, as the line before says


@pytest.mark.parametrize("text", [*OUT_OF_RANGE, None, 5, b"Fri, 01 May 2026 12:00:30 GMT"])
def test_what_is_no_date_is_none(text: object) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize("text", OUT_OF_RANGE)
@pytest.mark.parametrize("name", ["x-ratelimit-retry-after", "retry-after"])
def test_a_wait_that_cannot_be_meant_says_nothing(name: str, text: str) -> None:
    assert server_wait({name: text}, now=NOW) is None
    assert server_wait({name: text, "date": text}) is None


@pytest.mark.parametrize("date", OUT_OF_RANGE)
def test_a_moment_is_measured_from_our_clock_where_the_date_cannot_be_read(date: str) -> None:
    epoch = str(int(NOW.timestamp()) + 45)
    assert server_wait({"x-ratelimit-retry-after": epoch, "date": date}, now=NOW) == 45.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-retry-after": "12"}, 12.0),
        ({"x-ratelimit-retry-after": "0"}, 0.0),
        ({"x-ratelimit-retry-after": "12", "retry-after": "99"}, 12.0),
        ({"x-ratelimit-retry-after": "soon", "retry-after": "99"}, 99.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Fri, 01 May 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 01 May 2026 11:00:00 GMT"}, 0.0),
        # Measured from the answer's own clock, where it tells it.
        ({"retry-after": "Fri, 01 May 2026 12:00:30 GMT", "date": "Fri, 01 May 2026 12:00:10 GMT"}, 20.0),
        # Only an epoch can be this large.
        ({"x-ratelimit-retry-after": str(int(NOW.timestamp()) + 45)}, 45.0),
        ({"x-ratelimit-retry-after": str((int(NOW.timestamp()) + 45) * 1000)}, 45.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "whenever"}, None),
        ({}, None),
    ],
)
def test_the_wait_the_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert server_wait(headers, now=NOW) == seconds


dates = st.from_regex(
    r"\A(\w{1,5}, )?-?\d{1,30}[ -]\w{1,9}[ -]-?\d{1,30} \d{1,9}:\d{1,9}(:\d{1,9})?( [+-]?\w{0,30})?\Z"
)


@given(st.one_of(st.text(), dates, st.integers().map(str), st.floats().map(str)), st.one_of(st.text(), dates))
def test_any_header_gives_a_wait_or_none(value: str, date: str) -> None:
    http_date(value)
    for headers in ({"retry-after": value}, {"retry-after": value, "date": date}):
        wait = server_wait(headers, now=NOW)
        assert wait is None or 0 <= wait < 1e12


def test_headers_of_bytes_above_127_can_be_written() -> None:
    kept = plain_headers({"X-Name": b"J\xf6rg".decode("utf-8", "surrogateescape"), "Date": "now"})
    assert kept == {"x-name": r"J\udcf6rg", "date": "now"}
    assert type(kept) is dict
