"""What a sandbox keeps of the requests that came in, and how its server begins and ends."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from asyncsdk.sandbox import Sandbox

from .conftest import LOCAL, Api, Open


async def test_the_log_keeps_what_came_in_without_the_token(api: Api) -> None:
    await api("POST", "/api/streams?a=1", {"name": "x"})
    logged = api.sandbox.requests[-1]
    assert (logged.method, logged.path, logged.query, logged.status) == ("POST", "/api/streams", "a=1", 400)
    assert logged.body == b'{"name": "x"}'
    assert logged.headers["wethod-company"] == "acme"
    assert "authorization" not in logged.headers
    assert api.sandbox.statuses[400] == 1


async def test_the_log_is_a_sequence(api: Api) -> None:
    for path in ("/api/streams", "/api/projects", "/api/persons"):
        await api.get(path)
    log = api.sandbox.requests
    assert [received.path for received in log[:2]] == ["/api/streams", "/api/projects"]
    assert [received.path for received in log[::-2]] == ["/api/persons", "/api/streams"]
    assert [received.path for received in log] == ["/api/streams", "/api/projects", "/api/persons"]
    assert (len(log), log[-1].path, log.index(log[1])) == (3, "/api/persons", 1)
    log.clear()
    assert not log


async def test_the_log_keeps_the_last_requests_alone(open_api: Open) -> None:
    async with open_api(log_size=2) as api:
        for path in ("/api/streams", "/api/projects", "/api/persons"):
            await api.get(path)
        assert [received.path for received in api.sandbox.requests[:]] == ["/api/projects", "/api/persons"]


async def test_the_contract_is_served_and_names_this_server(api: Api) -> None:
    for path in ("/openapi.json", "/specs/openapi.yaml"):
        reply = await api("GET", path, headers=LOCAL)
        assert reply.status == 200
        assert reply.json["servers"] == [{"url": api.sandbox.url}]
        assert len(reply.json["paths"]) > 80
    assert (await api("GET", "/openapi.json", headers=LOCAL)).headers["Content-Type"].startswith("application/json")
    assert not api.sandbox.requests


async def test_a_port_that_is_taken_is_an_error(open_api: Open) -> None:
    async with open_api() as api:
        other = Sandbox(port=api.sandbox.port)
        with pytest.raises(OSError, match="in use"):
            await other.start()
        await other.aclose()


async def test_many_at_a_time_are_counted(open_api: Open) -> None:
    async with open_api(latency_ms=30) as api:
        await asyncio.gather(*(api("GET", "/api/streams") for _ in range(10)))
        assert api.sandbox.peak_in_flight == 10
        assert api.sandbox.in_flight == 0


async def test_a_sandbox_can_be_closed_twice_and_opened_again() -> None:
    sandbox = Sandbox(rows=10)
    for _ in range(2):
        await sandbox.start()
        async with aiohttp.ClientSession() as session, session.get(sandbox.url) as response:
            assert response.status == 404
        await sandbox.aclose()
        await sandbox.aclose()
