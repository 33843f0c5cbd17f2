"""Tables that somebody dropped, emptied or renamed between two runs: they are read whole, whatever is remembered."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from asyncsdk import Wethod
from asyncsdk.extract import extract
from asyncsdk.extract.target import Place
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory, client, living, pull, shown
from tests.extract.stored import POSTGRES, rows_of

DROPPED = "DROP TABLE {table} CASCADE"
DEEDS = {
    "dropped": (DROPPED,),
    "emptied": ("DELETE FROM {table}",),
    "less": ("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT 3)",),
    "renamed": ("DROP VIEW {view}", "ALTER TABLE {table} RENAME TO old"),
}


def by_hand(place: Place, deed: str) -> None:
    kind, _, where = place.text.partition(":")
    names = {"table": f'"{place.schema or "main"}".{STREAMS}', "view": f'"{place.schema or "main"}".{STREAMS}_live'}
    statements = [statement.format(**names) for statement in DEEDS[deed]]
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(where) as database:
            if deed == "dropped":
                database.execute("DROP VIEW {view}".format(**names))
            for statement in statements:
                database.execute(statement)
        return
    import psycopg

    with psycopg.connect(POSTGRES) as database:
        for statement in statements:
            database.execute(statement.encode())


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_table_that_lost_rows_is_read_whole(deed: str, database_place: Place) -> None:
    place = database_place
    async with Sandbox(rows=150, seed=3) as sandbox, client(sandbox) as wethod:
        for _ in range(2):
            report = await extract(wethod, [STREAMS], place.text, schema=place.schema)
        assert report.tables[0].mode == "incremental"
        before = rows_of(place, STREAMS)
        by_hand(place, deed)
        report = await extract(wethod, [STREAMS], place.text, schema=place.schema)
        (table,) = report.tables
        assert (report.status, table.mode) == (0, "full")
        assert sum("by hand" in warning or "somebody" in warning for warning in table.warnings) == 1, table.warnings
        assert rows_of(place, STREAMS) == before
        again = await extract(wethod, [STREAMS], place.text, schema=place.schema)
        assert (again.tables[0].mode, again.tables[0].warnings) == ("incremental", ())


async def test_what_other_filters_had_read_is_read_whole_as_well(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    """A night loads two parts of a list; the table is emptied, and the first part loaded before the second is."""
    number = Counter(row["stream_id"] for row in await listed(wethod))
    parts = [{"stream_id": id} for id, rows in number.most_common(2) if rows > 99]  # shorter ones are always read whole
    for part in parts * 2:
        report = await pull(wethod, filters=part)
        assert report.status == 0
    assert report.tables[0].mode == "incremental"
    before = shown(target)
    target.tables[STREAMS].clear()
    for part in parts:
        report = await pull(wethod, filters=part)
        assert (report.status, report.tables[0].mode) == (0, "full")
    assert shown(target) == before


@pytest.mark.parametrize("deed", ["folder", "file", "staging", "all"])
async def test_a_folder_shows_its_table_again(deed: str, folder_place: Place) -> None:
    kind, _, where = folder_place.text.partition(":")
    async with Sandbox(rows=150, seed=3) as sandbox, client(sandbox) as wethod:
        await extract(wethod, [STREAMS], folder_place.text)
        before = rows_of(folder_place, STREAMS)
        match deed:
            case "folder":
                shutil.rmtree(Path(where) / STREAMS)
            case "file":
                (Path(where) / STREAMS / f"{STREAMS}.{kind}").unlink()
            case "staging":
                shutil.rmtree(Path(where) / ".asyncsdk")
            case _:
                shutil.rmtree(where)
        report = await extract(wethod, [STREAMS], folder_place.text)
        assert report.status == 0, report.tables[0].error
    assert rows_of(folder_place, STREAMS) == before


async def test_a_permission_that_is_lost_is_a_failure_also_where_the_table_is_gone(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await extract(wethod, "all", "memory", patience=0)
    target.tables["persons"].clear()
    sandbox.fail("GET /api/persons", status=403, times=None)
    report = await extract(wethod, "all", "memory", patience=0)
    assert [table.table for table in report.failed] == ["persons"]


async def test_since_reads_from_there_whatever_was_read(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod, since="2000-01-01")
    gone = sorted(living(sandbox))[:5]
    target.committed.clear()  # rows were removed, and nobody counted
    for id in gone:
        del target.tables[STREAMS][id]
    for state in list(target.states):
        del target.states[state]
    await pull(wethod, since="2000-01-01")
    assert shown(target) == living(sandbox)


async def listed(wethod: Wethod) -> list[dict[str, int]]:
    return await wethod.production_plan_streams.list().into(dict)
