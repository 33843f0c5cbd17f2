"""The compact set of keys."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._lists.seen import Key, SeenKeys

keys = st.integers(-50, 200) | st.integers(2**31 - 3, 2**31 + 3) | st.integers(-(2**70), 2**70) | st.text(max_size=3)
pages = st.lists(
    st.lists(keys, max_size=12)
    | st.lists(st.integers(0, 300), max_size=12).map(sorted)
    | st.lists(st.integers(0, 300), max_size=12).map(lambda ids: sorted(ids, reverse=True)),
    max_size=12,
)


@given(pages, st.booleans())
def test_it_is_a_set(pages: list[list[Key]], looked_into: bool) -> None:
    """Whatever the kind, order and density of the keys, membership is exact, whether or not one looks in between."""
    seen = SeenKeys()
    model: set[Key] = set()
    for page in pages:
        new = []
        before = set(model)
        for at, key in enumerate(page):
            if key not in model:
                new.append(at)
                model.add(key)
        if looked_into:
            assert seen.covers(page) == before.issuperset(page)
        assert list(seen.admit(page)) == new
        if looked_into:
            assert len(seen) == len(model)
            assert all(key in seen for key in model)
    assert 301 not in seen or 301 in model
    assert len(seen) == len(model)
    assert all(key in seen for key in model)


@given(
    st.lists(st.integers(1, 2**40), min_size=30, max_size=300, unique=True).map(sorted),
    st.lists(st.integers(0, 2**40), max_size=5),
    st.integers(2, 12),
)
def test_pages_that_rise_and_share_a_row_are_packed_later(ids: list[int], others: list[int], limit: int) -> None:
    """The way of nearly every walk, with a page from anywhere after it."""
    seen = SeenKeys()
    for start in range(0, len(ids) - 1, limit - 1):
        page = ids[start : start + limit]
        assert seen.admit(page) == range(start > 0, len(page))
    members = set(ids)
    new = [at for at, key in enumerate(others) if key not in members and key not in others[:at]]
    assert list(seen.admit(others)) == new
    assert len(seen) == len(members.union(others))


def test_large_runs_split_and_stay_exact() -> None:
    """Ids in random order fill chunks in their middle."""
    rng = random.Random(1)
    ids = rng.sample(range(40_000), 8_000)
    seen = SeenKeys()
    for start in range(0, len(ids), 100):
        assert list(seen.admit(ids[start : start + 100])) == list(range(100))
    members = set(ids)
    assert all((id in seen) == (id in members) for id in range(0, 40_000, 3))
    assert seen.covers(ids)
    assert not seen.admit(ids[:100])


@pytest.mark.parametrize("order", ["rising", "falling", "random", "texts"])
def test_a_hundred_thousand_keys_take_less_than_two_megabytes(order: str) -> None:
    """Bytes in use, as Python counts them; a set takes some seven megabytes."""
    rng = random.Random(1)

    def page(start: int) -> list[Key]:
        match order:
            case "rising":
                return list(range(start, start + 100))
            case "falling":
                return list(range(-start, -start - 100, -1))
            case "random":
                return [rng.randrange(2**60) for _ in range(100)]
            case _:
                return [f"row {rng.randrange(2**60)}" for _ in range(100)]

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        seen = SeenKeys()
        for start in range(0, 100_000, 100):
            seen.admit(page(start))
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    assert used < 2_000_000
