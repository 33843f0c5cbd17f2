"""What every target promises of rows, states and the run log: what was written is what others read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk.extract.target import STATES_KEPT, Contents, Place, RunLine, TargetError, Written
from tests.extract.stored import NIGHT, POSTGRES, THINGS, Person, Thing, batch, nested, opened, rows_of

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

EMPTY = Thing(id=2, name="", tags=(), people=())


def test_rows_and_state_come_back(place: Place) -> None:
    with opened(place) as target:
        assert target.state(THINGS, "k") is None
        target.write(THINGS, batch(FULL, EMPTY), "k", b'{"page":1}')
        target.finish(THINGS)
    with opened(place) as target:
        assert target.state(THINGS, "k") == b'{"page":1}'
        assert target.state(THINGS, "other") is None
    assert [int(row["id"]) for row in rows_of(place)] == [1, 2]


def test_every_value_is_read_back_by_others(place: Place) -> None:
    """Written by us, read by pyarrow, DuckDB, psycopg, csv and json."""
    with opened(place) as target:
        target.write(THINGS, batch(FULL, EMPTY), "k", b"1")
        target.finish(THINGS)
    first, second = rows_of(place)
    kind = place.text.partition(":")[0]
    as_text = kind in ("csv", "jsonl")
    assert first["name"] == FULL.name
    assert first["from"] == "Mon"
    assert float(first["value"]) == 0.1
    assert int(first["hours"]) == 2**62
    assert first["flag"] in (True, "true")
    assert (dt.date.fromisoformat(first["day"]) if as_text else first["day"]) == FULL.day
    assert (dt.datetime.fromisoformat(first["updated_at"]) if as_text else first["updated_at"]) == FULL.updated_at
    assert first["_vanished_at"] in (None, "")
    assert nested(first["tags"]) == ["a", "b"]
    assert nested(first["people"])[0]["id"] == 5
    assert nested(first["owner"])["name"] == "Ada"
    assert nested(first["metadata"]) == {"13": "x"}
    assert nested(first["anything"]) == {"deep": [1, None]}
    assert second["name"] == ""
    assert second["value"] in (None, "")
    assert nested(second["people"]) == []


def test_a_row_written_again_replaces_the_older_one(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1.0), Thing(id=2, value=1.0)), "k", b"1")
        target.write(THINGS, batch(Thing(id=2, value=2.0), Thing(id=3, value=2.0)), "k", b"2")
        target.finish(THINGS)
        target.write(THINGS, batch(Thing(id=1, value=3.0)), "k", b"3")
        target.write(THINGS, batch(Thing(id=1, value=4.0)), "k", b"4")
        target.finish(THINGS)
        assert target.state(THINGS, "k") == b"4"
    assert [(int(row["id"]), float(row["value"])) for row in rows_of(place)] == [(1, 4.0), (2, 2.0), (3, 2.0)]


@pytest.mark.postgresql
def test_the_time_zone_of_a_session_moves_no_moment(postgres_place: Place) -> None:
    place = attrs.evolve(postgres_place, text=f"{POSTGRES}?options=-c%20timezone%3DAsia/Tokyo")
    with opened(place) as target:
        target.write(THINGS, batch(FULL), "k", b"1")
    assert rows_of(place)[0]["updated_at"] == FULL.updated_at


def test_a_list_without_rows_has_its_columns(place: Place) -> None:
    """`read_parquet('DIR/things/*.parquet')` must not fail because a list is empty."""
    with opened(place) as target:
        target.save(THINGS, "k", b"1")
        target.finish(THINGS)
        target.finish(THINGS)
        assert rows_of_open(place) == []
        target.write(THINGS, batch(Thing(id=1)), "k", b"2")
        target.finish(THINGS)
    assert len(rows_of(place)) == 1
    if place.text.startswith(("parquet:", "csv:", "jsonl:")):
        kind, _, where = place.text.partition(":")
        assert list(Path(where).glob(f"things/*.{kind}"))


def rows_of_open(place: Place) -> list[object]:
    return [] if place.text.startswith("duckdb") else list(rows_of(place))


def test_the_json_text_of_rows_is_kept_where_asked_for(place: Place) -> None:
    raw = attrs.evolve(THINGS, raw=True)
    with opened(place, raw) as target:
        target.write(raw, batch(Thing(id=1), raw=[b'{"id": 1,\n "new": "x"}']), "k", b"1")
        target.finish(raw)
    with opened(place) as target:  # a table that has the column keeps it
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        target.finish(THINGS)
    first, second = rows_of(place)
    assert nested(first["_raw"]) == {"id": 1, "new": "x"}
    assert second["_raw"] in (None, "")


def test_the_run_log_has_a_line_for_each_run(place: Place) -> None:
    line = RunLine(
        run="r1", table="things", mode="full", started=NIGHT, finished=LATER, rows=3, complete=False, error="x"
    )
    with opened(place) as target:
        target.log_run(line)
        target.log_run(attrs.evolve(line, run="r2", complete=True, error=None))
    rows = _runs(place)
    assert [(row["run"], row["rows"], row["complete"], row["error"]) for row in rows] == [
        ("r1", 3, False, "x"),
        ("r2", 3, True, None),
    ]


def _runs(place: Place) -> list[dict[str, object]]:
    if place.text.startswith("delta:"):
        import deltalake

        found = deltalake.DeltaTable(f"{place.text.partition(':')[2]}/_asyncsdk_runs").to_pyarrow_table().to_pylist()
        return sorted(found, key=lambda row: str(row["run"]))
    if not place.text.startswith("postgresql:"):
        import duckdb

        where = Path(place.text.partition(":")[2])
        path = where if place.text.startswith("duckdb:") else where / ".asyncsdk" / "staging.duckdb"
        database = duckdb.connect(str(path), read_only=True)
        rows = list(database.sql("SELECT * FROM _asyncsdk_runs ORDER BY run").to_arrow_table().to_pylist())
        database.close()
        return rows
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(place.text, row_factory=dict_row) as postgres:
        return postgres.execute(f'SELECT * FROM "{place.schema}"._asyncsdk_runs ORDER BY run'.encode()).fetchall()


def test_a_row_that_no_column_can_hold_leaves_rows_and_state_as_they_were(place: Place) -> None:
    """Such rows are put aside before; a target that meets one all the same changes nothing."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        with pytest.raises(TargetError, match="cannot hold"):
            target.write(THINGS, batch(Thing(id=2), Thing(id=3, hours=2**63)), "k", b"2")
        assert target.state(THINGS, "k") == b"1"
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(place)] == [1, 2]


def test_text_with_the_character_nul_is_written(place: Place) -> None:
    """PostgreSQL cannot hold it, and one such note must not stop every night's run."""
    row = Thing(id=1, name="a\0b", anything={"x": "c\0d", "y": "\\u0000"}, people=(Person(id=1, name="\0"),))
    with opened(place) as target:
        target.write(THINGS, batch(row), "k", b"1")
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        target.finish(THINGS)
        told = target.warnings(THINGS)
    assert [warning.endswith("(3 times)") for warning in told] == [True] * place.text.startswith("postgresql")
    anything = nested(rows_of(place)[0]["anything"])
    assert anything["y"] == "\\u0000"


KINDS_OF_VALUES: dict[str, Any] = {
    "name": "other",
    "value": 0.25,
    "hours": 7,
    "flag": False,
    "day": dt.date(2024, 3, 1),
    "updated_at": LATER,
    "deleted_at": NIGHT,
    "from_": None,
    "tags": ("b", "a"),
    "owner": Person(id=4, name="Ada", since=LATER),
    "people": (Person(id=5, name="Grace"),),
    "anything": {"deep": [1, 0]},
    "metadata": {13: "y"},
}


def test_only_new_and_changed_rows_are_written_and_counted(place: Place) -> None:
    with opened(place) as target:
        assert target.write(THINGS, batch(FULL, EMPTY), "k", b"1") == Written(2, 0)
        assert target.write(THINGS, batch(EMPTY, FULL), "k", b"2") == Written(0, 0)
        assert target.write(THINGS, batch(FULL, Thing(id=2, name="x"), Thing(id=3)), "k", b"3") == Written(1, 1)
        assert target.state(THINGS, "k") == b"3"


@pytest.mark.parametrize("field", KINDS_OF_VALUES)
def test_a_change_of_any_field_is_a_change(local_place: Place, field: str) -> None:
    changed = attrs.evolve(FULL, **{field: KINDS_OF_VALUES[field]})
    with opened(local_place) as target:
        target.write(THINGS, batch(FULL, EMPTY), "k", b"1")
        assert target.write(THINGS, batch(changed, EMPTY), "k", b"2") == Written(0, 1)
        assert target.write(THINGS, batch(changed, EMPTY), "k", b"3") == Written(0, 0)
        assert target.write(THINGS, batch(FULL), "k", b"4") == Written(0, 1)


def test_columns_that_the_api_sends_no_more_keep_their_values(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, name="kept", value=1.0), Thing(id=2, name="kept")), "k", b"1")
        gone = frozenset({"name"})
        written = target.write(THINGS, batch(Thing(id=1, value=2.0), Thing(id=2), Thing(id=3), kept=gone), "k", b"2")
        assert written == Written(1, 1), "a column without a value decides nothing"
        target.finish(THINGS)
    assert [row["name"] or None for row in rows_of(place)] == ["kept", "kept", None]
    assert float(rows_of(place)[0]["value"]) == 2.0


def test_null_is_a_value_and_is_written(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, name="x", people=(Person(id=1),))), "k", b"1")
        assert target.write(THINGS, batch(Thing(id=1)), "k", b"2") == Written(0, 1)
        target.finish(THINGS)
    assert rows_of(place)[0]["name"] in (None, "")
    assert rows_of(place)[0]["people"] in (None, "")


def test_the_newest_states_of_a_table_are_kept(place: Place) -> None:
    """Filters that move leave a state each night."""
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "first", b"1")
        for number in range(STATES_KEPT + 5):
            target.save(THINGS, f"night {number}", str(number).encode())
        assert target.state(THINGS, "first") is None
        assert target.state(THINGS, "night 4") is None
        assert target.state(THINGS, "night 5") == b"5"
        assert target.state(THINGS, f"night {STATES_KEPT + 4}") is not None


def test_a_table_is_dropped_with_all_that_is_remembered(place: Place) -> None:
    other = attrs.evolve(THINGS, name="others")
    with opened(place, THINGS, other) as target:
        for table in (THINGS, other):
            target.write(table, batch(Thing(id=1), whole=NIGHT), table.name, b"1")
            target.finish(table)
        target.drop(THINGS)
        assert target.state(THINGS, "things") is None
        assert target.state(other, "others") == b"1"
    assert [int(row["id"]) for row in rows_of(place, "others")] == [1]
    with opened(place) as target:
        assert target.contents(THINGS) == Contents(0, None)
        assert not target.warnings(THINGS)


def test_columns_that_must_not_be_stored_are_removed(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, name="secret", value=1.0)), "k", b"1")
        target.finish(THINGS)
    columns = tuple(column for column in THINGS.columns if column.name != "name")
    without = attrs.evolve(THINGS, columns=columns, without=frozenset({"name"}))
    with opened(place, without) as target:
        target.finish(without)
        assert target.write(without, batch(Thing(id=1, name="secret", value=1.0)), "k", b"2") == Written(0, 0)
    (row,) = rows_of(place)
    assert "name" not in row
    assert float(row["value"]) == 1.0
