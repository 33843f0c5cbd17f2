"""Whatever a server writes, each call ends in a value or a WethodError: soon, with nothing left, without a warning."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from asyncsdk import RetryPolicy, Wethod, WethodError
from asyncsdk.testing.simulation import Simulation
from tests.hostile import Act, Hostile, acts

SECONDS: Final = 1_500.0
"""Of virtual time: what the deadlines of all requests of a walk can come to, far from for ever."""

REQUESTS: Final = 400


async def all_rows(wethod: Wethod) -> object:
    return await wethod.production_plan_streams.list().all(max_items=300)


async def page_by_page(wethod: Wethod) -> object:
    return [page.offset async for page in wethod.streams.list(limit=10).pages(concurrency=4)]


async def counted(wethod: Wethod) -> object:
    return await wethod.timesheets.list().count()


async def first_row(wethod: Wethod) -> object:
    return await wethod.projects.list().first()


async def one_row(wethod: Wethod) -> object:
    return await wethod.projects.get(3)


async def created(wethod: Wethod) -> object:
    return await wethod.streams.create(name="Design")


async def changed(wethod: Wethod) -> object:
    return await wethod.streams.update(2, name="Design")


async def deleted(wethod: Wethod) -> object:
    await wethod.timesheets.delete(1)
    return None


async def settled(wethod: Wethod) -> object:
    return await wethod.streams.archive(2, settle=True)


async def plain(wethod: Wethod) -> object:
    return (await wethod.request("GET", "/api/projects/3", check=False)).status


async def dictionaries(wethod: Wethod) -> object:
    return await wethod.list("/api/projects").all(max_items=50)


CALLS: Final = (
    all_rows, page_by_page, counted, first_row, one_row, created, changed, deleted, settled, plain, dictionaries
)  # fmt: skip

hostilities = st.lists(st.one_of(acts, acts, st.none()), min_size=1, max_size=4)


@pytest.fixture(autouse=True)
def _swept() -> None:
    """What earlier tests of this process left in circles is not taken for ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


def survives(call: Callable[[Wethod], Awaitable[object]], answers: Sequence[Act | None]) -> None:
    """Makes a call of a server that answers so, and of the same client an honest one afterwards."""
    simulation = Simulation(seed=1, rows=60)
    server = Hostile(simulation, answers)

    async def main() -> None:
        policy = RetryPolicy(attempts=2, max_wait=30)
        async with simulation.client(read_timeout=5.0, deadline=40.0, retry=policy) as wethod:
            said = ""
            try:
                await call(wethod)
            except WethodError as error:
                said = str(error)
            assert len(said) <= 4_000
            assert said.replace("\n", "").isprintable()
            assert "simulated-token" not in said
            server.acts = [None]
            await asyncio.sleep(1)  # what is still on its way cannot be told from an answer
            # What was left on a connection is not taken for the answer to this.
            project = await wethod.with_options(deadline=None, retry=RetryPolicy(max_wait=10**6)).projects.get(2)
            assert project.id == 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulation.run(main)
        gc.collect(1)  # what was never awaited, in a circle too, is warned of when it is collected
    assert simulation.left == []
    assert server.requests <= REQUESTS
    assert simulation.seconds < SECONDS + 10**6 * any(_orders_to_wait(act) for act in answers)


def _orders_to_wait(act: Act | None) -> bool:
    return act is not None and any(b"etry-" in name.lower() for name, _ in act.headers)


COMMON: dict[str, Any] = {
    "deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True, "database": None,
}  # fmt: skip


@given(st.sampled_from(CALLS), hostilities)
@example(all_rows, [Act(rows="too many")])
@example(page_by_page, [Act(rows="same page")])
@example(counted, [Act(rows="same page")])
@settings(max_examples=330, **COMMON)
def test_every_call_ends_in_a_value_or_an_error(
    call: Callable[[Wethod], Awaitable[object]], answers: list[Act | None]
) -> None:
    survives(call, answers)


@pytest.mark.slow
@given(st.sampled_from(CALLS), hostilities)
@settings(max_examples=10_000, **COMMON)
def test_every_call_ends_in_a_value_or_an_error_however_often(
    call: Callable[[Wethod], Awaitable[object]], answers: list[Act | None]
) -> None:
    survives(call, answers)
