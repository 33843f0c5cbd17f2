"""The simulation itself: time jumps, the network is TCP's, threads run in line, and one seed decides everything."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable

import pytest

from asyncsdk import Wethod
from asyncsdk._limits import clock
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.errors import ConnectError, DecodeError, OutcomeUnknownError, RequestTimeoutError, TransportError
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing.simulation import Conditions, NothingHappens, Simulation, TooLong

ONCE = RetryPolicy(attempts=1)


def test_an_hour_passes_without_waiting_and_every_clock_agrees() -> None:
    simulation = Simulation(1)

    async def main() -> tuple[float, float, float]:
        loop, before = asyncio.get_running_loop().time(), clock.utc_now()
        monotonic = clock.monotonic()
        await asyncio.sleep(3600)
        passed = asyncio.get_running_loop().time() - loop
        return passed, clock.monotonic() - monotonic, (clock.utc_now() - before).total_seconds()

    assert simulation.run(main) == (3600, 3600, 3600)


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    def trace(seed: int) -> str:
        conditions = Conditions(jitter=(0.5, 1.5), faults={"503": 0.1, "cut": 0.1, "hung": 0.02}, drift=2, chunked=0.5)
        simulation = Simulation(seed, conditions, rows=400)

        async def main() -> None:
            async with simulation.client() as wethod:
                await wethod.production_plan_streams.list(limit=20)

        simulation.run(main)
        return simulation.trace

    assert trace(3) == trace(3) != trace(4)


def test_when_nothing_will_ever_happen_the_error_says_who_waits_for_what() -> None:
    async def forgotten() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        await asyncio.create_task(forgotten(), name="the reader")

    with pytest.raises(NothingHappens, match=r"the reader waits in .*forgotten:\d+ > Future"):
        Simulation(1).run(main)


def test_a_run_that_asks_again_and_again_is_ended() -> None:
    simulation = Simulation(1)

    async def main() -> None:
        while True:
            await asyncio.sleep(1)

    def prepare() -> None:
        assert simulation.loop is not None
        simulation.loop.most_steps = 1000

    with pytest.raises(TooLong, match="more than 1000 turns"):
        simulation.run(main, prepare=prepare)


@pytest.mark.parametrize(("encrypted", "trips"), [(False, 2), (True, 3)])
def test_a_connection_takes_one_round_trip_and_one_more_encrypted(encrypted: bool, trips: int) -> None:
    simulation = Simulation(1, Conditions(round_trip=1.0), encrypted=encrypted)

    async def main() -> tuple[float, float]:
        async with simulation.client() as wethod:
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await wethod.streams.get(1)
            first = loop.time()
            await wethod.streams.get(1)
            return first - begun, loop.time() - first

    assert simulation.run(main) == (trips, 1)
    assert (simulation.counts["links"], simulation.counts["handshakes"]) == (1, trips - 1)


def test_what_is_given_to_a_thread_runs_in_line_and_comes_back_later() -> None:
    simulation = Simulation(1)

    async def main() -> tuple[str, float]:
        begun = asyncio.get_running_loop().time()
        name = await asyncio.to_thread(lambda: threading.current_thread().name)
        return name, asyncio.get_running_loop().time() - begun

    name, seconds = simulation.run(main)
    assert name == threading.current_thread().name
    assert seconds > 0


def test_what_a_thread_raises_is_raised_where_it_is_awaited() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)

    Simulation(1).run(main)


def test_tasks_that_the_application_left_running_are_named() -> None:
    simulation = Simulation(1)
    kept: list[asyncio.Task[None]] = []

    async def lost() -> None:
        await asyncio.sleep(10_000)

    async def main() -> None:
        kept.append(asyncio.create_task(lost()))

    simulation.run(main)
    assert [place.partition(":")[0].rpartition(".")[2] for place in simulation.left] == ["lost"]
    assert kept[0].cancelled()


def test_an_application_draws_the_same_and_leaves_chance_as_it_was() -> None:
    async def main() -> float:
        return random.random()

    state = random.getstate()
    assert Simulation(5).run(main) == Simulation(5).run(main)
    assert random.getstate() == state


def test_a_name_that_the_network_does_not_know_is_no_connection() -> None:
    simulation = Simulation(1)

    async def main() -> None:
        async with Wethod(token="t" * 9, company="c", base_url="https://elsewhere.test", retry=ONCE) as wethod:
            with pytest.raises(ConnectError, match=r"elsewhere\.test"):
                await wethod.streams.get(1)

    simulation.run(main)


def _one(conditions: Conditions, act: Callable[[Wethod], object], **options: object) -> Simulation:
    simulation = Simulation(1, conditions)

    async def main() -> None:
        async with simulation.client(retry=ONCE, **options) as wethod:
            await act(wethod)  # type: ignore[misc]  # it is a coroutine function

    simulation.run(main)
    return simulation


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("reset", OutcomeUnknownError, 0),
        ("reset after the deed", OutcomeUnknownError, 1),
        ("ended after the deed", OutcomeUnknownError, 1),
        ("garbage after the deed", DecodeError, 1),
        ("hung after the deed", OutcomeUnknownError, 1),
        ("hung", OutcomeUnknownError, 0),
    ],
)
def test_a_fault_does_to_a_write_what_its_name_says(fault: str, error: type[Exception], done: int) -> None:
    async def write(wethod: Wethod) -> None:
        with pytest.raises(error):
            await wethod.streams.create(name="Design")

    simulation = _one(Conditions(faults={fault: 1.0}), write)
    assert len(simulation.server.writes) == done
    assert simulation.counts[fault] == 1


def test_a_late_deed_is_done_after_its_answer_was_given_up() -> None:
    async def write(wethod: Wethod) -> None:
        with pytest.raises(OutcomeUnknownError):
            await wethod.streams.create(name="Design")
        assert not simulation.server.writes
        await asyncio.sleep(60)
        assert [deed.status for deed in simulation.server.writes] == [201]

    simulation = Simulation(2, Conditions(faults={"reset before a late deed": 1.0}))

    async def main() -> None:
        async with simulation.client(retry=ONCE) as wethod:
            await write(wethod)

    simulation.run(main)


def test_refused_connections_are_not_sent() -> None:
    async def read(wethod: Wethod) -> None:
        with pytest.raises(ConnectError):
            await wethod.streams.create(name="Design")

    assert _one(Conditions(refuses=1.0), read).counts["requests"] == 0


def test_a_server_that_never_answers_is_a_read_time_out_in_virtual_seconds() -> None:
    async def read(wethod: Wethod) -> None:
        with pytest.raises(RequestTimeoutError):
            await wethod.streams.get(1)

    simulation = _one(Conditions(faults={"hung": 1.0}), read, read_timeout=30.0)
    assert 30 <= simulation.seconds < 70


def test_a_server_that_closes_idle_connections_is_met_over_a_new_one() -> None:
    simulation = Simulation(1, Conditions(idle_seconds=2.0))

    async def main() -> None:
        async with simulation.client() as wethod:
            for _ in range(3):
                await wethod.streams.get(1)
                await asyncio.sleep(10)

    simulation.run(main)
    assert simulation.counts["links"] == 3


def test_pieces_chunks_and_compression_change_nothing_but_time() -> None:
    def read(**conditions: object) -> tuple[list[int], float]:
        simulation = Simulation(1, Conditions(**conditions), rows=150)  # type: ignore[arg-type]  # of the cases below

        async def main() -> list[int]:
            async with simulation.client() as wethod:
                return [row.id for row in await wethod.production_plan_streams.list()]

        return simulation.run(main), simulation.seconds

    whole, seconds = read()
    pieces, longer = read(piece_bytes=500, piece_seconds=0.01, chunked=1.0, packed=0.5)
    assert pieces == whole
    assert longer > seconds


def test_bytes_for_an_end_that_has_closed_reset_the_connection() -> None:
    """The server closes in the moment at which the request is on its way: it is never read."""
    simulation = Simulation(1, Conditions(round_trip=1.0, idle_seconds=3.0))

    async def main() -> None:
        async with simulation.client(retry=ONCE) as wethod:
            await wethod.streams.get(1)
            await asyncio.sleep(2.9)
            with pytest.raises(TransportError):
                await wethod.streams.get(2)
            await asyncio.sleep(5)

    simulation.run(main)
    assert simulation.counts["bytes to a closed end"] > 0
    assert simulation.counts["requests"] == 1


def test_unknown_faults_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"there is no flood; known: reset, ended"):
        Conditions(faults={"flood": 0.1})
    with pytest.raises(ValueError, match="together they are 1 at the most"):
        Conditions(faults={"503": 0.6, "cut": 0.6})


@pytest.mark.parametrize(
    ("order", "error", "done"),
    [
        (lambda sandbox: sandbox.drop("POST /api/streams"), OutcomeUnknownError, 0),
        (lambda sandbox: sandbox.drop("POST /api/streams", handled=True), OutcomeUnknownError, 1),
        (lambda sandbox: sandbox.cut("POST /api/streams"), DecodeError, 1),
        (lambda sandbox: sandbox.hang("POST /api/streams"), OutcomeUnknownError, 0),
        (lambda sandbox: sandbox.fail("POST /api/streams", status=504, handled=True), OutcomeUnknownError, 1),
        (lambda sandbox: sandbox.late("POST /api/streams", seconds=20.0), OutcomeUnknownError, 1),
        (lambda sandbox: sandbox.delay("POST /api/streams", seconds=20.0), None, 1),
    ],
)
def test_faults_are_ordered_as_from_a_sandbox_over_sockets(
    order: Callable[[Sandbox], object], error: type[Exception] | None, done: int
) -> None:
    simulation = Simulation(1, rows=20)
    order(simulation.sandbox)
    before = simulation.sandbox.count("streams")

    async def main() -> None:
        async with simulation.client(retry=ONCE) as wethod:
            await wethod.streams.get(1)
            if error is None:
                await wethod.streams.create(name="Design")
            else:
                with pytest.raises(error):
                    await wethod.streams.create(name="Design")
            await asyncio.sleep(60)

    simulation.run(main)
    assert simulation.sandbox.count("streams") == before + done


def test_ordered_rows_and_changed_answers_are_there() -> None:
    simulation = Simulation(1, rows=20)
    row = simulation.sandbox.add("streams", name="Ordered")
    simulation.sandbox.rename("GET /api/streams/*", "name", "title", times=1)

    async def main() -> tuple[str, object]:
        async with simulation.client() as wethod:
            raw = await wethod.request("GET", f"/api/streams/{row.id}")
            return (await wethod.streams.get(row.id)).name, raw.json()

    name, raw = simulation.run(main)
    assert name == "Ordered"
    assert isinstance(raw, dict)
    assert (raw["title"], "name" in raw) == ("Ordered", False)
