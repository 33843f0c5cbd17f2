"""PostgreSQL and Delta killed with SIGKILL at any instant, readers beside: each sees rows and state of one moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asyncsdk._limits import clock
from asyncsdk.extract.target import Place
from tests.extract.killed_engine import KEY, end, expected, expected_vanished, step
from tests.extract.stored import POSTGRES, THINGS, opened

ROOT = Path(__file__).parents[2]
LONGEST = 0.8
"""Seconds for which a run is left alone, of which a seed draws a part: some dozen batches."""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")

INSTANTS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 50))]

Read = Callable[[], tuple[int | None, dict[int, int], set[int]]]


@contextmanager
def postgres_reader(place: Place) -> Iterator[Read]:
    """Reads the state, each row's batch, and the rows that are marked, as of one moment."""
    import psycopg

    with psycopg.connect(POSTGRES) as database:
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        def read() -> tuple[int | None, dict[int, int], set[int]]:
            with database.transaction():
                state = database.execute(f'SELECT state FROM "{place.schema}"._asyncsdk_state'.encode()).fetchone()
                rows = database.execute(
                    f'SELECT id, value, _vanished_at FROM "{place.schema}".things'.encode()
                ).fetchall()
            assert len({row[0] for row in rows}) == len(rows)
            last = None if state is None else int(state[0])
            return last, {i: int(v) for i, v, _ in rows}, {i for i, _, at in rows if at}

        yield read


@contextmanager
def delta_reader(place: Place) -> Iterator[Read]:
    """As a reader who knows Delta alone: the state is in the commit of the version that is read, or in an older one."""
    import json

    import deltalake

    def read() -> tuple[int | None, dict[int, int], set[int]]:
        table = deltalake.DeltaTable(f"{place.text.removeprefix('delta:')}/things")
        # `history` tells of newer commits as well: the transaction's number is that of what is read.
        told = [json.loads(entry["asyncsdk.state"]) for entry in table.history(50) if "asyncsdk.state" in entry]
        state = next(each for each in told if each["number"] == table.transaction_version("asyncsdk"))["states"].get(
            KEY
        )
        rows = table.to_pyarrow_table(columns=["id", "value", "_vanished_at"]).to_pylist()
        assert len({row["id"] for row in rows}) == len(rows)
        marked = {row["id"] for row in rows if row["_vanished_at"]}
        return state, {row["id"]: int(row["value"]) for row in rows}, marked

    yield read


def killed(place: Place, reader: Read, seconds: float) -> int:
    """Lets a run work for so long, reading beside it, and kills it: the last batch it told of."""
    command = [sys.executable, "-m", "tests.extract.killed_engine", place.text, place.schema or ""]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout is not None
            assert run.stdout.readline() == "ready\n"
            until = clock.monotonic() + seconds
            while clock.monotonic() < until:
                assert_of_one_moment(reader())
        finally:
            run.kill()
        printed = run.stdout.read().split()
    return int(printed[-1]) if printed else -1


def assert_of_one_moment(read: tuple[int | None, dict[int, int], set[int]]) -> int:
    state, rows, _ = read
    last = -1 if state is None else state
    assert rows == expected(last)
    return last


def check(place: Place, reader: Read, seed: int) -> None:
    told = killed(place, reader, random.Random(seed).random() * LONGEST)
    last = assert_of_one_moment(reader())
    assert told <= last <= told + 1
    with opened(place) as target:  # what the dead had sent to a server may be done until the target is open again
        last = assert_of_one_moment(reader())
        assert told <= last <= told + 1
        state = target.state(THINGS, KEY)
        assert state == (None if last < 0 else str(last).encode())
        if last >= 0:
            end(target, last)
        for number in range(last + 1, (last // 3 + 2) * 3):
            step(target, number)
        last = (last // 3 + 2) * 3 - 1
    assert assert_of_one_moment(reader()) == last
    assert reader()[2] == expected_vanished(last)


@pytest.mark.postgresql
@pytest.mark.parametrize("seed", INSTANTS)
def test_postgresql_killed_at_an_instant(seed: int, postgres_place: Place) -> None:
    with opened(postgres_place), postgres_reader(postgres_place):
        pass  # the reader's tables are there
    with postgres_reader(postgres_place) as reader:
        check(postgres_place, reader, seed)


@pytest.mark.parametrize("seed", INSTANTS)
def test_delta_killed_at_an_instant(seed: int, tmp_path: Path) -> None:
    pytest.importorskip("deltalake")
    place = Place(f"delta:{tmp_path}")
    with opened(place):
        pass
    with delta_reader(place) as reader:
        check(place, reader, seed)
