"""What a table in PostgreSQL has to look like, and the statements that make it so. Pure: SQL from columns."""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..arrow import flat_column
from ..columns import Column, Kind, stored_columns
from ..target import Table, TargetRefused
from .sql import Names, check_foreign, live_rows, quoted

__all__ = ["definitions", "fitting", "live_view", "way_in", "written_columns"]

_TYPES: Final[dict[Kind, str]] = {
    "bigint": "bigint",
    "double": "double precision",
    "bool": "boolean",
    "text": "text",
    "date": "date",
    "timestamptz": "timestamp with time zone",
    "json": "jsonb",
}


def definitions(columns: Iterable[Column]) -> str:
    """Columns with their types, as CREATE TABLE lists them."""
    return ", ".join(f"{quoted(column.name)} {_type(column)}" for column in columns)


def fitting(names: Names, table: Table, found: Mapping[str, str]) -> list[str]:
    """What has to be executed so that a table takes the rows; nothing where it does.

    Args:
        names: of the target's tables.
        table: what its rows are.
        found: the columns that it has, with their types; none where it does not exist.

    Raises:
        TargetRefused: the table is not an extraction's, or a column holds something else.
    """
    name = names.table(table.name)
    view = names.table(f"{table.name}_live")
    wanted = stored_columns(table.columns, raw=table.raw)
    if not found:
        return [f"CREATE TABLE {name} ({definitions(wanted)}, PRIMARY KEY (id))"]
    check_foreign(found, name)
    changes = [change for column in wanted if (change := _change(name, column, found.get(column.name)))]
    # A column that a view shows cannot get another type.
    return [f"DROP VIEW IF EXISTS {view}", f"ALTER TABLE {name} {', '.join(changes)}"] if changes else []


def live_view(names: Names, table: Table, found: Iterable[str]) -> str:
    """What makes the view of the rows that are neither deleted nor vanished, once the table fits.

    Args:
        names, table: as for `fitting`.
        found: the columns that the table had before.
    """
    columns = {*found, *(column.name for column in written_columns(table, found))}
    name, view = names.table(table.name), names.table(f"{table.name}_live")
    return f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {name} WHERE {live_rows(columns)}"


def written_columns(table: Table, found: Iterable[str]) -> tuple[Column, ...]:
    """The columns that rows are written to, once the table fits: one that has `_raw` keeps it."""
    return stored_columns(table.columns, raw=table.raw or "_raw" in found)


def way_in(table: Table) -> str:
    """The temporary table that rows go through."""
    return f"pg_temp.{quoted(table.name)}"


def _change(table: str, column: Column, stored: str | None) -> str | None:
    """What ALTER TABLE has to do so that `column` fits; None: nothing."""
    wanted = _type(column)
    if stored is None:
        return f"ADD COLUMN {quoted(column.name)} {wanted}"
    if stored == wanted or (stored, wanted) == ("double precision", "bigint"):
        return None
    if (stored, wanted) == ("bigint", "double precision"):
        return f"ALTER COLUMN {quoted(column.name)} TYPE double precision"
    raise TargetRefused(
        f'{table}: column "{column.name}" holds {stored}, the rows have {wanted}; '
        "give this run another --schema or --prefix"
    )


def _type(column: Column) -> str:
    return _TYPES[flat_column(column).kind]
