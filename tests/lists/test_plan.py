"""The plan of a walk, without I/O: a list at rest comes out whole, also from a bookmark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._lists.bookmarks import read
from asyncsdk.errors import WalkError
from tests.lists.planned import SOURCE, ids_of, plan_of, rows_of, server_of, sizes, walk

limits = st.integers(1, 12)

windows = st.integers(1, 10)

seeds = st.integers(0, 2**16)


@given(sizes, limits, windows, st.booleans(), st.integers(0, 20), st.none() | st.integers(0, 40), seeds)
def test_a_list_at_rest_comes_out_whole_and_in_order(
    count: int, limit: int, concurrency: int, stable: bool, offset: int, max_items: int | None, seed: int
) -> None:
    """Any length, page size, window, start and bound: nothing lost, nothing twice, order kept, few requests."""
    rows = rows_of(count)
    plan = plan_of(limit=limit, offset=offset, concurrency=concurrency, max_items=max_items, stable=stable)
    deliveries, asked = walk(plan, server_of(rows), concurrency, seed)
    expected = [row.id for row in rows[offset:]][:max_items]
    assert ids_of(deliveries) == expected
    assert all(delivery.rows for delivery in deliveries)
    assert not any(delivery.is_last for delivery in deliveries[:-1])
    there = max(0, count - offset)
    step = limit - 1 if stable and limit > 1 else limit
    if max_items == 0:
        assert not asked
    elif max_items is not None and max_items <= there:
        assert len(asked) == (1 if max_items <= limit else 1 + -(-(max_items - limit) // step))
        assert not deliveries[-1].is_last
    elif there < limit:
        assert len(asked) == 1
    else:
        assert len(asked) <= -(-(there - (limit - step)) // step) + concurrency + 1
    assert plan.report.requests == len(asked)
    assert plan.report.rows == len(expected)
    assert plan.report.doubles == plan.report.repairs == 0


@given(sizes, limits, windows, st.booleans(), seeds, st.data())
def test_a_bookmark_goes_on_at_the_next_row(
    count: int, limit: int, concurrency: int, stable: bool, seed: int, data: st.DataObject
) -> None:
    """After any row of any page; also after the last one, where the resumed walk yields what came later."""
    rows = rows_of(count)
    deliveries, _ = walk(
        plan_of(limit=limit, concurrency=concurrency, stable=stable), server_of(rows), concurrency, seed
    )
    before = 0
    mark = plan_of(limit=limit, stable=stable).bookmark()
    if deliveries:
        last = data.draw(st.integers(0, len(deliveries) - 1))
        taken = data.draw(st.integers(0, len(deliveries[last].rows)))
        mark = deliveries[last].bookmark(taken)
        before = sum(len(delivery.rows) for delivery in deliveries[:last]) + taken
    more = rows_of(count + data.draw(st.integers(0, 15)))
    bookmark = read(mark, SOURCE)
    assert bookmark.delivered == before
    plan = plan_of(limit=limit, concurrency=concurrency, stable=stable, resume=bookmark)
    rest, _ = walk(plan, server_of(more), concurrency, seed)
    assert ids_of(rest) == [row.id for row in more[before:]]


def test_a_chain_of_bookmarks_keeps_its_place() -> None:
    """Walks that are left after a few rows each, and resumed each time."""
    rows = rows_of(300)
    seen: list[int] = []
    mark = plan_of().bookmark()
    for _ in range(100):
        plan = plan_of(limit=10, resume=read(mark, SOURCE), max_items=3)
        deliveries, _asked = walk(plan, server_of(rows))
        seen += ids_of(deliveries)
        mark = plan.bookmark()
    assert seen == list(range(1, 301))


def test_a_resumed_walk_goes_on_although_all_that_was_delivered_is_gone_when_it_remembers_all_of_it() -> None:
    """The first rows were delivered and deleted: what is there now comes from the top."""
    deliveries, _ = walk(plan_of(max_items=2), server_of(rows_of(50)))
    plan = plan_of(resume=read(deliveries[0].bookmark(), SOURCE))
    rest, _ = walk(plan, server_of(rows_of(50)[2:]))
    assert ids_of(rest) == list(range(3, 51))


def test_a_bookmark_whose_rows_are_all_gone_is_refused_with_what_to_do() -> None:
    """Going on at the offset alone could lose rows in silence."""
    deliveries, _ = walk(plan_of(max_items=500), server_of(rows_of(3000)))
    mark = read(deliveries[-1].bookmark(), SOURCE)
    with pytest.raises(WalkError, match="begin the walk anew"):
        walk(plan_of(resume=mark), server_of([row for row in rows_of(3000) if not 450 < row.id <= 500]))
