"""Killed with SIGKILL at any instant: no committed row lost, none doubled, state and rows of one moment."""

from __future__ import annotations

import functools
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.extract.target import Place, TargetError
from tests.extract.killed import BATCHES, KEY, expected, expected_vanished, is_published, traced, work
from tests.extract.stored import FILE_KINDS, THINGS, committed_in, kind_of, opened, place_of, postgres_schema, rows_of

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")


@contextmanager
def child(place: Place, seed: int, line: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.extract.killed", place.text, place.schema or "", str(seed), str(line)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def check(place: Place, seed: int, printed: list[str], *, go_on: bool = True) -> None:
    """What must be there after a kill, and again once the next run has gone on to the end."""
    announced = int(printed[-1]) if printed else -1
    with opened(place) as target:
        state = target.state(THINGS, KEY)
        committed = -1 if state is None else int(state)
        assert announced <= committed <= announced + 1
    assert values_of(committed_in(place)) == sorted(expected(seed, committed).items())
    if kind_of(place) in FILE_KINDS:
        shown = [number for number in range(committed + 1) if is_published(number)][-2:]
        assert values_of(rows_of(place)) in [[], *(sorted(expected(seed, number).items()) for number in shown)]
    if not go_on:
        return
    with opened(place) as target:
        work(target, seed, committed, said=str)
        assert target.state(THINGS, KEY) == str(BATCHES - 1).encode()
    assert values_of(rows_of(place)) == sorted(expected(seed, BATCHES - 1).items())
    marked = {int(row["id"]) for row in rows_of(place) if row["_vanished_at"] not in (None, "")}
    assert marked == expected_vanished(seed)


def values_of(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The id of each row, and the batch that wrote it last."""
    return [(int(row["id"]), int(float(row["value"]))) for row in rows]


@pytest.fixture(scope="module")
def lines_of_a_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], int]:
    """How many lines of the code that commits a run executes that nobody kills, by kind of target."""

    @functools.cache
    def count(kind: str) -> int:
        folder = tmp_path_factory.mktemp("counted")
        with (
            postgres_schema() if kind == "postgresql" else nullcontext() as schema,
            child(place_of(kind, folder, schema), 0, 0) as run,
        ):
            assert run.stdout is not None
            *_, said = run.stdout
        return int(said.removeprefix("lines "))

    return count


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))  # with those killed from outside, fifty instants of each kind
def test_killed_at_a_line(place: Place, seed: int, lines_of_a_run: Callable[[str], int]) -> None:
    """Before a line of the code that commits, drawn from all that a whole run executes."""
    lines = lines_of_a_run(place.text.partition(":")[0])
    with child(place, seed, random.Random(seed).randrange(lines * 9 // 10) + 1) as run:
        assert run.stdout is not None
        printed = run.stdout.read().split("\n")[:-1]
        assert run.wait() == -signal.SIGKILL
    check(place, seed, printed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_killed_from_outside(place: Place, seed: int) -> None:
    """Wherever it happens to be behind a commit: in Arrow, in a database, in the system."""
    last = random.Random(seed).randrange(BATCHES - 1)
    with child(place, seed, 0) as run:
        assert run.stdout is not None
        printed = [next(run.stdout).strip() for _ in range(last + 1)]
        run.kill()
        # What it still said before it died.
        printed += [line.strip() for line in run.stdout if not line.startswith("lines")]
        run.wait()
    check(place, seed, printed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsonl", "duckdb"])
def test_stopped_before_every_line_that_commits(kind: str, tmp_path: Path) -> None:
    """What is on disk just then is what a killed run would have left; what was there before need not be tried twice."""
    place = place_of(kind, tmp_path / "running")
    seen: set[object] = set()
    stopped: list[tuple[str, Path, list[str]]] = []
    printed: list[str] = []
    (tmp_path / "running").mkdir()

    def reached(line: str) -> None:
        files = sorted(path for path in (tmp_path / "running").rglob("*") if path.is_file())
        state = (len(printed), *((path.name, path.stat().st_ino, path.stat().st_size) for path in files))
        if state not in seen:
            seen.add(state)
            copy = tmp_path / f"stopped {len(stopped)}"
            shutil.copytree(tmp_path / "running", copy)
            stopped.append((line, copy, list(printed)))

    with traced(reached), opened(place) as target:
        work(target, 7, -1, said=lambda number: printed.append(str(number)))
    assert len(stopped) > 2 * BATCHES
    for number, (line, copy, said) in enumerate(stopped):
        try:
            check(place_of(kind, copy), 7, said, go_on=number % 10 == 0)
        except (AssertionError, TargetError) as error:
            raise AssertionError(f"stopped before {line}, after batch {said[-1:]}") from error
