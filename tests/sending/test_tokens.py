"""Tokens that come from a function: when it is asked, how often, and what stays the same when its answer changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._sending.wire import Answer
from tests.stub_server import STREAM, Server
from tests.waiting import account

Connect = Callable[..., Wethod]


class Tokens:
    """A function of tokens: gives one after the other, the last for ever; `asked` counts."""

    def __init__(self, *tokens: Any) -> None:
        self._left = list(tokens)
        self.asked = 0

    def plain(self) -> Any:
        self.asked += 1
        found = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        if isinstance(found, BaseException):
            raise found
        return found

    async def slow(self) -> Any:
        await asyncio.sleep(0)
        found = self.plain()
        await asyncio.sleep(0)
        return found


def accepts(server: Server, *good: str) -> None:
    """Lets the server accept some tokens and answer 401 to all others."""

    async def handler(request: web.Request) -> web.StreamResponse:
        for _ in range(20):  # requests that are sent together are here together
            await asyncio.sleep(0)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token in good:
            return web.json_response(STREAM, status=201 if request.method == "POST" else 200)
        return web.json_response({"key": "unauthorized", "message": f"no {token}"}, status=401)

    server.handler = handler


def sent(server: Server) -> list[str]:
    return [headers["Authorization"].removeprefix("Bearer ") for headers in server.headers]


@pytest.mark.parametrize("kind", ["plain", "slow"])
async def test_a_function_is_asked_when_a_token_is_first_needed_and_no_more(
    server: Server, connect: Connect, kind: str
) -> None:
    tokens = Tokens("first-token")
    wethod = connect(token=getattr(tokens, kind))
    assert tokens.asked == 0
    accepts(server, "first-token")
    for _ in range(3):
        await wethod.streams.get(5)
    await wethod.with_options(company="globex").streams.get(5)
    await wethod.with_options(token=getattr(tokens, kind)).streams.get(5)
    assert tokens.asked == 1
    assert sent(server) == ["first-token"] * 5


@pytest.mark.parametrize("kind", ["plain", "slow"])
async def test_requests_that_draw_a_401_together_share_one_question(
    server: Server, connect: Connect, kind: str
) -> None:
    tokens = Tokens("old-token", "new-token")
    accepts(server, "old-token")
    wethod = connect(token=getattr(tokens, kind), max_in_flight=32)
    await wethod.streams.get(5)
    accepts(server, "new-token")
    copies = [wethod, wethod.with_options(company="globex")]
    calls = [copies[number % 2].streams.get(5) for number in range(20)]
    rows = await asyncio.gather(*calls, wethod.streams.create(name="x"))
    assert {row.id for row in rows} == {5}
    assert tokens.asked == 2
    assert 2 <= sent(server).count("old-token") <= 22, "some may begin when the new one is there"
    assert sent(server).count("new-token") == 21
    await wethod.streams.get(5)
    assert tokens.asked == 2


async def test_an_answer_that_has_just_come_is_not_asked_for_again(connect: Connect) -> None:
    """By whoever comes when the question is over, before those who waited for it have gone on."""
    asked: list[str] = []
    late: list[asyncio.Task[bool]] = []

    async def function() -> str:
        asked.append("asked")
        if len(asked) == 2:
            asyncio.get_running_loop().call_soon(lambda: late.append(asyncio.ensure_future(renew())))
        return f"token-{len(asked)}"

    credential = connect(token=function)._sender.account.credential
    line = errors.RequestLine("GET", "/api/streams")
    refused = await credential.current(line)

    async def renew() -> bool:
        return await credential.renewed(refused, line, Answer(401, {}, b""))

    assert await renew()
    assert await late[0]
    assert len(asked) == 2


async def test_a_request_asks_once_and_then_says_what_the_api_said(server: Server, connect: Connect) -> None:
    tokens = Tokens("one-token", "two-token", "three-token")
    accepts(server)
    wethod = connect(token=tokens.plain, retry=RetryPolicy(attempts=1))
    with pytest.raises(errors.AuthenticationError) as caught:
        await wethod.streams.get(5)
    assert caught.value.status == 401
    assert sent(server) == ["one-token", "two-token"]
    assert "two-token" not in str(caught.value), "blotted out like any token"
    with pytest.raises(errors.AuthenticationError):
        await wethod.streams.get(5)
    assert sent(server) == ["one-token", "two-token", "two-token", "three-token"]


async def test_the_same_token_again_is_not_tried_again(server: Server, connect: Connect) -> None:
    tokens = Tokens("only-token")
    accepts(server)
    with pytest.raises(errors.AuthenticationError):
        await connect(token=tokens.plain).streams.get(5)
    assert (tokens.asked, len(server.requests)) == (2, 1)


@pytest.mark.parametrize("kind", ["plain", "slow"])
@pytest.mark.parametrize(
    "failure", [OSError("the vault is shut: pass-word-77"), ValueError(), "", "two words", None, 5, b"x"]
)
async def test_a_function_that_fails_ends_in_an_error_of_ours_with_its_cause(
    server: Server, connect: Connect, kind: str, failure: Any
) -> None:
    tokens = Tokens(failure, failure, "good-token")
    accepts(server, "good-token")
    wethod = connect(token=getattr(tokens, kind))
    outcomes = await asyncio.gather(*(wethod.streams.get(5) for _ in range(3)), return_exceptions=True)
    for error in outcomes:
        assert isinstance(error, errors.AuthenticationError)
        assert (error.status, error.carried_out) == (None, False)
        assert "pass-word-77" not in str(error)
        assert error.__cause__ is failure or not isinstance(failure, BaseException)
        assert error.__cause__ is not None
    assert tokens.asked == 1 if kind == "slow" else tokens.asked >= 1
    assert server.requests == []


async def test_a_function_that_fails_after_a_401_says_both(server: Server, connect: Connect) -> None:
    tokens = Tokens("old-token", OSError("vault"))
    accepts(server)
    with pytest.raises(errors.AuthenticationError, match="401: the token was refused, and the function") as caught:
        await connect(token=tokens.slow).streams.get(5)
    assert isinstance(caught.value.__cause__, OSError)


async def test_account_budget_and_pause_stay_when_the_token_changes(server: Server, connect: Connect) -> None:
    tokens = Tokens("old-token", "new-token")
    accepts(server, "new-token")
    wethod = connect(token=tokens.plain)
    before = account(wethod)
    await wethod.streams.get(5)
    assert account(wethod) is before
    assert account(wethod.with_options(token=tokens.plain)) is before
    assert wethod.stats.requests == 2
    assert wethod.quota.remaining == 4998
    assert account(wethod.with_options(token="new-token")) is not before
    assert account(wethod.with_options(token=Tokens("x").plain)) is not before


async def test_what_a_function_gives_is_shown_nowhere(server: Server, connect: Connect) -> None:
    import traceback

    for tokens in (Tokens("two secret-words"), Tokens(b"two secret-words"), Tokens("good", "two secret-words")):
        accepts(server)
        with pytest.raises(errors.AuthenticationError) as caught:
            await connect(token=tokens.plain).streams.get(5)
        trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        shown = [line for line in trace.format() if "test_tokens.py" not in line]
        assert "secret-words" not in "".join(shown)


def test_a_method_of_an_object_that_cannot_be_hashed_is_a_function_like_any_other() -> None:
    import attrs

    @attrs.define
    class Vault:
        name: str

        def token(self) -> str:
            return "good-token"

    vault = Vault("a")
    wethod = Wethod(token=vault.token, company="acme")
    assert account(wethod.with_options(token=vault.token)) is account(wethod)
    assert account(wethod.with_options(token=Vault("b").token)) is not account(wethod)


def test_a_shared_budget_needs_a_name_beside_a_token_that_changes() -> None:
    tokens = Tokens("x")
    with pytest.raises(errors.ConfigurationError, match="budget_key"):
        Wethod(token=tokens.plain, company="acme", shared_budget="redis://127.0.0.1:6379/0")
    Wethod(token=tokens.plain, company="acme", shared_budget="redis://127.0.0.1:6379/0", budget_key="jane")


async def test_a_caller_that_leaves_takes_nothing_from_the_others(server: Server, connect: Connect) -> None:
    gate = asyncio.Event()
    asked = 0

    async def token() -> str:
        nonlocal asked
        asked += 1
        await gate.wait()
        return "good-token"

    accepts(server, "good-token")
    wethod = connect(token=token)
    first, second = asyncio.ensure_future(wethod.streams.get(5)), asyncio.ensure_future(wethod.streams.get(5))
    while not asked:
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    gate.set()
    assert (await second).id == 5
    assert asked == 1


async def test_nobody_waits_for_a_function_beyond_the_deadline_or_the_client(server: Server, connect: Connect) -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def never() -> str:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")
        return ""

    wethod = connect(token=never)
    with pytest.raises(errors.RequestTimeoutError, match="the token's function"):
        await wethod.with_options(deadline=0.01).streams.get(5)
    while not ended:  # the last one who waited has left
        await asyncio.sleep(0)
    begun.clear()
    waiting = asyncio.ensure_future(wethod.streams.get(5))
    await begun.wait()
    await wethod.aclose()
    async with asyncio.timeout(10):
        with pytest.raises(errors.ClientClosedError):
            await waiting
    assert ended == ["ended", "ended"]
    assert server.requests == []


async def test_a_write_that_was_refused_with_401_is_sent_again(server: Server, connect: Connect) -> None:
    tokens = Tokens("old-token", "new-token")
    accepts(server, "new-token")
    assert (await connect(token=tokens.slow).streams.create(name="x")).id == 5
    assert [line.split()[0] for line in server.requests] == ["POST", "POST"]


def test_one_function_serves_several_loops() -> None:
    """Each loop asks for itself if nobody has yet; none of them waits for another loop's question."""
    tokens = Tokens("good-token")
    wethod = Wethod(token=tokens.slow, company="acme", base_url="http://127.0.0.1:9", retry=RetryPolicy(attempts=1))

    async def once() -> None:
        with pytest.raises(errors.ConnectError):
            await wethod.streams.get(5)

    for _ in range(3):
        asyncio.run(once())
    assert tokens.asked == 1
