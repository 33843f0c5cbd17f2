"""The life of a client: set-up, copies, event loops, forks, cancellation, closing, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable

import aiohttp
import pytest

from asyncsdk import Hooks, RetryPolicy, Wethod, errors
from tests.alone import run_alone
from tests.stub_server import STREAM, TOKEN, Server, hang

Connect = Callable[..., Wethod]


# --- sharing and closing ----------------------------------------------------------------------------------------------


async def test_copies_share_the_pool_and_their_close_is_their_own(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    parent = connect()
    async with parent.with_options(company="globex", token="another") as copy:
        await copy.streams.get(5)
        assert server.headers[-1]["Wethod-Company"] == "globex"
        assert server.headers[-1]["Authorization"] == "Bearer another"
    with pytest.raises(errors.ClientClosedError):
        await copy.streams.get(5)
    await parent.streams.get(5)
    assert server.headers[-1]["Wethod-Company"] == "acme"


async def test_closing_the_parent_ends_its_copies(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    parent = connect()
    copy = parent.with_options(company="globex")
    await copy.streams.get(5)
    await parent.aclose()
    with pytest.raises(errors.ClientClosedError, match="make a new one"):
        await copy.streams.get(5)
    with pytest.raises(errors.ClientClosedError):
        parent.with_options(company="other")
    with pytest.raises(errors.ClientClosedError):
        async with parent:
            pass


async def test_a_token_of_its_own_has_a_budget_of_its_own(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    parent = connect()
    same, other = parent.with_options(company="globex"), parent.with_options(token="another")
    await same.streams.get(5)
    assert parent.stats.requests == 1
    assert parent.quota.remaining == 4999
    assert other.stats.requests == 0
    assert other.quota.remaining == 5000


async def test_a_borrowed_session_is_never_closed(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    async with aiohttp.ClientSession() as http:
        async with connect(session=http) as wethod:
            await wethod.streams.get(5)
        assert not http.closed
        async with http.get(server.url) as answer:
            assert answer.status == 200
        closed_under_us = connect(session=http)
    with pytest.raises(errors.ClientClosedError):
        await closed_under_us.streams.get(5)


async def test_cookies_are_not_kept(server: Server, connect: Connect) -> None:
    """One company's cookie must not travel with another company's request."""
    server.script((200, STREAM, {"Set-Cookie": "session=acme"}), (200, STREAM))
    wethod = connect()
    await wethod.streams.get(5)
    await wethod.with_options(company="globex").streams.get(5)
    assert "Cookie" not in server.headers[-1]


async def test_closing_while_requests_are_out_ends_them(server: Server, connect: Connect) -> None:
    server.script(hang)
    wethod = connect(max_in_flight=1)
    waiting = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(3)]
    while not server.requests:
        await asyncio.sleep(0)
    await wethod.aclose()
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, errors.ClientClosedError), outcome


def test_one_client_over_several_loops_leaves_no_warning() -> None:
    """Each `asyncio.run` gets a pool of its own, closed with its loop; nobody closes the client."""
    out = run_alone(
        """
        wethod = Wethod(token="t", company="c", base_url="http://127.0.0.1:1")

        async def use(url):
            copy = wethod.with_options(base_url=url)
            print((await copy.streams.get(5)).name)

        for _ in range(3):
            asyncio.run(serve(use))
        """
    )
    assert out.split() == ["Developers"] * 3


def test_a_client_that_is_dropped_unclosed_closes_itself() -> None:
    out = run_alone(
        """
        import gc

        async def use(url):
            wethod = Wethod(token="t", company="c", base_url=url)
            await wethod.streams.get(5)
            pool = wethod._sender.transport.pool().http
            del wethod
            for turn in range(100):
                gc.collect()
                await asyncio.sleep(0)
                if pool.closed:
                    print("closed")
                    break

        asyncio.run(serve(use))
        """
    )
    assert out.strip() == "closed"


def test_two_loops_in_two_threads() -> None:
    out = run_alone(
        """
        import threading
        wethod = Wethod(token="t", company="c", base_url="http://127.0.0.1:1")

        async def use(url):
            copy = wethod.with_options(base_url=url)
            answers.append(await asyncio.gather(*(copy.streams.get(5) for _ in range(40))))

        answers = []
        threads = [threading.Thread(target=lambda: asyncio.run(serve(use))) for _ in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(*map(len, answers))  # by one thread: two that print share the output
        """
    )
    assert out.split() == ["40", "40"]


def test_a_forked_child_opens_its_own_pool() -> None:
    """It shares the parent's sockets: using or closing them would break the parent."""
    out = run_alone(
        """
        import os

        async def use(url):
            wethod = Wethod(token="t", company="c", base_url=url)
            await wethod.streams.get(5)
            child = os.fork()
            if child == 0:
                asyncio._set_running_loop(None)
                code = 1
                try:
                    asyncio.run(child_main(wethod))
                    code = 0
                finally:
                    os._exit(code)
            status = await asyncio.to_thread(os.waitpid, child, 0)
            print("child", os.waitstatus_to_exitcode(status[1]))
            await wethod.streams.get(5)
            print("parent fine")
            await wethod.aclose()

        async def child_main(wethod):
            assert (await wethod.streams.get(5)).name == "Developers"

        asyncio.run(serve(use))
        """
    )
    assert out.splitlines() == ["child 0", "parent fine"]


def test_uvloop_works_the_same() -> None:
    pytest.importorskip("uvloop")
    out = run_alone(
        """
        import uvloop

        wethod = Wethod(token="t", company="c", base_url="http://127.0.0.1:1")

        async def use(url):
            print((await wethod.with_options(base_url=url).streams.get(5)).name)

        for _ in range(2):
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(serve(use))
        """
    )
    assert out.split() == ["Developers"] * 2


async def test_a_context_that_sent_a_request_does_not_keep_its_answer(server: Server, connect: Connect) -> None:
    """Tasks and timers started after it copy its context, and live on for hours."""
    server.script((200, {"large": "x" * 10_000}), (200, STREAM))
    wethod = connect()
    kept: list[asyncio.TimerHandle | asyncio.Task[None]] = []

    async def last() -> None:
        await asyncio.Event().wait()

    async def call() -> None:
        await wethod.request("GET", "/api/export")
        kept.append(asyncio.create_task(last()))
        kept.append(asyncio.get_running_loop().call_later(3600, print))

    await call()
    await asyncio.create_task(call())
    gc.collect()
    bodies = [each for each in gc.get_objects() if type(each).__name__ == "Answer"]
    # Those of this test: what others of the same process have left is no matter here.
    assert [len(each.body) for each in bodies if b"x" * 5_000 in each.body] == []
    for each in kept:
        each.cancel()


@pytest.mark.parametrize("sleeps", ["pause", "budget"])
def test_closing_on_another_loop_wakes_whoever_sleeps_on_this_one(sleeps: str) -> None:
    """From another thread, at once: not after a nap of half a minute."""
    waiting, ended = threading.Event(), threading.Event()
    outcomes: list[object] = []
    hooks = Hooks(wait=lambda event: waiting.set() if event.reason == sleeps else None)
    patient = RetryPolicy(attempts=1, max_wait=9999)
    wethod = Wethod(token=TOKEN, company="acme", base_url="http://127.0.0.1:9", budget=1, hooks=hooks, retry=patient)

    async def sleeper() -> None:
        if sleeps == "pause":
            wethod._sender.account.pause.begin(3000)
        else:
            wethod._sender.account.budget.extra(1)
        outcomes.extend(await asyncio.gather(wethod.streams.get(5), wethod.streams.get(6), return_exceptions=True))
        ended.set()

    thread = threading.Thread(target=lambda: asyncio.run(sleeper()))
    thread.start()
    assert waiting.wait(10)
    asyncio.run(wethod.aclose())
    assert ended.wait(10)
    thread.join()
    assert [type(outcome) for outcome in outcomes] == [errors.ClientClosedError] * 2


def test_closing_on_another_loop_ends_the_wait_for_a_slot() -> None:
    """The request that holds the slot goes on; it may have been carried out."""
    waiting, ended = threading.Event(), threading.Event()
    hooks = Hooks(wait=lambda event: waiting.set())
    outcomes: list[object] = []

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    async def waiter() -> None:
        async with await asyncio.start_server(never, "127.0.0.1", 0) as silent:
            port = silent.sockets[0].getsockname()[1]
            copy = wethod.with_options(base_url=f"http://127.0.0.1:{port}")
            holder = asyncio.ensure_future(copy.streams.get(5))
            outcomes.extend(await asyncio.gather(*(copy.streams.get(6) for _ in range(3)), return_exceptions=True))
            ended.set()
            holder.cancel()
            await asyncio.gather(holder, return_exceptions=True)
            await wethod._sender.transport._pools.aclose()
            silent.close()
            await silent.wait_closed()

    wethod = Wethod(token=TOKEN, company="acme", max_in_flight=1, hooks=hooks)
    thread = threading.Thread(target=lambda: asyncio.run(waiter()))
    thread.start()
    assert waiting.wait(10)
    asyncio.run(wethod.aclose())
    assert ended.wait(10)
    thread.join()
    assert [type(outcome) for outcome in outcomes] == [errors.ClientClosedError] * 3


# --- set-up -----------------------------------------------------------------------------------------------------------


def test_a_client_without_token_says_what_to_do() -> None:
    with pytest.raises(errors.ConfigurationError, match=r"WETHOD_TOKEN.*asyncsdk sandbox"):
        Wethod(company="acme")
    with pytest.raises(errors.ConfigurationError, match="WETHOD_COMPANY"):
        Wethod(token="t")


def test_a_client_reads_the_environment_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETHOD_TOKEN", TOKEN)
    monkeypatch.setenv("WETHOD_COMPANY", "acme")
    monkeypatch.setenv("WETHOD_BASE_URL", "http://127.0.0.1:8787")
    assert repr(Wethod()) == "Wethod(company='acme', base_url='http://127.0.0.1:8787')"
    assert "globex" in repr(Wethod(company="globex"))
    assert TOKEN not in repr(Wethod())
