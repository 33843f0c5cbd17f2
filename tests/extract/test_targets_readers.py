"""Readers that look at a folder all the time: each look finds each row once, as of one moment, whatever runs do.

DuckDB, polars and pyarrow read while other processes write, are killed, and run out of disk.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import duckdb
import pyarrow.dataset as ds
import pytest

from asyncsdk.extract.target import Place, TargetError
from tests.extract.killed import BATCHES, KEY, expected, is_published
from tests.extract.stored import THINGS, Thing, batch, folder_of, kind_of, opened
from tests.extract.test_targets_killed import child, values_of

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
polars = pytest.importorskip("polars")

Reader: TypeAlias = Callable[[Path], list[dict[str, Any]]]

SEED = 3
KILLS = 50
ATTEMPTS = 4


def duckdb_glob(pattern: str, function: str = "read_parquet") -> Reader:
    """Reads with DuckDB, and again where a query fails: it opens a file twice, for its columns and for its rows.

    Between the two a file may be replaced by another that is as sound. DuckDB notices, and raises one error or another.
    """

    def read(folder: Path) -> list[dict[str, Any]]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with duckdb.connect() as database:
                    rows = database.execute(f"SELECT id, value FROM {function}('{folder / pattern}')").fetchall()
            except duckdb.Error:
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return [{"id": id, "value": value} for id, value in rows]

    return read


def polars_glob(pattern: str, function: str = "read_parquet") -> Reader:
    def read(folder: Path) -> list[dict[str, Any]]:
        columns = {} if function == "read_ndjson" else {"columns": ["id", "value"]}
        path = str(folder / pattern)
        rows: list[dict[str, Any]] = getattr(polars, function)(path, **columns).select("id", "value").to_dicts()
        return rows

    return read


def pyarrow_folder(format: Any) -> Reader:
    def read(folder: Path) -> list[dict[str, Any]]:
        files = ds.dataset(folder / "things", format=format)
        rows: list[dict[str, Any]] = files.to_table(columns=["id", "value"]).to_pylist()
        return rows

    return read


def duckdb_file(folder: Path) -> list[dict[str, Any]]:
    """Reads the file of `duckdb:`, as far as no run has it: then it cannot be opened at all."""
    while True:
        try:
            with duckdb.connect(str(folder), read_only=True) as database:
                rows = database.execute("SELECT id, value FROM things").fetchall()
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            time.sleep(0.01)
        else:
            time.sleep(0.05)  # while it is open no run can open it
            return [{"id": id, "value": value} for id, value in rows]


READERS: dict[str, dict[str, Reader]] = {
    "parquet": {
        "DuckDB, a table": duckdb_glob("things/*.parquet"),
        "DuckDB, all that looks like a table": duckdb_glob("**/*.parquet"),
        "DuckDB, any file of a table's name": duckdb_glob("*/things.*"),
        "DuckDB, folders of a prefix": duckdb_glob("thing*/*"),
        "polars, a table": polars_glob("things/*.parquet"),
        "polars, a folder": polars_glob("things"),
        "polars, all that looks like a table": polars_glob("**/*.parquet"),
        "pyarrow, a folder": pyarrow_folder("parquet"),
    },
    "csv": {
        "DuckDB, a table": duckdb_glob("things/*.csv", "read_csv"),
        "DuckDB, all that looks like a table": duckdb_glob("**/*.csv", "read_csv"),
        "DuckDB, folders of a prefix": duckdb_glob("thing*/*", "read_csv"),
        "polars, a table": polars_glob("things/*.csv", "read_csv"),
        "pyarrow, a folder": pyarrow_folder("csv"),
    },
    "jsonl": {
        "DuckDB, a table": duckdb_glob("things/*.jsonl", "read_json_auto"),
        "DuckDB, all that looks like a table": duckdb_glob("**/*.jsonl", "read_json_auto"),
        "DuckDB, folders of a prefix": duckdb_glob("thing*/*", "read_json_auto"),
        "polars, a table": polars_glob("things/things.jsonl", "read_ndjson"),
        "pyarrow, a folder": pyarrow_folder("json"),
    },
    "duckdb": {"DuckDB": duckdb_file},
}


@attrs.define(eq=False)
class Looking:
    """What a thread that looks all the time has seen: how often, and what was wrong."""

    folder: Path
    readers: dict[str, Reader]
    allowed: list[list[tuple[int, int]]]
    looks: int = 0
    seen: set[int] = attrs.field(factory=set)
    wrong: list[str] = attrs.field(factory=list)
    _over: threading.Event = attrs.field(factory=threading.Event)

    def look(self) -> None:
        while not self._over.is_set() and not self.wrong:
            for name, read in self.readers.items():
                try:
                    try:
                        rows = sorted(values_of(read(self.folder)))
                    except Exception:  # some open a file twice, and it was replaced in between: documented
                        rows = sorted(values_of(read(self.folder)))
                except Exception as error:  # whatever a reader raises twice, it could not read
                    self.wrong.append(f"{name}: {type(error).__name__}: {error}")
                    continue
                self.looks += 1
                if rows not in self.allowed:
                    self.wrong.append(f"{name}: {len(rows)} rows of {len({id for id, _ in rows})} ids")
                else:
                    self.seen.add(self.allowed.index(rows))

    def end(self) -> None:
        self._over.set()


@contextmanager
def looking(place: Place, allowed: list[list[tuple[int, int]]]) -> Iterator[Looking]:
    """Looks at a folder in a thread while the block runs; wrong is nothing, in at least one look of each reader."""
    looks = Looking(folder_of(place), READERS[kind_of(place)], allowed)
    thread = threading.Thread(target=looks.look, daemon=True)
    thread.start()
    try:
        yield looks
    finally:
        looks.end()
        thread.join(60)
    assert not looks.wrong
    assert looks.looks >= len(looks.readers)


def states_of_runs(kind: str) -> list[list[tuple[int, int]]]:
    """What may be seen: the first row, and the rows behind each publication, or each commit in a DuckDB file."""
    seen = [number for number in range(BATCHES) if kind == "duckdb" or is_published(number)]
    shown = [sorted(({0: 0} | expected(SEED, number)).items()) for number in seen]
    return [[(0, 0)], *shown]


def begin(place: Place) -> None:
    """Publishes a table of one row, so that readers find a file."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=0, value=0)), "first", b"1")
        target.finish(THINGS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_while_runs_go_on_and_are_killed(tmp_path: Path, kind: str) -> None:
    """Several runs work on a table until it is done; then another one is begun, until so many were killed."""
    draw, killed, tables, looks = random.Random(KILLS), 0, 0, 0
    while killed < KILLS:
        place, tables = Place(f"{kind}:{tmp_path / f'lake {tables}'}"), tables + 1
        begin(place)
        with looking(place, states_of_runs(kind)) as readers:
            while killed < KILLS and (died := ends_killed(place, draw.randrange(100, 1500))):
                killed += died
            while ends_killed(place, 0):
                pass
        assert len(readers.seen) >= 2
        looks += readers.looks
        with opened(place) as target:
            assert target.state(THINGS, KEY) == str(BATCHES - 1).encode()
    print(f"{killed} runs killed, {tables} tables, {looks} looks of readers")  # noqa: T201  # -s shows it


def ends_killed(place: Place, line: int) -> bool:
    """Lets a run work until it is killed, or done. A reader in a DuckDB file keeps it out, so it begins again."""
    for _ in range(200):
        with child(place, SEED, line) as run:
            run.wait()
        if run.returncode != 1 or kind_of(place) != "duckdb":
            assert run.returncode in {0, -signal.SIGKILL}
            return run.returncode != 0
    raise AssertionError("readers kept every run out")


def test_while_publications_fail(tmp_path: Path) -> None:
    """A disk that is full for all but small files."""
    resource = pytest.importorskip("resource")
    place = Place(f"parquet:{tmp_path / 'lake'}")
    begin(place)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with looking(place, [[(0, 0)]]), opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=id, name=random.randbytes(40).hex()) for id in range(3000))), "k", b"2")
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        try:
            for _ in range(10):
                with pytest.raises(TargetError):
                    target.finish(THINGS)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)


# --- a disk that is really full -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=20)


def leave_room(filler: Path, size: int | None) -> None:
    """Fills a disk but for some bytes; None: does not fill it."""
    with filler.open("wb", buffering=0) as file:
        with suppress(OSError):
            while size is not None:
                file.write(b"x" * 100_000)
        if size is not None:
            file.truncate(max(0, file.tell() - size))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux'")
@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "duckdb"])
def test_a_full_disk_costs_no_committed_row(kind: str, small_disk: Path) -> None:
    """It fills in the midst of a batch, of a checkpoint and of a publication; later there is room again."""
    place = Place(f"{kind}:{small_disk / 'rows'}")
    filler = small_disk / "filler"
    number, failed = 0, 0
    for night in range(6):
        leave_room(filler, 3_000_000 if night % 2 == 0 else None)
        with opened(place) as target:
            committed = int(target.state(THINGS, KEY) or b"0")
            assert number <= committed <= number + 1
            assert target.contents(THINGS).rows == 400 * committed
            number = committed
            try:
                for _ in range(40 if night % 2 == 0 else 2):
                    start = 400 * number
                    rows = [Thing(id=id, name=random.randbytes(500).hex()) for id in range(start, start + 400)]
                    target.write(THINGS, batch(*rows), KEY, str(number + 1).encode())
                    number += 1
                target.finish(THINGS)
            except TargetError:
                failed += 1
                state = int(target.state(THINGS, KEY) or b"0")  # the target can be used as before
                assert number <= state <= number + 1
    assert failed >= 2
