"""What goes wrong around a target: no space, no rights, a connection cut, tables of others."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pytest

from asyncsdk.extract.target import Place, TargetError, TargetRefused, Written
from asyncsdk.extract.targets import make_target
from asyncsdk.extract.targets.duckdb_file import DuckDBFile
from tests.extract.killed import traced
from tests.extract.stored import ACME, POSTGRES, THINGS, Thing, batch, folder_of, opened, place_of, rows_of


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """The system refuses to let a file grow beyond `size` bytes, as a full disk does, in Python and in C++."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


# --- no space -----------------------------------------------------------------------------------------------------

LONG = [Thing(id=i, name=os.urandom(40).hex()) for i in range(10, 3000)]


def test_a_full_disk_keeps_what_was_committed(local_place: Place) -> None:
    place = local_place
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        with no_file_longer_than(40_000), pytest.raises(TargetError, match="what was committed before is kept"):
            target.write(THINGS, batch(*LONG), "k", b"2")
    with opened(place) as target:
        assert target.state(THINGS, "k") == b"1"
        target.finish(THINGS)
        target.write(THINGS, batch(*LONG), "k", b"2")
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(place)] == [1, *range(10, 3000)]


def test_a_full_disk_leaves_the_file_of_readers_as_it_was(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
        target.write(THINGS, batch(*LONG), "k", b"2")
        with no_file_longer_than(40_000), pytest.raises(TargetError, match="what was committed before is kept"):
            target.finish(THINGS)
        assert [int(row["id"]) for row in rows_of(folder_place)] == [1]
        assert not list(folder_of(folder_place).rglob("*.tmp"))
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1, *range(10, 3000)]


def test_a_database_that_became_invalid_is_opened_again(local_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB refuses everything after some failures of the disk, until it is opened again."""
    with opened(local_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        real = DuckDBFile.rows

        def fail(self: DuckDBFile, statement: str, values: Any = None) -> Any:
            if statement == "COMMIT":
                self.close()  # as useless as one that is invalid
                raise duckdb.FatalException("FATAL Error: database has been invalidated: no space left on device")
            return real(self, statement, values)

        with monkeypatch.context() as patch:
            patch.setattr(DuckDBFile, "rows", fail)
            with pytest.raises(TargetError, match="what was committed before is kept"):
                target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        assert target.state(THINGS, "k") == b"1"
        target.write(THINGS, batch(Thing(id=3)), "k", b"3")
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(local_place)] == [1, 3]


def test_rows_that_are_too_wide_for_little_memory_are_written(tmp_path: Path) -> None:
    place = place_of("parquet", tmp_path)
    wide = [Thing(id=id, name=os.urandom(12_000).hex()) for id in range(1500)]
    with opened(place) as target:
        assert target.write(THINGS, batch(*wide), "k", b"1") == Written(1500, 0)
        assert target.write(THINGS, batch(*reversed(wide)), "k", b"2") == Written(0, 0)
        target.finish(THINGS)
    assert [row["name"] for row in rows_of(place)] == [row.name for row in wide]


# --- no rights ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "duckdb"])
def test_a_place_that_cannot_be_written_is_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for below in ("/proc/nothing", str(tmp_path / "file" / "inside")):
        target = make_target(Place(f"{kind}:{below}"))
        with pytest.raises(TargetRefused, match="cannot be"):
            target.open(ACME, [THINGS])
        target.close()
        assert target.peek(THINGS, "k") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="other systems have other rights")
def test_a_read_only_target_is_refused_and_can_be_looked_at(local_place: Place, tmp_path: Path) -> None:
    with opened(local_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    folders = [tmp_path, *(path for path in tmp_path.rglob("*") if path.is_dir())]
    with nobody(tmp_path):
        for folder in folders:
            folder.chmod(0o555)
        os.seteuid(os.geteuid() or 65534)
        target = make_target(local_place)
        with pytest.raises(TargetRefused, match="cannot be"):
            target.open(ACME, [THINGS])
        target.close()
        assert target.peek(THINGS, "k") == b"1"
    with opened(local_place) as target:
        assert target.state(THINGS, "k") == b"1"


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Lets another user in; afterwards the folder may be written again. Root has no other way to lack rights."""
    before = os.geteuid()
    parents = [path for path in folder.parents if path.stat().st_uid == before and not path.stat().st_mode & 0o001]
    for path in parents:
        path.chmod(path.stat().st_mode | 0o011)
    try:
        yield
    finally:
        os.seteuid(before)
        for path in parents:
            path.chmod(path.stat().st_mode & ~0o011)
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("my notes " * 1000)
    with pytest.raises(TargetRefused, match="cannot be used"):
        make_target(Place(f"duckdb:{path}")).open(ACME, [THINGS])
    assert path.read_text() == "my notes " * 1000


@pytest.mark.postgresql
def test_a_server_that_only_reads_is_refused(postgres_place: Place) -> None:
    read_only = attrs.evolve(postgres_place, text=f"{POSTGRES}?options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(TargetRefused, match="read-only transaction"):
        make_target(read_only).open(ACME, [THINGS])


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_connection_cut_before_any_line_of_a_write_leaves_rows_and_state_of_one_moment(postgres_place: Place) -> None:
    import psycopg

    def written(number: int, cut_at: int) -> int:
        """Writes a batch, cut before a line, counted by those of the code; how many there were."""
        lines: set[str] = set()

        def reached(line: str) -> None:
            if line not in lines:
                lines.add(line)
                if len(lines) == cut_at:
                    other.execute(CUT, [f"asyncsdk {postgres_place.schema} "])

        with opened(postgres_place) as target, traced(reached):
            try:
                target.write(THINGS, batch(Thing(id=1, value=number)), "k", str(number).encode())
            except TargetError:
                lost.append(cut_at)
        return len(lines)

    lost: list[int] = []
    with psycopg.connect(POSTGRES, autocommit=True) as other:
        committed = 0
        for cut_at in range(1, written(0, cut_at=0) + 1):
            written(cut_at, cut_at)
            with opened(postgres_place) as target:
                state = int(target.state(THINGS, "k") or b"")
            assert state in (committed, cut_at)
            assert [row["value"] for row in rows_of(postgres_place)] == [state]
            committed = state
    assert len(lost) > 5


CUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)
"""


# --- other versions, other hands ----------------------------------------------------------------------------------


def test_a_target_of_another_version_is_refused(place: Place) -> None:
    with opened(place) as target:
        target.save(THINGS, "k", b"1")
    kind = place.text.partition(":")[0]
    for layout, words in ((99, r"newer asyncsdk .*upgrade"), (1, r"earlier asyncsdk .*read the lists anew")):
        if kind == "postgresql":
            import psycopg

            with psycopg.connect(POSTGRES) as postgres:
                postgres.execute(f'UPDATE "{place.schema}"._asyncsdk_owner SET layout = {layout}'.encode())
        elif kind == "delta":
            import deltalake

            properties = {"asyncsdk.layout": str(layout)}
            table = deltalake.DeltaTable(str(folder_of(place) / "_asyncsdk_runs"))
            table.alter.set_table_properties(properties, raise_if_not_exists=False)
        else:
            path = folder_of(place) if kind == "duckdb" else folder_of(place) / ".asyncsdk" / "staging.duckdb"
            with duckdb.connect(str(path)) as database:
                database.execute(f"UPDATE _asyncsdk_owner SET layout = {layout}")
        with pytest.raises(TargetRefused, match=words):
            make_target(place).open(ACME, [THINGS])


def test_a_table_that_extraction_has_not_made_is_left_alone(database_place: Place) -> None:
    place = database_place
    kind = place.text.partition(":")[0]
    if kind == "duckdb":
        with duckdb.connect(str(folder_of(place))) as database:
            database.execute("CREATE TABLE things (id BIGINT, mine VARCHAR)")
    else:
        import psycopg

        with psycopg.connect(POSTGRES) as postgres:
            postgres.execute(f'CREATE SCHEMA "{place.schema}"'.encode())
            postgres.execute(f'CREATE TABLE "{place.schema}".things (id bigint, mine text)'.encode())
    with pytest.raises(TargetRefused, match="has not made"):
        make_target(place).open(ACME, [THINGS])
    assert rows_of(place) == []
