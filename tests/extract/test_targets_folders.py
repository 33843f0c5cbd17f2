"""Folders: whatever a reader looks for, it finds each table as it was or as it is, and nothing else of ours."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pyarrow.parquet as pq
import pytest

from asyncsdk.extract.target import Place, TargetError
from asyncsdk.extract.targets.duckdb_file import DuckDBFile
from tests.extract.stored import (
    GLOBEX,
    NARROW,
    NIGHT,
    THINGS,
    Narrow,
    Person,
    Thing,
    batch,
    folder_of,
    kind_of,
    opened,
    rows_of,
)


def published(place: Place) -> Path:
    return folder_of(place) / "things" / f"things.{kind_of(place)}"


def files_in(place: Place) -> set[str]:
    return {str(path.relative_to(folder_of(place))) for path in folder_of(place).rglob("*") if path.is_file()}


# --- what readers see ---------------------------------------------------------------------------------------------


def test_a_table_is_published_when_it_is_done(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1.0), Thing(id=2, value=1.0)), "k", b"1")
        assert not published(folder_place).exists()
        target.finish(THINGS)
        assert [float(row["value"]) for row in rows_of(folder_place)] == [1.0, 1.0]
        target.write(THINGS, batch(Thing(id=1, value=2.0)), "k", b"2")
        assert [float(row["value"]) for row in rows_of(folder_place)] == [1.0, 1.0]
        target.finish(THINGS)
        assert [float(row["value"]) for row in rows_of(folder_place)] == [2.0, 1.0]


def test_a_table_folder_holds_one_file_and_nothing_of_ours_looks_like_one(folder_place: Place) -> None:
    """Also while a run goes on: DuckDB, polars and Python match names with _ or . in front."""
    kind, folder = kind_of(folder_place), folder_of(folder_place)
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        target.rejects_path(THINGS).write_text("{}\n")
        rows = files_in(folder_place)
    assert {name for name in rows if not name.startswith(".asyncsdk/")} == {f"things/things.{kind}"}
    assert not [name for name in rows if Path(name).suffix in {".parquet", ".csv", ".jsonl"} and ".asyncsdk" in name]
    assert target.rejects_path(THINGS) == folder / ".asyncsdk" / "things.rejects"


def test_a_table_that_did_not_change_is_not_written_again(folder_place: Place) -> None:
    for _ in range(2):
        with opened(folder_place) as target:
            target.write(THINGS, batch(Thing(id=1), whole=NIGHT), "k", b"1")
            target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=False)
            target.save(THINGS, "k", b"2")
            target.finish(THINGS)
    before = published(folder_place).stat()
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"3")
        target.finish(THINGS)
        assert published(folder_place).stat().st_ino == before.st_ino
        target.write(THINGS, batch(Thing(id=2)), "k", b"4")
        target.finish(THINGS)
    assert published(folder_place).stat().st_ino != before.st_ino


@pytest.mark.parametrize("harm", ["removed", "changed"])
def test_a_file_that_somebody_removed_or_changed_is_published_again(folder_place: Place, harm: str) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    if harm == "removed":
        published(folder_place).unlink()
    else:
        published(folder_place).write_bytes(published(folder_place).read_bytes() * 2)
    with opened(folder_place) as target:
        assert target.state(THINGS, "k") == b"1", "no row has to be asked for again"
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1]


def test_rows_stand_in_the_order_of_their_ids(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=5), Thing(id=3)), "k", b"1")
        target.write(THINGS, batch(Thing(id=4), Thing(id=1), Thing(id=5, value=1.0)), "k", b"2")
        target.finish(THINGS)
    kind = kind_of(folder_place)
    with duckdb.connect() as database:
        reader = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}[kind]
        rows = database.execute(f"SELECT id FROM {reader}('{published(folder_place)}')").fetchall()
    assert [id for (id,) in rows] == [1, 3, 4, 5]


# --- what is in the files -----------------------------------------------------------------------------------------

DEEP = Thing(
    id=1,
    name='a "b", c\nd',
    updated_at=dt.datetime(2026, 5, 1, 12, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    owner=Person(id=2, since=NIGHT),
    people=(Person(id=3, since=NIGHT), Person(id=4)),
    anything={"at": "10:00", "deep": [1, None]},
    metadata={13: "x"},
)


@pytest.mark.parametrize("zone", ["Europe/Rome", "Asia/Tokyo"])
def test_date_times_in_text_are_in_utc_with_a_z_at_any_depth(
    tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    rows = {}
    for kind in ("csv", "jsonl"):
        place = Place(f"{kind}:{tmp_path / kind}")
        with opened(place) as target:
            target.write(THINGS, batch(DEEP, Thing(id=2)), "k", b"1")
            target.finish(THINGS)
        rows[kind], second = rows_of(place)
        assert second["owner"] in (None, ""), "null is no object of nulls"
    rows["csv"] |= {name: json.loads(rows["csv"][name]) for name in ("owner", "people")}
    for row in rows.values():
        assert row["updated_at"] == "2026-05-01T10:00:00.000005Z"
        assert row["owner"]["since"] == "2024-03-01T02:00:00.000000Z"
        assert [each["since"] for each in row["people"]] == ["2024-03-01T02:00:00.000000Z", None]


def test_csv_tells_empty_text_from_nothing(tmp_path: Path) -> None:
    place = Place(f"csv:{tmp_path}")
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, name=""), Thing(id=2), Thing(id=3, name="NULL")), "k", b"1")
        target.finish(THINGS)
    lines = published(place).read_text().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ['""', "", "NULL"]


def test_json_lines_nest(tmp_path: Path) -> None:
    place = Place(f"jsonl:{tmp_path}")
    with opened(place) as target:
        target.write(THINGS, batch(DEEP), "k", b"1")
        target.finish(THINGS)
    (row,) = map(json.loads, published(place).read_text().splitlines())
    assert (row["anything"], row["metadata"], row["people"][0]["id"]) == (DEEP.anything, {"13": "x"}, 3)


def test_parquet_has_types_and_says_what_fields_mean(tmp_path: Path) -> None:
    columns = tuple(
        attrs.evolve(column, unit="K", description="What it costs.") if column.name == "value" else column
        for column in THINGS.columns
    )
    place = Place(f"parquet:{tmp_path}")
    table = attrs.evolve(THINGS, columns=columns)
    with opened(place, table) as target:
        target.write(table, batch(DEEP, Thing(id=2)), "k", b"1")
        target.finish(table)
    schema = pq.read_schema(published(place))
    assert schema.field("value").metadata == {b"unit": b"K", b"description": b"What it costs."}
    assert str(schema.field("anything").type) == "string", "polars takes JSON for bytes"
    assert str(schema.field("updated_at").type) == "timestamp[us, tz=UTC]"
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(str(published(place)))
    assert frame["anything"][0] == '{"at":"10:00","deep":[1,null]}'
    assert frame["people"][0][0]["since"] == NIGHT


def test_columns_of_earlier_versions_stay_in_every_format(folder_place: Place) -> None:
    with opened(folder_place, NARROW) as target:
        target.write(NARROW, batch(Narrow(id=1, value=3, gone="kept")), "k", b"1")
        target.finish(NARROW)
    with opened(folder_place) as target:
        target.finish(THINGS)
        assert "tags" in rows_of(folder_place)[0]
        target.write(THINGS, batch(Thing(id=1, value=0.5)), "k", b"2")
        target.finish(THINGS)
    (row,) = rows_of(folder_place)
    assert (float(row["value"]), row["gone"]) == (0.5, "kept")


# --- side by side, and stopped ------------------------------------------------------------------------------------


def test_companies_and_prefixes_side_by_side(folder_place: Place) -> None:
    other = attrs.evolve(folder_place, prefix="b_")
    with opened(folder_place) as first, opened(other, owner=GLOBEX) as second:
        for target, id in ((first, 1), (second, 2)):
            target.write(THINGS, batch(Thing(id=id)), "k", b"1")
            target.finish(THINGS)
    assert [[int(row["id"]) for row in rows_of(place)] for place in (folder_place, other)] == [[1], [2]]


def test_a_publication_that_is_stopped_leaves_the_file(folder_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        real = DuckDBFile.rows

        def interrupted(self: DuckDBFile, statement: str, values: Any = None) -> Any:
            if statement.startswith("COPY"):
                target.stop()
                raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
            return real(self, statement, values)

        monkeypatch.setattr(DuckDBFile, "rows", interrupted)
        with pytest.raises(TargetError, match="stopped"):
            target.finish(THINGS)
        target.save(THINGS, "k", b"3")  # states are no long work
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1]
    assert not [name for name in files_in(folder_place) if name.endswith(".tmp")]
