"""Which connection a request is given, judged by its protocol, its last answer and the proxy in between."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from asyncsdk import errors
from asyncsdk._sending.connector import look
from tests.raw_server import Conversation, answer, serving
from tests.sending.raw_connections import STRAYS, Strays, ask, client


async def test_a_transport_without_a_socket_is_judged_by_its_protocol() -> None:
    class Transport(asyncio.Transport):
        def is_closing(self) -> bool:
            return False

        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return default

    protocol = aiohttp.client_proto.ResponseHandler(asyncio.get_running_loop())
    protocol.connection_made(Transport())
    assert look(protocol) == "sound"
    protocol.data_received(b"H")
    assert look(protocol) == "spoilt"


def test_an_answer_that_does_not_fit_ends_its_connection() -> None:
    """Another one may be still to come, which would be taken for the answer to somebody else's request."""

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(b"{ no JSON" if conversation.target == "/api/1" else conversation.row()))

    async def main() -> None:
        async with client(server) as wethod:
            with pytest.raises(errors.DecodeError):
                await ask(wethod, "/api/1")
            assert await ask(wethod, "/api/2") == ("/api/2", "alice")

    with serving(talk) as server:
        asyncio.run(main())
    assert len(server.conversations) == 2


def test_strays_of_a_proxy_in_between_are_no_answers(tmp_path: Path) -> None:
    """A plain HTTP proxy passes on what the server says, and a word of its own a moment later."""
    strays = Strays(STRAYS["a time-out of a proxy"])

    async def main() -> None:
        async with client(server, base_url="http://api.example.test", proxy=server.url) as wethod:
            assert await ask(wethod, "/api/1") == ("http://api.example.test/api/1", "alice")
            strays.now()
            assert await ask(wethod, "/api/2", "POST") == ("http://api.example.test/api/2", "alice")

    with serving(strays) as server:
        asyncio.run(main())
