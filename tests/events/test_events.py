"""What observers are told: of every call once that it begins and ends, and the same name for it in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk import DecodeError, Hooks, NotFoundError, RequestTimeoutError, RetryPolicy, Wethod, WethodError, events
from asyncsdk._lists.watching import WalkWatch
from asyncsdk.extract import extract
from asyncsdk.sandbox import Sandbox
from tests.stub_server import STREAM, Server, hang

Connect = Callable[..., Wethod]
RUN_EVENTS = (events.ExtractionBegun, events.TableExtracted, events.ExtractionEnded)


@pytest.fixture
def seen() -> Iterator[list[Any]]:
    """Every event of the process."""
    told: list[Any] = []
    end = events.observe(told.append)
    yield told
    end()


def kinds(told: list[Any]) -> list[str]:
    return [type(event).__name__ for event in told]


async def test_a_call_is_told_from_its_begin_to_its_end(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((200, STREAM))
    await connect().streams.get(5)
    assert kinds(seen) == ["CallBegun", "RequestSent", "ResponseReceived", "CallEnded"]
    names = {(each.operation, each.route, each.method, each.path, each.company) for each in seen}
    assert names == {("streams.get", "/api/streams/{id}", "GET", "/api/streams/5", "acme")}
    assert len({each.call_id for each in seen}) == 1
    assert (seen[-1].attempts, seen[-1].status, seen[-1].error, seen[-1].remaining) == (1, 200, None, 4999)
    assert seen[0].server == server.url


async def test_events_of_calls_side_by_side_are_told_apart_by_their_number(
    server: Server, connect: Connect, seen: list[Any]
) -> None:
    """Method, path and attempt are the same for all of them."""
    server.script((200, STREAM))
    wethod = connect()
    await asyncio.gather(*(wethod.streams.get(5) for _ in range(8)))
    by_call: dict[int, list[str]] = {}
    for event in seen:
        if not isinstance(event, events.WaitBegun | events.WaitEnded):
            by_call.setdefault(event.call_id, []).append(type(event).__name__)
    assert list(by_call.values()) == [["CallBegun", "RequestSent", "ResponseReceived", "CallEnded"]] * 8


async def test_a_retry_is_told_with_its_wait_and_what_went_wrong(
    server: Server, connect: Connect, seen: list[Any]
) -> None:
    server.script((503, b"oh"), (200, STREAM))
    await connect().streams.get(5)
    middle = ["RequestSent", "ResponseReceived"]
    assert kinds(seen) == [
        "CallBegun", *middle, "RetryPlanned", "WaitBegun", "WaitEnded", *middle, "CallEnded",
    ]  # fmt: skip
    assert [each.attempt for each in seen if isinstance(each, events.RequestSent)] == [1, 2]
    assert seen[-1].attempts == 2
    assert {each.reason for each in seen if isinstance(each, events.WaitEnded)} == {"backoff"}


async def test_the_end_of_a_call_names_its_error(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((404, {"key": "not_found", "message": "no"}))
    with pytest.raises(NotFoundError):
        await connect().projects.get(7)
    assert (seen[-1].error, seen[-1].status) == ("NotFoundError", 404)


async def test_a_body_that_does_not_fit_is_told(server: Server, connect: Connect, seen: list[Any]) -> None:
    """The answer's own event is earlier than its decoding, and says 200."""
    server.script((200, {"id": "not a number"}))
    with pytest.raises(DecodeError):
        await connect(retry=RetryPolicy(attempts=1)).streams.get(5)
    assert kinds(seen)[-2:] == ["DecodeFailed", "CallEnded"]
    assert seen[-1].error == "DecodeError"


async def test_a_call_that_is_cancelled_or_late_has_an_end_too(
    server: Server, connect: Connect, seen: list[Any]
) -> None:
    server.script(hang)
    wethod = connect()
    call = asyncio.ensure_future(wethod.streams.get(5))
    while not server.requests:
        await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert kinds(seen)[-2:] == ["ResponseReceived", "CallEnded"]
    assert (seen[-2].error, seen[-1].error) == ("CancelledError", "CancelledError")
    with pytest.raises(RequestTimeoutError):
        await wethod.with_options(deadline=0.05).streams.get(5)
    assert seen[-1].error == "RequestTimeoutError"


async def test_a_wait_for_a_slot_ends_with_its_seconds(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((200, STREAM))
    wethod = connect(max_in_flight=1)
    await asyncio.gather(*(wethod.streams.get(5) for _ in range(3)))
    begun = [each.call_id for each in seen if isinstance(each, events.WaitBegun)]
    ended = [each for each in seen if isinstance(each, events.WaitEnded)]
    assert sorted(begun) == sorted(each.call_id for each in ended)
    assert all(each.reason == "slot" and each.seconds > 0 for each in ended)


async def test_the_requests_of_a_walk_name_it(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((200, [{**STREAM, "id": 1}]))
    await connect().streams.list()
    assert kinds(seen) == ["WalkBegun", "CallBegun", "RequestSent", "ResponseReceived", "CallEnded", "WalkEnded"]
    assert len({each.walk_id for each in seen}) == 1
    assert {(each.operation, each.route) for each in seen} == {("streams.list", "/api/streams")}
    assert (seen[-1].rows, seen[-1].requests, seen[-1].repairs, seen[-1].error) == (1, 1, 0, None)


async def test_a_walk_that_is_left_or_fails_ends_once(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((403, {"message": "no"}))
    with pytest.raises(Exception, match="403"):
        await connect().streams.list()
    server.script((200, [{**STREAM, "id": number} for number in range(100)]))
    async with connect().streams.list().items() as walk:
        async for _ in walk:
            break
    ends = [each for each in seen if isinstance(each, events.WalkEnded)]
    assert [each.error for each in ends] == ["PermissionDeniedError", None]


async def test_the_look_at_a_doubtful_action_has_its_own_name(
    server: Server, connect: Connect, seen: list[Any]
) -> None:
    server.script((504, b"gone"), (200, {**STREAM, "archived_at": "2026-05-01T12:00:00Z"}))
    await connect().streams.archive(5, settle=True)
    begun = [(each.operation, each.route) for each in seen if isinstance(each, events.CallBegun)]
    assert begun == [("streams.archive", "/api/streams/{id}:archive"), ("streams.get", "/api/streams/{id}")]


async def test_one_that_shares_an_answer_says_so(server: Server, connect: Connect, seen: list[Any]) -> None:
    server.script((200, STREAM))
    wethod = connect(single_flight=True)
    await asyncio.gather(*(wethod.streams.get(5) for _ in range(4)))
    assert kinds(seen).count("CallShared") == 3
    assert kinds(seen).count("RequestSent") == 1


async def test_hooks_hear_of_one_client_and_observers_of_all(server: Server, connect: Connect) -> None:
    """An observer that came later is told of clients made before, and of nothing once it has ended."""
    server.script((200, STREAM))
    own: list[Any] = []
    every: list[Any] = []
    one, two = connect(hooks=Hooks(every=own.append)), connect()
    end = events.observe(every.append)
    await one.streams.get(5)
    await two.streams.get(5)
    end()
    await two.streams.get(5)
    assert kinds(own).count("CallEnded") == 1
    assert kinds(every).count("CallEnded") == 2


async def test_an_observer_that_raises_does_no_harm(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    server.script((200, STREAM))

    def broken(event: object) -> None:
        raise RuntimeError("no")

    end = events.observe(broken)
    try:
        assert (await connect().streams.get(5)).id
    finally:
        end()
    assert "the hook for CallEnded raised" in caplog.text


def test_only_plain_functions_observe() -> None:
    async def nobody_awaits(event: object) -> None: ...

    for wrong in (nobody_awaits, 5, None):
        with pytest.raises(ValueError, match="observer"):
            events.observe(wrong)  # type: ignore[arg-type]  # this is the test


async def test_log_records_name_the_call(server: Server, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """What a log is searched for stands in fields, not only in a sentence."""
    server.script((503, b"oh"), (200, STREAM))
    with caplog.at_level(logging.DEBUG, logger="asyncsdk"):
        await connect().streams.get(5)
    records = [record for record in caplog.records if hasattr(record, "wethod_call_id")]
    assert len({vars(record)["wethod_call_id"] for record in records}) == 1
    for record in records:
        found = vars(record)
        assert found["wethod_operation"] == "streams.get"
        assert found["wethod_route"] == "/api/streams/{id}"
        assert found["wethod_company"] == "acme"
    assert [vars(record).get("wethod_status") for record in records if record.msg.startswith("%s %s ->")] == [503, 200]


async def test_warnings_of_lists_name_the_list(caplog: pytest.LogCaptureFixture) -> None:
    """Small pages, a page that the server caps, a sweep without dates, and fields that break a promise."""
    async with Sandbox(rows=150) as sandbox:
        sandbox.retype("GET /api/streams", "name", "null")
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            await wethod.production_plan_streams.list(limit=10)
            await wethod.streams.list()
    small, broken = (vars(record) for record in caplog.records if record.levelno == logging.WARNING)
    named = {name: value for name, value in small.items() if name.startswith("wethod_")}
    assert named == {
        "wethod_operation": "production_plan_streams.list",
        "wethod_route": "/api/production-plan-streams",
        "wethod_method": "GET",
        "wethod_path": "/api/production-plan-streams",
        "wethod_company": sandbox.company,
    }
    assert (broken["wethod_model"], broken["wethod_field"]) == ("Stream", "name")


async def test_no_event_holds_a_token_or_the_value_of_a_filter(
    server: Server, connect: Connect, seen: list[Any]
) -> None:
    server.script((200, []))
    await connect(token="a-token-to-hide").timesheets.list(person_id=987654)
    text = "".join(str(attrs.asdict(event)) for event in seen)
    assert "a-token-to-hide" not in text
    assert "987654" not in text


async def test_nothing_is_made_where_nobody_observes(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off, events cost nothing."""

    def made(*_: object) -> None:
        raise AssertionError("an event was made")

    for kind in ("CallBegun", "CallEnded", "RequestSent", "ResponseReceived"):
        monkeypatch.setattr(f"asyncsdk._sending.call.{kind}", made)
    monkeypatch.setattr("asyncsdk._lists.watching.WalkBegun", made)
    assert WalkWatch is not None
    server.script((200, []))
    await connect().streams.list()


async def test_an_extraction_is_told_table_by_table(tmp_path: Path, seen: list[Any]) -> None:
    """The same run in all its events, and the walks that read its lists in between."""
    async with Sandbox(rows=120) as sandbox:
        wethod = Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url)
        async with wethod:
            report = await extract(wethod, ["streams", "projects"], f"duckdb:{tmp_path / 'plan.duckdb'}")
    told: list[Any] = [each for each in seen if isinstance(each, RUN_EVENTS)]
    assert kinds(told) == ["ExtractionBegun", "TableExtracted", "TableExtracted", "ExtractionEnded"]
    assert {each.run for each in told} == {report.run}
    assert told[0].tables == ("streams", "projects")
    assert {each.table: each.rows for each in told[1:3]} == {each.table: each.rows for each in report.tables}
    assert told[-1].ok is report.ok is True
    assert "WalkEnded" in kinds(seen)


async def test_an_extraction_that_is_refused_ends_with_its_error(tmp_path: Path, seen: list[Any]) -> None:
    (tmp_path / "plan.duckdb").write_text("no database")
    async with (
        Sandbox(rows=1) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        with pytest.raises(WethodError):
            await extract(wethod, ["streams"], f"duckdb:{tmp_path / 'plan.duckdb'}")
    ended = [each for each in seen if isinstance(each, events.ExtractionEnded)]
    assert [(each.ok, each.error is None) for each in ended] == [(False, False)]
