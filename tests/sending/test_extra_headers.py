"""Headers of the caller's own: sent, put over each other, refused in words, and blotted out where they are secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from asyncsdk import Wethod, errors
from tests.stub_server import STREAM, Server

Connect = Callable[..., Wethod]


async def test_headers_of_the_callers_own_are_sent_and_put_over_each_other(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(headers={"X-Gateway": "a", "User-Agent": "my-app/1"})
    await wethod.streams.get(5)
    copy = wethod.with_options(headers={"x-gateway": "b", "X-Request-Id": "7"})
    await copy.streams.get(5)
    await copy.with_options(company="globex", headers={"X-GATEWAY": None}).streams.get(5)
    await copy.with_options(headers=None).streams.create(name="x")
    first, second, third, fourth = ({name.lower(): value for name, value in each.items()} for each in server.headers)
    assert (first["x-gateway"], first["user-agent"]) == ("a", "my-app/1")
    assert (second["x-gateway"], second["x-request-id"], second["user-agent"]) == ("b", "7", "my-app/1")
    assert "x-gateway" not in third
    assert (third["x-request-id"], third["wethod-company"]) == ("7", "globex")
    assert "x-request-id" not in fourth
    assert fourth["user-agent"].startswith("asyncsdk/")
    assert fourth["content-type"] == "application/json"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "wethod-company",
        "WETHOD-ANYTHING",
        "Host",
        "content-length",
        "Content-Type",
        "Connection",
        "Transfer-Encoding",
        "Accept-Encoding",
        "Expect",
        "",
        "two words",
        "a:b",
        "a\r\nb",
        "ü",
        5,
        None,
    ],
)
def test_headers_that_are_not_the_callers_are_refused_in_words(name: Any) -> None:
    for make in (Wethod, Wethod(token="x", company="acme").with_options):
        with pytest.raises(errors.ConfigurationError, match="headers"):
            make(token="x", company="acme", headers={name: "x"})


@pytest.mark.parametrize("value", ["", " x", "x ", "a\r\nX: b", "\x00", "ü", "\ud800", 5, b"x", ["x"]])
def test_values_that_no_header_can_hold_are_refused(value: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="X-Request-Id"):
        Wethod(token="x", company="acme", headers={"X-Request-Id": value})


async def test_a_header_that_looks_like_a_credential_is_blotted_out(server: Server, connect: Connect) -> None:
    server.script((400, {"key": "k", "message": "key gateway-key-1 is unknown, id request-id-1 too"}))
    wethod = connect(headers={"X-Api-Key": "gateway-key-1", "X-Request-Id": "request-id-1"})
    with pytest.raises(errors.APIError) as caught:
        await wethod.streams.get(5)
    assert caught.value.message == "key *** is unknown, id request-id-1 too"
    assert "gateway-key-1" not in repr(wethod.settings)
    assert "request-id-1" not in repr(wethod.settings)
