"""Synchronous code: a call waits, an interrupted one is cancelled, a forked child does not hang."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import assert_type

import pytest

from asyncsdk import Wethod, gather_all
from asyncsdk.blocking import Blocking, connect
from asyncsdk.errors import ArgumentError, ClientClosedError, ConfigurationError, InvalidDataError, NotFoundError
from asyncsdk.models import Project, Timesheet
from asyncsdk.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=450) as running:
        yield running


def open_to(sandbox: Sandbox) -> Blocking:
    return connect(token=sandbox.token, company="acme", base_url=sandbox.url)


async def test_a_call_returns_what_it_asked_for(sandbox: Sandbox) -> None:
    def script() -> None:
        with open_to(sandbox) as call:
            projects = call(lambda w: w.projects.list())
            assert call(lambda w: w.projects.get(projects[0].id)).name == projects[0].name
            both = call(lambda w: gather_all(w.projects.list(), w.persons.list()))
            assert len(both[0]) == len(projects)
            with pytest.raises(NotFoundError):
                call(lambda w: w.projects.get(10**9))

    await asyncio.to_thread(script)


async def test_rows_come_in_order_and_leaving_them_ends_the_walk(sandbox: Sandbox) -> None:
    def script() -> None:
        with open_to(sandbox) as call:
            rows = list(call.rows(lambda w: w.production_plan_streams.list()))
            assert [row.id for row in rows] == [row.id for row in call(lambda w: w.production_plan_streams.list())]
            assert len(list(call.rows(lambda w: w.production_plan_streams.list(), max_items=7))) == 7
            before = call(running_tasks)
            for row in call.rows(lambda w: w.production_plan_streams.list()):
                assert row.id == rows[0].id
                break
            assert call(running_tasks) == before

    await asyncio.to_thread(script)


async def running_tasks(wethod: Wethod) -> int:
    await asyncio.sleep(0)
    return len(asyncio.all_tasks())


async def test_rows_before_a_failure_come_first(sandbox: Sandbox) -> None:
    sandbox.fail("GET /api/production-plan-streams", status=400, times=None, after=1)

    def script() -> list[int]:
        got: list[int] = []
        with open_to(sandbox) as call, pytest.raises(InvalidDataError) as caught:
            got.extend(row.id for row in call.rows(lambda w: w.production_plan_streams.list()))
        assert caught.value.bookmark
        return got

    assert len(await asyncio.to_thread(script)) == 100


def interrupting(call: Blocking, seen: list[str]) -> None:
    """Waits for a call that never ends, and is interrupted as by Ctrl-C once it has begun."""
    begun = threading.Event()

    async def never(wethod: Wethod) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    def press() -> None:
        begun.wait()
        os.kill(os.getpid(), signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    with pytest.raises(KeyboardInterrupt):
        call(never)
    pressing.join()


def test_an_interrupted_call_is_cancelled_and_the_connection_goes_on() -> None:
    seen: list[str] = []

    async def answer(wethod: Wethod) -> str:
        return "there"

    with connect(token="t", company="acme", base_url="http://127.0.0.1:9") as call:
        interrupting(call, seen)
        assert call(answer) == "there"
        assert seen == ["cancelled"]


def test_a_time_out_of_the_call_is_not_taken_for_the_waits_own() -> None:
    async def late(wethod: Wethod) -> None:
        raise TimeoutError("of the call")

    connection = connect(token="t", company="acme", base_url="http://127.0.0.1:9")
    with connection as call, pytest.raises(TimeoutError, match="of the call"):
        call(late)


INTERRUPTED = """
    import asyncio
    from asyncsdk.blocking import connect

    async def quick(wethod):
        await asyncio.sleep(0)

    async def endless(wethod):
        await asyncio.Event().wait()

    async def left(wethod):
        await asyncio.sleep(0.05)
        return sum("wanted" in repr(task.get_coro()) for task in asyncio.all_tasks())

    with connect(token="t", company="acme", base_url="http://127.0.0.1:9") as call:
        try:
            print("calling", flush=True)
            for number in range(10**9):
                call(endless if number % 50 == 49 else quick)
        except KeyboardInterrupt:
            print("interrupted", call(left) <= 1)
"""


@pytest.mark.slow
def test_an_interrupt_at_any_instant_is_seen_and_leaves_no_call_running() -> None:
    """A real SIGINT, at many instants of a program that calls all the time."""
    program = [sys.executable, "-c", textwrap.dedent(INTERRUPTED)]
    for instant in range(30):
        with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "calling\n"
            time.sleep(instant * 0.0007)
            run.send_signal(signal.SIGINT)
            try:
                said, complained = run.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                run.kill()
                raise
        assert said == "interrupted True\n", (instant, said, complained)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_the_block_without_hanging() -> None:
    program = """
        import os, sys
        from asyncsdk.blocking import connect
        from asyncsdk.errors import ClientClosedError
        with connect(token="t", company="acme", base_url="http://127.0.0.1:9") as call:
            if (child := os.fork()) == 0:
                try:
                    call(lambda w: w.projects.list())
                except ClientClosedError as error:
                    assert "forked" in str(error)
                    sys.exit(7)  # unwinds the block, and what is done at the end of a process
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        print("left")
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("left\n", 0), done.stderr


def test_a_forgotten_connection_does_not_keep_the_process() -> None:
    program = """
        from asyncsdk.blocking import connect
        call = connect(token="t", company="acme", base_url="http://127.0.0.1:9")
        async def nothing(wethod): return 1
        print(call(nothing))
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)


def test_close_is_for_notebooks_and_may_be_called_again() -> None:
    call = connect(token="t", company="acme", base_url="http://127.0.0.1:9")
    before = threading.active_count()
    call.close()
    call.close()
    assert threading.active_count() == before - 1
    with pytest.raises(ClientClosedError, match="closed"):
        call(lambda w: w.projects.list())
    with pytest.raises(ClientClosedError), call:
        pass


async def test_a_running_loop_such_as_a_notebooks_may_call(sandbox: Sandbox) -> None:
    """The cell's own loop stands still meanwhile, so the sandbox runs in another thread."""
    call = await asyncio.to_thread(open_to, sandbox)

    async def where(wethod: Wethod) -> int:
        return threading.get_ident()

    try:
        assert call(where) != threading.get_ident()
    finally:
        call.close()


async def test_threads_share_a_connection(sandbox: Sandbox) -> None:
    def script() -> set[int]:
        with open_to(sandbox) as call, ThreadPoolExecutor(8) as threads:
            return set(threads.map(lambda _: len(call(lambda w: w.persons.list())), range(16)))

    assert len(await asyncio.to_thread(script)) == 1


def test_what_cannot_be_used_is_refused_with_a_word() -> None:
    with pytest.raises(ConfigurationError):
        connect(token="t", company="acme", base_url="not an address")
    with connect(token="t", company="acme", base_url="http://127.0.0.1:9") as call:
        with pytest.raises(ArgumentError, match="can be awaited"):
            call(lambda w: 5)  # type: ignore[arg-type, return-value]  # what the checker would refuse as well
        with pytest.raises(ArgumentError, match="returns a list"):
            list(call.rows(lambda w: w.projects.get(7)))  # type: ignore[arg-type, return-value]  # likewise


def typed(call: Blocking) -> None:
    """What a type checker knows of a call; mypy runs it, nothing else does."""
    assert_type(call(lambda w: w.timesheets.list()), list[Timesheet])
    assert_type(call(lambda w: w.projects.get(7)), Project)
    assert_type(call(lambda w: w.timesheets.delete(7)), None)
    assert_type(next(call.rows(lambda w: w.timesheets.list())), Timesheet)
    assert_type(connect(company="acme", budget=100), Blocking)
    connect(compny="acme")  # type: ignore[call-arg]  # an option's name is checked
    call(lambda w: w.projets.list())  # type: ignore[attr-defined]  # and that of a list
