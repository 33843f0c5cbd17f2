"""Which proxy a request goes through, from settings and environment, and that its password stays out of sight."""

from __future__ import annotations

import os
import pickle
import ssl
from contextlib import suppress
from functools import partial
from typing import Any

import attrs
import pytest

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._sending.proxies import EnvironmentProxies, Proxy
from tests.sending.proxied import PASSWORD, Environment

ONCE = RetryPolicy(attempts=1)


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


# --- certificates and names -------------------------------------------------------------------------------------------


def test_the_environment_of_these_tests_is_their_own() -> None:
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
