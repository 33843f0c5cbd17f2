"""In a DuckDB file a batch of new rows goes in as it is; whichever way rows came, the table holds what a dict would."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk.extract.target import Contents, Place, Shrink, Written
from asyncsdk.extract.targets import duckdb_store
from tests.extract.stored import NIGHT, THINGS, Thing, batch, opened, rows_of

LARGEST_ID = 2**63 - 1


def refuse(*args: Any, **more: Any) -> str:
    raise AssertionError("a batch of new rows was joined with its table")


@pytest.mark.parametrize("kind", ["duckdb", "parquet"])
def test_a_batch_beyond_the_ids_of_its_table_is_not_joined_with_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(f"{kind}:{tmp_path / 'rows'}")
    monkeypatch.setattr(duckdb_store, "changes", refuse)
    with opened(place) as target:
        assert target.write(THINGS, batch(Thing(id=3), Thing(id=-1)), "k", b"1") == Written(new=2)
        assert target.write(THINGS, batch(Thing(id=4, name="x")), "k", b"2") == Written(new=1)
        with pytest.raises(AssertionError, match="joined"):
            target.write(THINGS, batch(Thing(id=4), Thing(id=5)), "k", b"3")
    with opened(place) as target:  # what it holds is looked up when it is opened
        assert target.contents(THINGS) == Contents(3, 3)
        with pytest.raises(AssertionError, match="joined"):
            target.write(THINGS, batch(Thing(id=3)), "k", b"3")
        assert target.write(THINGS, batch(Thing(id=LARGEST_ID)), "k", b"3") == Written(new=1)
        target.finish(THINGS)
        assert target.state(THINGS, "k") == b"3"
    assert [int(row["id"]) for row in rows_of(place)] == [-1, 3, 4, LARGEST_ID]


@pytest.mark.parametrize("seed", range(4))
def test_random_batches_leave_what_a_dict_holds(seed: int, tmp_path: Path) -> None:
    chance, expected = random.Random(seed), dict[int, Thing]()
    place = Place(f"parquet:{tmp_path / 'rows'}")
    for _ in range(3):
        with opened(place) as target:
            assert target.contents(THINGS).rows == len(expected)
            for number in range(8):
                top = max(expected, default=0)
                ids = chance.sample(range(top + 1, top + 40), 20) if number % 2 else chance.sample(range(60), 12)
                rows = [Thing(id=id_, hours=chance.randrange(2), name=str(number)) for id_ in ids]
                kept = frozenset({"name"} if chance.random() < 0.3 else ())
                if kept:
                    rows = [attrs.evolve(row, name=None) for row in rows]
                after = {
                    row.id: attrs.evolve(row, name=getattr(expected.get(row.id), "name", None)) if kept else row
                    for row in rows
                }
                new = len(after.keys() - expected.keys())
                changed = sum(id_ in expected and expected[id_] != row for id_, row in after.items())
                assert target.write(THINGS, batch(*rows, kept=kept), "k", b"1") == Written(new, changed)
                expected |= after
            target.finish(THINGS)
    found = {int(row["id"]): (row["hours"], row["name"]) for row in rows_of(place)}
    assert found == {row.id: (row.hours, row.name) for row in expected.values()}


def test_ids_that_a_pass_met_are_kept_as_runs_whatever_they_are(tmp_path: Path) -> None:
    place, later = Place(f"duckdb:{tmp_path / 'rows'}"), NIGHT + dt.timedelta(hours=1)
    ids = [-(2**63), -1, 0, 1, 7, 9, LARGEST_ID - 1, LARGEST_ID]
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=id_) for id_ in ids), whole=NIGHT), "k", b"1")
        assert target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=False) == Shrink(8, 0, marked=True)
        target.write(THINGS, batch(*(Thing(id=id_) for id_ in ids[1:4]), whole=later), "k", b"2")
        target.write(THINGS, batch(whole=later, spared=[LARGEST_ID]), "k", b"3")
    with opened(place) as target:
        assert target.mark_vanished(THINGS, later, later, allow_shrink=True) == Shrink(8, 4, marked=True)
        target.finish(THINGS)
    gone = [int(row["id"]) for row in rows_of(place) if row["_vanished_at"]]
    assert gone == [-(2**63), 7, 9, LARGEST_ID - 1]


def test_a_batch_that_failed_leaves_no_trace_in_what_the_table_is_known_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(f"duckdb:{tmp_path / 'rows'}")
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        with monkeypatch.context() as broken, pytest.raises(AssertionError):
            broken.setattr(duckdb_store.DuckDBStore, "_put_state", refuse)
            target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        assert target.write(THINGS, batch(Thing(id=2)), "k", b"2") == Written(new=1)
    with opened(place) as target:
        assert target.contents(THINGS) == Contents(2, 2)
