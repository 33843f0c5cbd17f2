"""PostgreSQL: statements that are ended meet no other, and connections that end lose and double nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest

from asyncsdk.extract import TargetError, extract
from asyncsdk.extract.target import Batch, Place, RunLine, Shrink, Table, Written
from asyncsdk.extract.targets.postgres_blocks import Blocks
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, client
from tests.extract.opened_postgres import LATER, opened
from tests.extract.stored import NIGHT, POSTGRES, THINGS, rows_of, things

pytestmark = pytest.mark.postgresql

HOLDERS = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)
"""


def cut(sql: Any, place: Place) -> None:
    """Ends the target's connection from the server's side."""
    holders = sql(HOLDERS, f"asyncsdk {place.schema} ")
    assert len(holders) == 1
    assert sql("SELECT pg_terminate_backend(%s, 5000)", holders[0][0]) == [(True,)]


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
