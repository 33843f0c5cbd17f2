"""PostgreSQL: equal rows cost nothing, views keep their readers, names do not collide, lost connections come back."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk._arrow.columns import columns_of
from asyncsdk.errors import ConfigurationError
from asyncsdk.extract import TargetError, TargetRefused, extract
from asyncsdk.extract.target import STATES_KEPT, Batch, Contents, Place, RunLine, Shrink, Table, Written
from asyncsdk.extract.targets import make_target
from asyncsdk.extract.targets.postgres import PostgresTarget
from asyncsdk.extract.targets.postgres_blocks import Blocks
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, client
from tests.extract.stored import ACME, GLOBEX, NIGHT, POSTGRES, THINGS, Narrow, Person, Thing, rows_of
from tests.stub_server import Server

pytestmark = pytest.mark.postgresql

LATER = NIGHT + dt.timedelta(days=1)
STATE = b'{"page":1}'

HOLDERS = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)
"""


@contextmanager
def opened(place: Place, *tables: Table) -> Iterator[PostgresTarget]:
    target = make_target(place)
    assert isinstance(target, PostgresTarget)
    target.open(ACME, tables or (THINGS,))
    try:
        yield target
    finally:
        target.close()


@pytest.fixture
def sql(postgres_place: Place) -> Iterator[Any]:
    """Executes a statement beside the target, in its schema, and gives all rows."""
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as database:
        database.execute(f'SET search_path = "{postgres_place.schema}"'.encode())

        def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
            cursor = database.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

        yield run


def cut(sql: Any, place: Place) -> None:
    """Ends the target's connection from the server's side."""
    holders = sql(HOLDERS, f"asyncsdk {place.schema} ")
    assert len(holders) == 1
    assert sql("SELECT pg_terminate_backend(%s, 5000)", holders[0][0]) == [(True,)]


def things(*ids: int, **facts: Any) -> list[Thing]:
    return [Thing(id=id_, name=f"n{id_}", owner=Person(id=id_), metadata={13: "x"}, **facts) for id_ in ids]


# --- rows ---------------------------------------------------------------------------------------------------------


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


# --- tables and views ---------------------------------------------------------------------------------------------

MEANT = Table(
    "things",
    Thing,
    tuple(
        attrs.evolve(column, unit="K", description="What it's worth.") if column.name == "value" else column
        for column in columns_of(Thing)
    ),
)
NARROW = Table("things", Narrow, tuple(column for column in columns_of(Narrow) if column.name != "value"))


def test_columns_say_what_they_mean(postgres_place: Place, sql: Any) -> None:
    comment = (
        "SELECT col_description(%s::regclass, attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"
    )
    with opened(postgres_place, MEANT):
        for name in ("things", "things_live"):
            assert sql(comment, name, name, "value") == [("What it's worth. [K]",)]
    sql("COMMENT ON COLUMN things.value IS 'ours'")
    with opened(postgres_place, MEANT):
        assert sql(comment, "things", "things", "value") == [("ours",)], "what somebody wrote there stays"


@pytest.fixture
def reader(sql: Any, postgres_place: Place) -> Iterator[str]:
    """A role that may read the live view of things, once it is there; gone at the end."""
    name = f"reader_{postgres_place.schema}"
    sql(f"CREATE ROLE {name}")
    sql(f"CREATE SCHEMA IF NOT EXISTS {postgres_place.schema}")
    sql(f"GRANT USAGE ON SCHEMA {postgres_place.schema} TO {name}")
    yield name
    sql("RESET ROLE")
    sql(f"DROP OWNED BY {name}")
    sql(f"DROP ROLE {name}")


def test_a_new_column_costs_no_reader_of_the_view_anything(postgres_place: Place, sql: Any, reader: str) -> None:
    """Neither its rights, nor its options, nor what is built on it."""
    with opened(postgres_place, NARROW) as target:
        target.write(NARROW, Batch(rows=[Narrow(id=1, gone="x")]), "k", STATE)
    sql(f"GRANT SELECT ON things_live TO {reader}")
    sql("ALTER VIEW things_live SET (security_barrier = true)")
    sql("CREATE VIEW mine AS SELECT id, name FROM things_live")
    for table in (THINGS, attrs.evolve(THINGS, raw=True)):
        with opened(postgres_place, table):
            pass
    assert sql("SELECT id FROM mine") == [(1,)]
    assert sql("SELECT reloptions FROM pg_class WHERE oid = 'things_live'::regclass") == [(["security_barrier=true"],)]
    sql(f"SET ROLE {reader}")
    assert sql("SELECT id, value, _raw FROM things_live") == [(1, None, None)]


def test_a_view_keeps_the_order_of_its_columns_whatever_the_tables_is(postgres_place: Place, sql: Any) -> None:
    """Who dumped and restored a table, or made it by hand, may have another order."""
    with opened(postgres_place, NARROW):
        pass
    sql("DROP VIEW things_live")
    sql("CREATE VIEW things_live AS SELECT gone, id, _vanished_at, deleted_at, name FROM things")
    sql("CREATE VIEW mine AS SELECT id FROM things_live")
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, hours=5), Thing(id=2, deleted_at=NIGHT)]), "k", STATE)
    names = [
        name
        for (name,) in sql("SELECT attname FROM pg_attribute WHERE attrelid = 'things_live'::regclass ORDER BY attnum")
    ]
    assert names[:5] == ["gone", "id", "_vanished_at", "deleted_at", "name"]
    assert set(names) == {
        name for (name,) in sql("SELECT attname FROM pg_attribute WHERE attrelid = 'things'::regclass AND attnum > 0")
    }
    assert sql("SELECT id, hours FROM things_live") == [(1, 5)], "it shows live rows, as every such view"


def test_a_column_that_may_not_be_stored_goes_and_readers_keep_their_rights(
    postgres_place: Place, sql: Any, reader: str
) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, name="secret", hours=5)]), "k", STATE)
    sql(f"GRANT SELECT ON things_live TO {reader} WITH GRANT OPTION")
    sql("GRANT SELECT (id, hours) ON things_live TO PUBLIC")
    sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")  # must not open the new view to all
    less = Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "name"), without=frozenset({"name"}))
    grants = f"""
        SELECT grantee, privilege_type, is_grantable, '' FROM information_schema.table_privileges
        WHERE table_name = 'things_live' AND table_schema = '{postgres_place.schema}'
        UNION ALL SELECT grantee, privilege_type, is_grantable, column_name FROM information_schema.column_privileges
        WHERE table_name = 'things_live' AND table_schema = '{postgres_place.schema}' AND column_name <> 'name'
        ORDER BY 1, 2, 4
    """
    before = sql(grants)
    try:
        with opened(postgres_place, less) as target:
            target.write(less, Batch(rows=[Thing(id=1, name="secret", hours=6)]), "k", STATE)
    finally:
        sql("ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC")
    assert "name" not in rows_of(postgres_place)[0]
    assert sql(grants) == before
    sql(f"SET ROLE {reader}")
    assert sql("SELECT hours FROM things_live") == [(6,)]


def test_what_depends_on_a_column_that_has_to_go_is_named(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, name="secret")]), "k", STATE)
    sql("CREATE VIEW mine AS SELECT name FROM things_live")
    less = Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "name"), without=frozenset({"name"}))
    with pytest.raises(TargetRefused, match=r"mine.*drop that"):
        make_target(postgres_place).open(ACME, [less])
    assert sql("SELECT name FROM mine") == [("secret",)]


def test_a_whole_number_widens_below_a_view(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place, Table("things", Narrow, columns_of(Narrow))) as target:
        target.write(THINGS, Batch(rows=[]), "k", STATE)
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, value=0.5)]), "k", STATE)
    assert sql("SELECT value FROM things_live") == [(0.5,)]


# --- names --------------------------------------------------------------------------------------------------------


def test_names_that_differ_only_in_case_are_refused(postgres_place: Place) -> None:
    with opened(postgres_place):
        pass
    assert postgres_place.schema is not None
    upper = attrs.evolve(postgres_place, schema=postgres_place.schema.upper())
    with pytest.raises(TargetRefused, match="only in case"):
        make_target(upper).open(GLOBEX, [THINGS])
    with opened(attrs.evolve(postgres_place, prefix="a_")):
        pass
    with pytest.raises(TargetRefused, match="only in case"):
        make_target(attrs.evolve(postgres_place, prefix="A_")).open(ACME, [THINGS])


def test_words_of_sql_are_names_like_any_other(postgres_place: Place) -> None:
    place = attrs.evolve(postgres_place, prefix="select.")
    table = attrs.evolve(THINGS, name="order")
    with opened(place, table) as target:
        target.write(table, Batch(rows=[Thing(id=1, from_="x")], whole=NIGHT), "k", STATE)
        target.mark_vanished(table, NIGHT, NIGHT, allow_shrink=True)
        target.finish(table)
    assert [row["from"] for row in rows_of(place, "order")] == ["x"]


def test_names_that_postgresql_would_cut_are_refused(postgres_place: Place) -> None:
    with pytest.raises(ConfigurationError, match="63 bytes"):
        make_target(Place(POSTGRES, "ü" * 32))
    with pytest.raises(TargetRefused, match="shorter --prefix"):
        make_target(attrs.evolve(postgres_place, prefix="p" * 60)).open(ACME, [THINGS])


# --- ending statements --------------------------------------------------------------------------------------------


def test_a_cancel_that_comes_late_never_meets_the_next_statement() -> None:
    """The block it was sent for is not over before the server has taken it."""
    arrived, go_on, log = threading.Event(), threading.Event(), list[str]()

    def cancel() -> bool:
        arrived.set()
        assert go_on.wait(30)
        log.append("taken")
        return True

    def work() -> None:
        with blocks.short():
            assert arrived.wait(30)
        log.append("next")

    blocks = Blocks(cancel, lambda: log.append("given up"))
    worker = threading.Thread(target=work)
    worker.start()
    while not blocks.running:
        pass
    blocks.stop(writes=True)
    assert arrived.wait(30)
    assert worker.is_alive()
    go_on.set()
    worker.join(30)
    assert log == ["taken", "next"]


def test_a_connection_is_not_used_again_where_a_cancel_may_still_be_under_way() -> None:
    arrived, log = threading.Event(), list[str]()

    def cancel() -> bool:
        arrived.set()
        return False

    blocks = Blocks(cancel, lambda: log.append("given up"))
    with blocks.short():
        blocks.stop(writes=True)
        assert arrived.wait(30)
    assert log == ["given up"]
    with blocks.short():
        pass
    assert log == ["given up"], "the new one is as good as any"


def test_stops_without_end_never_hit_a_write(postgres_place: Place) -> None:
    with opened(postgres_place) as target:
        over = threading.Event()

        def stop() -> None:
            while not over.is_set():
                target.stop()

        stopping = threading.Thread(target=stop)
        stopping.start()
        try:
            for number in range(30):
                with pytest.raises(TargetError):
                    target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True)
                target.write(THINGS, Batch(rows=things(number)), "k", str(number).encode())
        finally:
            over.set()
            stopping.join()
        assert target.state(THINGS, "k") == b"29"


# --- connections --------------------------------------------------------------------------------------------------


def test_both_ends_look_after_a_dead_peer(postgres_place: Place) -> None:
    with opened(postgres_place) as target:
        shown = {
            name: target._session.run(f"SHOW {name}").fetchone()
            for name in ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        }
    assert shown == {
        "tcp_keepalives_idle": ("15",),
        "tcp_keepalives_interval": ("5",),
        "tcp_keepalives_count": ("3",),
    }


def test_a_connection_that_ended_while_nothing_was_asked_is_known_and_opened_again(
    postgres_place: Place, sql: Any
) -> None:
    with opened(attrs.evolve(postgres_place, patience=30.0)) as target:
        target.write(THINGS, Batch(rows=things(1)), "k", b"1")
        assert not target.lost()
        cut(sql, postgres_place)
        assert target.lost()
        assert target.state(THINGS, "k") == b"1"
        assert not target.lost()
        cut(sql, postgres_place)
        assert target.write(THINGS, Batch(rows=things(1, 2)), "k", b"2") == Written(new=1)
        cut(sql, postgres_place)
        line = RunLine(run="r", table="things", mode="full", started=NIGHT, finished=NIGHT, rows=1)
        target.log_run(line)
        cut(sql, postgres_place)
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=True) == Shrink(2, 2, marked=True)
    assert sql("SELECT count(*) FROM _asyncsdk_runs") == [(1,)]


def test_a_connection_that_is_lost_behind_a_commit_counts_its_rows_once(
    postgres_place: Place, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    attempts: list[int] = []
    with opened(attrs.evolve(postgres_place, patience=30.0)) as target:
        real = target._put_state

        def put_and_lose(table: Table, key: str, state: bytes) -> None:
            real(table, key, state)
            attempts.append(1)
            if len(attempts) == 1:
                target._session.connection.commit()  # as the server may have done it, and nobody noticed
                cut(sql, postgres_place)

        monkeypatch.setattr(target, "_put_state", put_and_lose)
        batch = Batch(rows=things(1, 2))
        with monkeypatch.context() as patch:
            patch.setattr(psycopg.Connection, "commit", _commit_inside)
            assert target.write(THINGS, batch, "k", b"1") == Written(new=2)
    assert len(attempts) == 1
    assert [row["id"] for row in rows_of(postgres_place)] == [1, 2]


def _commit_inside(self: Any) -> None:
    self.execute("COMMIT")


def test_another_run_in_between_ends_this_one(postgres_place: Place, sql: Any) -> None:
    with opened(attrs.evolve(postgres_place, patience=0.3)) as target:
        target.write(THINGS, Batch(rows=things(1)), "k", b"1")
        cut(sql, postgres_place)
        with opened(postgres_place) as other:
            other.write(THINGS, Batch(rows=things(2)), "k", b"2")
            with pytest.raises(TargetError, match="another run is writing"):
                target.write(THINGS, Batch(rows=things(1)), "k", b"3")
        with pytest.raises(TargetError, match="another run has written"):
            target.write(THINGS, Batch(rows=things(1)), "k", b"3")
    with opened(postgres_place) as target:
        assert target.state(THINGS, "k") == b"2"


async def test_a_run_whose_connection_ends_asks_for_no_further_pages(
    postgres_place: Place, sql: Any, sandbox: Sandbox
) -> None:
    asked: list[int] = []

    def look(*_: object) -> None:
        asked.append(len(sandbox.requests))
        if len(asked) == 3:
            cut(sql, postgres_place)

    async with client(sandbox) as wethod:
        with _at_chunks(look):
            report = await extract(wethod, [STREAMS], POSTGRES, schema=postgres_place.schema, concurrency=2, patience=0)
    assert not report.ok
    assert "cannot be opened again" in (report.tables[0].error or "") or "PostgreSQL" in (report.tables[0].error or "")
    assert len(sandbox.requests) <= asked[2] + 3


async def test_a_run_whose_connection_ends_goes_on_over_another(
    postgres_place: Place, sql: Any, sandbox: Sandbox
) -> None:
    asked: list[int] = []

    def look(*_: object) -> None:
        asked.append(len(sandbox.requests))
        if len(asked) in (3, 7, 11):
            cut(sql, postgres_place)

    async with client(sandbox) as wethod:
        with _at_chunks(look):
            report = await extract(wethod, [STREAMS], POSTGRES, schema=postgres_place.schema, concurrency=2)
    assert report.ok
    found = [row["id"] for row in rows_of(postgres_place, STREAMS)]
    assert found == sorted(range(1, sandbox.count(STREAMS, deleted="include") + 1))


@contextmanager
def _at_chunks(look: Any) -> Iterator[None]:
    """Calls `look` when a run has taken a page."""
    from asyncsdk.extract.ledger import Ledger

    real = Ledger.add

    def add(self: Ledger, chunk: Any) -> None:
        real(self, chunk)
        look()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "add", add)
        yield
