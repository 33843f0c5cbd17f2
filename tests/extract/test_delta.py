"""Delta tables: rows, columns and what is remembered, as others read them."""

from __future__ import annotations

import datetime as dt
from array import array
from pathlib import Path

import attrs
import pytest

from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk.extract import TargetRefused
from asyncsdk.extract.target import STATES_KEPT, Batch, Contents, RunLine, Shrink, Table, TargetStopped, Written
from tests.extract.opened_delta import STATE, opened, rows_in, table_in
from tests.extract.stored import NIGHT, THINGS, Narrow, OldPerson, OldTeam, Person, Thing, things

LATER = NIGHT + dt.timedelta(days=1)


FULL = Thing(
    id=1,
    name='quote " comma , line\nand ünïcode',
    value=0.1,
    hours=2**62,
    flag=True,
    day=dt.date(2024, 2, 29),
    updated_at=NIGHT.replace(microsecond=123456),
    from_="Mon",
    tags=("a", "b"),
    owner=Person(id=4, name="Ada", since=NIGHT),
    people=(Person(id=5),),
    anything={"deep": [1, None]},
    metadata={13: "x"},
)


# --- rows ---------------------------------------------------------------------------------------------------------


def test_every_value_is_read_back_by_others(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=[FULL, Thing(id=2, name="", people=())]), "k", STATE)
    first, second = rows_in(tmp_path)
    assert {name: first[name] for name in ("name", "value", "hours", "flag", "day", "updated_at", "from", "tags")} == {
        "name": FULL.name,
        "value": 0.1,
        "hours": 2**62,
        "flag": True,
        "day": FULL.day,
        "updated_at": FULL.updated_at,
        "from": "Mon",
        "tags": ["a", "b"],
    }
    assert first["owner"] == {"id": 4, "name": "Ada", "since": NIGHT}
    assert first["anything"] == '{"deep":[1,null]}'
    assert (second["name"], second["people"], second["owner"]) == ("", [], None)


def test_polars_and_duckdb_read_it(tmp_path: Path) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2, 3)), "k", STATE)
        target.write(THINGS, Batch(rows=things(2, hours=7)), "k", STATE)
    frame = polars.scan_delta(f"{tmp_path}/things").sort("id").collect()
    assert frame["hours"].to_list() == [None, 7, None]
    dataset = table_in(tmp_path).to_pyarrow_dataset()
    with duckdb.connect() as database:
        database.register("dataset", dataset)
        assert database.execute("SELECT id, hours, owner.id FROM dataset ORDER BY id").fetchall() == [
            (1, None, 1),
            (2, 7, 2),
            (3, None, 3),
        ]


def test_only_what_is_new_or_differs_is_written_and_equal_rows_leave_their_files(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        assert target.write(THINGS, Batch(rows=things(1, 2, 3, tags=("a",))), "k", STATE) == Written(new=3)
        files = table_in(tmp_path).file_uris()
        assert target.write(THINGS, Batch(rows=things(1, 2, 3, tags=("a",))), "k", b'{"page":2}') == Written()
        assert table_in(tmp_path).file_uris() == files
        assert target.state(THINGS, "k") == b'{"page":2}'
        mixed = [*things(1, tags=("a",)), *things(2, tags=("b",)), *things(9)]
        assert target.write(THINGS, Batch(rows=mixed), "k", STATE) == Written(new=1, changed=1)
    assert [row["tags"] for row in rows_in(tmp_path)] == [["a"], ["b"], ["a"], None]
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == STATE


def test_a_column_that_is_kept_decides_nothing_and_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2, hours=7)), "k", STATE)
        batch = Batch(rows=[*things(1), *things(2, flag=True), *things(3)], kept=frozenset({"hours"}))
        assert target.write(THINGS, batch, "k", STATE) == Written(new=1, changed=1)
    assert [(row["hours"], row["flag"]) for row in rows_in(tmp_path)] == [(7, None), (7, True), (None, None)]


def test_what_a_pass_met_outlives_the_run(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(*range(1, 101))), "k", STATE)
        target.write(THINGS, Batch(rows=things(*range(1, 50)), whole=NIGHT, spared=[98]), "k", STATE)
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(*range(50, 96)), whole=NIGHT), "k", STATE)
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=False) == Shrink(100, 4, marked=True)
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=False) == Shrink(96, 0, marked=True)
        target.write(THINGS, Batch(rows=things(*range(1, 60)), whole=LATER), "k", STATE)
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(96, 37, marked=False)
        target.finish(THINGS)
        assert target.state(THINGS, "k") == STATE
    assert [row["id"] for row in rows_in(tmp_path) if row["_vanished_at"]] == [96, 97, 99, 100]
    with opened(tmp_path) as target:
        assert target.write(THINGS, Batch(rows=things(96)), "k", STATE) == Written(changed=1), "it is back"
        assert target.mark_vanished(THINGS, LATER, LATER, allow_shrink=False).absent == 97
    assert array("q", [row["id"] for row in rows_in(tmp_path) if row["_vanished_at"]]) == array("q", [97, 99, 100])


def test_a_table_that_was_emptied_or_removed_is_known_to_be(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        assert target.contents(THINGS) == Contents(0)
        target.write(THINGS, Batch(rows=things(*range(1, 10))), "k", STATE)
        target.save(THINGS, "k", STATE)
        assert target.contents(THINGS) == Contents(9, 9)
    table_in(tmp_path).delete()
    with opened(tmp_path) as target:
        assert target.contents(THINGS).lost
        assert target.state(THINGS, "k") is None
        assert "0 of 9 rows" in target.warnings(THINGS)[0]
        target.drop(THINGS)
    assert not (tmp_path / "things").exists()
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") is None


def test_the_newest_states_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        for number in range(STATES_KEPT + 3):
            target.save(THINGS, f"k{number}", b"%d" % number)
        assert target.state(THINGS, "k2") is None
        assert target.peek(THINGS, "k3") == b"3"


def test_the_run_log_is_a_table(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        for run in ("a", "b"):
            target.log_run(RunLine(run=run, table="things", mode="full", started=NIGHT, finished=LATER, rows=3))
    found = table_in(tmp_path, "_asyncsdk_runs").to_pyarrow_table().to_pylist()
    assert sorted((row["run"], row["rows"], row["started"]) for row in found) == [("a", 3, NIGHT), ("b", 3, NIGHT)]


NARROW = Table("things", Narrow, columns_of(Narrow))

OLD = Table("teams", OldTeam, columns_of(OldTeam))

NEW = Table("teams", Thing, tuple(c for c in columns_of(Thing) if c.name in {"id", "people"}))


# --- columns ------------------------------------------------------------------------------------------------------


def test_columns_are_added_and_widened_and_nothing_is_lost(tmp_path: Path) -> None:
    with opened(tmp_path, NARROW, OLD) as target:
        target.write(NARROW, Batch(rows=[Narrow(id=1, value=4, gone="x")]), "k", STATE)
        target.write(OLD, Batch(rows=[OldTeam(id=1, people=(OldPerson(id=2, name="Ada"),))]), "t", STATE)
    with opened(tmp_path, THINGS, NEW) as target:
        assert (target.state(THINGS, "k"), target.state(NEW, "t")) == (STATE, STATE)
        assert target.contents(THINGS) == Contents(1, 0)
        target.write(THINGS, Batch(rows=[Thing(id=2, value=0.5, hours=3)]), "k", STATE)
        target.write(NEW, Batch(rows=[Thing(id=2, people=(Person(id=3, since=NIGHT),))]), "t", STATE)
    assert [(r["id"], r["value"], r["gone"], r["hours"]) for r in rows_in(tmp_path)] == [
        (1, 4.0, "x", None),
        (2, 0.5, None, 3),
    ]
    assert [row["people"][0]["since"] for row in rows_in(tmp_path, "teams")] == [None, NIGHT]
    with opened(tmp_path, NARROW) as target:
        target.write(NARROW, Batch(rows=[Narrow(id=3, value=7)]), "k", STATE)
    assert rows_in(tmp_path)[2]["value"] == 7.0


def test_a_column_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "hours"))):
        pass
    texts = tuple(attrs.evolve(c, kind="text") if c.name == "value" else c for c in THINGS.columns)
    with (
        pytest.raises(TargetRefused, match=r'things: column "value" holds double'),
        opened(tmp_path, Table("things", Thing, texts)),
    ):
        pass


def test_fields_say_what_they_mean(tmp_path: Path) -> None:
    import pyarrow as pa

    told = tuple(attrs.evolve(c, unit="K", description="Worth.") if c.name == "value" else c for c in THINGS.columns)
    with opened(tmp_path, Table("things", Thing, told)):
        pass
    field = pa.schema(table_in(tmp_path).schema().to_arrow()).field("value")
    assert field.metadata == {b"unit": b"K", b"description": b"Worth."}


def test_a_column_that_may_not_be_stored_is_nowhere_any_more(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, name="s3cret-name", hours=5)]), "k", STATE)
    less = Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "name"), without=frozenset({"name"}))
    with opened(tmp_path, less) as target:
        assert target.state(less, "k") == STATE
        target.write(less, Batch(rows=[Thing(id=2, name="s3cret-name", hours=6)]), "k", STATE)
    assert [sorted(row) == sorted({*rows_in(tmp_path)[0]} - {"name"}) for row in rows_in(tmp_path)] == [True, True]
    assert [row["hours"] for row in rows_in(tmp_path)] == [5, 6]
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"s3cret-name" not in everything
    assert table_in(tmp_path).metadata().configuration["delta.logRetentionDuration"] == "interval 30 days"


def test_long_work_is_not_begun_once_it_was_told_to_stop(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1), whole=NIGHT), "k", b"1")
        target.stop()
        for call in (
            lambda: target.finish(THINGS),
            lambda: target.mark_vanished(THINGS, LATER, LATER, allow_shrink=True),
        ):
            with pytest.raises(TargetStopped):
                call()
        assert target.write(THINGS, Batch(rows=things(2)), "k", b"2") == Written(new=1)
    assert [row["_vanished_at"] for row in rows_in(tmp_path)] == [None, None]
