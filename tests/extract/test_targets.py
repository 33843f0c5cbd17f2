"""What every target promises, whatever it is made of."""

from __future__ import annotations

import datetime as dt
import json
import random
from array import array
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk.errors import ConfigurationError
from asyncsdk.extract.arrow import RowMisfit
from asyncsdk.extract.columns import columns_of
from asyncsdk.extract.target import Batch, Place, RunLine, Shrink, Table, TargetError, TargetRefused
from asyncsdk.extract.targets import make_target
from tests.extract.killed import traced
from tests.extract.stored import (
    ACME,
    GLOBEX,
    NARROW,
    NIGHT,
    POSTGRES,
    THINGS,
    Narrow,
    OldPerson,
    OldTeam,
    Person,
    Thing,
    batch,
    opened,
    place_of,
    rows_of,
)

LATER = NIGHT + dt.timedelta(days=1)
NONE_SPARED = array("q")

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
        assert target.state("k") is None
        target.write(THINGS, batch(FULL, EMPTY), "k", b'{"page":1}')
        target.finish(THINGS)
    with opened(place) as target:
        assert target.state("k") == b'{"page":1}'
        assert target.state("other") is None
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
    assert _nested(first["tags"]) == ["a", "b"]
    assert _nested(first["people"])[0]["id"] == 5
    assert _nested(first["owner"])["name"] == "Ada"
    assert _nested(first["metadata"]) == {"13": "x"}
    assert _nested(first["anything"]) == {"deep": [1, None]}
    assert second["name"] == ""
    assert second["value"] in (None, "")
    assert _nested(second["people"]) == []


def _nested(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def test_empty_text_and_null_stay_apart_through_a_merge(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1, name=""), Thing(id=2), Thing(id=3)), "k", b"1")
        target.write(THINGS, batch(Thing(id=3, name="x")), "k", b"2")
        target.finish(THINGS)
        target.finish(THINGS)
    if folder_place.text.startswith("csv:"):
        text = next(Path(folder_place.text[4:]).glob("things/*.csv")).read_text()
        assert [line.split(",")[1] for line in text.splitlines()[1:]] == ['""', "", '"x"']
    else:
        assert [row["name"] for row in rows_of(folder_place)] == ["", None, "x"]


def test_a_row_written_again_replaces_the_older_one(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1.0), Thing(id=2, value=1.0)), "k", b"1")
        target.write(THINGS, batch(Thing(id=2, value=2.0), Thing(id=3, value=2.0)), "k", b"2")
        target.finish(THINGS)
        target.write(THINGS, batch(Thing(id=1, value=3.0)), "k", b"3")
        target.write(THINGS, batch(Thing(id=1, value=4.0)), "k", b"4")
        target.finish(THINGS)
        assert target.state("k") == b"4"
    assert [(int(row["id"]), float(row["value"])) for row in rows_of(place)] == [(1, 4.0), (2, 2.0), (3, 2.0)]


def test_readers_of_files_see_no_row_twice_before_the_merge(folder_place: Place) -> None:
    """New ids show at once, a row that replaces another waits."""
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1.0)), "k", b"1")
        target.write(THINGS, batch(Thing(id=2, value=1.0)), "k", b"2")
        target.write(THINGS, batch(Thing(id=1, value=2.0)), "k", b"3")
        assert [(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)] == [(1, 1.0), (2, 1.0)]
        target.finish(THINGS)
        assert [(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)] == [(1, 2.0), (2, 1.0)]


@pytest.mark.parametrize("seed", range(5))
def test_readers_of_files_see_each_row_once_at_any_instant_of_a_merge(seed: int, folder_place: Place) -> None:
    """As it was or as it is: a file is replaced by one rename, and what changed in it is in the new one."""
    chance = random.Random(seed)
    seen: list[list[tuple[int, float]]] = []
    looks: list[set[tuple[str, int]]] = []
    folder = Path(folder_place.text.partition(":")[2])
    with opened(folder_place) as target:
        for start in range(0, 50, 10):
            target.write(THINGS, batch(*(Thing(id=start + k, value=0.0) for k in range(10))), "k", b"1")
        changed = chance.sample(range(50), 12)
        for ids in (changed[:7], [*changed[7:], 50], [*changed[:2], 51, 52]):
            target.write(THINGS, batch(*(Thing(id=id, value=1.0) for id in ids)), "k", b"2")

        def look(_: str) -> None:
            files = {(file.name, file.stat().st_ino) for file in folder.glob("things/*")}
            if looks and looks[-1] == files:
                return  # a reader sees what the last one saw
            looks.append(files)
            seen.append([(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)])

        with traced(look):
            target.finish(THINGS)
    assert seen[0] == [(id, 0.0) for id in range(50)]
    for rows in seen:
        ids = [id for id, _ in rows]
        assert ids[:50] == list(range(50))
        assert set(ids[50:]) <= {50, 51, 52}
        assert len(set(ids)) == len(ids)
    assert [id for id, value in seen[-1] if value] == sorted([*changed, 50, 51, 52])


def test_small_files_are_put_together_while_a_long_list_is_read(
    folder_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a long run has no more to merge than that of a short one."""
    monkeypatch.setattr("asyncsdk.extract.targets.files.LARGE", 100)
    kind, _, where = folder_place.text.partition(":")
    with opened(folder_place) as target:
        for start in range(0, 1000, 10):
            target.write(THINGS, batch(*(Thing(id=start + k) for k in range(10))), "k", str(start).encode())
            assert len(list(Path(where).glob(f"things/*.{kind}"))) <= start / 100 + 10
        before = content(folder_place)
        target.finish(THINGS)
        assert content(folder_place) == before
    assert [int(row["id"]) for row in rows_of(folder_place)] == list(range(1000))


def content(place: Place) -> list[tuple[str, bytes]]:
    folder = Path(place.text.partition(":")[2])
    return sorted((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())


@pytest.mark.postgresql
def test_the_time_zone_of_a_session_moves_no_moment(postgres_place: Place) -> None:
    place = attrs.evolve(postgres_place, text=f"{POSTGRES}?options=-c%20timezone%3DAsia/Tokyo")
    with opened(place) as target:
        target.write(THINGS, batch(FULL), "k", b"1")
    assert rows_of(place)[0]["updated_at"] == FULL.updated_at
    assert rows_of(place)[0]["_seen_at"] == NIGHT


def test_many_small_files_are_put_together(folder_place: Place) -> None:
    with opened(folder_place) as target:
        for start in range(0, 300, 10):
            target.write(THINGS, batch(*(Thing(id=start + k) for k in range(10))), "k", b"1")
        target.finish(THINGS)
    kind, _, where = folder_place.text.partition(":")
    assert len(list(Path(where).glob(f"things/*.{kind}"))) == 1
    assert [int(row["id"]) for row in rows_of(folder_place)] == list(range(300))


def test_a_list_without_rows_has_its_columns(place: Place) -> None:
    """`read_parquet('DIR/things/*.parquet')` must not fail because a list is empty."""
    with opened(place) as target:
        target.save("k", b"1")
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


def test_rows_that_a_pass_did_not_meet_are_marked_and_stay(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(1, 11)), Thing(id=11, deleted_at=NIGHT)), "k", b"1")
        met = batch(*(Thing(id=i, value=1.0) for i in range(1, 9)), seen_at=LATER)
        target.write(THINGS, met, "k", b"2")
        # 9 came, but did not fit; 10 did not come; 11 was deleted before.
        assert target.mark_vanished(THINGS, LATER, LATER, array("q", [9]), allow_shrink=False) == Shrink(10, 1, True)
        assert target.mark_vanished(THINGS, LATER, LATER, array("q", [9]), allow_shrink=False) == Shrink(9, 0, True)
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(place)] == list(range(1, 12))
    assert [int(row["id"]) for row in rows_of(place) if row["_vanished_at"] not in (None, "")] == [10]


def test_a_row_that_comes_back_is_no_longer_vanished(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.mark_vanished(THINGS, LATER, LATER, NONE_SPARED, allow_shrink=True)
        target.write(THINGS, batch(Thing(id=1), seen_at=LATER), "k", b"2")
        target.finish(THINGS)
    assert [row["_vanished_at"] in (None, "") for row in rows_of(place)] == [True]


def test_a_table_that_would_shrink_by_more_than_a_fifth_is_left_alone(place: Place) -> None:
    """A permission lost narrows lists in silence."""
    with opened(place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(10))), "k", b"1")
        target.write(THINGS, batch(*(Thing(id=i) for i in range(7)), seen_at=LATER), "k", b"2")
        refused = target.mark_vanished(THINGS, LATER, LATER, NONE_SPARED, allow_shrink=False)
        assert refused == Shrink(10, 3, marked=False)
        target.finish(THINGS)
        allowed = target.mark_vanished(THINGS, LATER, LATER, NONE_SPARED, allow_shrink=True)
        assert allowed == Shrink(10, 3, marked=True)
    assert sum(row["_vanished_at"] not in (None, "") for row in rows_of(place)) == 3


def test_the_live_view_hides_deleted_and_vanished_rows(database_place: Place) -> None:
    with opened(database_place) as target:
        target.write(THINGS, batch(Thing(id=1), Thing(id=2, deleted_at=NIGHT), Thing(id=3)), "k", b"1")
        target.write(THINGS, batch(Thing(id=1), seen_at=LATER), "k", b"2")
        target.mark_vanished(THINGS, LATER, LATER, NONE_SPARED, allow_shrink=True)
    assert [row["id"] for row in rows_of(database_place, "things_live")] == [1]


def test_the_json_text_of_rows_is_kept_where_asked_for(place: Place) -> None:
    raw = attrs.evolve(THINGS, raw=True)
    with opened(place, raw) as target:
        target.write(raw, Batch([Thing(id=1)], NIGHT, [b'{"id": 1,\n "new": "x"}']), "k", b"1")
        target.finish(raw)
    with opened(place) as target:  # a table that has the column keeps it
        target.write(THINGS, batch(Thing(id=2)), "k", b"2")
        target.finish(THINGS)
    first, second = rows_of(place)
    assert _nested(first["_raw"]) == {"id": 1, "new": "x"}
    assert second["_raw"] in (None, "")


def test_an_older_versions_table_gains_columns_and_keeps_its_own(place: Place) -> None:
    with opened(place, NARROW) as target:
        target.write(NARROW, batch(Narrow(id=1, value=3, gone="kept"), Narrow(id=2, value=4)), "k", b"1")
        target.finish(NARROW)
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=2, value=0.5, people=(Person(id=1),))), "k", b"2")
        target.finish(THINGS)
    first, second = rows_of(place)
    assert (float(first["value"]), first["gone"], first["people"]) in [(3.0, "kept", None), (3.0, "kept", "")]
    assert (float(second["value"]), second["gone"]) in [(0.5, None), (0.5, "")]
    with opened(place, NARROW) as target:  # and back: the newer column stays, empty
        target.write(NARROW, batch(Narrow(id=3, value=5)), "k", b"3")
        target.finish(NARROW)
    assert float(rows_of(place)[2]["value"]) == 5.0


def test_a_nested_field_that_is_new_is_added(place: Place) -> None:
    before = Table("things", OldTeam, columns_of(OldTeam))
    with opened(place, before) as target:
        target.write(before, batch(OldTeam(id=1, people=(OldPerson(id=1, name="a"),))), "k", b"1")
        target.finish(before)
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=2, people=(Person(id=2, since=NIGHT),))), "k", b"2")
        target.finish(THINGS)
    first, second = (_nested(row["people"]) for row in rows_of(place))
    assert first[0]["name"] == "a"
    assert second[0]["since"] is not None


def test_a_column_of_another_kind_is_refused_with_what_to_do(place: Place) -> None:
    @attrs.frozen(kw_only=True)
    class Other:
        id: int
        name: bool | None = None

    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    with pytest.raises(TargetRefused, match=r'"name" holds .*--schema or --prefix'):
        make_target(place).open(ACME, [Table("things", Other, columns_of(Other))])
    with opened(place) as target:  # and the lock is free again
        assert target.state("k") == b"1"


def test_another_companys_run_is_refused(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    with pytest.raises(TargetRefused, match=r"holds rows of acme .*not of globex.*--schema or --prefix"):
        make_target(place).open(GLOBEX, [THINGS])
    other = attrs.evolve(place, prefix="globex_")
    with opened(other, owner=GLOBEX) as target:
        target.write(THINGS, batch(Thing(id=7)), "k", b"7")
        target.finish(THINGS)
    assert [int(row["id"]) for row in rows_of(other)] == [7]
    with opened(place) as target:
        assert target.state("k") == b"1"
    assert [int(row["id"]) for row in rows_of(place)] == [1]


def test_companies_in_schemas_of_their_own(tmp_path: Path) -> None:
    for kind in ("parquet", "duckdb"):
        for owner, schema in ((ACME, "acme"), (GLOBEX, "glo-bex")):
            place = place_of(kind, tmp_path, schema)
            with opened(place, owner=owner) as target:
                target.write(THINGS, batch(Thing(id=1, name=schema)), "k", b"1")
                target.finish(THINGS)
                rejects = target.rejects_path(THINGS)
            assert [row["name"] for row in rows_of(place)] == [schema]
            assert schema in str(rejects.relative_to(tmp_path))


def test_a_second_run_at_the_same_time_is_refused(place: Place) -> None:
    with opened(place) as target:
        with pytest.raises(TargetRefused, match="another run"):
            make_target(place).open(ACME, [THINGS])
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")  # the first goes on undisturbed
        target.finish(THINGS)
    with opened(place) as target:
        assert target.state("k") == b"1"


def test_peeking_changes_nothing_and_fails_never(place: Place) -> None:
    target = make_target(place)
    assert target.peek("k") is None
    with opened(place) as other:
        other.save("k", b"1")
    assert target.peek("k") == b"1"
    assert target.peek("other") is None


def test_the_run_log_has_a_line_for_each_run(place: Place) -> None:
    line = RunLine(
        run="r1", table="things", mode="full", started=NIGHT, finished=LATER, rows=3, complete=False, error="x"
    )
    with opened(place) as target:
        target.log_run(line)
        target.log_run(attrs.evolve(line, run="r2", complete=True, error=None))
    if place.text.startswith(("parquet", "csv", "jsonl")):
        text = (Path(place.text.partition(":")[2]) / "_runs.jsonl").read_text()
        rows = [json.loads(each) for each in text.splitlines()]
    else:
        rows = [row | {"id": 0} for row in _runs(place)]
    assert [(row["run"], row["rows"], row["complete"], row["error"]) for row in rows] == [
        ("r1", 3, False, "x"),
        ("r2", 3, True, None),
    ]


def _runs(place: Place) -> list[dict[str, object]]:
    if place.text.startswith("duckdb:"):
        import duckdb

        database = duckdb.connect(place.text.partition(":")[2], read_only=True)
        rows = list(database.sql("SELECT * FROM _asyncsdk_runs ORDER BY run").to_arrow_table().to_pylist())
        database.close()
        return rows
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(place.text, row_factory=dict_row) as postgres:
        return postgres.execute(f'SELECT * FROM "{place.schema}"._asyncsdk_runs ORDER BY run'.encode()).fetchall()


def test_a_row_that_no_column_can_hold_leaves_rows_and_state_as_they_were(place: Place) -> None:
    with opened(place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        if not place.text.startswith("jsonl:"):  # JSON holds numbers of any size
            with pytest.raises(RowMisfit):
                target.write(THINGS, batch(Thing(id=2), Thing(id=3, hours=2**63)), "k", b"2")
        assert target.state("k") == b"1"
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
    anything = _nested(rows_of(place)[0]["anything"])
    assert anything["y"] == "\\u0000"


def test_closing_twice_and_using_a_closed_target(place: Place) -> None:
    target = make_target(place)
    target.close()
    target.open(ACME, [THINGS])
    target.close()
    target.close()
    with pytest.raises(TargetError, match="not open"):
        target.save("k", b"1")


def test_places_that_say_no_target() -> None:
    for text in ("nothing", "parquet:", "mysql://u:hunter2@h/d", ""):
        with pytest.raises(ConfigurationError, match="parquet:DIR") as caught:
            make_target(Place(text))
        assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="prefix"):
        make_target(Place("jsonl:x", prefix="../up"))
    with pytest.raises(ConfigurationError, match="schema"):
        make_target(Place("jsonl:x", schema=".."))


def test_a_password_is_in_no_message() -> None:
    for text in ("postgresql://u:hunter2@127.0.0.1:1/d", "postgresql://u:hunter2@[/x", "postgresql://u:hunter2@h:x/d"):
        with pytest.raises((ConfigurationError, TargetError)) as caught:
            make_target(Place(text)).open(ACME, [THINGS])
        assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"
