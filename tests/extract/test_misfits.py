"""Tables of rows that break promises of the contract: null in every kind of target, counted, refused if strict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod, to_dict
from asyncsdk.extract import extract
from asyncsdk.extract.target import Place
from asyncsdk.models import Project, Stream, StreamLeader
from asyncsdk.testing import Factory
from tests.extract.memory import Memory, pull
from tests.extract.stored import nested, rows_of
from tests.stub_server import Server

Connect = Callable[..., Wethod]

PROMISED = ("name", "value", "probability", "date_start", "duration", "is_archived", "client_id", "created_at")


def rows_like(model: type[object], count: int, **changes: object) -> list[dict[str, Any]]:
    make = Factory()
    rows = [json.loads(json.dumps(to_dict(make(model)))) for _ in range(count)]
    return [{**row, **changes} for row in rows]


def serve(server: Server, **lists: list[Any]) -> None:
    """Serves lists by the last part of their paths; an item may be the text of a row."""

    async def handler(request: web.Request) -> web.StreamResponse:
        rows = lists.get(request.path.rpartition("/")[2].replace("-", "_"), [])
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        shown = [row if isinstance(row, str) else json.dumps(row) for row in rows[offset : offset + limit]]
        return web.Response(text=f"[{', '.join(shown)}]", content_type="application/json")

    server.handler = handler


@pytest.mark.parametrize("raw", [False, True])
async def test_every_target_bears_null_where_a_value_was_promised(
    server: Server, connect: Connect, place: Place, raw: bool
) -> None:
    """In every column but the id, in rows of which none, some or all lack a value, at every depth."""
    rows = rows_like(Project, 60, client_id=None)
    del rows[3]["duration"]
    rows[4] |= dict.fromkeys(PROMISED)
    leaders = [{**leader, "leader_id": None} for leader in rows_like(StreamLeader, 2)]
    streams = rows_like(Stream, 3)
    streams[1] |= {"name": "cut \ud83d", "is_default": None, "stream_leaders": [None, *leaders]}
    serve(server, projects=rows, streams=streams)

    report = await extract(connect(), ["projects", "streams"], place.text, schema=place.schema, raw=raw)

    assert [(each.outcome, each.rows, each.rejected) for each in report.tables] == [
        ("complete", 60, 0),
        ("complete", 3, 0),
    ]
    assert report.tables[0].misfits == {**dict.fromkeys(PROMISED, 1), "client_id": 60, "duration": 2}
    assert report.tables[1].misfits == {"is_default": 1, "stream_leaders[]": 1, "stream_leaders[].leader_id": 1}
    assert json.loads(json.dumps(report.to_dict()))["tables"][0]["misfits"]["client_id"] == 60

    stored = rows_of(place, "projects")
    assert len(stored) == 60
    assert all(row["client_id"] in (None, "") for row in stored)
    assert all(stored[4][name] in (None, "") for name in PROMISED)
    assert stored[3]["duration"] in (None, "")
    assert [row["duration"] in (1, "1") for row in stored[5:]] == [True] * 55
    stream = rows_of(place, "streams")[1]
    assert stream["name"] == "cut \ufffd"
    assert stream["is_default"] in (None, "")
    first, second, third = nested(stream["stream_leaders"])
    assert (first, second["id"], second["leader_id"], third["leader_id"]) == (None, 1, None, None)


@pytest.mark.parametrize("raw", [False, True])
async def test_a_strict_client_puts_such_rows_aside(
    server: Server, connect: Connect, target: Memory, raw: bool
) -> None:
    rows = rows_like(Project, 60)
    rows[30]["client_id"] = None
    serve(server, projects=rows)
    report = await pull(connect(strict=True), "projects", raw=raw)
    (table,) = report.tables
    assert (report.status, table.rows, table.rejected, table.misfits) == (3, 59, 1, {})
    (line,) = Path(str(table.rejects)).read_text().splitlines()
    assert (json.loads(line)["path"], json.loads(line)["row"]["id"]) == ("$.client_id", 31)


async def test_nested_lists_count_theirs(server: Server, connect: Connect, target: Memory) -> None:
    serve(server, streams=rows_like(Stream, 1), leaders=rows_like(StreamLeader, 2, leader_id=None))
    report = await pull(connect(), "streams_leaders")
    assert report.tables[0].misfits == {"leader_id": 2}


async def test_a_good_table_has_no_misfits(server: Server, connect: Connect, target: Memory) -> None:
    serve(server, projects=rows_like(Project, 3))
    assert (await pull(connect(), "projects")).tables[0].misfits == {}


@pytest.mark.parametrize("first", [False, True])
async def test_rows_that_are_broken_are_put_aside(
    server: Server, connect: Connect, target: Memory, first: bool
) -> None:
    """Also where the first one is, which is looked at for new fields; each is kept as far as it says anything."""
    good = [json.dumps(row) for row in rows_like(Project, 120)]
    bad = ["null", good[0].replace('"id": 1,', '"id": 900, "x": NaN,'), good[1].replace("Project", "\x01")]
    serve(server, projects=[*bad, *good[2:]] if first else [*good[2:], *bad])
    report = await pull(connect(), "projects")
    (table,) = report.tables
    assert (report.status, table.outcome, table.rows, table.rejected) == (3, "complete", 118, 3), table.error
    lines = [json.loads(line) for line in Path(str(table.rejects)).read_text().splitlines()]
    assert [line["path"] for line in lines] == ["$", "$.x", "$.name"]
    assert lines[0]["row"] is None
    assert lines[1]["row"] == bad[1]
    assert lines[1]["reason"] == "Project: NaN, which JSON does not have (row id 900)"
