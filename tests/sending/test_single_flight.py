"""Equal requests in the air share one answer, and nobody who shares takes anything from the others."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable

from aiohttp import web

from asyncsdk import NotFoundError, Wethod
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]


class Gate:
    """Answers with one row once it is opened."""

    def __init__(self, server: Server, status: int = 200) -> None:
        self.open = asyncio.Event()
        self.asked = asyncio.Event()
        server.handler = self.answer
        self._status = status

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.set()
        await self.open.wait()
        body = rows_json(0, 1) if "limit" in request.query else rows_json(0, 1)[0]
        return web.json_response(body if self._status == 200 else {"key": "x", "message": "y"}, status=self._status)


async def test_equal_gets_in_the_air_share_one_request(server: Server, connect: Connect) -> None:
    gate, shared = Gate(server), connect().with_options(single_flight=True)
    calls = [asyncio.create_task(shared.production_plan_streams.get(1)) for _ in range(20)]
    other = asyncio.create_task(shared.production_plan_streams.get(2))
    lists = [asyncio.create_task(shared.list("/api/streams").all()) for _ in range(3)]
    await gate.asked.wait()
    gate.open.set()
    rows = await asyncio.gather(*calls)
    assert all(row == rows[0] for row in rows)
    await other
    first, second, third = await asyncio.gather(*lists)
    first[0]["name"] = "changed"
    assert second == third != first, "dicts are each caller's own"
    assert len(server.requests) == 3
    await shared.production_plan_streams.get(1)
    assert len(server.requests) == 4, "nothing is kept"


async def test_a_cancelled_caller_takes_nothing_from_the_others(server: Server, connect: Connect) -> None:
    gate, shared = Gate(server), connect().with_options(single_flight=True)
    leader, follower = (asyncio.create_task(shared.production_plan_streams.get(1)) for _ in range(2))
    await gate.asked.wait()
    leader.cancel()
    await asyncio.wait([leader])
    gate.open.set()
    assert (await follower).id == 1
    assert len(server.requests) == 1


async def test_the_last_caller_to_leave_ends_the_request(server: Server, connect: Connect) -> None:
    client = connect(max_in_flight=1)
    gate, shared = Gate(server), client.with_options(single_flight=True)
    callers = [asyncio.create_task(shared.production_plan_streams.get(1)) for _ in range(2)]
    await gate.asked.wait()
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    server.script((200, rows_json(0, 1)[0]))
    async with asyncio.timeout(10):
        assert (await client.production_plan_streams.get(2)).id == 1, "the only slot is free again"


async def test_each_caller_gets_an_error_of_its_own(server: Server, connect: Connect) -> None:
    gate, shared = Gate(server, status=404), connect().with_options(single_flight=True)
    calls = [asyncio.create_task(shared.production_plan_streams.get(1)) for _ in range(3)]
    await gate.asked.wait()
    gate.open.set()
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert len(server.requests) == 1
    assert len({id(error) for error in errors}) == 3
    for error in errors:
        assert isinstance(error, NotFoundError)
        assert str(error) == str(errors[0])
        assert pickle.loads(pickle.dumps(error)).status == 404


async def test_who_writes_and_then_reads_does_not_get_an_answer_from_before(server: Server, connect: Connect) -> None:
    gate, shared = Gate(server), connect(read_timeout=5.0).with_options(single_flight=True)
    before = asyncio.create_task(shared.production_plan_streams.get(1))
    await gate.asked.wait()
    reads, gate.open = gate.open, asyncio.Event()
    gate.open.set()
    server.handler = gate.answer
    await shared.request("POST", "/api/streams", json={"name": "x"})
    after = await shared.production_plan_streams.get(1)
    assert after.id == 1
    assert not before.done()
    assert [line.split()[0] for line in server.requests] == ["GET", "POST", "GET"]
    reads.set()
    await before


async def test_other_tokens_and_other_settings_do_not_share(server: Server, connect: Connect) -> None:
    gate, shared = Gate(server), connect().with_options(single_flight=True)
    copies = [
        shared,
        shared.with_options(token="other"),
        shared.with_options(company="globex"),
        shared.with_options(),
        shared.with_options(single_flight=True),
    ]
    calls = [asyncio.create_task(copy.production_plan_streams.get(1)) for copy in copies]
    await gate.asked.wait()
    gate.open.set()
    await asyncio.gather(*calls)
    assert len(server.requests) == 3, "plain copies share with the first"


async def test_a_copy_that_is_closed_does_not_fail_its_neighbours(server: Server, connect: Connect) -> None:
    shared = connect(max_in_flight=1).with_options(single_flight=True)
    gate = Gate(server)
    blocking = asyncio.create_task(shared.production_plan_streams.get(9))
    await gate.asked.wait()
    closing = shared.with_options()
    first = asyncio.create_task(closing.production_plan_streams.get(1))
    await asyncio.sleep(0)
    second = asyncio.create_task(shared.production_plan_streams.get(1))
    await asyncio.sleep(0)
    await closing.aclose()
    gate.open.set()
    await blocking
    assert (await second).id == 1
    assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], Exception)


async def test_walks_that_share_pages_deliver_every_row_to_each(server: Server, connect: Connect) -> None:
    server.serve_list(450)
    shared = connect().with_options(single_flight=True)
    first, second = await asyncio.gather(
        shared.production_plan_streams.list().all(), shared.production_plan_streams.list().all()
    )
    assert [row.id for row in first] == [row.id for row in second] == list(range(1, 451))
    alone = len(server.requests)
    await connect().production_plan_streams.list()
    assert alone <= len(server.requests) - alone + 2
