"""Which pages the plan of a walk asks for, and when: no more than was promised, and no more than is consumed."""

from __future__ import annotations

from collections import deque

import pytest

from asyncsdk._lists.window import PlannedPage
from tests.lists.planned import DATE, Row, plan_of, rows_of, server_of, walk


def test_the_first_page_goes_alone_and_then_three_and_one_more_each_eight() -> None:
    """No burst for a short list: for every eight pages one more is asked for beyond those that are known to be full."""
    rows = rows_of(10_000)
    plan = plan_of()
    sizes = []
    for _ in range(19):
        due = plan.due()
        sizes.append(len(due))
        for ask in due:
            plan.answered(ask, rows[ask.offset : ask.offset + ask.limit], DATE)
        while plan.take():
            pass
    assert sizes[:5] == [1, 3, 3, 4, 4]
    assert max(sizes) == 8


def test_whoever_can_send_one_page_gets_the_first_that_is_needed() -> None:
    """The next ones are planned when they can be sent, with all that is known by then."""
    plan = plan_of()
    (first,) = plan.due(5)
    plan.answered(first, rows_of(100), DATE)
    assert plan.due(0) == []
    assert [page.offset for page in plan.due(1)] == [99]
    assert [page.offset for page in plan.due(5)] == [198, 297]
    assert plan.due(5) == []


def test_a_walk_that_knows_the_length_keeps_the_last_page_until_its_shortness_is_proof() -> None:
    rows = rows_of(5 * 99 + 50)
    plan = plan_of(expected=len(rows))
    (first,) = plan.due()
    plan.answered(first, rows[:100], DATE)
    pages = plan.due()
    assert [page.offset for page in pages] == [99, 198, 297, 396]
    for page in pages[::-1]:
        assert plan.due() == []
        plan.answered(page, rows[page.offset : page.offset + 100], DATE)
    (last,) = plan.due()
    plan.answered(last, rows[last.offset :], DATE)
    assert [delivery.is_last for delivery in iter(plan.take, None)][-1]
    assert plan.done
    assert plan.report.requests == 6


def test_a_slow_consumer_stops_the_asking() -> None:
    """Pages in flight, and those that wait to be taken, never exceed the window."""
    rows = rows_of(10_000)
    plan = plan_of(concurrency=4)
    for _ in range(20):
        for ask in plan.due():
            plan.answered(ask, rows[ask.offset : ask.offset + ask.limit], DATE)
    assert plan.occupied == 4
    assert plan.report.requests == 4
    assert plan.take() is not None
    assert len(plan.due()) == 1


@pytest.mark.parametrize("concurrency", [1, 2, 3, 8, 16])
def test_a_list_at_rest_costs_what_was_promised(concurrency: int) -> None:
    """For n requests of one page at a time at most n + 2 + n // 8, and never more than the window and one beyond n.

    Answers come in the order of the questions, which is the worst: the end is heard of last.
    """
    everything = rows_of(7000)
    for count in [*range(0, 1400, 25), *range(1400, 7000, 99), *range(1401, 7000, 100)]:
        plan = plan_of(concurrency=concurrency)
        rows = everything[:count]
        flying: deque[PlannedPage[Row]] = deque()
        came = 0
        while not plan.done:
            flying.extend(plan.due())
            if flying:
                page = flying.popleft()
                plan.answered(page, rows[page.offset : page.offset + page.limit], DATE)
            while delivery := plan.take():
                came += len(delivery.rows)
        assert came == count
        n = 1 + max(0, count - 1) // 99
        assert plan.report.requests <= n + min(2 + n // 8, concurrency + 1), count


def test_a_long_list_has_its_whole_window_in_flight() -> None:
    """It is all ahead of what is known to be full, from some 50 pages on."""
    rows = rows_of(10_000)
    plan = plan_of(concurrency=4)
    flying: deque[PlannedPage[Row]] = deque()
    while plan.report.pages < 60:
        flying.extend(plan.due())
        page = flying.popleft()
        plan.answered(page, rows[page.offset : page.offset + page.limit], DATE)
        while plan.take():
            pass
    flying.extend(plan.due())
    assert len(flying) == 4


def test_max_items_of_one_asks_for_one_row() -> None:
    """`first()` costs one row."""
    _, asked = walk(plan_of(max_items=1), server_of(rows_of(500)))
    assert [(ask.offset, ask.limit) for ask in asked] == [(0, 1)]
