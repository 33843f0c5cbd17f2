"""What a proxy refuses was not sent; certificates and names that cannot be used say what to do."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest

from asyncsdk import Hooks, RetryPolicy, Wethod, errors
from tests.raw_server import Certificate, Conversation, answer, serving
from tests.sending.proxied import PASSWORD, Tunnels, rows

# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("lent", [False, True])
@pytest.mark.parametrize(
    ("refusal", "tries"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required", 1),
        (b"HTTP/1.1 403 Forbidden by policy", 1),
        (b"HTTP/1.1 429 Slow down", 3),
        (b"HTTP/1.1 502 Bad Gateway", 3),
        (b"HTTP/1.1 503 Service Unavailable", 3),
        (b"HTTP/1.1 504 Gateway Timeout", 3),
        (b"", 3),
        (b"SSH-2.0-OpenSSH_9.6\r\n", 3),
    ],
)
def test_a_refused_tunnel_means_that_nothing_was_sent(
    certificate: Certificate, method: str, lent: bool, refusal: bytes, tries: int
) -> None:
    async def main() -> None:
        async with (
            aiohttp.ClientSession(proxy=proxy.url) as http,
            Wethod(
                token="alice",
                company="c",
                base_url="https://api.example.test",
                ssl=certificate.client(),
                retry=RetryPolicy(attempts=3, backoff=1e-9),
                proxy=None if lent else proxy.url,
                session=http if lent else None,
            ) as wethod,
        ):
            with pytest.raises(errors.ConnectError) as caught:
                await wethod.request(method, "/api/1")
            assert refusal[9:12].decode() in str(caught.value)
            assert wethod.stats.requests == 0
            assert wethod.quota.remaining == 5000

    with serving(rows, certificate.server()) as server:
        tunnels = Tunnels(server, [refusal and refusal + b"\r\nContent-Length: 0\r\n\r\n"])
        with serving(tunnels) as proxy:
            asyncio.run(main())
    assert len(tunnels.heads) == tries
    assert not server.conversations


def test_a_write_is_sent_once_the_tunnel_is_there(certificate: Certificate) -> None:
    async def main() -> None:
        async with Wethod(
            token="alice",
            company="c",
            base_url="https://api.example.test",
            ssl=certificate.client(),
            retry=RetryPolicy(backoff=1e-9),
            proxy=proxy.url,
        ) as wethod:
            await wethod.request("POST", "/api/1")
            assert wethod.stats.requests == 1

    class Twice(Tunnels):
        def __call__(self, conversation: Conversation) -> None:
            self.refusals = [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"] if len(self.heads) < 2 else []
            super().__call__(conversation)

    with serving(rows, certificate.server()) as server:
        tunnels = Twice(server)
        with serving(tunnels) as proxy:
            asyncio.run(main())
    assert len(tunnels.heads) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_plain_proxy_that_wants_credentials_has_sent_nothing(method: str) -> None:
    def talk(conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer({}, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic"))

    async def main() -> None:
        async with Wethod(
            token="alice",
            company="c",
            base_url="http://api.example.test",
            proxy=proxy.url,
            retry=RetryPolicy(backoff=1e-9),
        ) as wethod:
            with pytest.raises(errors.ConnectError, match="wants a user and a password"):
                await wethod.request(method, "/api/1")
            assert wethod.stats.requests == 0

    with serving(talk) as proxy:
        asyncio.run(main())
    assert len(proxy.conversations) == 1


def test_what_a_proxy_sends_back_shows_no_password(certificate: Certificate, caplog: pytest.LogCaptureFixture) -> None:
    echo = f"HTTP/1.1 502 no way for user:{PASSWORD}\r\nContent-Length: 0\r\n\r\n".encode()
    heard: list[object] = []

    async def main() -> None:
        async with Wethod(
            token="alice",
            company="c",
            base_url="https://api.example.test",
            retry=RetryPolicy(attempts=2, backoff=1e-9),
            proxy=f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}",
            hooks=Hooks(retry=heard.append, response=heard.append),
        ) as wethod:
            with pytest.raises(errors.ConnectError, match="the proxy refused to connect: 502") as caught:
                await wethod.request("GET", "/api/1")
            heard.append(str(caught.value))

    caplog.set_level(logging.DEBUG)
    with serving(rows, certificate.server()) as server, serving(Tunnels(server, [echo])) as proxy:
        asyncio.run(main(), debug=False)
    assert PASSWORD not in f"{heard}{caplog.text}"


# --- certificates and names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_certificate_that_is_not_trusted_says_how_to_trust_it(certificate: Certificate, method: str) -> None:
    async def main() -> None:
        async with Wethod(token="alice", company="c", base_url=server.url) as wethod:
            with pytest.raises(errors.ConnectError, match=r"SSL_CERT_FILE, or pass ssl=ssl\.create_default_context"):
                await wethod.request(method, "/api/1")
            assert wethod.stats.requests == 0
            trusting = wethod.with_options(ssl=certificate.client())
            assert (await trusting.request(method, "/api/1", into=dict)).value["path"] == "/api/1"

    with serving(rows, certificate.server()) as server:
        asyncio.run(main())
    assert len(server.conversations) == 1


@pytest.mark.parametrize("base_url", ["http://a..b", f"http://{'x' * 70}.com", "http://1.2.3.4.5", "http://127.1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_host_that_cannot_be_looked_up_is_not_tried_again(base_url: str, method: str) -> None:
    retries: list[object] = []
    try:
        wethod = Wethod(token="alice", company="c", base_url=base_url, hooks=Hooks(retry=retries.append))
    except errors.ConfigurationError:
        return
    async with wethod:
        with pytest.raises(errors.WethodError, match="base_url"):
            await wethod.request(method, "/api/1", params={"name": PASSWORD})
        assert wethod.stats.requests == 0
    assert not retries
