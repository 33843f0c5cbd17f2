"""The session against a real server: what goes out, what comes back, and what is left behind."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import web

from asyncsdk import Hooks, RetryPolicy, Wethod, errors, filters
from asyncsdk.models import ProductionPlanStream, Project, Stream
from tests.stub_server import TOKEN, Server, cut, drop, rows_json

Connect = Callable[..., Wethod]

ROW = rows_json(0, 1)[0]
STREAM = {
    "id": 5,
    "created_at": "2026-01-09T17:32:14.550Z",
    "updated_at": "2026-01-09T17:32:14.550Z",
    "name": "Developers",
    "is_default": False,
}


async def test_every_request_carries_token_company_and_version(server: Server, connect: Connect) -> None:
    server.script((200, ROW))
    row = await connect(version="2024-06-15").production_plan_streams.get(1)
    assert row.id == 1
    headers = server.headers[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Wethod-Company"] == "acme"
    assert headers["Wethod-Version"] == "2024-06-15"
    assert headers["User-Agent"].startswith("asyncsdk/")
    assert "Content-Type" not in headers


async def test_bodies_hold_what_was_given_and_nothing_else(server: Server, connect: Connect) -> None:
    server.script((201, STREAM))
    await connect().streams.create(name="Designers")
    assert server.requests == ["POST /api/streams"]
    assert json.loads(server.bodies[0]) == {"name": "Designers"}
    assert server.headers[0]["Content-Type"] == "application/json"


async def test_actions_keep_their_colon_and_queries_their_falsy_values(server: Server, connect: Connect) -> None:
    server.script((200, STREAM), (200, [STREAM]))
    wethod = connect()
    await wethod.streams.archive(12)
    await wethod.streams.list(is_archived=False).first_page()
    assert server.requests == ["POST /api/streams/12:archive", "GET /api/streams?is_archived=false&limit=100&offset=0"]


async def test_a_delete_returns_nothing_whatever_the_body(server: Server, connect: Connect) -> None:
    server.script((200, b""), (204, b""), (200, b"{}"))
    wethod = connect()
    for _ in range(3):
        await wethod.streams.delete(5)


# --- errors -----------------------------------------------------------------------------------------------------------


async def test_an_api_error_names_the_request(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "no such project"}))
    with pytest.raises(errors.NotFound, match=r"404 not_found: no such project \(GET /api/projects/7\)") as caught:
        await connect().projects.get(7)
    assert caught.value.request == errors.RequestLine("GET", "/api/projects/7")
    assert caught.value.headers["content-type"]


async def test_a_row_that_does_not_fit_is_named(server: Server, connect: Connect) -> None:
    server.script((200, [ROW, {**ROW, "value": "much"}]))
    with pytest.raises(errors.DecodeError, match=r"\$\[1\]\.value \(GET /api/production-plan-streams\)"):
        await connect().production_plan_streams.list()
    assert len(server.requests) == 1, "what does not fit will not fit the second time"


async def test_no_traceback_shows_the_token(server: Server, connect: Connect) -> None:
    """Not even one that prints local variables, as error trackers do."""

    async def shown(**options: Any) -> str:
        try:
            await connect(**options).projects.get(7)
        except errors.WethodError as error:
            trace = traceback.TracebackException.from_exception(error, capture_locals=True)
            return "".join(trace.format()) + repr(error) + str(error.args) + str(error.__dict__)
        raise AssertionError("no error")

    server.script((500, b""))
    assert TOKEN not in await shown()
    server.script(drop)
    assert TOKEN not in await shown()
    server.script((200, b"<html>"))
    assert TOKEN not in await shown()
    assert TOKEN not in await shown(base_url="http://127.0.0.1:9")


async def test_nothing_of_aiohttp_hangs_on_an_error(server: Server, connect: Connect) -> None:
    """aiohttp's errors hold the request's headers."""
    server.script(drop)
    with pytest.raises(errors.TransportError) as caught:
        await connect().projects.get(7)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_a_redirect_is_not_followed(server: Server, connect: Connect) -> None:
    """It would carry the token elsewhere."""
    server.script((302, b"", {"Location": "http://127.0.0.1:9/"}))
    with pytest.raises(errors.APIError, match="redirects are not followed"):
        await connect().projects.get(7)


# --- trying again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [(502, b""), (503, b""), (504, b""), (200, b"<html>"), drop, cut])
async def test_a_get_survives_bad_luck(server: Server, connect: Connect, bad: Any) -> None:
    server.script(bad, (200, STREAM))
    stream = await connect().streams.get(5)
    assert stream.name == "Developers"


@pytest.mark.parametrize("bad", [(502, b""), (504, b""), drop, cut])
async def test_a_post_whose_answer_was_lost_is_not_repeated(server: Server, connect: Connect, bad: Any) -> None:
    server.script(bad, (201, STREAM))
    with pytest.raises(errors.OutcomeUnknown, match="look before repeating"):
        await connect().streams.create(name="x")
    assert len(server.requests) == 1


async def test_a_post_is_repeated_after_a_refused_connection(server: Server, connect: Connect) -> None:
    """Nothing was sent, so nothing can happen twice; when it never connects, that is what the error says."""
    retries: list[Any] = []
    wethod = connect(base_url="http://127.0.0.1:9", hooks=Hooks(retry=retries.append))
    with pytest.raises(errors.ConnectionFailed):
        await wethod.streams.create(name="x")
    assert len(retries) == 3


async def test_a_delete_that_finds_nothing_after_a_lost_answer_is_done(server: Server, connect: Connect) -> None:
    server.script(drop, (404, {"key": "not_found", "message": "gone"}))
    await connect().streams.delete(5)


async def test_a_delete_that_finds_nothing_at_once_is_an_error(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "gone"}))
    with pytest.raises(errors.NotFound):
        await connect().streams.delete(5)


async def test_aiohttps_own_resend_is_counted(server: Server, connect: Connect) -> None:
    """A pooled connection that the server closed: aiohttp sends a GET again, and the budget must know."""
    wethod = connect()
    server.script((200, STREAM), drop, (200, STREAM))
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    assert len(server.requests) == 3
    assert wethod.stats.requests == 3
    remaining = wethod.quota.remaining
    assert remaining == 5000 - 3


async def test_attempts_are_bounded(server: Server, connect: Connect) -> None:
    server.script((503, {"message": "busy"}))
    with pytest.raises(errors.ServerError):
        await connect(retry=RetryPolicy(attempts=3, backoff=1e-9)).streams.get(5)
    assert len(server.requests) == 3


async def test_a_write_goes_again_when_the_server_says_when(server: Server, connect: Connect) -> None:
    server.script((429, {"message": "slow"}, {"x-ratelimit-retry-after": "0"}), (201, STREAM))
    await connect().streams.create(name="x")
    assert len(server.requests) == 2


async def test_a_wait_beyond_patience_is_an_error_at_once(server: Server, connect: Connect) -> None:
    server.script((429, {"message": "slow"}, {"x-ratelimit-retry-after": "900"}))
    with pytest.raises(errors.RateLimited) as caught:
        await connect().streams.get(5)
    assert caught.value.retry_after == 900
    assert len(server.requests) == 1


# --- time-outs --------------------------------------------------------------------------------------------------------


async def test_waiting_for_a_slot_is_no_time_out(server: Server, connect: Connect) -> None:
    """With 2 slots and 12 requests the last ones queue far longer than the read time-out; none fails."""
    served = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal served
        served += 1
        await asyncio.sleep(0.02)
        return web.json_response(STREAM)

    server.handler = handler
    wethod = connect(max_in_flight=2, read_timeout=0.08)
    await asyncio.gather(*(wethod.streams.get(5) for _ in range(12)))
    assert served == 12
    assert server.most_in_flight == 2


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def test_a_server_that_says_nothing_is_a_read_time_out(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.RequestTimeout) as caught:
        await connect(read_timeout=0.02, retry=RetryPolicy(attempts=2, backoff=1e-9)).streams.get(5)
    assert caught.value.phase == "read"
    assert len(server.requests) == 2


async def test_a_write_that_times_out_is_unknown(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.OutcomeUnknown):
        await connect(read_timeout=0.02).streams.create(name="x")
    assert len(server.requests) == 1


async def test_the_deadline_covers_everything(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.RequestTimeout, match="waiting for the answer") as caught:
        await connect(deadline=0.02).streams.get(5)
    assert caught.value.phase == "deadline"


async def test_no_sleep_is_begun_that_would_pass_the_deadline(server: Server, connect: Connect) -> None:
    """A wait of 60 s against a deadline of 5: the error comes at once and says what it would have waited for."""
    server.script((429, {"message": "slow"}, {"x-ratelimit-retry-after": "60"}))
    with pytest.raises(errors.RequestTimeout, match=r"deadline of 5.* status 429 \(60") as caught:
        await connect(deadline=5).streams.get(5)
    assert caught.value.phase == "deadline"


async def test_an_answer_that_is_too_long_is_not_read(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk.transport.MAX_BODY", 1000)
    server.script((200, b" " * 1001))
    with pytest.raises(errors.ResponseTooLarge):
        await connect().streams.get(5)

    async def packed(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b" " * 100_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    server.script(packed)
    with pytest.raises(errors.ResponseTooLarge):
        await connect().streams.get(5)


# --- sharing and closing ----------------------------------------------------------------------------------------------


async def test_copies_share_the_pool_and_their_close_is_their_own(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    parent = connect()
    async with parent.with_options(company="globex", token="another") as copy:
        await copy.streams.get(5)
        assert server.headers[-1]["Wethod-Company"] == "globex"
        assert server.headers[-1]["Authorization"] == "Bearer another"
    with pytest.raises(errors.ClientClosed):
        await copy.streams.get(5)
    await parent.streams.get(5)
    assert server.headers[-1]["Wethod-Company"] == "acme"


async def test_closing_the_parent_ends_its_copies(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    parent = connect()
    copy = parent.with_options(company="globex")
    await copy.streams.get(5)
    await parent.aclose()
    with pytest.raises(errors.ClientClosed, match="make a new one"):
        await copy.streams.get(5)
    with pytest.raises(errors.ClientClosed):
        parent.with_options(company="other")
    with pytest.raises(errors.ClientClosed):
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
    with pytest.raises(errors.ClientClosed):
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
        assert isinstance(outcome, errors.ClientClosed), outcome


SCRIPT = """
import asyncio, sys
from aiohttp import web
from asyncsdk import Wethod

STREAM = {stream!r}

async def serve(use):
    async def answer(request):
        return web.json_response(STREAM)
    app = web.Application()
    app.router.add_get("/{{tail:.*}}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await use(f"http://127.0.0.1:{{runner.addresses[0][1]}}")
    finally:
        await runner.cleanup()

{body}
"""


def run_alone(body: str) -> str:
    """Runs a script as its own process, in development mode with warnings as errors; gives what it printed."""
    script = SCRIPT.format(stream={**STREAM}, body=textwrap.dedent(body))
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONASYNCIODEBUG": ""},
    )
    assert done.returncode == 0, done.stderr
    noise = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    assert not noise, done.stderr
    return done.stdout


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
            del wethod
            gc.collect()
            await asyncio.sleep(0.01)
            print("fine")

        asyncio.run(serve(use))
        """
    )
    assert out.strip() == "fine"


def test_two_loops_in_two_threads() -> None:
    out = run_alone(
        """
        import threading
        wethod = Wethod(token="t", company="c", base_url="http://127.0.0.1:1")

        async def use(url):
            copy = wethod.with_options(base_url=url)
            names = await asyncio.gather(*(copy.streams.get(5) for _ in range(40)))
            print(len(names))

        threads = [threading.Thread(target=lambda: asyncio.run(serve(use))) for _ in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
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


# --- cancellation -----------------------------------------------------------------------------------------------------


async def test_a_storm_of_cancellations_leaves_nothing_behind(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    """Whatever await a call is cancelled at, its slot is free again afterwards."""
    server.script((200, STREAM))
    wethod = connect(max_in_flight=4, budget=None)
    for turns in range(400):
        calls = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(6)]
        for _ in range(turns % 25):
            await asyncio.sleep(0)
        for call in calls[turns % 3 :]:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    slots = wethod._session.transport.pool().slots
    assert slots.free == 4
    assert slots.waiting == 0
    await wethod.streams.get(5)


async def test_cancelled_calls_that_were_not_sent_cost_no_budget(server: Server, connect: Connect) -> None:
    server.script(hang)
    wethod = connect(max_in_flight=1)
    calls = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(5)]
    while not server.requests:
        await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert wethod.quota.remaining == 4999


async def test_anyios_repeated_cancellation_gets_through(server: Server, connect: Connect) -> None:
    """Starlette cancels at every await, again and again."""
    server.script(hang)
    wethod = connect()
    for _ in range(5):
        with anyio.move_on_after(0.01) as scope:
            async with wethod.streams.list().items() as walk:
                async for _row in walk:
                    pass
        assert scope.cancelled_caught
    assert wethod._session.transport.pool().slots.free == 16


# --- seeing what happens ----------------------------------------------------------------------------------------------


async def test_hooks_hear_of_requests_answers_retries_and_waits(server: Server, connect: Connect) -> None:
    server.script((503, b""), (200, STREAM))
    heard: list[Any] = []
    hooks = Hooks(request=heard.append, response=heard.append, retry=heard.append, wait=heard.append)
    await connect(hooks=hooks).streams.get(5)
    assert [type(event).__name__ for event in heard] == [
        "RequestSent",
        "ResponseReceived",
        "RetryPlanned",
        "WaitBegun",
        "RequestSent",
        "ResponseReceived",
    ]
    assert [event.status for event in heard if hasattr(event, "status")] == [503, 200]


async def test_a_hook_that_raises_is_logged_and_does_no_harm(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    server.script((200, STREAM))

    def broken(event: object) -> None:
        raise RuntimeError("my hook is broken")

    stream = await connect(hooks=Hooks(request=broken, response=broken)).streams.get(5)
    assert stream.id == 5
    assert "my hook is broken" in caplog.text


async def test_logs_name_the_request_and_nothing_more(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="asyncsdk")
    server.script((503, {"message": "secret words"}), (200, [{**STREAM, "name": "secret name"}]))
    await connect().request("GET", "/api/streams", params={"search": "secret search"})
    assert "GET /api/streams -> 503" in caplog.text
    assert "attempt 2" in caplog.text
    assert "secret" not in caplog.text
    assert TOKEN not in caplog.text


async def test_statistics_count_what_happened(server: Server, connect: Connect) -> None:
    server.script((503, b""), (200, [ROW]))
    wethod = connect()
    await wethod.production_plan_streams.list()
    stats = wethod.stats
    assert (stats.requests, stats.retries, stats.rows) == (2, 1, 1)
    assert stats.received > 0


# --- the escape hatch -------------------------------------------------------------------------------------------------


async def test_request_gives_status_headers_body_and_value(server: Server, connect: Connect) -> None:
    server.script((200, STREAM, {"X-Request-Id": "7"}))
    answer = await connect().request("get", "/api/streams/5", into=Stream)
    assert answer.status == 200
    assert answer.headers["x-request-id"] == "7"
    assert answer.value.name == "Developers"
    assert answer.json() == STREAM


async def test_request_without_check_returns_errors(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "gone"}))
    answer = await connect().request("GET", "/api/streams/5", check=False, into=Project)
    assert answer.status == 404
    assert answer.value is None
    assert answer.json() == {"key": "not_found", "message": "gone"}


async def test_request_sends_params_and_json(server: Server, connect: Connect) -> None:
    server.script((200, []))
    since = filters.gte("2026-01-01")
    await connect().request("PUT", "/api/x", params={"a": 0, "b": None, "c": since, "d": ["x", "y"]}, json={"k": [1]})
    assert server.requests == ["PUT /api/x?a=0&c=gte:2026-01-01&d=x,y"]
    assert json.loads(server.bodies[0]) == {"k": [1]}


async def test_lists_nobody_knows_yet_are_pagers_of_dicts(server: Server, connect: Connect) -> None:
    server.serve_list(250)
    rows = await connect().list("/api/brand-new-thing", params={"colour": "red"})
    assert [row["id"] for row in rows] == list(range(1, 251))
    assert server.requests[0] == "GET /api/brand-new-thing?colour=red&limit=100&offset=0"
    with pytest.raises(errors.ArgumentError, match="limit="):
        connect().list("/api/brand-new-thing", params={"limit": 5})


async def test_rows_are_typed(server: Server, connect: Connect) -> None:
    server.script((200, [ROW]))
    row = await connect().production_plan_streams.list().first()
    assert isinstance(row, ProductionPlanStream)
    assert row.created_at.tzinfo is not None


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


def test_importing_costs_next_to_nothing() -> None:
    """Nothing heavy is loaded before it is needed: checked by name, because times creep back unseen."""
    code = (
        "import sys; from asyncsdk import Wethod; "
        "heavy = [m for m in sys.modules if m.split('.')[0] in "
        "('aiohttp', 'cattrs', 'limits', 'redis', 'msgspec', 'yarl', 'anyio', 'jsonschema') "
        "or m.startswith(('asyncsdk.models', 'asyncsdk.sandbox', 'asyncsdk.codec', 'asyncsdk.resources.'))]; "
        "assert not heavy, heavy; Wethod(token='t', company='c'); assert 'aiohttp' in sys.modules; "
        "print(sum(m.startswith(('asyncsdk.models', 'asyncsdk.resources.')) for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0"
