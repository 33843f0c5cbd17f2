"""The options of a client: the same ones at every door, read-only clients, dry runs, and whole responses."""

from __future__ import annotations

import asyncio
import builtins
import collections.abc
import inspect
import logging
import re
import typing
from collections.abc import Callable

import attrs
import pytest
from aiohttp import web

import asyncsdk
from asyncsdk import ConfigurationError, NotFoundError, Response, Wethod
from asyncsdk._sending.options import WethodOptions
from asyncsdk._sending.settings import Settings
from tests.stub_server import STREAM, Server
from tests.waiting import until

Connect = Callable[..., Wethod]
WORDS = re.compile(r"(?<![\w'\"])[A-Za-z_]\w*")


def test_every_door_takes_the_same_options() -> None:
    """The client, its copies, applications and settings know them by the same names."""
    options = set(inspect.signature(Wethod).parameters)
    assert set(WethodOptions.__annotations__) == options
    assert {field.name for field in attrs.fields(Settings)} == (options - {"session"}) | {"dry_run"}
    # What is shared with the client cannot differ in a copy.
    shared = {"session", "max_in_flight", "budget", "shared_budget"}
    assert set(inspect.signature(Wethod.with_options).parameters) - {"self"} == options - shared


def test_what_the_signatures_of_a_client_name_has_a_public_name() -> None:
    """Whoever types a function that passes an option on can import the type of it."""
    doors = [
        Wethod.__init__,
        *(each for name, each in inspect.getmembers(Wethod, callable) if not name.startswith("_")),
    ]
    named = {
        word for door in doors for note in inspect.get_annotations(door).values() for word in WORDS.findall(str(note))
    }
    public = {*asyncsdk.__all__, *dir(builtins), *dir(typing), *dir(collections.abc), "T"}
    assert {word for word in named if word[0].isupper()} - public <= {"SSLContext", "ClientSession"}
    for name in asyncsdk.__all__:
        assert getattr(asyncsdk, name) is not None


async def test_a_client_that_only_reads_refuses_every_write(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(read_only=True)
    assert (await wethod.streams.get(5)).id
    for write in (
        lambda: wethod.streams.create(name="x"),
        lambda: wethod.streams.update(5, name="x"),
        lambda: wethod.streams.delete(5),
        lambda: wethod.streams.archive(5, settle=True),
        lambda: wethod.request("PUT", "/api/anything", json={}),
    ):
        with pytest.raises(ConfigurationError, match="read_only"):
            await write()
    assert [line.split()[0] for line in server.requests] == ["GET"]


async def test_a_dry_run_logs_its_writes_and_sends_none(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    server.script((200, STREAM))
    wethod = connect()
    rehearsal = wethod.dry_run()
    with caplog.at_level(logging.INFO, logger="asyncsdk"):
        assert await rehearsal.streams.update(5, name="Design") is None
        assert await rehearsal.streams.delete(5) is None  # type: ignore[func-returns-value]  # nothing answers
        assert (await rehearsal.request("POST", "/api/anything", json={"a": 1})).status == 204
        await rehearsal.streams.get(5)
    assert [line.split()[0] for line in server.requests] == ["GET"]
    assert 'dry run, not sent: PATCH /api/streams/5 {"name":"Design"}' in caplog.text
    assert [vars(record)["wethod_operation"] for record in caplog.records[:2]] == ["streams.update", "streams.delete"]
    await wethod.streams.update(5, name="Design")
    assert server.requests[-1].startswith("PATCH ")


async def test_a_dry_run_checks_arguments_as_ever(connect: Connect) -> None:
    with pytest.raises(ValueError, match="id"):
        await connect().dry_run().streams.delete(0)


async def test_a_dry_run_of_a_client_that_only_reads_refuses_nothing(connect: Connect) -> None:
    assert await connect(read_only=True).dry_run().streams.update(5, name="x") is None


async def test_single_flight_is_an_option_of_clients_and_copies(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(single_flight=True)
    copy = wethod.with_options()
    await asyncio.gather(*(each.streams.get(5) for each in (wethod, copy) for _ in range(5)))
    assert len(server.requests) == 1
    apart = wethod.with_options(single_flight=False)
    await asyncio.gather(*(apart.streams.get(5) for _ in range(3)))
    assert len(server.requests) == 4


async def test_a_write_through_any_copy_ends_the_sharing(server: Server, connect: Connect) -> None:
    """Whoever writes and then reads, reads what was written: not the answer of a GET that was sent before."""
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        if len(server.requests) == 1:
            await release.wait()
        return web.json_response(STREAM)

    server.handler = slow
    shared = connect(single_flight=True)
    before = asyncio.ensure_future(shared.streams.get(5))
    await until(lambda: server.requests)
    await shared.with_options(single_flight=False).streams.update(5, name="x")
    after = asyncio.ensure_future(shared.streams.get(5))
    await until(lambda: len(server.requests) == 3)
    release.set()
    await asyncio.gather(before, after)
    assert [line.split()[0] for line in server.requests] == ["GET", "PATCH", "GET"]


async def test_with_response_gives_the_whole_answer(server: Server, connect: Connect) -> None:
    server.script((200, STREAM, {"X-Request-Id": "7"}))
    wethod = connect()
    response = await wethod.with_response.streams.get(5)
    assert isinstance(response, Response)
    assert (response.status, response.headers["x-request-id"]) == (200, "7")
    assert response.value == await wethod.streams.get(5)
    gone = await wethod.with_response.streams.delete(5)
    assert (gone.status, gone.value) == (200, None)
    settled = await wethod.with_response.streams.unarchive(5, settle=True)
    assert settled.value == response.value


async def test_with_response_ends_with_its_client_and_raises_as_ever(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "no"}, {"X-Request-Id": "8"}))
    wethod = connect()
    calls = wethod.with_response
    with pytest.raises(NotFoundError) as caught:
        await calls.streams.get(5)
    assert caught.value.headers["x-request-id"] == "8"
    await wethod.aclose()
    with pytest.raises(Exception, match="closed"):
        await calls.streams.get(5)


async def test_pages_hold_the_headers_of_their_answers(server: Server, connect: Connect) -> None:
    server.script((200, [STREAM], {"X-Page": "1"}))
    pager = connect().streams.list()
    assert (await pager.first_page()).headers["x-page"] == "1"
    assert [page.headers["x-page"] async for page in pager.pages()] == ["1"]
    server.script((200, [], {"X-Page": "none"}))
    assert (await pager.first_page()).headers["x-page"] == "none"


def test_a_copy_is_checked_as_a_client_is() -> None:
    """Only what is named is checked anew, and what belongs together is."""
    wethod = Wethod(token="t", company="acme", budget=7)
    copy = wethod.with_options(deadline=5, company="globex")
    assert copy.settings == attrs.evolve(wethod.settings, deadline=5, company="globex")
    assert hash(copy.settings) != hash(wethod.settings)
    for wrong in (
        {"deadline": 0},
        {"company": "two words"},
        {"base_url": "x"},
        {"single_flight": 1},
        {"priority": "x"},
    ):
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            wethod.with_options(**wrong)


async def test_a_copy_shares_all_that_is_costly(connect: Connect) -> None:
    """Copies for each call are the way to give a header or a deadline."""
    wethod = connect()
    copy = wethod.with_options(headers={"X-Request-Id": "7"}, deadline=5.0)
    assert copy._sender.transport is wethod._sender.transport
    assert copy._sender.account is wethod._sender.account
    assert not {"streams", "projects"} & set(vars(copy))
