"""Counting a list takes few probes; a sweep asks for what changed within the caller's own filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._lists.counting import Counting
from asyncsdk._lists.sweeping import sweep_filter
from asyncsdk.errors import ArgumentError
from tests.lists.planned import DATE


@given(st.integers(0, 700) | st.integers(0, 100_000))
def test_counting_takes_few_probes(count: int) -> None:
    """One below a page, at most 17 up to 100,000."""
    counting = Counting()
    probes = 0
    while (offset := counting.probe()) is not None:
        probes += 1
        counting.answered(min(100, max(0, count - offset)))
    assert counting.count == count
    assert probes <= (1 if count < 100 else 17)


@given(st.integers(0, 10**6))
def test_counting_ends_for_any_length(count: int) -> None:
    """The gallop finds the end of any list."""
    counting = Counting()
    while (offset := counting.probe()) is not None:
        counting.answered(min(100, max(0, count - offset)))
    assert counting.count == count


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, "gte:2026-11-21T21:26:00Z"),
        ("gte:2026-01-01T00:00:00Z", "gte:2026-11-21T21:26:00Z"),
        ("gt:2026-01-01T00:00:00Z", "gte:2026-11-21T21:26:00Z"),
        ("gte:2027-01-01T00:00:00Z", "gte:2027-01-01T00:00:00Z"),
        ("lte:2026-01-01T00:00:00Z", None),
        ("lte:2027-01-01T00:00:00Z", "bt:2026-11-21T21:26:00Z,2027-01-01T00:00:00Z"),
        ("bt:2025-01-01T00:00:00Z,2026-01-01T00:00:00Z", None),
        ("bt:2025-01-01T00:00:00Z,2027-01-01T00:00:00Z", "bt:2026-11-21T21:26:00Z,2027-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", None),
        ("in:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z", None),
        ("lt:2026-01-01T00:00:00Z", None),
    ],
)
def test_a_sweep_asks_for_what_changed_and_passes_the_callers_filter(own: str | None, expected: str | None) -> None:
    """Both conditions in the one value that `updated_at` takes."""
    assert sweep_filter(own, DATE) == expected


@pytest.mark.parametrize("own", ["neq:2026-01-01T00:00:00Z", "nin:2026-01-01T00:00:00Z", "lt:2027-01-01T00:00:00Z"])
def test_a_sweep_that_does_not_fit_into_one_filter_says_what_to_do(own: str) -> None:
    """Refused before anything is sent, if the caller asks in time."""
    with pytest.raises(ArgumentError, match="sweep=False"):
        sweep_filter(own, DATE)
