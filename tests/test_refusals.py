"""Whatever is given to the client: it works, or it is refused in words of ours before anything is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncsdk import Hooks, RetryPolicy, Wethod, errors
from asyncsdk import filters as F  # noqa: N812  # as the documentation has it
from asyncsdk._codec.query import query_of
from asyncsdk._sending.settings import Settings, from_environment, secret
from asyncsdk._sending.wire import build, encode_json, encode_query
from asyncsdk.errors import ArgumentError, ConfigurationError, WethodError
from tests.stub_server import STREAM, TOKEN, Server, rows_json

Connect = Callable[..., Wethod]


class Broken:
    """An object that fails at everything a message would do with it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __str__(self) -> str:
        raise RuntimeError("no str")

    __hash__ = None  # type: ignore[assignment]  # it cannot be hashed either


def nested(depth: int) -> list[object]:
    inner: list[object] = []
    for _ in range(depth):
        inner = [inner]
    return inner


ODD: list[object] = [
    None,
    True,
    0,
    -1,
    5,
    10**400,
    10**5000,
    -(10**5000),
    float("nan"),
    float("inf"),
    -float("inf"),
    1e300,
    "",
    " ",
    "x",
    "\ud800",
    "a\r\nb",
    "\x00",
    "x" * 10_000,
    b"x",
    [],
    [5],
    {},
    {"a": 5},
    {5: "a"},
    set(),
    object(),
    Broken(),
    int,
    print,
    dt.date(2026, 5, 1),
    dt.datetime(2026, 5, 1),  # noqa: DTZ001  # without a zone: that is what is odd about it
    dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=23))),
]
odd = st.one_of(st.sampled_from(ODD), st.text(st.characters()), st.integers(), st.floats(), st.binary(max_size=5))

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


def refusal(call: Callable[[], object]) -> ConfigurationError | None:
    """The refusal of a call, None where it was taken. Anything else is raised."""
    try:
        call()
    except ConfigurationError as error:
        return error
    return None


def client(**options: Any) -> Wethod:
    return Wethod(**{"token": TOKEN, "company": "acme", "base_url": "http://127.0.0.1:9", **options})


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


# --- requests ---------------------------------------------------------------------------------------------------------


@given(odd, odd, odd)
@settings(max_examples=300, deadline=None)
def test_any_request_is_built_or_refused(method: Any, path: Any, value: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: build(method, path),
        lambda: build("GET", f"/{path}" if isinstance(path, str) else path),
        lambda: encode_query(query_of(value)),
        lambda: encode_query(query_of({"q": value})),
        lambda: encode_query(query_of({"q": F.gt(value)})),
        lambda: encode_query(query_of({value: "q"})) if isinstance(value, str) else None,
        lambda: encode_json(value),
    ]
    for call in calls:
        str(refusal(call)).encode()


async def test_odd_calls_are_refused_before_anything_is_sent(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod: Any = connect()
    circle: list[object] = []
    circle.append(circle)
    calls: list[Callable[[], Any]] = [
        lambda: wethod.request(None, "/x"),
        lambda: wethod.request("GET", None),
        lambda: wethod.request("GET", "/\ud800"),
        lambda: wethod.request("GET", "/x", params={"q": "\ud800"}),
        lambda: wethod.request("GET", "/x", params={"\ud800": "q"}),
        lambda: wethod.request("GET", "/x", params={5: "q"}),
        lambda: wethod.request("GET", "/x", params=5),
        lambda: wethod.request("GET", "/x", params={"q": 10**5000}),
        lambda: wethod.request("GET", "/x", params={"q": float("nan")}),
        lambda: wethod.request("GET", "/x", params={"q": F.gt(10**5000)}),
        lambda: wethod.request("GET", "/x", params={"q": F.Filter("in", ())}),
        lambda: wethod.request("POST", "/x", json=nested(100_000)),
        lambda: wethod.request("POST", "/x", json=circle),
        lambda: wethod.request("POST", "/x", json={"a": "\ud800"}),
        lambda: wethod.request("POST", "/x", json={(1, 2): 3}),
        lambda: wethod.request("POST", "/x", json=10**5000),
        lambda: wethod.request("GET", "/x", into=5),
        lambda: wethod.request("GET", "/x", into="Stream"),
        *(lambda odd=odd: wethod.list("/x").into(odd).all() for odd in (5, None, "Stream", list[int], dict[str, int])),
        lambda: wethod.projects.get(10**5000),
        lambda: wethod.projects.get(-(10**5000)),
        lambda: wethod.list("/\ud800").all(),
        lambda: wethod.list(None).all(),
        lambda: wethod.list("/x", params={"q": Broken()}).all(),
        lambda: wethod.projects.list().items(resume=b"x").__anext__(),
        lambda: wethod.projects.list().items(resume=5).__anext__(),
        lambda: wethod.projects.list().items(resume="\ud800").__anext__(),
        lambda: wethod.projects.list(probability=F.gt(10**5000)).all(),
        lambda: wethod.production_plan_streams.list(updated_at=F.between(10**5000, 1)).all(),
    ]
    for call in calls:
        with pytest.raises(ArgumentError) as caught:
            await call()
        str(caught.value).encode()
    assert server.requests == []


async def test_control_characters_of_a_path_are_sent_encoded(server: Server, connect: Connect) -> None:
    server.script((200, {}))
    await connect().request("GET", "/a\tX: y\x00/ü", params={"a\r\n": "\x00"})
    assert server.requests == ["GET /a%09X:%20y%00/%C3%BC?a%0D%0A=%00"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b"9" * 100_000])
@pytest.mark.parametrize("status", [200, 400, 503])
async def test_answers_nested_without_end_are_answers_or_errors_of_ours(
    server: Server, connect: Connect, body: bytes, status: int
) -> None:
    server.script((status, body))
    wethod = connect(retry=RetryPolicy(attempts=1))
    with pytest.raises(WethodError):
        await wethod.streams.get(5)
    answer = await wethod.request("GET", "/x", check=False)
    with pytest.raises(errors.DecodeError):
        answer.json()


@pytest.mark.parametrize(
    "value", ["9" * 300, "1e300", "nan", "inf", "-inf", "-5", "Wed, 25 Nov 2026 00:00:00 +" + "9" * 22]
)
@pytest.mark.parametrize("name", ["x-ratelimit-retry-after", "Retry-After", "Date"])
@pytest.mark.parametrize("status", [200, 429, 503])
async def test_no_header_raises_anything_but_errors_of_ours(
    server: Server, connect: Connect, status: int, name: str, value: str
) -> None:
    server.script((status, [], {"x-ratelimit-retry-after": "1795569963", name: value}))
    wethod = connect(retry=RetryPolicy(attempts=1, max_wait=0.0))
    if status == 200:
        assert (await wethod.request("GET", "/x")).status == 200
        return
    with pytest.raises(errors.APIError) as caught:
        await wethod.request("GET", "/x")
    retry_after = getattr(caught.value, "retry_after", None)
    assert retry_after is None or 0 <= retry_after < 1e11


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Wed, 25 Nov 2026 00:00:00 +" + "9" * 22])
async def test_a_walk_survives_any_date(server: Server, connect: Connect, date: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows_json(offset, min(offset + limit, 250)), headers={"Date": date})

    server.handler = handler
    assert len(await connect().production_plan_streams.list()) == 250


# --- secrets ----------------------------------------------------------------------------------------------------------

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


# --- what servers write -----------------------------------------------------------------------------------------------


async def test_what_a_server_writes_is_bounded_and_on_one_line_where_it_is_printed(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    message = "first\nWARNING forged\x1b[31m" + "x" * 5_000_000
    server.script((400, {"key": "invalid_data", "message": message}))
    with pytest.raises(errors.InvalidDataError) as caught:
        await connect().streams.get(5)
    assert caught.value.message == message
    text = str(caught.value)
    assert len(text) < 2200
    assert text.splitlines() == [text]
    assert r"first\nWARNING forged\x1b[31m" in text


async def test_a_million_refused_fields_are_counted_and_the_first_of_them_told(
    server: Server, connect: Connect
) -> None:
    one = b'{"field":"name","message":"bad \\ud83d"}'
    body = b'{"key":"invalid_data","message":"m","failures":[' + b",".join([one] * 1_000_000) + b"]}"
    server.script((400, body))
    with pytest.raises(errors.InvalidDataError) as caught:
        await connect().streams.get(5)
    error = caught.value
    assert (len(error.failures), error.failure_count) == (1000, 1_000_000)
    assert "more]" in str(error)
    assert len(str(error)) < 2200
    assert error.failures[0] == errors.Failure("name", r"bad \ud83d")


async def test_halves_of_a_pair_never_make_printing_fail(server: Server, connect: Connect) -> None:
    body = rb'{"key":"k\ud83d","message":"m\ud83d","failures":[{"field":"f\udc00","message":"x \ud83d\ude00 \ud83d"}]}'
    server.script((400, body, {"X-Half": "ü"}))
    with pytest.raises(errors.APIError) as caught:
        await connect().streams.get(5)
    error = caught.value
    for text in (str(error), error.message, error.key or "", str(error.headers), *map(str, error.failures)):
        text.encode()
    assert error.failures[0].message == "x \N{GRINNING FACE} \\ud83d"


async def test_the_loop_goes_on_while_deadlines_pass() -> None:
    """A refusal costs nothing but itself."""
    async with client(deadline=1e-6) as wethod:
        with pytest.raises(errors.WethodError):
            await asyncio.wait_for(wethod.streams.get(5), 10)
