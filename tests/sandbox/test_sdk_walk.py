"""Every operation of the contract through the client, against the sandbox that holds both against the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import attrs
import pytest

from asyncsdk import Pager, Wethod
from asyncsdk import filters as F  # noqa: N812  # as users write it
from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import ServedOperation, ServedParameter, load, mapping, types
from asyncsdk.sandbox.handlers import table_of
from asyncsdk.sandbox.rules import weekday

SINCE = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)

# What a row has to be before an action.
BEFORE: dict[str, dict[str, Any]] = {
    "budgets.approve": {"status": "SUBMITTED"},
    "budgets.draft": {"status": "APPROVED"},
    "budgets.recall": {"status": "SUBMITTED"},
    "budgets.reject": {"status": "SUBMITTED"},
    "budgets.set_baseline": {"status": "APPROVED", "is_baseline": False},
    "budgets.submit": {"status": "DRAFT"},
    "invoices.send": {"status": "draft"},
    "invoices.set_paid": {"status": "sent", "payment_date": None},
    "invoices.set_unpaid": {"status": "paid"},
    "projects.archive": {"is_archived": False, "archived_on": None},
    "projects.unarchive": {"is_archived": True},
}


@pytest.fixture(scope="module")
def operations() -> tuple[ServedOperation, ...]:
    return load().operations


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=250, validate_responses=True) as opened:
        yield opened
        assert opened.violations == []


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as client:
        yield client


def call(wethod: Wethod, operation: ServedOperation, *args: Any, **kwargs: Any) -> Any:
    return getattr(getattr(wethod, operation.resource), operation.name)(*args, **kwargs)


def sample(name: str, schema: dict[str, Any]) -> Any:
    """A value that fits a body's field and, for ids, a row that exists."""
    if enum := schema.get("enum"):
        return enum[0]
    if schema.get("format") == "date":
        return dt.date(2026, 6, 1)
    if schema.get("format") == "YYYY-MM":
        return "2026-01"
    kinds = types(schema)
    if "boolean" in kinds:
        return False
    if kinds & {"integer", "number"}:
        return 1
    return ["a", "b"] if "array" in kinds else "text"


def arguments(operation: ServedOperation, *, ids: bool) -> dict[str, Any]:
    """Keyword arguments for every field of a body, in Python's names."""
    if operation.body is None:
        return {}
    schema = load().schemas[operation.body]
    properties = mapping(schema.get("properties") or {})
    if not properties:
        plan = "project_plan_task_id" if operation.resource.endswith("task_assignees") else "project_plan_subtask_id"
        plan = "project_plan_subtask_id" if "subtask" in operation.resource else plan
        fields = {"hours": 8, "strategy": "even"}
        return {"fields": {**fields, **({"employee_id": 1, plan: 1} if ids else {})}}
    given = {
        name: sample(name, mapping(value)) for name, value in properties.items() if ids or not name.endswith("_id")
    }
    if "day" in given:
        given["day"] = weekday(given["date"].isoformat())
    if operation.resource == "timesheet_whitelists":
        given["person_id"] = 12
    if schema.get("x-dynamic-prefix"):
        given["metadata" if operation.resource == "projects" else "custom_fields"] = (
            {13: "Finance"} if operation.resource == "projects" else {7: 19}
        )
    return {f"{name}_" if name in ("from", "in") else name: value for name, value in given.items()}


def filtered(parameter: ServedParameter) -> Any:
    """A typed value for a query parameter."""
    if parameter.filter == "date-time":
        return F.gte(SINCE)
    if parameter.filter == "date":
        return F.between(SINCE.date(), dt.date(2025, 12, 31))
    if parameter.filter == "integer":
        return F.in_(10, 25, 50)
    if parameter.boolean:
        return False
    if parameter.values:
        return [parameter.values[0]]
    if parameter.name == "order":
        return ["-name"]
    return parameter.enum[0] if parameter.enum else 1 if parameter.type == "integer" else "a"


def path_ids(sandbox: Sandbox, operation: ServedOperation) -> list[int]:
    table = table_of(operation).name
    if len(operation.path_names) == 2:
        row = sandbox.store.row(table, min(sandbox.store.ids(table, "live")))
        assert row is not None
        held = [row[name] for name in operation.path_names]
        return [id for id in held if isinstance(id, int)]
    if operation.is_list:
        return [1] * len(operation.path_names)
    return [min(sandbox.store.ids(table, "live"))] * len(operation.path_names)


async def test_every_list_and_get_is_read_into_its_model(
    sandbox: Sandbox, wethod: Wethod, operations: tuple[ServedOperation, ...]
) -> None:
    tried = 0
    for operation in operations:
        if operation.kind not in ("list", "get"):
            continue
        tried += 1
        ids = path_ids(sandbox, operation)
        if operation.kind == "get":
            row = await call(wethod, operation, *ids)
            assert type(row).__name__ == operation.model
            continue
        pager = call(wethod, operation, *ids)
        assert isinstance(pager, Pager)
        rows = await pager
        assert rows, operation.id
        assert {type(row).__name__ for row in rows} == {operation.model}
        if operation.path_names == ():
            assert len(rows) == sandbox.count(table_of(operation).name), operation.id
    assert tried == sum(operation.method == "GET" for operation in operations)


async def test_every_argument_of_every_list_is_one_the_api_takes(
    wethod: Wethod, operations: tuple[ServedOperation, ...]
) -> None:
    for operation in operations:
        if not operation.is_list:
            continue
        ids = [1] * len(operation.path_names)
        named = {name: filtered(p) for name, p in operation.query.items() if name not in ("limit", "offset")}
        await call(wethod, operation, *ids, **named, limit=10, offset=1).first_page()
        for name, value in named.items():
            await call(wethod, operation, *ids, **{name: value}).first_page()


async def test_every_creation_and_change_sends_every_field_the_api_takes(
    sandbox: Sandbox, wethod: Wethod, operations: tuple[ServedOperation, ...]
) -> None:
    for operation in operations:
        if operation.kind == "create":
            row = await call(wethod, operation, **arguments(operation, ids=True))
            assert type(row).__name__ == operation.model, operation.id
        elif operation.kind == "update":
            ids = path_ids(sandbox, operation)
            row = await call(wethod, operation, *ids, **arguments(operation, ids=False))
            assert (type(row).__name__, row.id) == (operation.model, ids[0]), operation.id


async def test_every_action_and_link_is_done(
    sandbox: Sandbox, wethod: Wethod, operations: tuple[ServedOperation, ...]
) -> None:
    store = sandbox.store
    for operation in operations:
        ids = path_ids(sandbox, operation)
        table = table_of(operation).name
        if operation.kind == "action":
            before = BEFORE.get(f"{operation.resource}.{operation.name}")
            archived = {"archived_at": None if operation.name == "archive" else "2025-01-01T00:00:00.000Z"}
            store.update(table, ids[0], before or archived)
            row = await call(wethod, operation, *ids, **arguments(operation, ids=True))
            assert (type(row).__name__, row.id) == (operation.model, ids[0])
        elif operation.kind in ("attach", "detach"):
            if operation.kind == "attach":
                link = min(store.ids(table, "live"))
                store.delete(table, link, soft=False)
            done = await call(wethod, operation, *ids)
            assert (done is None) == (operation.kind == "detach")
            if done is not None:
                assert [attrs.asdict(done)[name] for name in operation.path_names] == ids


async def test_every_deletion_takes_a_row_away(
    sandbox: Sandbox, wethod: Wethod, operations: tuple[ServedOperation, ...]
) -> None:
    store = sandbox.store
    for operation in operations:
        if operation.kind != "delete":
            continue
        table = table_of(operation)
        row = store.row(table.name, min(store.ids(table.name, "live")))
        assert row is not None
        id = store.insert(table.name, {name: row[name] for name in table.columns})
        count = store.count(table.name, "live")
        assert await call(wethod, operation, id) is None
        assert store.count(table.name, "live") == count - 1


@pytest.mark.parametrize("order", ["id", "updated_at"])
async def test_a_walk_over_a_list_that_changes_gives_every_row_that_stayed_once(order: str) -> None:
    async with (
        Sandbox(rows=2500, order=order, latency_ms=1) as drifting,
        Wethod(token=drifting.token, company=drifting.company, base_url=drifting.url) as client,
    ):
        mark = drifting.mark()
        drifting.drift("GET /api/production-plan-streams", per_request=2)
        ids = [row.id for row in await client.production_plan_streams.list()]
        assert drifting.history("production_plan_streams", since=mark)
        assert len(ids) == len(set(ids))
        assert drifting.survivors("production_plan_streams", since=mark) <= set(ids)


async def test_no_kind_of_operation_is_left_out(operations: tuple[ServedOperation, ...]) -> None:
    kinds = {operation.kind for operation in operations}
    assert kinds == {"list", "get", "create", "update", "delete", "action", "attach", "detach"}
    assert len(operations) == 192
