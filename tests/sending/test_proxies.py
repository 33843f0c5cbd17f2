"""Requests through proxies on loopback: tunnels are kept, and nothing but our own header is sent."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from asyncsdk import Wethod, errors
from tests.raw_server import Certificate, Run, serving
from tests.sending.proxied import PASSWORD, Environment, Tunnels, rows


@pytest.mark.parametrize("named", ["setting", "environment"])
def test_a_tunnel_carries_requests_and_is_kept(
    run: Run, certificate: Certificate, environment: Environment, named: str
) -> None:
    async def main() -> None:
        url = f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}"
        if named == "environment":
            environment(HTTPS_PROXY=url)
        options: dict[str, Any] = {"proxy": url} if named == "setting" else {}
        async with Wethod(
            token="alice", company="c", base_url="https://api.example.test", ssl=certificate.client(), **options
        ) as wethod:
            for method in ("GET", "POST", "GET"):
                reply = await wethod.request(method, "/api/1", into=dict)
                assert reply.value == {"path": "/api/1", "token": "alice"}

    with serving(rows, certificate.server()) as server:
        tunnels = Tunnels(server)
        with serving(tunnels) as proxy:
            run(main())
    [head] = tunnels.heads
    assert head.startswith(b"CONNECT api.example.test:443 HTTP/1.1\r\n")
    secret = base64.b64encode(f"user:{PASSWORD}".encode())
    assert b"Proxy-Authorization: Basic " + secret in head
    assert b"alice" not in head
    assert len(server.conversations) == 1


def test_a_plain_proxy_is_asked_for_the_whole_address(environment: Environment) -> None:
    async def main() -> None:
        environment(HTTP_PROXY=f"user:{PASSWORD}@127.0.0.1:{proxy.port}")
        async with Wethod(token="alice", company="c", base_url="http://api.example.test/v1") as wethod:
            for _ in range(2):
                reply = await wethod.request("GET", "/api/1", into=dict)
                assert reply.value["path"] == "http://api.example.test/v1/api/1"

    with serving(rows) as proxy:
        asyncio.run(main())
    assert len(proxy.conversations) == 1
    assert b"proxy-authorization: basic " in proxy.conversations[0].head.lower()


@pytest.mark.parametrize("netrc", ["machine api.example.test login me password x\n", "default login me password x\n"])
def test_netrc_is_not_looked_at(environment: Environment, tmp_path: Path, netrc: str) -> None:
    file = tmp_path / "netrc"
    file.write_text(netrc)

    async def main() -> None:
        environment(HTTP_PROXY=proxy.url, NETRC=str(file))
        async with Wethod(token="alice", company="c", base_url="http://api.example.test") as wethod:
            reply = await wethod.request("GET", "/api/1", into=dict)
            assert reply.value["token"] == "alice"

    with serving(rows) as proxy:
        asyncio.run(main())


def test_a_borrowed_session_with_credentials_of_its_own_is_refused_with_a_word(
    environment: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "netrc"
    file.write_text("default login me password x\n")

    async def main() -> None:
        environment(NETRC=str(file))
        async with (
            aiohttp.ClientSession(trust_env=True) as http,
            Wethod(token="alice", company="c", base_url=server.url, session=http) as wethod,
        ):
            for method in ("GET", "POST"):
                with pytest.raises(
                    errors.ConfigurationError, match=r"trust_env=True with an entry in \.netrc"
                ) as caught:
                    await wethod.request(method, "/api/1")
                assert caught.value.__context__ is None
            assert wethod.stats.requests == 0

    with serving(rows) as server:
        asyncio.run(main())
    assert not server.conversations
