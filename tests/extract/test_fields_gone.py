"""Fields that vanish from the API, are renamed, come back, or are new: a column is not wiped, and somebody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk.extract import ExtractionError, TargetError, extract
from asyncsdk.extract.fields_seen import FieldsSeen
from asyncsdk.extract.states import State
from asyncsdk.extract.target import Place, Shrink
from asyncsdk.models.production_plan_streams import ProductionPlanStream
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import PATH, STREAMS, Memory, client, living, pull, shown
from tests.extract.stored import Thing, rows_of
from tests.stub_server import Server

Connect = Callable[..., Wethod]

GONE = "as no row has its key"
TIMESHEETS = "GET /api/timesheets"


def values(target: Memory, field: str = "value", table: str = STREAMS) -> dict[int, Any]:
    return {id: row[field] for id, row in target.tables[table].items()}


async def sent(wethod: Wethod) -> dict[int, Any]:
    return {row.id: row.value async for row in wethod.production_plan_streams.list(deleted="include")}


# --- whole passes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["value", "updated_at", "project_id", "date"])
@pytest.mark.parametrize("option", ["full", "reconcile"])
async def test_a_renamed_field_keeps_its_column_and_the_run_says_so(
    field: str, option: str, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    before = values(target, field)
    fault = sandbox.rename(PATH, field, "other")
    for _ in range(2):
        report = await pull(wethod, **{option: True})
        (table,) = report.tables
        assert (report.status, table.outcome, table.gone) == (3, "complete", (field,))
        (said,) = [warning for warning in table.warnings if GONE in warning]
        assert said.startswith(f"{STREAMS}: ProductionPlanStream.{field}: other is new and has its kind")
        assert said.endswith("the new one is unknown to this version, --raw keeps it")
        assert values(target, field) == before
        assert report.to_dict()["status"] == 3
    with pytest.raises(ExtractionError, match=rf"{STREAMS}\.{field}"):
        report.raise_for_status()
    sandbox.faults.remove(fault)
    report = await pull(wethod)
    assert (report.status, report.tables[0].gone, report.tables[0].mode) == (0, (), "full")
    assert (await pull(wethod)).tables[0].mode == "incremental"


async def test_every_kind_of_target_keeps_the_column(place: Place) -> None:
    async with Sandbox(rows=120, seed=3) as sandbox, client(sandbox) as wethod:
        await extract(wethod, [STREAMS], place.text, schema=place.schema)
        before = {row["id"]: row["value"] for row in rows_of(place, STREAMS)}
        fault = sandbox.rename(PATH, "value", "percentage")
        sandbox.mutate(STREAMS, "update", 3)
        for full in (False, True):
            report = await extract(wethod, [STREAMS], place.text, schema=place.schema, full=full)
            assert (report.status, report.tables[0].gone) == (3, ("value",)), report.tables[0].error
            assert {row["id"]: row["value"] for row in rows_of(place, STREAMS)} == before
        sandbox.faults.remove(fault)
        assert (await extract(wethod, [STREAMS], place.text, schema=place.schema)).status == 0
        after = await sent(wethod)
    assert {int(row["id"]): float(row["value"]) for row in rows_of(place, STREAMS)} == after


async def test_null_is_a_value_and_is_written(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    """All at once, in every row: the key is there."""
    await pull(wethod, "timesheets")
    assert any(values(target, "notes", "timesheets").values())
    sandbox.retype(TIMESHEETS, "notes", "null")
    report = await pull(wethod, "timesheets", full=True)
    assert report.status == 0
    assert set(values(target, "notes", "timesheets").values()) == {None}


async def test_dynamic_keys_that_are_all_gone_keep_their_column(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod, "projects")
    before = values(target, "metadata", "projects")
    keys = {f"metadata_{key}" for metadata in before.values() for key in metadata}
    assert keys
    for key in keys:
        sandbox.rename("GET /api/projects", key, key.replace("metadata", "attribute"))
    report = await pull(wethod, "projects", full=True)
    assert (report.status, report.tables[0].gone) == (3, ("metadata",))
    assert values(target, "metadata", "projects") == before


async def test_a_first_run_names_what_is_promised_and_never_came(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod)
    assert (report.status, report.tables[0].gone) == (0, ())
    (said,) = report.tables[0].warnings
    assert said.startswith(
        f"{STREAMS}: ProductionPlanStream.value: percentage is new and has its kind: probably renamed"
    )
    assert "; its column is null; the new one is unknown to this version" in said


async def test_a_table_whose_state_is_lost_keeps_its_column_as_well(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    before = values(target)
    target.states.clear()
    sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod)
    assert (report.status, report.tables[0].gone) == (3, ("value",))
    assert values(target) == before


# --- what changed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 150])
async def test_rows_that_changed_keep_a_vanished_value(
    count: int, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    before = values(target)
    fault = sandbox.rename(PATH, "value", "percentage")
    sandbox.mutate(STREAMS, "update", count)
    (new,) = sandbox.mutate(STREAMS, "insert")
    report = await pull(wethod)
    assert (report.status, report.tables[0].mode, report.tables[0].gone) == (3, "incremental", ("value",))
    assert values(target) == before | {new.id: None}
    quiet = await pull(wethod)
    assert (quiet.status, quiet.tables[0].gone) == (3, ("value",)), "it is said as long as it lasts"
    sandbox.faults.remove(fault)
    healed = await pull(wethod)
    assert (healed.status, healed.tables[0].mode) == (0, "full"), "also where nothing changed since"
    assert values(target) == await sent(wethod)


async def test_few_rows_without_an_optional_key_are_asked_about(
    server: Server, connect: Connect, target: Memory
) -> None:
    """A server that leaves out keys of nulls: an emptied value is told from a field that vanished by other rows."""
    rows = [row(id) for id in range(1, 120)]
    asked = serve(server, rows)
    await pull(connect(), "timesheets")
    assert values(target, "notes", "timesheets")[7] == "text"
    rows[6] = {key: value for key, value in row(7, day=2).items() if key != "notes"}
    asked.clear()
    report = await pull(connect(), "timesheets")
    assert (report.status, report.tables[0].mode) == (0, "incremental")
    assert values(target, "notes", "timesheets")[7] is None
    assert sum("updated_at=lt" in query for query in asked) == 1
    asked.clear()
    rows[7] = row(8, day=3)
    assert (await pull(connect(), "timesheets")).status == 0
    assert not any("updated_at=lt" in query for query in asked), "all keys came: nothing to ask"


async def test_a_key_that_only_late_rows_have_empties_the_early_ones(
    server: Server, connect: Connect, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 100)
    rows = [row(id) for id in range(1, 400)]
    serve(server, rows)
    await pull(connect(), "timesheets")
    rows[:300] = [{key: value for key, value in each.items() if key != "notes"} for each in rows[:300]]
    report = await pull(connect(), "timesheets", full=True)
    assert report.status == 0
    notes = values(target, "notes", "timesheets")
    assert [notes[id] for id in (1, 300, 301, 399)] == [None, None, "text", "text"]


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("back", [False, True])
async def test_a_whole_pass_that_was_interrupted_forgets_nothing(
    back: bool, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    """A field vanishes, or is back, between two parts of a pass."""
    await pull(wethod)
    fault = sandbox.rename(PATH, "value", "percentage")
    if back:
        assert (await pull(wethod, full=True)).status == 3
    else:
        sandbox.faults.remove(fault)
    before = values(target)
    target.fail_at = target.writes + 3
    assert (await pull(wethod, full=True)).status == 1
    target.fail_at = None
    if back:
        sandbox.faults.remove(fault)
        for change in sandbox.mutate(STREAMS, "update", 5):
            before.pop(change.id)
    else:
        sandbox.faults.append(fault)
    report = await pull(wethod, reconcile=True)
    assert report.status == (0 if back else 3), report.tables[0].error
    assert {id: value for id, value in values(target).items() if id in before} == before
    if back:
        assert values(target) == await sent(wethod)


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_dies_before_a_field_is_read_anew_leaves_that_to_the_next(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    fault = sandbox.rename(PATH, "value", "percentage")
    changes = sandbox.mutate(STREAMS, "update", 4)
    assert (await pull(wethod)).status == 3
    sandbox.faults.remove(fault)
    target.fail_at = target.writes + 2
    assert (await pull(wethod)).status == 1
    target.fail_at = None
    assert (await pull(wethod)).status == 0
    now = await sent(wethod)
    assert values(target) == now
    assert len(changes) == 4
    assert shown(target) == living(sandbox)


async def test_what_an_interrupted_first_run_met_is_known_to_the_end_of_the_next(
    sandbox: Sandbox, wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That run goes on with its pass, and then reads the list whole once more, as so much was deleted meanwhile."""

    def dies(*_facts: object, **_options: object) -> Shrink:
        raise TargetError("the machine died")

    with monkeypatch.context() as dying:
        dying.setattr(Memory, "mark_vanished", dies)
        assert (await pull(wethod, "timesheets")).status == 1
    before = values(target, "notes", "timesheets")
    fault = sandbox.rename(TIMESHEETS, "notes", "remarks")
    sandbox.mutate("timesheets", "hard_delete", 40)
    report = await pull(wethod, "timesheets")
    assert (report.status, report.tables[0].gone, report.tables[0].vanished) == (3, ("notes",), 40)
    assert values(target, "notes", "timesheets") == before
    sandbox.faults.remove(fault)
    assert (await pull(wethod, "timesheets")).status == 0


async def test_an_empty_list_lacks_no_field(server: Server, connect: Connect, target: Memory) -> None:
    """Nobody is told night after night that a field is gone which may be back: there is no row to tell by."""
    rows = [row(id) for id in range(1, 10)]
    serve(server, rows)
    await pull(connect(), "timesheets")
    without = [{key: value for key, value in each.items() if key != "hours"} for each in rows]
    rows[:] = without
    assert (await pull(connect(), "timesheets")).tables[0].gone == ("hours",)
    rows.clear()
    report = await pull(connect(), "timesheets")
    assert (report.status, report.tables[0].gone, report.tables[0].vanished) == (0, (), 9)
    rows[:] = without[:3]
    assert (await pull(connect(), "timesheets")).tables[0].gone == ("hours",), "it is known that there was one"
    rows[:] = [row(id) for id in range(1, 5)]
    report = await pull(connect(), "timesheets")
    assert (report.status, report.tables[0].gone) == (0, ())
    assert values(target, "hours", "timesheets")[4] == 1.5


async def test_since_reads_a_field_anew_by_itself(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod, since="2000-01-01")
    before = values(target)
    fault = sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod, since="2000-01-01")
    assert (report.status, report.tables[0].gone) == (3, ("value",))
    assert values(target) == before
    sandbox.faults.remove(fault)
    assert (await pull(wethod, since="2000-01-01")).status == 0
    (state,) = map(State.read, target.states.values())
    assert state.gone == ()


# --- keys ---------------------------------------------------------------------------------------------------------


def test_keys_are_seen_in_rows_and_not_in_what_they_hold() -> None:
    seen = FieldsSeen(ProductionPlanStream)
    seen.see(b'[{"id": 1, "project": {"value": 3}, "note": "\\"value\\": 3"}, {"id": 2, "stream_id": null}]')
    assert "value" in seen.missing
    assert "stream_id" in seen.met, "null is there"
    assert [{*row} for row in seen.strange] == [{"id", "project", "note"}]
    seen.see(b'[{"id": 3, "value": null, "later": 1}]')
    assert "value" in seen.met
    assert [{*row} for row in seen.strange] == [{"id", "project", "note"}], "one page is enough to tell what is new"


def test_keys_of_broken_rows_and_texts_are_seen_as_far_as_they_go() -> None:
    seen = FieldsSeen(Thing)
    seen.see(
        b'[null, 7, {"id": 1, "from": "x", "hours": NaN}, {"id": 2, "metadata_7": 1}, {"id": 3, "name": "\\ud83d"}]'
    )
    assert {"metadata", "name"} <= seen.met
    assert [*seen.strange] == []
    FieldsSeen(Thing).see(b"{}")
    FieldsSeen(Thing).see(b"[")


def row(id: int, day: int = 1) -> dict[str, Any]:
    stamp = f"2026-05-{day:02}T00:00:00Z"
    return {
        "id": id,
        "date": "2026-05-01",
        "hours": 1.5,
        "notes": "text",
        "person_id": 1,
        "project_id": 2,
        "created_at": stamp,
        "updated_at": stamp,
        "deleted_at": None,
    }


def serve(server: Server, rows: list[dict[str, Any]]) -> list[str]:
    """Serves rows with filters of `updated_at`; the queries that were asked."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.query_string)
        found = rows if request.query.get("deleted") != "only" else []
        if wanted := request.query.get("updated_at"):
            operator = wanted.partition(":")[0]
            # The server's rows are of the day of the run that is to read them: what is of its own day has changed.
            old = [each for each in found if each["updated_at"] == "2026-05-01T00:00:00Z"]
            found = old if operator == "lt" else [each for each in found if each not in old]
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.Response(text=json.dumps(found[offset : offset + limit]), content_type="application/json")

    server.handler = handler
    return asked
