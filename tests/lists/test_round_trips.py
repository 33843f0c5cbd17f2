"""How many requests and round trips a walk takes, to the last one: in virtual time, over a list at rest.

n counts the requests of a walk with one page at a time, the short one at the end included.
"""

from __future__ import annotations

import asyncio
from statistics import mean
from typing import Final

import pytest

from asyncsdk import Hooks, Wethod, gather_all
from asyncsdk.events import RequestSent, ResponseReceived
from tests.lists.round_trips import JITTER, LIMIT, World, cost, listing, rows_for

MOST: Final = {
    1: (1, 3),
    2: (4, 4),
    3: (5, 5),
    5: (7, 7),
    8: (11, 8),
    10: (13, 8),
    16: (20, 10),
    30: (35, 13),
    60: (69, 17),
    100: (114, 22),
}
"""Requests and round trips, where nothing is known and every connection is new."""

MOST_WIDE: Final = {30: (34, 13, 8), 60: (69, 17, 13), 100: (114, 20, 16), 300: (339, 33, 16)}
"""Requests, round trips and connections with 16 in flight, where nothing is known and every connection is new."""

MOST_WARM: Final = {1: 1, 2: 2, 3: 3, 5: 4, 8: 5, 10: 6, 30: 10, 60: 14}
"""Round trips, where connections are there."""

MOST_KNOWN: Final = {1: 3, 2: 4, 3: 5, 5: 5, 8: 5, 10: 5, 16: 6, 30: 8, 60: 12, 100: 17}
"""Round trips, where the length is known and every connection is new."""


def bound(n: int) -> int:
    return n + 2 + n // 8


@pytest.mark.parametrize("n", MOST)
def test_a_first_walk(n: int) -> None:
    requests, seconds = MOST[n]
    found = cost(rows_for(n))
    assert found.requests <= requests
    assert found.seconds <= seconds


@pytest.mark.parametrize("n", MOST_WIDE)
def test_a_wide_walk_has_its_connections_when_its_window_is_open_for_them(n: int) -> None:
    requests, seconds, links = MOST_WIDE[n]
    found = cost(rows_for(n), concurrency=16)
    assert found.requests <= requests
    assert found.seconds <= seconds
    assert found.links <= links


@pytest.mark.parametrize("n", MOST_WARM)
def test_a_walk_of_a_client_that_has_walked_before(n: int) -> None:
    found = cost(rows_for(n), warm=True)
    assert found.requests <= bound(n)
    assert found.seconds <= MOST_WARM[n]
    assert found.links == 0


@pytest.mark.parametrize("n", MOST_KNOWN)
def test_a_walk_that_knows_the_length(n: int) -> None:
    """The last page is asked for when all before it have answered, so that its shortness is proof."""
    found = cost(rows_for(n), expected=rows_for(n))
    assert found.requests <= n + 1
    assert found.seconds <= MOST_KNOWN[n]


def test_no_length_breaks_the_bound_of_requests() -> None:
    for n in range(1, 41):
        for concurrency in (2, 8, 16):
            requests = cost(rows_for(n), concurrency=concurrency).requests
            assert requests <= bound(n), n
            assert requests <= n + concurrency + 1, n


@pytest.mark.parametrize(("n", "seconds"), [(3, 5.5), (8, 9.0), (30, 14.5), (60, 19.5)])
def test_any_timing(n: int, seconds: float) -> None:
    """Trips of half to one and a half times the usual length: the bound holds for each seed, the time on average.

    The longer a list is, the more its trips even out, and the fewer seeds it takes.
    """
    costs = [cost(rows_for(n), seed=seed, jitter=JITTER) for seed in range(min(200, 2400 // n))]
    assert max(found.requests for found in costs) <= bound(n)
    assert mean(found.seconds for found in costs) <= seconds


@pytest.mark.parametrize(("n", "expected", "at_once"), [(30, False, False), (300, False, True), (60, True, True)])
def test_a_steady_walk_asks_for_the_next_page_before_all_answers_of_an_instant_are_read(
    n: int, expected: bool, at_once: bool
) -> None:
    """Reading them takes its time, and the next round trip would begin later. A window that opens waits for all."""
    world = World(listing(rows_for(n)))
    told: list[tuple[float, bool]] = []  # when a request was sent (True), or an answer had been read

    def sent(_: RequestSent) -> None:
        told.append((world.now, True))

    def read(_: ResponseReceived) -> None:
        told.append((world.now, False))

    async def main(wethod: Wethod) -> None:
        await wethod.list("/api/rows", limit=LIMIT).all(concurrency=8, expected=rows_for(n) if expected else None)

    world.run(main, hooks=Hooks(request=sent, response=read))
    assert at_once == any(is_sent and (now, False) in told[at:] for at, (now, is_sent) in enumerate(told))


@pytest.mark.parametrize("rows", [0, 1, LIMIT - 1])
def test_a_list_of_one_page_takes_one_request_and_one_connection(rows: int) -> None:
    found = cost(rows)
    assert (found.requests, found.links, found.seconds) == (1, 1, 3.0)


@pytest.mark.parametrize("rows", [1, 19, 20, 21, 57, 190, 191, 400])
@pytest.mark.parametrize("expected", [0, 1, 19, 20, 21, 60, 200, 600])
def test_a_wrong_length_costs_little_and_changes_nothing(rows: int, expected: int) -> None:
    """The list has shrunk or grown since: every row comes, for no more than the places beyond an unknown walk's."""
    found = cost(rows, expected=expected)  # which compares the rows
    n = 1 + max(0, rows - 1) // (LIMIT - 1)
    assert found.requests <= bound(n) + 8


def test_a_hint_is_worth_nothing_to_a_list_of_one_page() -> None:
    assert cost(5, expected=5).links == 1


def test_a_bounded_walk_asks_for_no_page_and_no_connection_beyond() -> None:
    found = cost(rows_for(30), max_items=LIMIT + 3)
    assert (found.requests, found.links) == (2, 1)


def test_lists_side_by_side_open_hardly_more_connections_than_their_window() -> None:
    """A page that connects by itself while another connection is made for it can make one too many."""
    world = World(listing(rows_for(12)))

    async def main(wethod: Wethod) -> None:
        pagers = [wethod.list(f"/api/rows-{at}", limit=LIMIT) for at in range(20)]
        for rows in await gather_all(*pagers, concurrency=8):
            assert len(rows) == rows_for(12)

    world.run(main)
    assert world.links <= 16
    assert len(world.asked) <= 20 * bound(12)


def test_walks_side_by_side_share_what_is_there() -> None:
    """Two walks of one client, at the same time: no page of one waits for ever for the connection of another."""
    world = World(listing(rows_for(20)))

    async def main(wethod: Wethod) -> None:
        lists = await asyncio.gather(*(wethod.list(f"/api/{name}", limit=LIMIT) for name in "abcdef"))
        assert [len(rows) for rows in lists] == [rows_for(20)] * 6

    world.run(main)
    assert world.links <= 16 + 4


def test_a_walk_that_is_left_ends_what_it_began_to_open() -> None:
    """`World.run` sees to it that no task is left."""
    world = World(listing(rows_for(60)))

    async def main(wethod: Wethod) -> None:
        async with wethod.list("/api/rows", limit=LIMIT).items() as walk:
            async for _ in walk:
                break
        assert [row["id"] async for row in wethod.list("/api/rows", limit=LIMIT)] == list(range(1, rows_for(60) + 1))

    world.run(main)


def test_a_server_that_closes_every_connection_is_read_side_by_side_all_the_same() -> None:
    """Nothing is opened ahead of an answer that says `Connection: close`; pages connect by themselves."""
    answer = listing(rows_for(10))
    world = World(lambda asked: (*answer(asked)[:2], {"Connection": "close"}))

    async def main(wethod: Wethod) -> None:
        assert len(await wethod.list("/api/rows", limit=LIMIT)) == rows_for(10)

    world.run(main)
    assert world.links == len(world.asked)
    assert world.now < 20


def test_connections_that_cannot_be_made_ahead_are_made_by_the_pages() -> None:
    """The second to fifth attempt to connect are refused: the walk goes on, and no error is seen."""
    world = World(listing(rows_for(10)))
    attempts = 0

    def refuses() -> bool:
        nonlocal attempts
        attempts += 1
        return 2 <= attempts <= 5

    world.simulation.network.refuses = refuses

    async def main(wethod: Wethod) -> None:
        assert len(await wethod.list("/api/rows", limit=LIMIT)) == rows_for(10)

    world.run(main)
    assert attempts > 5


def test_a_client_closed_while_connections_are_opened_leaves_none() -> None:
    world = World(listing(rows_for(60)))

    async def main(wethod: Wethod) -> None:
        walk = wethod.list("/api/rows", limit=LIMIT).items()
        await anext(walk)
        await wethod.aclose()

    world.run(main)
    assert world.simulation.network.links == []
