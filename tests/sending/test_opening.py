"""Connections made ahead of the pages that use them, over real sockets: plain and encrypted."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest

from asyncsdk import RetryPolicy, Wethod
from tests.raw_server import Certificate, Conversation, RawServer, certificate_in, serving

ROWS = 181
"""Ten pages of 20 rows that share one with the page before."""


@pytest.fixture(params=[False, True], ids=["plain", "encrypted"])
def certificate(request: pytest.FixtureRequest, tmp_path: Path) -> Certificate | None:
    return certificate_in(tmp_path) if request.param else None


class Pages:
    """Answers requests for pages; the second page only once `least` connections are there."""

    def __init__(self, least: int = 3) -> None:
        self.least = least
        self.there = 0
        self.enough = threading.Event()
        self.asked: list[tuple[int, int]] = []  # by which connection, for which offset
        self.header = ""

    def __call__(self, conversation: Conversation) -> None:
        self.there += 1
        if self.there >= self.least:
            self.enough.set()
        while conversation.read():
            query = parse_qs(conversation.target.partition("?")[2])
            offset, limit = int(query["offset"][0]), int(query["limit"][0])
            if offset:
                assert self.enough.wait(20), "no connection was made ahead"
            self.asked.append((conversation.number, offset))
            body = json.dumps([{"id": at} for at in range(ROWS)[offset : offset + limit]]).encode()
            conversation.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{self.header}\r\n".encode() + body)
            if self.header:
                return


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def server(pages: Pages, certificate: Certificate | None) -> Iterator[RawServer]:
    with serving(pages, certificate.server() if certificate else None) as found:
        yield found


def client(server: RawServer, certificate: Certificate | None, **options: Any) -> Wethod:
    given = {"token": "t" * 9, "company": "acme", "base_url": server.url, "retry": RetryPolicy(backoff=1e-9)}
    return Wethod(**{**given, "ssl": certificate.client() if certificate else None, **options})


async def test_connections_are_there_before_the_pages_and_carry_them(
    server: RawServer, certificate: Certificate | None, pages: Pages
) -> None:
    """The second page is answered only when two more connections are there, which no request has asked for yet."""
    async with client(server, certificate) as wethod:
        rows = await wethod.list("/api/rows", limit=20)
        assert [row["id"] for row in rows] == list(range(ROWS))
        assert len({number for number, _ in pages.asked}) >= 3
        await wethod.list("/api/rows", limit=20)
        assert pages.there <= 8, "what is there is used again"
    assert pages.there <= 8


async def test_a_list_of_one_page_opens_one_connection(
    server: RawServer, certificate: Certificate | None, pages: Pages
) -> None:
    pages.least = 1
    async with client(server, certificate) as wethod:
        assert len(await wethod.list("/api/rows", limit=20, offset=ROWS - 5)) == 5
    assert pages.there == 1


async def test_a_walk_that_is_left_while_it_opens_connections_ends_them(
    server: RawServer, certificate: Certificate | None, pages: Pages
) -> None:
    pages.least = 1
    async with client(server, certificate) as wethod:
        for _ in range(5):
            async with wethod.list("/api/rows", limit=20).items(expected=ROWS) as walk:
                await anext(walk)
            assert [task for task in asyncio.all_tasks() if "Connections." in str(task.get_coro())] == []
        assert len(await wethod.list("/api/rows", limit=20)) == ROWS


async def test_nothing_is_opened_ahead_of_a_server_that_closes(
    server: RawServer, certificate: Certificate | None, pages: Pages
) -> None:
    pages.least, pages.header = 1, "Connection: close\r\n"
    async with client(server, certificate) as wethod:
        assert len(await wethod.list("/api/rows", limit=20)) == ROWS
    assert len({number for number, _ in pages.asked}) == len(pages.asked)
    assert pages.there <= len(pages.asked) + 3, "those of pages beyond the end, given up as they connected"


async def test_a_borrowed_session_is_left_alone() -> None:
    """Its connector is not ours; pages connect as it likes."""
    pages = Pages(least=1)
    with serving(pages) as server:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2)) as http:
            wethod = client(server, None, session=http)
            assert len(await wethod.list("/api/rows", limit=20)) == ROWS
            await wethod.aclose()
    assert pages.there <= 2
