"""Actions whose answer was lost: one look at the row, never a second action."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from asyncsdk import Wethod, errors
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk._sending.settle import SOME, Mark, shows
from asyncsdk.contract.reading import read
from asyncsdk.contract.settling import mark_of
from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load
from tests.stub_server import Server, drop

Connect = Callable[..., Wethod]
SETTLED = [
    (operation.resource, operation.method)
    for resource in read(load().document).resources
    for operation in resource.operations
    if mark_of(operation)
]


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


@pytest.mark.parametrize(
    ("row", "marks", "seen"),
    [
        ({"status": "paid"}, {"status": "paid"}, True),
        ({"status": "PAID"}, {"status": "paid"}, True),
        ({"status": "sent"}, {"status": "paid"}, False),
        ({"status": None}, {"status": "paid"}, False),
        ({"archived_at": "2026-01-09T17:32:14.550Z"}, {"archived_at": SOME}, True),
        ({"archived_at": None}, {"archived_at": SOME}, False),
        ({"archived_at": None}, {"archived_at": None}, True),
        ({"archived_at": "2026-01-09T17:32:14.550Z"}, {"archived_at": None}, False),
        ({"is_archived": False}, {"is_archived": False}, True),
        ({"is_archived": 0}, {"is_archived": False}, False),
        ({"a": 1, "is_archived": True}, {"is_archived": True}, True),
    ],
)
def test_a_row_shows_an_action_by_its_marks(row: dict[str, object], marks: Mapping[str, Mark], seen: bool) -> None:
    assert shows(row, marks) is seen


@pytest.mark.parametrize("mark", [None, SOME, True, "paid"])
@pytest.mark.parametrize("row", [{}, [], None, "paid"])
def test_what_is_not_there_proves_nothing(row: object, mark: Mark) -> None:
    """A field that vanished from the beta must not pass for null, and so for a carried out `unarchive`."""
    assert not shows(row, {"archived_at": mark})


async def before(wethod: Wethod, resource: str, method: str) -> int:
    """The id of a row that is ready for an action."""
    if resource in ("streams", "custom_fields", "projects"):
        rows: Any = await getattr(wethod, resource).list()
        row = next(each for each in rows if not (each.is_archived if resource == "projects" else each.archived_at))
        if method == "unarchive":
            await wethod.request("POST", f"/api/{resource.replace('_', '-')}/{row.id}:archive")
        return int(row.id)
    ways = {
        "submit": [],
        "recall": ["submit"],
        "approve": ["submit"],
        "reject": ["submit"],
        "draft": ["submit"],
        "set_baseline": ["submit", "approve"],
        "send": [],
        "set_paid": ["send"],
        "set_unpaid": ["send", "set-paid"],
    }
    status = "DRAFT" if resource == "budgets" else "draft"
    rows = await getattr(wethod, resource).list()
    row = next(each for each in rows if each.status == status)
    for step in ways[method]:
        await wethod.request("POST", f"/api/{resource}/{row.id}:{step}")
    return int(row.id)


@pytest.mark.parametrize(("resource", "method"), SETTLED)
@pytest.mark.parametrize("carried_out", [True, False])
async def test_every_action_is_settled_by_one_look(
    sandbox: Sandbox, wethod: Wethod, resource: str, method: str, carried_out: bool
) -> None:
    """The table of marks is right for the whole contract, and a lost action is neither repeated nor invented."""
    id_ = await before(wethod, resource, method)
    action = getattr(getattr(wethod, resource), method)
    sent = len(sandbox.requests)
    sandbox.drop("POST *:*", handled=carried_out)
    if carried_out:
        row = await action(id_, settle=True)
        assert row.id == id_
    else:
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            await action(id_, settle=True)
        assert "does not show it" in caught.value.__notes__[0]
    assert [each.method for each in list(sandbox.requests)[sent:]] == ["POST", "GET"]


async def test_without_settle_nothing_is_looked_up(server: Server, connect: Connect) -> None:
    server.script(drop)
    with pytest.raises(errors.OutcomeUnknownError):
        await connect().streams.archive(5)
    assert server.requests == ["POST /api/streams/5:archive"]


async def test_an_answer_that_came_is_not_looked_up(sandbox: Sandbox, wethod: Wethod) -> None:
    id_ = await before(wethod, "streams", "archive")
    sent = len(sandbox.requests)
    assert (await wethod.streams.archive(id_, settle=True)).archived_at is not None
    with pytest.raises(errors.APIError):
        await wethod.streams.archive(id_, settle=True)
    assert [each.method for each in list(sandbox.requests)[sent:]] == ["POST", "POST"]


async def test_a_look_that_fails_leaves_the_outcome_unknown(server: Server, connect: Connect) -> None:
    """Not the look's own error: the caller has to know that the action was sent."""
    server.script(drop, (404, {"key": "not_found", "message": "gone"}))
    with pytest.raises(errors.OutcomeUnknownError, match="streams/5:archive") as caught:
        await connect().streams.archive(5, settle=True)
    assert "404 not_found: gone" in caught.value.__notes__[0]
    assert caught.value.__context__ is None
