"""Proxies and certificates: of the environment, of the settings, and what it means when a proxy refuses."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import pickle
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest

from asyncsdk import Hooks, RetryPolicy, Wethod, errors
from asyncsdk._sending.proxies import EnvironmentProxies, Proxy
from tests.raw_server import Certificate, Conversation, RawServer, Run, answer, serving

Environment = Callable[..., None]
ONCE = RetryPolicy(attempts=1)
PASSWORD = "hunter2-and-more"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    def set_to(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_to


def found(url: str) -> str | None:
    scheme, _, host = url.partition("://")
    name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdecimal() and "::" not in host else (host, "", "")
    proxy = EnvironmentProxies().find(scheme, name, int(port) if port else None)
    return None if proxy is None else proxy.reveal()


# --- the environment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({}, "https://api.wethod.com", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://api.wethod.com", "http://p:1"),
        ({"https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:2"}, "https://api.wethod.com", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://api.wethod.com", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://api.wethod.com", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://api.wethod.com", None),
        ({"ALL_PROXY": "http://p:1"}, "https://api.wethod.com", "http://p:1"),
        ({"ALL_PROXY": "socks5://p:1", "HTTPS_PROXY": "http://q:2"}, "https://api.wethod.com", "http://q:2"),
        ({"HTTPS_PROXY": "p:3128"}, "https://api.wethod.com", "http://p:3128"),
        ({"HTTPS_PROXY": ""}, "https://api.wethod.com", None),
        ({"HTTPS_PROXY": "https://p"}, "https://api.wethod.com", "https://p"),
    ],
)
def test_the_environment_names_a_proxy(
    environment: Environment, variables: dict[str, str], url: str, expected: str | None
) -> None:
    environment(**variables)
    assert found(url) == expected


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("*", "api.example.com", True),
        ("other.com, *", "api.example.com", True),
        ("example.com", "api.example.com", True),
        ("EXAMPLE.com", "Api.Example.COM", True),
        ("example.com", "notexample.com", False),
        (".example.com", "api.example.com", True),
        ("*.example.com", "api.example.com", True),
        ("example.com:443", "api.example.com", True),
        ("example.com:8443", "api.example.com", False),
        ("example.com:8443", "api.example.com:8443", True),
        ("10.0.0.0/8", "10.20.30.40", True),
        ("10.0.0.0/8", "11.20.30.40", False),
        ("10.0.0.0/8:443", "10.20.30.40:8443", False),
        ("10.20.30.40", "10.20.30.40", True),
        ("fd00::/8", "fd00::5", True),
        ("fd00::5", "fd00::5", True),
        ("[fd00::5]", "fd00::5", True),
        ("[fd00::5]:443", "fd00::5", True),
        ("[fd00::5]:80", "fd00::5", False),
        ("fd00::/8", "fe80::5", False),
        ("not/a/network,,  ", "10.20.30.40", False),
        ("", "api.example.com", False),
        ("", "127.0.0.1", True),
        ("", "127.8.9.1:8787", True),
        ("", "localhost:8787", True),
        ("", "sandbox.localhost", True),
        ("", "::1", True),
        ("", "::ffff:127.0.0.1", True),
        ("", "notlocalhost", False),
    ],
)
def test_no_proxy_and_this_machine_are_reached_directly(
    environment: Environment, no_proxy: str, host: str, direct: bool
) -> None:
    environment(HTTPS_PROXY="http://p:1", NO_PROXY=no_proxy)
    assert found(f"https://{host}") == (None if direct else "http://p:1")


def test_a_change_of_the_environment_is_seen_by_the_next_request(environment: Environment) -> None:
    proxies = EnvironmentProxies()
    assert proxies.find("https", "api.wethod.com") is None
    environment(HTTPS_PROXY="http://p:1")
    assert proxies.find("https", "api.wethod.com") == Proxy("http://p:1")
    environment(NO_PROXY="wethod.com")
    assert proxies.find("https", "api.wethod.com") is None


@pytest.mark.parametrize("url", ["socks5://u:hunter2@p:1", "socks5h://u:hunter2@p:1", "ftp://u:hunter2@p", "http://"])
async def test_a_proxy_that_cannot_be_used_is_refused_before_anything_is_sent(
    environment: Environment, url: str
) -> None:
    environment(ALL_PROXY=url)
    async with Wethod(token="alice", company="c", retry=ONCE) as wethod:
        with pytest.raises(errors.ConfigurationError, match="ALL_PROXY of the environment is an address") as caught:
            await wethod.streams.get(1)
        assert wethod.stats.requests == 0
        assert wethod.quota.remaining == 5000
    assert "hunter2" not in str(caught.value)
    assert ("SOCKS proxies are not supported" in str(caught.value)) == url.startswith("socks")


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "proxy:3128",
        "socks5://u:hunter2@proxy:1",
        "http://u:hunter2@proxy:x",
        "http://u:hunter2@proxy:99999",
        "http://u:hun/ter2@proxy:1",
        "http://u:hunter2@proxy:1/path",
        "http://u:hunter2@proxy:1\n",
        "http://u:hunter2@[::1",
        "http://u:hunter2@",
        "",
        5,
    ],
)
def test_a_proxy_setting_is_checked_and_never_quoted(url: Any) -> None:
    plain = Wethod(token="alice", company="c")
    for make in (partial(Wethod, token="alice", company="c"), plain.with_options):
        with pytest.raises(errors.ConfigurationError, match="proxy is an address such as http://host:3128") as caught:
            make(proxy=url)
        assert "hunter2" not in str(caught.value)
        assert "hun/" not in str(caught.value)


@pytest.mark.parametrize("value", [True, False, "ca.pem", ssl.CERT_NONE])
def test_certificates_are_a_context(value: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match=r"ssl is an ssl\.SSLContext, such as"):
        Wethod(token="alice", company="c", ssl=value)


def test_a_password_shows_itself_to_nobody() -> None:
    url, context = f"http://user:{PASSWORD}@proxy:3128", ssl.create_default_context()
    wethod = Wethod(token="alice", company="c", proxy=url, ssl=context)
    settings = wethod.with_options(company="d").settings
    shown = [repr(wethod.settings), str(attrs.asdict(settings)), str(settings.proxy), f"{settings.proxy}"]
    assert "http://proxy:3128" in shown[0]
    assert not [text for text in shown if PASSWORD in text or "user" in text.replace("user_", "")]
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(wethod.settings.proxy)
    assert wethod.with_options(proxy=None, ssl=None).settings.proxy is None


def frames(error: BaseException) -> str:
    """What an error tracker prints: the variables of each frame of the package."""
    parts = []
    trace = error.__traceback__
    while trace is not None:
        if "asyncsdk" in trace.tb_frame.f_globals.get("__name__", "").partition(".")[0]:
            parts.append(trace.tb_frame.f_code.co_name)
            for value in trace.tb_frame.f_locals.values():
                with suppress(AttributeError):  # a client that is not made yet
                    parts.append(repr(value))
        trace = trace.tb_next
    return "\n".join(parts)


async def test_a_password_that_is_refused_stands_in_no_frame(environment: Environment) -> None:
    plain = Wethod(token="alice", company="c")
    for make in (partial(Wethod, token="alice", company="c"), plain.with_options):
        with pytest.raises(errors.ConfigurationError) as caught:
            make(proxy=f"socks5://user:{PASSWORD}@proxy:1")
        assert "checked" in frames(caught.value)
        assert PASSWORD not in frames(caught.value)
    environment(HTTPS_PROXY=f"socks5://user:{PASSWORD}@proxy:1")
    with pytest.raises(errors.ConfigurationError) as caught:
        await plain.streams.get(5)
    assert "attempt" in frames(caught.value)
    assert PASSWORD not in frames(caught.value)


# --- a proxy on loopback ----------------------------------------------------------------------------------------------


def pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@attrs.define
class Tunnels:
    """A proxy that makes tunnels to one server, whatever name is asked for; refusals come first."""

    target: RawServer
    refusals: list[bytes] = attrs.field(factory=list)
    heads: list[bytes] = attrs.field(factory=list)

    def __call__(self, conversation: Conversation) -> None:
        if not conversation.read():
            return
        self.heads.append(conversation.head)
        if self.refusals:
            refusal = self.refusals.pop(0) if len(self.refusals) > 1 else self.refusals[0]
            conversation.write(refusal)
            return
        with socket.create_connection(("127.0.0.1", self.target.port)) as onward:
            conversation.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pipe, args=(onward, conversation.socket), daemon=True)
            back.start()
            pipe(conversation.socket, onward)
            back.join(5)


def rows(conversation: Conversation) -> None:
    while conversation.read():
        conversation.write(answer(conversation.row()))


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


def test_the_environment_of_these_tests_is_their_own() -> None:
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
