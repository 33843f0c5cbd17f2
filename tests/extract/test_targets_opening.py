"""Opening a target: a place that means one, for one company and one run at a time, with tables that fit or grow."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import duckdb
import pytest

from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk.errors import ConfigurationError
from asyncsdk.extract.target import Place, Table, TargetError, TargetRefused
from asyncsdk.extract.targets import make_target
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
    nested,
    opened,
    place_of,
    rows_of,
)


def test_places_that_say_no_target() -> None:
    for text in ("nothing", "parquet:", "mysql://u:hunter2@h/d", ""):
        with pytest.raises(ConfigurationError, match="parquet:DIR") as caught:
            make_target(Place(text))
        assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="prefix"):
        make_target(Place("jsonl:x", prefix="../up"))
    with pytest.raises(ConfigurationError, match="schema"):
        make_target(Place("jsonl:x", schema=".."))
    with pytest.raises(ConfigurationError, match="only folders"):
        make_target(Place("duckdb:x", state=Path("y")))


def test_a_password_is_in_no_message() -> None:
    for text in ("postgresql://u:hunter2@127.0.0.1:1/d", "postgresql://u:hunter2@[/x", "postgresql://u:hunter2@h:x/d"):
        with pytest.raises((ConfigurationError, TargetError)) as caught:
            make_target(Place(text)).open(ACME, [THINGS])
        assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_peeking_changes_nothing_and_fails_never(place: Place) -> None:
    target = make_target(place)
    assert target.peek(THINGS, "k") is None
    with opened(place) as other:
        other.save(THINGS, "k", b"1")
    assert target.peek(THINGS, "k") == b"1"
    assert target.peek(THINGS, "other") is None


def test_closing_twice_and_using_a_closed_target(place: Place) -> None:
    target = make_target(place)
    target.close()
    target.open(ACME, [THINGS])
    target.close()
    target.close()
    with pytest.raises(TargetError, match="not open"):
        target.save(THINGS, "k", b"1")


# --- whose it is --------------------------------------------------------------------------------------------------


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
        assert target.state(THINGS, "k") == b"1"
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


def test_a_schema_that_differs_in_case_alone_is_refused_with_the_name_that_is_there(tmp_path: Path) -> None:
    with opened(place_of("duckdb", tmp_path, "Acme")) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    for owner in (ACME, GLOBEX):
        with pytest.raises(TargetRefused, match=r"has a schema Acme, which it does not tell from acme.*--schema Acme"):
            make_target(place_of("duckdb", tmp_path, "acme")).open(owner, [THINGS])
    with opened(place_of("duckdb", tmp_path, "Acme")) as target:
        assert target.state(THINGS, "k") == b"1"


def test_a_second_run_at_the_same_time_is_refused(place: Place) -> None:
    with opened(place) as target:
        with pytest.raises(TargetRefused, match="another run") as caught:
            make_target(place).open(ACME, [THINGS])
        assert place.text.startswith("postgresql") or f"process {os.getpid()} on " in str(caught.value)
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")  # the first goes on undisturbed
        target.finish(THINGS)
    with opened(place) as target:
        assert target.state(THINGS, "k") == b"1"


# --- tables of another version ------------------------------------------------------------------------------------


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
    first, second = (nested(row["people"]) for row in rows_of(place))
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
        assert target.state(THINGS, "k") == b"1"


# --- by other hands -----------------------------------------------------------------------------------------------


def in_database(place: Place, statement: str) -> None:
    """Executes a statement as somebody else would."""
    if place.text.startswith("postgresql"):
        import psycopg

        with psycopg.connect(POSTGRES) as postgres:
            postgres.execute(f'SET search_path = "{place.schema}"'.encode())
            postgres.execute(statement.encode())
        return
    import duckdb

    with duckdb.connect(str(Path(place.text.partition(":")[2]))) as database:
        database.execute(statement)


@pytest.mark.parametrize("statement", ["DELETE FROM things", "DELETE FROM things WHERE id = 3", "DROP TABLE things"])
def test_a_table_from_which_rows_were_taken_is_known(database_place: Place, statement: str) -> None:
    """Whatever is remembered would be wrong, for every set of filters: the list is read whole."""
    with opened(database_place) as target:
        target.write(THINGS, batch(*(Thing(id=i) for i in range(1, 11))), "k", b"1")
        target.save(THINGS, "k?filter", b"2")
        target.finish(THINGS)
    if statement.startswith("DROP"):
        in_database(database_place, "DROP VIEW things_live")
    in_database(database_place, statement)
    left = 9 if "WHERE" in statement else 0
    with opened(database_place) as target:
        assert target.contents(THINGS).lost
        assert target.contents(THINGS).rows == left
        assert (target.state(THINGS, "k"), target.state(THINGS, "k?filter")) == (None, None)
        (warning,) = target.warnings(THINGS)
        assert f"{left} of 10" in warning
        target.write(THINGS, batch(*(Thing(id=i) for i in range(1, 11))), "k", b"3")
    with opened(database_place) as target:
        assert not target.contents(THINGS).lost
        assert target.state(THINGS, "k") == b"3"
        assert not target.warnings(THINGS)


def test_rows_that_somebody_added_are_no_loss(database_place: Place) -> None:
    with opened(database_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    in_database(database_place, "INSERT INTO things (id) VALUES (99)")
    with opened(database_place) as target:
        assert not target.contents(THINGS).lost
        assert target.state(THINGS, "k") == b"1"


# --- names --------------------------------------------------------------------------------------------------------


def test_a_schema_may_be_called_like_the_file(tmp_path: Path) -> None:
    import duckdb

    place = Place(f"duckdb:{tmp_path / 'acme.duckdb'}", "acme")
    for number in (1, 2):
        with opened(place) as target:
            target.write(THINGS, batch(Thing(id=number), Thing(id=9, deleted_at=NIGHT)), "k", b"1")
    (tmp_path / "acme.duckdb").rename(tmp_path / "moved.duckdb")
    for name in ("acme.duckdb", "moved.duckdb"):
        path = (tmp_path / "moved.duckdb").rename(tmp_path / name)
        with duckdb.connect(str(path), read_only=True) as database:
            rows = database.execute(f"SELECT id FROM {path.stem}.acme.things_live ORDER BY id").fetchall()
        path.rename(tmp_path / "moved.duckdb")
        assert rows == [(1,), (2,)]


@pytest.mark.parametrize("prefix", ["order ", "a.b-", "select"])
def test_odd_names_are_names(tmp_path: Path, prefix: str) -> None:
    for kind in ("duckdb", "parquet"):
        if prefix == "order ":
            continue  # refused by make_target
        place = place_of(kind, tmp_path, "group", prefix)
        with opened(place) as target:
            target.write(THINGS, batch(Thing(id=1)), "k", b"1")
            target.finish(THINGS)
        assert [row["id"] for row in rows_of(place)] == [1]


def test_names_that_a_database_takes_for_one_are_refused(tmp_path: Path) -> None:
    place = place_of("duckdb", tmp_path)
    live = attrs.evolve(THINGS, name="things_live")
    with pytest.raises(TargetRefused, match="one name"):
        make_target(place).open(ACME, [THINGS, live])
    with opened(attrs.evolve(place, prefix="acme_")):
        pass
    with pytest.raises(TargetRefused, match="does not tell from"):
        make_target(attrs.evolve(place, prefix="ACME_")).open(ACME, [THINGS])

    @attrs.frozen(kw_only=True)
    class Folding:
        id: int
        note: str | None = None
        NOTE: str | None = None

    with pytest.raises(TargetRefused, match=r"columns note and NOTE are one"):
        make_target(place).open(ACME, [Table("things", Folding, columns_of(Folding))])


# --- what tables say of themselves --------------------------------------------------------------------------------


def test_a_duckdb_table_has_a_key_and_says_what_it_means(tmp_path: Path) -> None:
    import duckdb

    columns = tuple(
        attrs.evolve(column, unit="K", description="What it costs.") if column.name == "value" else column
        for column in THINGS.columns
    )
    place = place_of("duckdb", tmp_path)
    for table in (THINGS, attrs.evolve(THINGS, columns=columns)):  # also a table that is there
        with opened(place, table):
            pass
    with duckdb.connect(str(tmp_path / "rows.duckdb"), read_only=True) as database:
        said = database.execute("SELECT comment FROM duckdb_columns() WHERE column_name = 'value'").fetchall()
        about = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'things'").fetchall()
        keys = database.execute("SELECT constraint_column_names FROM duckdb_constraints() WHERE table_name = 'things'")
        assert ("What it costs. [K]",) in said
        assert about == [("A row with a field of every kind.",)]
        assert (["id"],) in keys.fetchall()


def test_states_are_read_as_json(database_place: Place) -> None:
    with opened(database_place) as target:
        target.save(THINGS, "k", b'{"rows":7}')
    if database_place.text.startswith("postgresql"):
        import psycopg

        with psycopg.connect(POSTGRES) as postgres:
            query = f"SELECT state ->> 'rows' FROM \"{database_place.schema}\"._asyncsdk_state"
            assert postgres.execute(query.encode()).fetchall() == [("7",)]
        return
    import duckdb

    with duckdb.connect(database_place.text.partition(":")[2]) as database:
        assert database.execute("SELECT state ->> 'rows' FROM _asyncsdk_state").fetchall() == [("7",)]


@pytest.mark.skipif(int(duckdb.__version__.partition(".")[0]) < 2, reason="older ones write no newer format")
def test_files_are_written_for_older_versions_of_duckdb(tmp_path: Path) -> None:
    with opened(place_of("duckdb", tmp_path)) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    with duckdb.connect(str(tmp_path / "rows.duckdb")) as database:
        ((tags,),) = database.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'rows'").fetchall()
    assert "v1.2" in str(tags)


def test_a_second_company_in_one_duckdb_file_is_told_that_it_has_one_writer_at_a_time(tmp_path: Path) -> None:
    first = Place(f"duckdb:{tmp_path / 'all.duckdb'}", schema="acme")
    other = attrs.evolve(first, schema="globex")
    with (
        opened(first),
        pytest.raises(TargetRefused, match=r"one writer at a time.*several --company writes them one after the other"),
        opened(other, owner=GLOBEX),
    ):
        pass
    with opened(other, owner=GLOBEX):
        pass
