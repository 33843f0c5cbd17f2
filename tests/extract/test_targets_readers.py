"""Readers that look at a folder all the time: each look finds each row once, as of one moment, whatever runs do.

DuckDB, polars and pyarrow read while other processes write, are killed, and run out of disk.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pyarrow.dataset as ds
import pytest

from asyncsdk.extract.target import Place, TargetError
from tests.extract.killed import BATCHES, KEY, expected, is_published
from tests.extract.stored import THINGS, Thing, batch, folder_of, opened
from tests.extract.test_targets_killed import child, values_of

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
polars = pytest.importorskip("polars")

SEED = 3
KILLS = 50
ATTEMPTS = 4


def duckdb_glob(pattern: str) -> Callable[[Path], list[dict[str, Any]]]:
    """Reads with DuckDB, and again where a query fails: it opens a file twice, for its columns and for its rows.

    Between the two a file may be replaced by another that is as sound. DuckDB notices, and raises one error or another.
    """

    def read(folder: Path) -> list[dict[str, Any]]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with duckdb.connect() as database:
                    rows = database.execute(f"SELECT id, value FROM read_parquet('{folder / pattern}')").fetchall()
            except duckdb.Error:
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return [{"id": id, "value": value} for id, value in rows]

    return read


def polars_glob(pattern: str) -> Callable[[Path], list[dict[str, Any]]]:
    def read(folder: Path) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = polars.read_parquet(str(folder / pattern), columns=["id", "value"]).to_dicts()
        return rows

    return read


def pyarrow_folder(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        ds.dataset(folder / "things", format="parquet").to_table(columns=["id", "value"]).to_pylist()
    )
    return rows


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "DuckDB, a table": duckdb_glob("things/*.parquet"),
    "DuckDB, all that looks like a table": duckdb_glob("**/*.parquet"),
    "DuckDB, any file of a table's name": duckdb_glob("*/things.*"),
    "DuckDB, folders of a prefix": duckdb_glob("thing*/*"),
    "polars, a table": polars_glob("things/*.parquet"),
    "polars, a folder": polars_glob("things"),
    "polars, all that looks like a table": polars_glob("**/*.parquet"),
    "pyarrow, a folder": pyarrow_folder,
}


@attrs.define(eq=False)
class Looking:
    """What a thread that looks all the time has seen: how often, and what was wrong."""

    folder: Path
    allowed: list[list[tuple[int, int]]]
    looks: int = 0
    seen: set[int] = attrs.field(factory=set)
    wrong: list[str] = attrs.field(factory=list)
    _over: threading.Event = attrs.field(factory=threading.Event)

    def look(self) -> None:
        while not self._over.is_set() and not self.wrong:
            for name, read in READERS.items():
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
    looks = Looking(folder_of(place), allowed)
    thread = threading.Thread(target=looks.look, daemon=True)
    thread.start()
    try:
        yield looks
    finally:
        looks.end()
        thread.join(60)
    assert not looks.wrong
    assert looks.looks >= len(READERS)


def states_of_runs() -> list[list[tuple[int, int]]]:
    """What may be published: the first row, and the rows behind each publication."""
    shown = [sorted(expected(SEED, number).items()) for number in range(BATCHES) if is_published(number)]
    return [[(0, 0)], *shown]


def begin(place: Place) -> None:
    """Publishes a table of one row, so that readers find a file."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=0, value=0)), "first", b"1")
        target.finish(THINGS)


@pytest.mark.slow
def test_while_runs_go_on_and_are_killed(tmp_path: Path) -> None:
    place, draw = Place(f"parquet:{tmp_path / 'lake'}"), random.Random(KILLS)
    begin(place)
    with looking(place, states_of_runs()) as looks:
        for _ in range(KILLS):
            with child(place, SEED, draw.randrange(100, 2500)) as run:
                assert run.wait() in {0, -signal.SIGKILL}
        with child(place, SEED, 0) as run:
            assert run.wait() == 0
    assert len(looks.seen) >= 2
    with opened(place) as target:
        assert target.state(THINGS, KEY) == str(BATCHES - 1).encode()


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
