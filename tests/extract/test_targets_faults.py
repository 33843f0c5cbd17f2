"""What goes wrong around a target: no space, no rights, a connection cut, a spoilt log, somebody else's tables."""

from __future__ import annotations

import errno
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import attrs
import pytest
from asyncsdk.extract.targets.formats import Pick
from asyncsdk.extract.targets.parquet import Parquet

from asyncsdk.extract.columns import Column
from asyncsdk.extract.target import Place, TargetError, TargetRefused
from asyncsdk.extract.targets import make_target
from tests.extract.killed import traced
from tests.extract.stored import ACME, POSTGRES, THINGS, Thing, batch, opened, place_of, rows_of


def folder_of(place: Place) -> Path:
    return Path(place.text.partition(":")[2])


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


def test_a_disk_full_in_the_middle_of_the_log_leaves_no_trace(
    folder_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a line would spoil the next one, a file without a line would double its rows."""
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", half_then_full())
            with pytest.raises(TargetError, match="No space left"):
                target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        assert target.state(THINGS, "k") == b"1"
        assert [int(row["id"]) for row in rows_of(folder_place)] == [1]
        target.write(THINGS, batch(Thing(id=2)), "k", b"3")
    with opened(folder_place) as target:
        assert target.state(THINGS, "k") == b"3"
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1, 2]


def half_then_full() -> Callable[[int, memoryview], int]:
    real = os.write
    calls = iter(range(100))

    def writing(descriptor: int, data: memoryview) -> int:
        if next(calls):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data[: len(data) // 2])

    return writing


def test_a_line_of_which_nobody_knows_keeps_its_file(folder_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line may be on disk: removing the file it names would lose committed rows."""

    def broken(descriptor: int, *_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        real = os.fsync
        log_only = (folder_of(folder_place) / "_asyncsdk.jsonl").stat().st_ino

        def fsync(descriptor: int) -> None:
            if os.fstat(descriptor).st_ino == log_only:
                broken(descriptor)
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            patch.setattr(os, "ftruncate", broken)
            with pytest.raises(TargetError, match="run it again"):
                target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        with pytest.raises(TargetError):
            target.save(THINGS, "k", b"3")
    with opened(folder_place) as target:
        assert target.state(THINGS, "k") == b"2"
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1, 2]


def test_a_merge_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_of("parquet", tmp_path)
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1), Thing(id=2, value=1)), "k", b"1")
        target.write(THINGS, batch(Thing(id=1, value=2)), "k", b"2")

        def full(
            self: Parquet, picks: Sequence[Pick], path: Path, columns: tuple[Column, ...], at: datetime | None
        ) -> None:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(Parquet, "copy", full)
            with pytest.raises(TargetError, match="No space left"):
                target.finish(THINGS)
        assert [(row["id"], row["value"]) for row in rows_of(place)] == [(1, 1.0), (2, 1.0)]
        target.finish(THINGS)
    assert [(row["id"], row["value"]) for row in rows_of(place)] == [(1, 2.0), (2, 1.0)]
    assert sorted(path.name for path in (folder_of(place) / "things").iterdir()) == ["part-000001.parquet"]


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


def test_a_newer_asyncsdks_target_is_refused(place: Place) -> None:
    with opened(place) as target:
        target.save(THINGS, "k", b"1")
    kind = place.text.partition(":")[0]
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(str(folder_of(place))) as database:
            database.execute("UPDATE _asyncsdk_owner SET layout = 99")
    elif kind == "postgresql":
        import psycopg

        with psycopg.connect(POSTGRES) as postgres:
            postgres.execute(f'UPDATE "{place.schema}"._asyncsdk_owner SET layout = 99'.encode())
    else:
        log = folder_of(place) / "_asyncsdk.jsonl"
        log.write_text(log.read_text().replace('"layout":1', '"layout":99'))
    with pytest.raises(TargetRefused, match=r"newer asyncsdk .*upgrade"):
        make_target(place).open(ACME, [THINGS])


def test_a_log_torn_anywhere_in_its_last_line_is_repaired(folder_place: Place) -> None:
    log = folder_of(folder_place) / "_asyncsdk.jsonl"
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        whole = log.read_bytes()
    *before, last, _ = whole.split(b"\n")
    start = sum(len(line) + 1 for line in before)
    part = next((folder_of(folder_place) / "things").glob("part-000002.*"))
    content = part.read_bytes()
    for cut in range(start, start + len(last) + 1, 7):
        log.write_bytes(whole[:cut])
        part.write_bytes(content)
        with opened(folder_place) as target:
            assert target.state(THINGS, "k") == b"1"
        assert [int(row["id"]) for row in rows_of(folder_place)] == [1]
    log.write_bytes(whole[:start] + b"\0" * len(last) + b"\n")  # after a power failure
    with opened(folder_place) as target:
        assert target.state(THINGS, "k") == b"1"


def test_a_log_spoilt_in_the_middle_is_refused(folder_place: Place) -> None:
    log = folder_of(folder_place) / "_asyncsdk.jsonl"
    with opened(folder_place) as target:
        target.save(THINGS, "k", b"1")
        target.save(THINGS, "k", b"2")
    for line in (0, 1):
        lines = log.read_bytes().split(b"\n")
        lines[line] = b"#" + lines[line]
        spoilt = b"\n".join(lines)
        log.write_bytes(spoilt)
        with pytest.raises(TargetRefused, match=f"damaged in line {line + 1}"):
            make_target(folder_place).open(ACME, [THINGS])
        assert log.read_bytes() == spoilt
        lines[line] = lines[line][1:]
        log.write_bytes(b"\n".join(lines))


def test_a_file_that_somebody_removed_is_missed(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    next((folder_of(folder_place) / "things").glob("part-*")).unlink()
    with pytest.raises(TargetRefused, match="lacks part-000001"):
        make_target(folder_place).open(ACME, [THINGS])


def test_files_of_other_people_stay(folder_place: Place) -> None:
    folder = folder_of(folder_place) / "things"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("mine")
    (folder / "part-one.txt").write_text("mine")
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    with opened(folder_place):
        pass
    assert (folder / "README.md").read_text() == (folder / "part-one.txt").read_text() == "mine"


def test_files_that_look_like_ours_and_are_not_are_left_alone(folder_place: Place) -> None:
    kind, _, where = folder_place.text.partition(":")
    file = Path(where) / "things" / f"part-000001.{kind}"
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(TargetRefused, match=r"of no run .*--schema or --prefix"):
        make_target(folder_place).open(ACME, [THINGS])
    assert file.read_text() == "mine"


def test_a_folder_holds_one_format(tmp_path: Path) -> None:
    with opened(Place(f"parquet:{tmp_path}")) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    with pytest.raises(TargetRefused, match=r"holds \.parquet files, not \.csv"):
        make_target(Place(f"csv:{tmp_path}")).open(ACME, [THINGS])
    assert rows_of(Place(f"parquet:{tmp_path}"))[0]["id"] == 1


def test_a_run_log_cut_by_a_crash_goes_on_in_a_new_line(folder_place: Place) -> None:
    from asyncsdk.extract.target import RunLine
    from tests.extract.stored import NIGHT

    log = folder_of(folder_place) / "_runs.jsonl"
    with opened(folder_place) as target:
        log.write_text('{"run": "r0", "ta')
        target.log_run(RunLine(run="r1", table="things", mode="full", started=NIGHT, finished=NIGHT, rows=0))
    assert json.loads(log.read_text().splitlines()[1])["run"] == "r1"


def test_a_table_that_extraction_has_not_made_is_left_alone(database_place: Place) -> None:
    place = database_place
    kind = place.text.partition(":")[0]
    if kind == "duckdb":
        import duckdb

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
