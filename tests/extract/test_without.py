"""What shall be stored nowhere is nowhere: not in tables, files, rejected rows, texts of rows, warnings or logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import ExtractionReport, TargetRefused, extract, plan
from asyncsdk.extract.exclusions import exclusions_of, hidden_of, reduced
from asyncsdk.extract.shape import twin
from asyncsdk.extract.target import Place
from asyncsdk.models.persons import Person
from asyncsdk.models.projects import Project
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import client
from tests.extract.stored import POSTGRES, rows_of
from tests.stub_server import Server

SECRET = "s3cret-value"


# --- names --------------------------------------------------------------------------------------------------------


def test_lists_and_fields_are_named_as_everywhere() -> None:
    meant = exclusions_of(["person-payrolls, persons.email", "streams_leaders", "production-plan-streams.updated_at"])
    assert meant.lists == {"person_payrolls", "streams_leaders"}
    assert meant.fields == {"persons": {"email"}, "production_plan_streams": {"updated_at"}}
    assert exclusions_of(["streams.leaders"]).lists == {"streams_leaders"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("person_payroll", "person_payrolls"),
        ("persons.emial", r"persons\.email"),
        ("person.email", "persons"),
        ("persons.id", "told apart"),
        ("projects.deleted_at", "deleted rows"),
    ],
)
async def test_what_does_not_exist_or_is_needed_is_refused_before_anything_is_sent(
    name: str, hint: str, sandbox: Sandbox, wethod: Wethod, tmp_path: Path
) -> None:
    for call in (extract, plan):
        with pytest.raises(ArgumentError, match=hint):
            await call(wethod, "all", f"duckdb:{tmp_path}/x.duckdb", without=[name])
    assert not sandbox.requests
    assert not list(tmp_path.iterdir())


async def test_a_list_cannot_be_read_and_left_out_at_once(wethod: Wethod, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="persons is among the lists"):
        await extract(wethod, ["persons", "levels"], f"duckdb:{tmp_path}/x.duckdb", without=["persons"])


# --- rows ---------------------------------------------------------------------------------------------------------


def test_the_class_of_rows_lacks_what_is_left_out() -> None:
    model = reduced(Person, frozenset({"email"}))
    assert [column.name for column in columns_of(model)] == [c.name for c in columns_of(Person) if c.name != "email"]
    assert "email" not in twin(model).__struct_fields__
    assert reduced(Person, frozenset()) is Person


def test_texts_of_rows_lose_the_keys() -> None:
    hidden = hidden_of(Project, frozenset({"name", "metadata"}))
    row = {"id": 1, "name": SECRET, "metadata_13": SECRET, "metadata_x": {"y": SECRET}, "names": "stays"}
    stripped = hidden.strip(json.dumps(row).encode())
    assert json.loads(stripped or b"") == {"id": 1, "names": "stays"}
    assert hidden.strip(json.dumps([SECRET]).encode()) is None
    assert not hidden_of(Project, frozenset())


# --- runs ---------------------------------------------------------------------------------------------------------


def everything_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def person(id_: int, **facts: Any) -> dict[str, Any]:
    moment = "2026-05-01T10:00:00Z"
    return {
        "id": id_,
        "created_at": moment,
        "updated_at": moment,
        "email": f"{SECRET}-{id_}",
        "name": "Ada",
        "surname": "L",
        "role": "none",
        "is_archived": False,
        "is_visible_in_people_allocation": True,
        "has_timesheet_required": True,
        "level_id": 1,
        "price_list_id": 1,
    } | facts


@pytest.fixture
async def leaky(server: Server, connect: Callable[..., Wethod]) -> Wethod:
    """An API whose persons have secrets, in rows that fit and in ones that do not."""
    rows = [person(1), person(2, name=["no name"]), person(4, email={"no": SECRET}), person(5)]

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(rows)

    server.script(answer)
    return connect()


@pytest.mark.parametrize("kind", ["duckdb", "parquet", "csv", "jsonl", "delta"])
@pytest.mark.parametrize("raw", [False, True])
async def test_a_field_is_nowhere(
    kind: str, raw: bool, leaky: Wethod, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip({"delta": "deltalake"}.get(kind, "duckdb"))
    caplog.set_level(logging.DEBUG)
    to = f"{kind}:{tmp_path / ('x.duckdb' if kind == 'duckdb' else 'x')}"
    report = await extract(leaky, ["persons"], to, raw=raw, without=["persons.email"], patience=0)
    (table,) = report.tables
    assert (table.outcome, table.rows, table.rejected) == ("complete", 3, 1), table.error
    assert table.misfits == {}, "a value that is stored nowhere keeps no row out, and counts nowhere"
    assert not any("email" in warning for warning in table.warnings)
    assert table.rejects is not None
    assert b"no name" in Path(table.rejects).read_bytes()
    for text in (everything_below(tmp_path), str(report.to_dict()).encode(), caplog.text.encode()):
        assert SECRET.encode() not in text


@pytest.mark.postgresql
async def test_a_field_is_nowhere_in_postgresql(
    leaky: Wethod, postgres_place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    schema = postgres_place.schema
    report = await extract(leaky, ["persons"], POSTGRES, schema=schema, raw=True, without=["persons.email"], patience=0)
    assert report.tables[0].rows == 3
    assert SECRET not in str(rows_of(postgres_place, "persons"))
    assert "email" not in rows_of(postgres_place, "persons")[0]
    assert SECRET.encode() not in everything_below(tmp_path)


async def test_what_an_earlier_run_stored_is_removed_and_may_come_back(sandbox: Sandbox, place: Place) -> None:
    async def run(**options: Any) -> ExtractionReport:
        async with client(sandbox) as wethod:
            return await extract(
                wethod, "all" if "all" in options else ["persons", "levels"], place.text, schema=place.schema, **options
            )

    assert (await run()).ok
    before = {row["id"]: row["email"] for row in rows_of(place, "persons")}
    assert (await run(without=["persons.email"])).ok
    assert "email" not in rows_of(place, "persons")[0]
    sandbox.requests.clear()
    assert (await run(without=["persons.email"])).ok
    again = len(sandbox.requests)
    assert (await run()).ok
    assert {row["id"]: row["email"] for row in rows_of(place, "persons")} == before, "read whole: nothing stays null"
    sandbox.requests.clear()
    assert (await run()).ok
    assert len(sandbox.requests) == again


async def test_a_list_that_is_left_out_goes_with_its_table(sandbox: Sandbox, place: Place) -> None:
    async with client(sandbox) as wethod:
        await extract(wethod, ["persons", "levels"], place.text, schema=place.schema)
        assert rows_of(place, "persons")
        sandbox.requests.clear()
        report = await extract(wethod, ["levels"], place.text, schema=place.schema, without=["persons"])
        assert report.ok
        assert not any("persons" in str(request) for request in sandbox.requests)
        cost = await plan(wethod, "all", place.text, schema=place.schema, without=["persons"], count=False)
    assert "persons" not in {each.table for each in cost.costs}
    try:
        left = rows_of(place, "persons")
    except Exception:
        left = []
    assert not left


async def test_a_table_of_somebody_else_is_not_removed(sandbox: Sandbox, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(f"{tmp_path}/x.duckdb") as database:
        database.execute("CREATE TABLE persons (mine text)")
    async with client(sandbox) as wethod:
        with pytest.raises(TargetRefused, match="has not made"):
            await extract(wethod, ["levels"], f"duckdb:{tmp_path}/x.duckdb", without=["persons"])
    with duckdb.connect(f"{tmp_path}/x.duckdb") as database:
        assert database.execute("SELECT count(*) FROM persons").fetchall() == [(0,)]


def test_the_command_line_takes_it_and_names_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("typer")
    from asyncsdk.cli import main

    monkeypatch.setattr("asyncsdk.cli.extracting.collect_rarely", lambda: None)  # this process does more than extract
    for name, value in (("TOKEN", "t"), ("COMPANY", "c"), ("BASE_URL", "http://127.0.0.1:1")):
        monkeypatch.setenv(f"WETHOD_{name}", value)
    words = ["extract", "persons", "--to", f"duckdb:{tmp_path}/x.duckdb", "--without", "levels,persons.emial"]
    assert main(words) == 2
    assert "persons.email" in capsys.readouterr().err
