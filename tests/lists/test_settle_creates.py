"""Creates and links that settle, over a real connection: the answer is lost, the row is looked up."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator

import pytest

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._codec.values import Json
from asyncsdk._lists import creating
from asyncsdk._lists.created_rows import Creation, matches, spelled
from asyncsdk._sending.created import InAir
from asyncsdk.bulk.checking import calls_of
from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load
from tests.sandbox.plausible import Extent, Plausible

SENT: dict[str, Json] = {"person_id": 1, "project_id": 2, "date": "2026-05-04", "hours": 8, "notes": "x"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=50, seed=1) as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with Wethod(
        token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=RetryPolicy(backoff=1e-9)
    ) as client:
        yield client


def creation_of(resource: object) -> object:
    """What the generator wrote of a resource's creates."""
    return getattr(sys.modules[type(resource).__module__], "CREATION", None)


def test_ids_and_dates_decide_and_texts_are_compared_trimmed() -> None:
    assert matches({**SENT, "notes": " x ", "hours": "8.00"}, SENT) == "equal"
    assert matches({**SENT, "hours": 7}, SENT) == "alike"
    assert matches({**SENT, "date": "2026-05-05"}, SENT) == "other"
    assert matches({**SENT, "person_id": 9, "hours": 7}, SENT) == "other"


def test_a_field_is_compared_as_it_comes_back() -> None:
    creation = Creation("projects", "/p", dict, spelled={"start_date": ("date_start", "first-of-month")})
    assert spelled(creation, {"start_date": "2026-05-17"}) == {"date_start": "2026-05-01"}


async def test_a_create_whose_answer_was_lost_is_found_and_sent_once(sandbox: Sandbox, wethod: Wethod) -> None:
    sandbox.drop("POST /api/streams", handled=True)
    stream = await wethod.streams.create(name="Answer lost", settle=True)
    assert [row["id"] for row in sandbox.rows_of("streams") if row["name"] == "Answer lost"] == [stream.id]


@pytest.mark.parametrize("extent", ["full", "sparse"])
async def test_every_create_that_can_be_found_again_is(
    sandbox: Sandbox, wethod: Wethod, extent: Extent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 24, with all fields and with the least: done, the answer lost, the row returned, and sent once."""
    monkeypatch.setattr(creating, "SECONDS", (0.0, 0.0, 0.0))
    plausible, found = Plausible(sandbox), dict[str, object]()
    for operation in load().operations:
        resource = getattr(wethod, operation.resource)
        if operation.kind != "create" or not isinstance(creation_of(resource), Creation):
            continue
        calls = calls_of(resource)
        fields = plausible._body(operation, extent) or {}
        body = {name: value for name, value in fields.items() if name in calls.takes("create")}
        before = {row.id for row in sandbox.rows_of(operation.resource)}
        sandbox.drop(f"POST {operation.path}", handled=True)
        row = await calls.create(body)
        found[operation.resource] = getattr(row, "id", None)
        assert {row.id for row in sandbox.rows_of(operation.resource)} - before == {found[operation.resource]}
        posts = [each for each in sandbox.requests if each.method == "POST" and each.path == operation.path]
        assert len(posts) == 1, operation.resource
    assert len(found) == 24


async def test_a_row_that_the_server_trimmed_and_rounded_is_found() -> None:
    async with (
        Sandbox(rows=50, seed=1, tidy=True) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        known = await wethod.timesheets.list().first()
        assert known is not None
        assert known.project_id is not None
        assert known.person_id is not None
        sandbox.drop("POST /api/timesheets", handled=True)
        row = await wethod.timesheets.create(
            project_id=known.project_id,
            person_id=known.person_id,
            hours=1.236,
            notes="  late ",
            mode="DAILY",
            settle=True,
        )
        assert (row.hours, row.notes) == (1.24, "late")


async def test_two_equal_creates_get_a_row_each(sandbox: Sandbox, wethod: Wethod) -> None:
    sandbox.drop("POST /api/streams", handled=True)
    both = await asyncio.gather(*(wethod.streams.create(name="Twin", settle=True) for _ in range(2)))
    assert len({row.id for row in both}) == 2
    assert sum(row["name"] == "Twin" for row in sandbox.rows_of("streams")) == 2


async def test_without_settle_a_lost_create_is_unknown(sandbox: Sandbox, wethod: Wethod) -> None:
    sandbox.drop("POST /api/streams", handled=True)
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await wethod.streams.create(name="Answer lost")
    assert caught.value.carried_out is None


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_link_whose_answer_was_lost_is_looked_up_by_its_pair(
    sandbox: Sandbox, wethod: Wethod, carried_out: bool
) -> None:
    """By its two ids: attaching again gives an old link back, with its old id and `created_at`."""
    stream = (await wethod.streams.create(name="Linked")).id
    person = (await wethod.persons.list().first_page())[0].id
    sandbox.drop("POST /api/streams/*/members/*", handled=carried_out)
    if carried_out:
        assert (await wethod.streams.attach_member(stream, person, settle=True)).member_id == person
    else:
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            await wethod.streams.attach_member(stream, person, settle=True)
        assert "does not show it" in caught.value.__notes__[0]
    assert [request.method for request in sandbox.requests if "/members" in request.path] == ["POST", "GET"]


# --- equal creates that wait for each other -------------------------------------------------------------------------


def test_an_answer_on_another_loop_wakes_who_waits_for_it() -> None:
    """A client may be used on several loops; who waits on one must not sleep for ever on what another brings."""
    flying, waiting = InAir(b"{}"), threading.Event()

    async def wait() -> None:
        task = asyncio.create_task(flying.wait())
        await asyncio.sleep(0)
        waiting.set()
        await task

    thread = threading.Thread(target=asyncio.run, args=(wait(),), daemon=True)
    thread.start()
    assert waiting.wait(10)
    flying.end(lost=True)
    thread.join(10)
    assert not thread.is_alive()


async def test_who_gives_up_waiting_does_not_end_it_for_others() -> None:
    """And an end that comes later is still the first one."""
    flying = InAir(b"{}")
    first, second = asyncio.create_task(flying.wait()), asyncio.create_task(flying.wait())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    assert not second.done()
    flying.end(lost=True)
    flying.end(lost=False)
    await second
    assert flying.lost
