"""Delta tables: rows and state in one commit, whatever others do to the log and the files."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk._arrow.columns import columns_of
from asyncsdk.extract import TargetError, TargetRefused
from asyncsdk.extract.target import STATES_KEPT, Batch, Contents, Place, RunLine, Shrink, Table, TargetStopped, Written
from asyncsdk.extract.targets import make_target
from tests.extract.stored import ACME, GLOBEX, NIGHT, THINGS, Narrow, OldPerson, OldTeam, Person, Thing

deltalake = pytest.importorskip("deltalake")

from asyncsdk.extract.targets.delta import DeltaTarget  # noqa: E402  # needs the package

LATER = NIGHT + dt.timedelta(days=1)
STATE = b'{"page":1}'


@contextmanager
def opened(where: str | Path, *tables: Table, prefix: str = "") -> Iterator[DeltaTarget]:
    target = make_target(Place(f"delta:{where}", None, prefix))
    assert isinstance(target, DeltaTarget)
    target.open(ACME, tables or (THINGS,))
    try:
        yield target
    finally:
        target.close()


def things(*ids: int, **facts: Any) -> list[Thing]:
    return [Thing(id=id_, name=f"n{id_}", owner=Person(id=id_), metadata={13: "x"}, **facts) for id_ in ids]


def rows_in(where: str | Path, table: str = "things", options: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """All rows, as a reader has them who knows Delta alone."""
    found = deltalake.DeltaTable(f"{where}/{table}", storage_options=options).to_pyarrow_table().to_pylist()
    return sorted(found, key=lambda row: int(row["id"]))


def table_in(where: str | Path, table: str = "things") -> Any:
    return deltalake.DeltaTable(f"{where}/{table}")


def rows_of_pass(where: Path) -> int:
    """How many rows tell what whole passes have met."""
    return int(deltalake.DeltaTable(f"{where}/_asyncsdk_seen_things").to_pyarrow_table().num_rows)


def tidied_by_others(where: Path) -> None:
    """Compacts, vacuums and cleans up as somebody's nightly job may."""
    others = table_in(where)
    others.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 days"})
    others.optimize.compact()
    others.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    others.create_checkpoint()
    others.cleanup_metadata()


# --- rows ---------------------------------------------------------------------------------------------------------

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


# --- other hands --------------------------------------------------------------------------------------------------


def test_maintenance_of_our_own_keeps_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsdk.extract.targets.delta_table._MANY_FILES", 4)
    with opened(tmp_path) as target:
        for number in range(6):
            target.write(THINGS, Batch(rows=things(number)), "k", b"%d" % number)
        assert len(table_in(tmp_path).file_uris()) == 6
        target.finish(THINGS)
        assert len(table_in(tmp_path).file_uris()) == 1
    newest = table_in(tmp_path).history(1)[0]
    assert '"k":5' in newest["asyncsdk.state"], "a clean-up of the log leaves the newest commit"
    tidied_by_others_log_only(tmp_path)
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == b"5"
        assert target.warnings(THINGS) == ()
    assert [row["id"] for row in rows_in(tmp_path)] == list(range(6))


def tidied_by_others_log_only(where: Path) -> None:
    others = table_in(where)
    others.create_checkpoint()
    others.cleanup_metadata()


def test_a_state_that_somebodys_clean_up_has_removed_is_known_to_be_lost(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2)), "k", STATE)
    tidied_by_others(tmp_path)
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") is None
        assert target.contents(THINGS) == Contents(2)
        assert any("read whole" in warning for warning in target.warnings(THINGS))
        assert target.write(THINGS, Batch(rows=things(1, 2)), "k", STATE) == Written()
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == STATE
        assert target.warnings(THINGS) == ()


def test_maintenance_in_the_midst_of_a_run_is_no_rival(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        for number in range(3):
            target.write(THINGS, Batch(rows=things(number)), "k", STATE)
        tidied_by_others(tmp_path)
        assert target.write(THINGS, Batch(rows=things(0, 1, hours=5)), "k", b'{"page":2}') == Written(changed=2)
        tidied_by_others(tmp_path)
        target.save(THINGS, "k", b'{"page":3}')
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == b'{"page":3}'
    assert [row["hours"] for row in rows_in(tmp_path)] == [5, 5, None]


def test_of_two_runs_at_once_the_second_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(TargetRefused, match="another run is writing"), opened(tmp_path):
        pass


def test_of_two_writers_that_do_not_know_of_each_other_one_fails_and_nothing_is_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a bucket, where there is no lock."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        one.write(THINGS, Batch(rows=things(1)), "k", b"1")
        for attempt in (
            lambda: other.write(THINGS, Batch(rows=things(1, 2)), "k", b"2"),
            lambda: other.save(THINGS, "k", b"2"),
            lambda: other.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True),
        ):
            with pytest.raises(TargetError, match="another run has written"):
                attempt()
        one.write(THINGS, Batch(rows=things(3)), "k", b"3")
        assert one.state(THINGS, "k") == b"3"
    assert [row["id"] for row in rows_in(tmp_path)] == [1, 3]


def test_a_writer_that_gives_up_takes_nothing_from_what_the_other_has_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that a pass has met must not be marked as vanished, nor need the first of two writers give up as well."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        one.write(THINGS, Batch(rows=things(*range(20)), whole=NIGHT), "k", b"1")
        with pytest.raises(TargetError, match="another run has written"):
            other.write(THINGS, Batch(rows=things(1), whole=LATER), "k", b"2")
        one.write(THINGS, Batch(rows=things(*range(20, 40)), whole=NIGHT), "k", b"3")
    with opened(tmp_path) as target:  # the pass goes on in the next run
        target.write(THINGS, Batch(rows=things(*range(40, 200)), whole=NIGHT), "k", b"4")
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=False) == Shrink(200, 0, marked=True)
        target.finish(THINGS)
        assert rows_of_pass(tmp_path) == 0, "nor does anything stay of the pass that was given up"


def test_a_pass_that_is_over_leaves_what_another_run_is_about_to_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one:
        one.write(THINGS, Batch(rows=things(*range(200)), whole=NIGHT), "k", b"1")
        with opened(tmp_path) as other:
            other.write(THINGS, Batch(rows=things(*range(100)), whole=LATER), "k", b"2")
            one.finish(THINGS)
            other.write(THINGS, Batch(rows=things(*range(100, 200)), whole=LATER), "k", b"3")
            assert other.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(200, 0, marked=True)
            other.finish(THINGS)
    assert rows_of_pass(tmp_path) == 0


def test_two_runs_at_once_write_one_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be of different lists: then neither is in the way of the other."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        for target, run in ((one, "a"), (other, "b"), (one, "c")):
            target.log_run(RunLine(run=run, table="things", mode="full", started=NIGHT, finished=LATER, rows=3))
    lines = deltalake.DeltaTable(f"{tmp_path}/_asyncsdk_runs").to_pyarrow_table().to_pylist()
    assert sorted(line["run"] for line in lines) == ["a", "b", "c"]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = deltalake.write_deltalake

    def deaf(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        raise OSError("connection reset")

    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2)), "k", b"1")
        with monkeypatch.context() as patch:
            patch.setattr("asyncsdk.extract.targets.delta_table.write_deltalake", deaf)
            target.save(THINGS, "k", b"2")
        version = table_in(tmp_path).version()
        assert target.write(THINGS, Batch(rows=things(1, 2, 3)), "k", b"3") == Written(new=1)
        assert table_in(tmp_path).version() == version + 1


def test_tables_of_others_are_refused_and_left_alone(tmp_path: Path) -> None:
    import pyarrow as pa

    deltalake.write_deltalake(f"{tmp_path}/things", pa.table({"id": [1], "mine": ["x"]}))
    with pytest.raises(TargetRefused, match="has not made it"), opened(tmp_path):
        pass
    assert table_in(tmp_path).version() == 0
    with opened(tmp_path, prefix="a_"), pytest.raises(TargetRefused):
        make_target(Place(f"delta:{tmp_path}", None, "a_")).open(ACME, [THINGS])
    for prefix in ("a_", "b_"):
        with opened(tmp_path, prefix=prefix):
            pass
        with pytest.raises(TargetRefused, match="holds rows of acme"):
            make_target(Place(f"delta:{tmp_path}", None, prefix)).open(GLOBEX, [attrs.evolve(THINGS, name="other")])


# --- columns ------------------------------------------------------------------------------------------------------

NARROW = Table("things", Narrow, columns_of(Narrow))
OLD = Table("teams", OldTeam, columns_of(OldTeam))
NEW = Table("teams", Thing, tuple(c for c in columns_of(Thing) if c.name in {"id", "people"}))


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
