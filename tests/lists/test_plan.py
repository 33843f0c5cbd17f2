"""The plan of a walk over a list at rest, or one that misbehaves in a known way."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._lists.bookmarks import Bookmark, read, source_of
from asyncsdk._lists.counting import Counting
from asyncsdk._lists.delivery import Delivery
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.sweeping import sweep_filter
from asyncsdk._lists.window import PlannedPage
from asyncsdk._sending.page_sizes import PageSizes
from asyncsdk.errors import ArgumentError, WalkError

DATE = "Sat, 21 Nov 2026 21:26:05 GMT"
SOURCE = source_of("/api/rows")


@attrs.frozen
class Row:
    id: int
    updated_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


IDENTITY = identity_of(Row)


def rows_of(count: int) -> list[Row]:
    return [Row(id) for id in range(1, count + 1)]


def plan_of(
    *,
    limit: int = 100,
    offset: int = 0,
    concurrency: int = 8,
    max_items: int | None = None,
    expected: int | None = None,
    stable: bool = True,
    resume: Bookmark | None = None,
    sizes: PageSizes | None = None,
) -> Plan[Row]:
    return Plan(
        IDENTITY,
        limit=limit,
        offset=offset,
        concurrency=concurrency,
        max_items=max_items,
        expected=expected,
        stable=stable,
        resume=resume,
        source=SOURCE,
        sizes=sizes,
    )


def walk(
    plan: Plan[Row], serve: Callable[[PlannedPage[Row]], list[Row]], concurrency: int = 8, seed: int = 0
) -> tuple[list[Delivery[Row]], list[PlannedPage[Row]]]:
    """Drive a plan to its end; answers come in a random order."""
    rng = random.Random(seed)
    flying: list[PlannedPage[Row]] = []
    asked: list[PlannedPage[Row]] = []
    deliveries: list[Delivery[Row]] = []
    while not plan.done:
        due = plan.due()
        flying += due
        asked += due
        assert len(flying) <= plan.occupied <= concurrency
        assert len(asked) < 3000
        if flying:
            ask = flying.pop(rng.randrange(len(flying)))
            plan.answered(ask, serve(ask), DATE)
        while rng.random() < 0.8 or not flying:
            delivery = plan.take()
            if delivery is None:
                break
            deliveries.append(delivery)
    return deliveries, asked


def server_of(rows: list[Row]) -> Callable[[PlannedPage[Row]], list[Row]]:
    return lambda ask: rows[ask.offset : ask.offset + ask.limit]


def ids_of(deliveries: list[Delivery[Row]]) -> list[int]:
    return [row.id for delivery in deliveries for row in delivery.rows]


sizes = st.integers(0, 60)
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
