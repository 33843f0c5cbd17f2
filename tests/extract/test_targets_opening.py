"""Opening a target: a place that means one, for one company and one run at a time, with tables that fit or grow."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from asyncsdk.errors import ConfigurationError
from asyncsdk.extract.columns import columns_of
from asyncsdk.extract.target import Place, Table, TargetError, TargetRefused
from asyncsdk.extract.targets import make_target
from tests.extract.stored import (
    ACME,
    GLOBEX,
    NARROW,
    NIGHT,
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


def test_a_second_run_at_the_same_time_is_refused(place: Place) -> None:
    with opened(place) as target:
        with pytest.raises(TargetRefused, match="another run"):
            make_target(place).open(ACME, [THINGS])
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
