"""The plan of a walk where pages fail, or a server pages as it should not."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

import pytest

from asyncsdk._lists.bookmarks import read
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.window import PlannedPage
from asyncsdk.errors import WalkError
from tests.lists.planned import DATE, SOURCE, Row, ids_of, plan_of, rows_of, server_of, walk


def test_a_failed_page_raises_in_its_turn() -> None:
    """What stands before it is delivered first, and the bookmark goes on after that."""
    rows = rows_of(1000)
    plan = plan_of(concurrency=4)
    (first,) = plan.due()
    plan.answered(first, rows[:100], DATE)
    delivery = plan.take()
    assert delivery is not None
    taken = list(delivery.rows)
    two, three, _ = plan.due()
    error = RuntimeError("gone")
    plan.failed(three, error)
    assert not plan.due()
    plan.answered(two, rows[two.offset : two.offset + 100], DATE)
    while len(taken) < 199:
        delivery = plan.take()
        assert delivery is not None
        taken += delivery.rows
    with pytest.raises(RuntimeError, match="gone"):
        plan.take()
    assert not plan.done
    rest, _ = walk(plan_of(resume=read(plan.bookmark(), SOURCE)), server_of(rows))
    assert [row.id for row in taken] + ids_of(rest) == list(range(1, 1001))


def test_a_failure_beyond_the_end_is_nobodys_concern() -> None:
    """Pages asked for ahead of a list that ends before them."""
    rows = rows_of(150)
    plan = plan_of(concurrency=4)
    plan.answered(plan.due()[0], rows[:100], DATE)
    delivery = plan.take()
    assert delivery is not None
    two, beyond, _ = plan.due()
    plan.failed(beyond, RuntimeError("gone"))
    plan.answered(two, rows[two.offset :], DATE)
    last = plan.take()
    assert last is not None
    assert last.is_last
    assert plan.done
    assert delivery.rows + last.rows == rows


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("limit", [1, 5, 100])
def test_a_server_that_ignores_the_offset_is_found_out(stable: bool, limit: int) -> None:
    """The same page for ever would be an endless walk."""
    rows = rows_of(limit)
    with pytest.raises(WalkError, match="ignores `offset`"):
        walk(plan_of(limit=limit, stable=stable), lambda ask: rows)


@pytest.mark.parametrize("stable", [True, False])
def test_a_server_that_shuffles_the_one_page_it_has_is_found_out(stable: bool) -> None:
    """The same rows in another order are the same page."""
    rows, shuffling = rows_of(100), random.Random(5)

    def shuffled(ask: PlannedPage[Row]) -> list[Row]:
        assert ask.offset < 1000, "endless"
        return shuffling.sample(rows, len(rows))

    with pytest.raises(WalkError, match="ignores `offset`"):
        walk(plan_of(stable=stable), shuffled)


@pytest.mark.parametrize(("stable", "says"), [(True, "only rows that had come before"), (False, "begins anew")])
def test_a_server_that_begins_anew_behind_the_last_row_is_found_out(stable: bool, says: str) -> None:
    """Every page is full and unlike the one before, and nothing new comes for ever."""

    def round_and_round(ask: PlannedPage[Row]) -> list[Row]:
        assert ask.offset < 5000, "endless"
        return [Row((ask.offset + at) % 250 + 1) for at in range(ask.limit)]

    with pytest.raises(WalkError, match=says):
        walk(plan_of(stable=stable), round_and_round)


def test_a_list_that_grows_by_as_much_as_was_read_is_walked_to_its_end() -> None:
    """Rows that were read come once more then, page after page, which is no fault of the server."""
    rows = rows_of(3000)
    later = [Row(10_000 + at) for at in range(1900)] + rows

    def growing(ask: PlannedPage[Row]) -> list[Row]:
        return (rows if ask.offset <= 2000 else later)[ask.offset : ask.offset + ask.limit]

    deliveries, _ = walk(plan_of(concurrency=1), growing, 1)
    assert {row.id for row in rows} <= set(ids_of(deliveries))


@pytest.mark.parametrize("stable", [True, False])
def test_one_page_that_comes_twice_in_a_walk_is_an_honest_shift(stable: bool) -> None:
    """A page full of rows was added before it meanwhile."""
    rows = rows_of(500)
    step = 99 if stable else 100
    later = [Row(1000 + at) for at in range(step)] + rows

    def shifted(ask: PlannedPage[Row]) -> list[Row]:
        return (rows if ask.offset <= step else later)[ask.offset : ask.offset + ask.limit]

    deliveries, _ = walk(plan_of(stable=stable, concurrency=1), shifted, 1)
    assert set(ids_of(deliveries)) == {row.id for row in rows}


def in_turn(plan: Plan[Row], serve: Callable[[PlannedPage[Row]], list[Row]]) -> list[int]:
    """Drive a plan whose pages are answered in the order they were asked for, and taken at once."""
    flying: deque[PlannedPage[Row]] = deque()
    ids: list[int] = []
    while not plan.done:
        flying.extend(plan.due())
        ask = flying.popleft()
        plan.answered(ask, serve(ask), DATE)
        while delivery := plan.take():
            ids += [row.id for row in delivery.rows]
    return ids


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("concurrency", [3, 8])
def test_a_server_that_filters_after_paging_does_not_end_the_walk_early(concurrency: int, stable: bool) -> None:
    """Short pages in the middle of a list: the rows behind them come out, and none twice."""
    rows = rows_of(3000)
    hidden = {650, 651, 1100, 1900, 2950}

    def serve(ask: PlannedPage[Row]) -> list[Row]:
        return [row for row in rows[ask.offset : ask.offset + ask.limit] if row.id not in hidden]

    plan = plan_of(concurrency=concurrency, stable=stable)
    assert in_turn(plan, serve) == [row.id for row in rows if row.id not in hidden]
    assert plan.report.requests <= 32 + 6 * concurrency


def test_a_server_that_pages_inconsistently_is_found_out() -> None:
    """Short pages that are always followed by more."""

    def serve(ask: PlannedPage[Row]) -> list[Row]:
        return [Row(ask.offset + at) for at in range(100 if ask.offset < 500 else 90)]

    with pytest.raises(WalkError, match="consistently"):
        in_turn(plan_of(stable=False), serve)


def test_rows_without_a_join_anywhere_are_a_walk_error() -> None:
    """Everything changes between any two answers: the error says what to do."""
    rng = random.Random(1)

    def serve(ask: PlannedPage[Row]) -> list[Row]:
        return [Row(rng.randrange(2**40)) for _ in range(ask.limit)]

    with pytest.raises(WalkError, match="order="):
        walk(plan_of(offset=5000), serve)


def test_rows_without_id_or_version_are_told_apart_as_a_whole() -> None:
    """Lists of things the SDK has no model for."""
    rows: list[dict[str, object]] = [{"project": at // 7, "day": at % 7, "tags": ["a"]} for at in range(500)]
    plan: Plan[dict[str, object]] = Plan(identity_of(dict), limit=50)
    ids: list[dict[str, object]] = []
    while not plan.done:
        for ask in plan.due():
            plan.answered(ask, rows[ask.offset : ask.offset + ask.limit])
        while delivery := plan.take():
            ids += delivery.rows
    assert ids == rows
