"""PostgreSQL: tables, views and names change without cost to those who read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk.errors import ConfigurationError
from asyncsdk.extract import TargetRefused
from asyncsdk.extract.target import Batch, Place, Table
from asyncsdk.extract.targets import make_target
from tests.extract.opened_postgres import STATE, opened
from tests.extract.stored import ACME, GLOBEX, NIGHT, POSTGRES, THINGS, Narrow, Thing, rows_of

pytestmark = pytest.mark.postgresql


MEANT = Table(
    "things",
    Thing,
    tuple(
        attrs.evolve(column, unit="K", description="What it's worth.") if column.name == "value" else column
        for column in columns_of(Thing)
    ),
)

NARROW = Table("things", Narrow, tuple(column for column in columns_of(Narrow) if column.name != "value"))


# --- tables and views ---------------------------------------------------------------------------------------------


def test_columns_say_what_they_mean(postgres_place: Place, sql: Any) -> None:
    comment = (
        "SELECT col_description(%s::regclass, attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"
    )
    with opened(postgres_place, MEANT):
        for name in ("things", "things_live"):
            assert sql(comment, name, name, "value") == [("What it's worth. [K]",)]
    sql("COMMENT ON COLUMN things.value IS 'ours'")
    with opened(postgres_place, MEANT):
        assert sql(comment, "things", "things", "value") == [("ours",)], "what somebody wrote there stays"


@pytest.fixture
def reader(sql: Any, postgres_place: Place) -> Iterator[str]:
    """A role that may read the live view of things, once it is there; gone at the end."""
    name = f"reader_{postgres_place.schema}"
    sql(f"CREATE ROLE {name}")
    sql(f"CREATE SCHEMA IF NOT EXISTS {postgres_place.schema}")
    sql(f"GRANT USAGE ON SCHEMA {postgres_place.schema} TO {name}")
    yield name
    sql("RESET ROLE")
    sql(f"DROP OWNED BY {name}")
    sql(f"DROP ROLE {name}")


def test_a_new_column_costs_no_reader_of_the_view_anything(postgres_place: Place, sql: Any, reader: str) -> None:
    """Neither its rights, nor its options, nor what is built on it."""
    with opened(postgres_place, NARROW) as target:
        target.write(NARROW, Batch(rows=[Narrow(id=1, gone="x")]), "k", STATE)
    sql(f"GRANT SELECT ON things_live TO {reader}")
    sql("ALTER VIEW things_live SET (security_barrier = true)")
    sql("CREATE VIEW mine AS SELECT id, name FROM things_live")
    for table in (THINGS, attrs.evolve(THINGS, raw=True)):
        with opened(postgres_place, table):
            pass
    assert sql("SELECT id FROM mine") == [(1,)]
    assert sql("SELECT reloptions FROM pg_class WHERE oid = 'things_live'::regclass") == [(["security_barrier=true"],)]
    sql(f"SET ROLE {reader}")
    assert sql("SELECT id, value, _raw FROM things_live") == [(1, None, None)]


def test_a_view_keeps_the_order_of_its_columns_whatever_the_tables_is(postgres_place: Place, sql: Any) -> None:
    """Who dumped and restored a table, or made it by hand, may have another order."""
    with opened(postgres_place, NARROW):
        pass
    sql("DROP VIEW things_live")
    sql("CREATE VIEW things_live AS SELECT gone, id, _vanished_at, deleted_at, name FROM things")
    sql("CREATE VIEW mine AS SELECT id FROM things_live")
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, hours=5), Thing(id=2, deleted_at=NIGHT)]), "k", STATE)
    names = [
        name
        for (name,) in sql("SELECT attname FROM pg_attribute WHERE attrelid = 'things_live'::regclass ORDER BY attnum")
    ]
    assert names[:5] == ["gone", "id", "_vanished_at", "deleted_at", "name"]
    assert set(names) == {
        name for (name,) in sql("SELECT attname FROM pg_attribute WHERE attrelid = 'things'::regclass AND attnum > 0")
    }
    assert sql("SELECT id, hours FROM things_live") == [(1, 5)], "it shows live rows, as every such view"


def test_a_column_that_may_not_be_stored_goes_and_readers_keep_their_rights(
    postgres_place: Place, sql: Any, reader: str
) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, name="secret", hours=5)]), "k", STATE)
    sql(f"GRANT SELECT ON things_live TO {reader} WITH GRANT OPTION")
    sql("GRANT SELECT (id, hours) ON things_live TO PUBLIC")
    sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")  # must not open the new view to all
    less = Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "name"), without=frozenset({"name"}))
    grants = f"""
        SELECT grantee, privilege_type, is_grantable, '' FROM information_schema.table_privileges
        WHERE table_name = 'things_live' AND table_schema = '{postgres_place.schema}'
        UNION ALL SELECT grantee, privilege_type, is_grantable, column_name FROM information_schema.column_privileges
        WHERE table_name = 'things_live' AND table_schema = '{postgres_place.schema}' AND column_name <> 'name'
        ORDER BY 1, 2, 4
    """
    before = sql(grants)
    try:
        with opened(postgres_place, less) as target:
            target.write(less, Batch(rows=[Thing(id=1, name="secret", hours=6)]), "k", STATE)
    finally:
        sql("ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC")
    assert "name" not in rows_of(postgres_place)[0]
    assert sql(grants) == before
    sql(f"SET ROLE {reader}")
    assert sql("SELECT hours FROM things_live") == [(6,)]


def test_what_depends_on_a_column_that_has_to_go_is_named(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, name="secret")]), "k", STATE)
    sql("CREATE VIEW mine AS SELECT name FROM things_live")
    less = Table("things", Thing, tuple(c for c in THINGS.columns if c.name != "name"), without=frozenset({"name"}))
    with pytest.raises(TargetRefused, match=r"mine.*drop that"):
        make_target(postgres_place).open(ACME, [less])
    assert sql("SELECT name FROM mine") == [("secret",)]


def test_a_whole_number_widens_below_a_view(postgres_place: Place, sql: Any) -> None:
    with opened(postgres_place, Table("things", Narrow, columns_of(Narrow))) as target:
        target.write(THINGS, Batch(rows=[]), "k", STATE)
    with opened(postgres_place) as target:
        target.write(THINGS, Batch(rows=[Thing(id=1, value=0.5)]), "k", STATE)
    assert sql("SELECT value FROM things_live") == [(0.5,)]


# --- names --------------------------------------------------------------------------------------------------------


def test_names_that_differ_only_in_case_are_refused(postgres_place: Place) -> None:
    with opened(postgres_place):
        pass
    assert postgres_place.schema is not None
    upper = attrs.evolve(postgres_place, schema=postgres_place.schema.upper())
    with pytest.raises(TargetRefused, match="only in case"):
        make_target(upper).open(GLOBEX, [THINGS])
    with opened(attrs.evolve(postgres_place, prefix="a_")):
        pass
    with pytest.raises(TargetRefused, match="only in case"):
        make_target(attrs.evolve(postgres_place, prefix="A_")).open(ACME, [THINGS])


def test_words_of_sql_are_names_like_any_other(postgres_place: Place) -> None:
    place = attrs.evolve(postgres_place, prefix="select.")
    table = attrs.evolve(THINGS, name="order")
    with opened(place, table) as target:
        target.write(table, Batch(rows=[Thing(id=1, from_="x")], whole=NIGHT), "k", STATE)
        target.mark_vanished(table, NIGHT, NIGHT, allow_shrink=True)
        target.finish(table)
    assert [row["from"] for row in rows_of(place, "order")] == ["x"]


def test_names_that_postgresql_would_cut_are_refused(postgres_place: Place) -> None:
    with pytest.raises(ConfigurationError, match="63 bytes"):
        make_target(Place(POSTGRES, "ü" * 32))
    with pytest.raises(TargetRefused, match="shorter --prefix"):
        make_target(attrs.evolve(postgres_place, prefix="p" * 60)).open(ACME, [THINGS])
