"""Whatever a client is made with is taken, or refused in words: arguments, policies, hooks, addresses."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncsdk import Hooks, RetryPolicy, Wethod
from asyncsdk._sending.settings import Settings, from_environment, secret
from asyncsdk.errors import ConfigurationError
from tests.odd_values import ODD, client, odd, refusal
from tests.stub_server import TOKEN

ARGUMENTS = [
    "token",
    "company",
    "version",
    "base_url",
    "max_in_flight",
    "connect_timeout",
    "read_timeout",
    "deadline",
    "retry",
    "budget",
    "budget_key",
    "priority",
    "headers",
    "session",
    "hooks",
]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_every_argument_of_a_client_is_taken_or_refused_in_words(argument: str) -> None:
    makers: list[Callable[..., Wethod]] = [client]
    if argument not in ("max_in_flight", "session", "budget"):
        makers.append(client().with_options)
    for value in ODD:
        for make in makers:
            error = refusal(lambda make=make, value=value: repr(make(**{argument: value}).settings))  # type: ignore[misc]  # it is called at once
            if error is not None:
                str(error).encode()
                assert len(str(error)) < 1000
                assert str(error).splitlines() == [str(error)]
                assert str(pickle.loads(pickle.dumps(error))) == str(error)


@given(argument=st.sampled_from([each for each in ARGUMENTS if each != "session"]), value=odd)
@settings(max_examples=300, deadline=None)
def test_any_value_of_any_argument(argument: str, value: object) -> None:
    str(refusal(lambda: client(**{argument: value}))).encode()


@pytest.mark.parametrize("field", ["attempts", "backoff", "max_backoff", "max_wait", "repeat", "patience"])
def test_every_field_of_a_policy_is_taken_or_refused_in_words(field: str) -> None:
    policy: Any = RetryPolicy
    for value in ODD:
        error = refusal(lambda value=value: policy(**{field: value}))  # type: ignore[misc]  # it is called at once
        assert error is None or field in str(error)


@pytest.mark.parametrize("hook", ["request", "response", "retry", "wait"])
def test_every_hook_is_taken_or_refused_in_words(hook: str) -> None:
    hooks: Any = Hooks
    for value in ODD:
        error = refusal(lambda value=value: hooks(**{hook: value}))  # type: ignore[misc]  # it is called at once
        assert error is None or hook in str(error)


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1",
        "http://h:x",
        "http://h:99999",
        "http://h:0",
        "http://h:",
        "http://a..b",
        "http://.",
        "http://" + "a" * 300,
        "http://" + "a" * 64 + ".example",
        "http://" + ".".join(["a" * 60] * 5),
        "http://h ",
        "http://h\x00",
        "http://h/\ud800",
        "http://h/ü",
        "http://h\\@evil.example",
        "http://1.2.3.4.5",
        "http://1.2.3.400",
        "http://[fe80::zz]",
        "http://][::1",
        "http://[::1]x",
        "http://-a.example",
        "http://a_.-b",
        "http://ü..example",
        "http://h?",
        "http://h#",
        "http:///path",
        "https://",
        "",
    ],
)
def test_an_address_that_cannot_work_is_refused_when_the_client_is_made(address: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        client(base_url=address)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.wethod.com",
        "http://localhost:8787/",
        "http://127.0.0.1:1",
        "http://[::1]:8787/v2",
        "http://my_service:80",
        "http://example.com.",
        "http://bücher.example",
        "http://xn--bcher-kva.example/a%20b",
        "HTTP://H",
    ],
)
def test_an_address_that_can_work_is_taken(address: str) -> None:
    assert client(base_url=address).settings.base_url == address.rstrip("/")


@given(st.text(st.sampled_from("ab1.:/[]@%-_ü\\ \x00\ud800?#"), max_size=30))
@settings(max_examples=1000, deadline=None)
@example("[::]")
@example("][::1")
def test_no_address_raises_anything_but_a_refusal(rest: str) -> None:
    str(refusal(lambda: client(base_url="http://" + rest))).encode()


@pytest.mark.parametrize(
    "text", ["9" * 5000, "9*5000", "²", "5e3", "-5", "redis://h:x", "redis://[", "redis://h\ud800"]
)
def test_a_budget_in_the_environment_that_is_none_is_refused_in_words(
    text: str,
) -> None:
    options: dict[str, Any] = from_environment({"WETHOD_BUDGET": text})
    with pytest.raises(ConfigurationError, match="budget"):
        Settings(token=secret(TOKEN), company="acme", **options)
