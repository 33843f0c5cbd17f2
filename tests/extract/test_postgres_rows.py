"""PostgreSQL: which rows are written, what is remembered of a table, and values that it cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncsdk import Wethod
from asyncsdk.extract import extract
from asyncsdk.extract.target import STATES_KEPT, Batch, Contents, Place, Shrink, Written
from tests.extract.opened_postgres import LATER, STATE, opened
from tests.extract.stored import NIGHT, POSTGRES, THINGS, rows_of, things
from tests.stub_server import Server

pytestmark = pytest.mark.postgresql


def test_rows_that_did_not_change_are_neither_written_nor_logged(postgres_place: Place, sql: Any) -> None:
    rows = things(*range(1, 5001), value=0.1, tags=("a",), anything={"b": [1.5]}, updated_at=NIGHT)
    with opened(postgres_place) as target:
        pid = target._session.connection.info.backend_pid
        assert target.write(THINGS, Batch(rows=rows), "k", STATE) == Written(new=5000)
        target.save(THINGS, "k", STATE)
        sql("CHECKPOINT")  # else the first touch of each page logs the whole page
        logged: list[int] = []
        while not logged or (min(logged) > 100_000 and len(logged) < 20):  # others may write to the server meanwhile
            begun = sql("SELECT pg_current_wal_insert_lsn()")[0][0]
            assert target.write(THINGS, Batch(rows=rows, whole=NIGHT), "k", STATE) == Written()
            assert target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=False) == Shrink(5000, 0, marked=True)
            target.finish(THINGS)
            logged.append(int(sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", begun)[0][0]))
    assert min(logged) < 100_000, "5,000 rows are several hundred thousand bytes"
    while sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s", pid):
        pass  # it tells of its last rows when it ends
    stats = "SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE relid = 'things'::regclass"
    assert sql(stats) == [(5000, 0, 0)]


def test_only_what_is_new_or_differs_is_written(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=things(1, 2, 3)), "k", STATE)
        before = dict(sql("SELECT id, ctid::text FROM things"))
        mixed = [*things(1), *things(2, hours=7), *things(4)]
        assert target.write(THINGS, Batch(rows=mixed), "k", STATE) == Written(new=1, changed=1)
        after = dict(sql("SELECT id, ctid::text FROM things"))
    assert {id_ for id_ in before if before[id_] == after[id_]} == {1, 3}
    assert [(row["id"], row["hours"]) for row in rows_of(postgres_place)] == [(1, None), (2, 7), (3, None), (4, None)]


def test_a_column_that_is_kept_decides_nothing_and_stays(postgres_place: Place) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=things(1, 2, hours=7)), "k", STATE)
        without = [*things(1), *things(2, flag=True), *things(3)]
        batch = Batch(rows=without, kept=frozenset({"hours"}))
        assert target.write(THINGS, batch, "k", STATE) == Written(new=1, changed=1)
    assert [(row["hours"], row["flag"]) for row in rows_of(postgres_place)] == [(7, None), (7, True), (None, None)]


def test_what_a_pass_met_outlives_the_run_and_a_crash(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=things(*range(1, 101))), "k", STATE)
        target.write(THINGS, Batch(rows=things(*range(1, 50)), whole=NIGHT, spared=[98]), "k", STATE)
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=things(*range(50, 96)), whole=NIGHT), "k", STATE)
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=False) == Shrink(100, 4, marked=True)
        target.write(THINGS, Batch(rows=things(*range(1, 60)), whole=LATER), "k", STATE)
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(96, 37, marked=False)
        assert sql("SELECT count(*) FROM _asyncsdk_seen WHERE began < %s", LATER) == [(0,)]
        target.finish(THINGS)
    assert [row["id"] for row in rows_of(postgres_place) if row["_vanished_at"]] == [96, 97, 99, 100]
    assert sql("SELECT relpersistence FROM pg_class WHERE oid = '_asyncsdk_seen'::regclass") == [("p",)]
    assert sql("SELECT count(*) FROM _asyncsdk_seen") == [(0,)]


def test_a_table_that_was_emptied_or_dropped_is_known_to_be_until_it_is_filled(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        assert target.contents(THINGS) == Contents(0)
        target.write(THINGS, Batch(rows=things(*range(1, 10))), "k", STATE)
    for spoil in ("TRUNCATE things", "DROP TABLE things CASCADE", "DELETE FROM things WHERE id = 3"):
        sql(spoil)
        for _ in range(2):
            with opened(postgres_place) as target:
                assert target.contents(THINGS).lost
        with opened(postgres_place) as target:
            target.contents(THINGS)
            target.write(THINGS, Batch(rows=things(*range(1, 10))), "k", STATE)
            assert target.contents(THINGS) == Contents(9, 9)


def test_states_are_json_for_people_and_old_ones_go(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        for number in range(STATES_KEPT + 5):
            target.save(
                THINGS, f"k{number}", json.dumps({"watermark": "2026-05-01T00:00:00Z", "rows": number}).encode()
            )
        assert target.state(THINGS, "k0") is None
        assert json.loads(target.state(THINGS, "k9") or b"") == {"watermark": "2026-05-01T00:00:00Z", "rows": 9}
    assert sql("SELECT state->>'watermark' FROM _asyncsdk_state WHERE key = 'k9'") == [("2026-05-01T00:00:00Z",)]
    assert sql("SELECT count(*) FROM _asyncsdk_state") == [(STATES_KEPT,)]


def test_a_table_can_be_removed_with_all_that_is_known_of_it(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=things(1), whole=NIGHT), "k", STATE)
        target.drop(THINGS)
    assert sql("SELECT to_regclass('things'), to_regclass('things_live')") == [(None, None)]
    with opened(postgres_place) as target:
        assert target.state(THINGS, "k") is None
        assert target.contents(THINGS) == Contents(0)


async def test_rows_with_values_that_it_cannot_hold_are_put_aside_and_the_others_are_not(
    postgres_place: Place,
    server: Server,
    connect: Callable[..., Wethod],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    fine = {"created_at": "2026-05-01T10:00:00Z", "updated_at": "2026-05-01T10:00:00Z", "name": "fine"}
    rows = [
        fine | {"id": 1},
        fine | {"id": 2, "name": "a\0b"},
        fine | {"id": 3, "created_at": "0001-01-01T00:00:00+01:00"},
        fine | {"id": 4, "created_at": "9999-12-31T23:59:59-01:00"},
        fine | {"id": 2**63},
        fine | {"id": 6},
    ]
    server.script((200, rows))
    report = await extract(connect(), ["job_titles"], POSTGRES, schema=postgres_place.schema, raw=True, patience=0)
    (table,) = report.tables
    assert (table.outcome, table.rows, table.rejected) == ("complete", 2, 4), table.error
    assert [row["id"] for row in rows_of(postgres_place, "job_titles")] == [1, 6]
