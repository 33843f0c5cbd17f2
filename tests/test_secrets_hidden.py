"""Secrets are shown by no refusal, no setting, and no answer that sends them back."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from asyncsdk import RetryPolicy, Wethod
from asyncsdk._sending.settings import secret
from asyncsdk.errors import ConfigurationError, WethodError
from tests.odd_values import Connect, client
from tests.stub_server import TOKEN, Server

PASSWORD = "pass-WORD-secret-77"


def told(call: Callable[[], object]) -> str:
    """What an error tracker would send of an error: its text and the variables of every frame of ours."""
    try:
        value = call()
    except WethodError as error:
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        del trace.stack[0:2]  # of the test itself
        return "".join(trace.format()) + repr(error) + str(error.__dict__)
    return repr(value)


@pytest.mark.parametrize(
    "options",
    [
        {"token": PASSWORD + " x"},
        {"token": PASSWORD + "\n\n"},
        {"token": PASSWORD.encode()},
        {"token": [PASSWORD]},
        {"token": PASSWORD, "company": "two words"},
        {"token": PASSWORD, "retry": 5},
        {"token": PASSWORD, "hooks": 5},
        {"token": PASSWORD, "session": 5},
        {"shared_budget": f"redis://:{PASSWORD}@h:x/0"},
        {"shared_budget": f"redis://user:{PASSWORD}/word@h/0", "retry": 5},
        {"shared_budget": f"redis://h/0?password={PASSWORD}", "retry": 5},
        {"shared_budget": f"unix://user:{PASSWORD}@/tmp/redis.sock", "retry": 5},
        {"shared_budget": f"redis://:{PASSWORD}@h/0?socket_timeout=soon"},
        {"shared_budget": f"redis+sentinel://:{PASSWORD}@h/m"},
        {"shared_budget": f"redis://:p@{PASSWORD}@h h"},
        {"shared_budget": f"postgresql://u:{PASSWORD}@h"},
        {"shared_budget": PASSWORD},
        {"budget": PASSWORD},
        {"budget": f"redis://:{PASSWORD}@h/0"},
        {"shared_budget": PASSWORD.encode()},
        {"base_url": f"ftp://u:{PASSWORD}@h"},
        {"base_url": f"https://u:{PASSWORD}@h"},
        {"base_url": f"https://h?token={PASSWORD}"},
        {"base_url": f"u:{PASSWORD}@h"},
        {"base_url": f"https://h\x00/@{PASSWORD}"},
        {"headers": {"X-Key": PASSWORD + "\x00"}},
        {"headers": {"X-Key": PASSWORD, "Host": "x"}},
        {"headers": {"X-Key": PASSWORD, "x-key": "x"}},
        {"headers": {"X-Key": PASSWORD}, "retry": 5},
        {"headers": [PASSWORD]},
    ],
    ids=str,
)
def test_a_refusal_shows_no_secret(options: dict[str, Any]) -> None:
    made: Callable[[], object] = lambda: client(**options)  # noqa: E731  # its frame would show the options
    copied: Callable[[], object] = lambda: client().with_options(**options)  # noqa: E731  # as above
    assert PASSWORD not in "".join(line for line in told(made).splitlines(keepends=True) if "options" not in line)
    if not options.keys() & {"session", "budget", "shared_budget"}:
        assert PASSWORD not in "".join(line for line in told(copied).splitlines(keepends=True) if "options" not in line)
    with pytest.raises(ConfigurationError):
        made()


def test_the_environment_shows_no_secret_when_one_of_its_variables_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETHOD_TOKEN", PASSWORD)
    monkeypatch.setenv("WETHOD_COMPANY", "acme")
    monkeypatch.setenv("WETHOD_BUDGET", "9" * 5000)
    assert PASSWORD not in told(lambda: Wethod())
    monkeypatch.setenv("WETHOD_BUDGET", f"redis://:{PASSWORD}@h:x")
    assert PASSWORD not in told(lambda: Wethod())
    monkeypatch.delenv("WETHOD_BUDGET")
    monkeypatch.setenv("WETHOD_SHARED_BUDGET", f"redis://:{PASSWORD}@h:x")
    assert PASSWORD not in told(lambda: Wethod())


@pytest.mark.parametrize(
    "address",
    [
        f"redis://:p@ss/{PASSWORD}@127.0.0.1:6379/0",
        f"redis://127.0.0.1/0?password={PASSWORD}",
        f"unix://u:{PASSWORD}@/tmp/redis.sock?db=0",
    ],
)
def test_settings_show_no_secret(address: str) -> None:
    import attrs

    wethod = client(token=PASSWORD, shared_budget=address.replace("/word", ""), headers={"X-Api-Key": PASSWORD})
    kept = wethod.settings
    for text in (repr(wethod), repr(kept), str(kept), str(attrs.asdict(kept)), str(vars(wethod._sender))):
        assert PASSWORD not in text
    assert PASSWORD not in repr(wethod._sender.accounts._kept) + repr(wethod._sender.accounts._connections)


def test_one_line_break_at_the_end_of_a_token_is_dropped() -> None:
    """That is how it comes out of a file."""
    for text in (f"{TOKEN}\n", f"{TOKEN}\r\n"):
        assert client(token=text).settings.token == secret(TOKEN)


@pytest.mark.parametrize("where", ["message", "failures", "headers", "body", "misfit"])
async def test_a_token_that_comes_back_is_blotted_out(
    server: Server, connect: Connect, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="asyncsdk")
    failures = [{"field": TOKEN, "message": f"not {TOKEN}"}]
    answers: dict[str, Any] = {
        "message": (400, {"key": "k", "message": f"Bearer {TOKEN} is odd"}),
        "failures": (400, {"key": "k", "message": "m", "failures": failures}),
        "headers": (400, b"", {"X-Echo": TOKEN}),
        "body": (400, f"<html>{TOKEN}".encode()),
        "misfit": (200, f'{{"id": "{TOKEN}"'.encode()),
    }
    server.script(answers[where])
    with pytest.raises(WethodError) as caught:
        await connect(retry=RetryPolicy(attempts=1)).streams.get(5)
    assert TOKEN not in str(caught.value) + repr(caught.value) + str(caught.value.__dict__) + caplog.text
