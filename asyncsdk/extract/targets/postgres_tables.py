"""What a table and its view in PostgreSQL have to look like, and the statements that make them so. Pure."""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from ..._codec.arrow.columns import Column, Kind, stored_columns
from ..._codec.arrow.tables import flat_column
from ..target import Table, TargetRefused
from .sql import Names, check_foreign, live_rows, quoted

__all__ = [
    "OWN_TABLES",
    "FoundTable",
    "comments",
    "definitions",
    "remade",
    "view_of",
    "widening",
    "written_columns",
]

_TYPES: Final[dict[Kind, str]] = {
    "bigint": "bigint",
    "double": "double precision",
    "bool": "boolean",
    "text": "text",
    "date": "date",
    "timestamptz": "timestamp with time zone",
    "json": "jsonb",
}

_LONGEST_COLUMN: Final = 63

OWN_TABLES: Final = (
    "{owner} (layout integer, base_url text, company text, writer text)",
    '{state} ("table" text, key text, state jsonb, saved_at timestamp with time zone, PRIMARY KEY ("table", key))',
    # Ids as runs, first[i] to last[i]: one row a batch, however many rows it met.
    '{seen} ("table" text, began timestamp with time zone, first bigint[], last bigint[])',
    '{tables} ("table" text PRIMARY KEY, rows bigint)',
)
"""The target's own tables but the run log, for CREATE TABLE."""


@attrs.frozen
class FoundTable:
    """A table or view that is there.

    Args:
        columns: with their types, in order; none where it does not exist.
        commented: columns that have a comment.
        options: of a view (`security_invoker=true`).
    """

    columns: Mapping[str, str] = attrs.field(factory=dict)
    commented: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()


def definitions(columns: Iterable[Column]) -> str:
    """Columns with their types, as CREATE TABLE lists them."""
    return ", ".join(f"{quoted(_checked(column.name))} {_type(column)}" for column in columns)


def widening(names: Names, table: Table, found: FoundTable) -> list[str]:
    """What has to be executed so that a table takes the rows; nothing where it does.

    Args:
        names: of the target's tables.
        table: what its rows are.
        found: the table as it is.

    Raises:
        TargetRefused: the table is not an extraction's, or a column holds something else.
    """
    name = names.table(table.name)
    wanted = written_columns(table, found)
    if not found.columns:
        return [f"CREATE TABLE {name} ({definitions(wanted)}, PRIMARY KEY (id))"]
    check_foreign(found.columns, name)
    changes = [change for column in wanted if (change := _change(name, column, found.columns.get(column.name)))]
    changes += [f"DROP COLUMN {quoted(column)}" for column in found.columns if column in table.without]
    return [f"ALTER TABLE {name} {', '.join(changes)}"] if changes else []


def remade(changes: Iterable[str]) -> bool:
    """Whether such changes are possible only without the view: it shows a column that gets another type, or goes."""
    return any(" TYPE " in change or "DROP COLUMN " in change for change in changes)


def view_of(names: Names, table: Table, stored: Iterable[str], view: FoundTable) -> str | None:
    """What makes the view of the rows that are neither deleted nor vanished; None where it is as it should be.

    A view can be replaced, with all that depends on it, where columns are added at its end. So those that it shows keep
    their places, whatever the order of the table's.

    Args:
        names, table: as for `widening`.
        stored: the columns of the table, in order.
        view: as it is.
    """
    stored = list(stored)
    shown = [column for column in view.columns if column in stored]
    shown += [column for column in stored if column not in view.columns]
    if list(view.columns) == shown:
        return None
    listed = ", ".join(map(quoted, shown))
    options = f" WITH ({', '.join(view.options)})" if view.options else ""
    return (
        f"CREATE OR REPLACE VIEW {names.table(f'{table.name}_live')}{options} AS "
        f"SELECT {listed} FROM {names.table(table.name)} WHERE {live_rows(stored)}"
    )


def comments(name: str, columns: Iterable[Column], found: FoundTable) -> list[str]:
    """What says of the columns of a table or view what they mean. A comment that is there is somebody's, and stays."""
    return [
        f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {_literal(column.comment)}"
        for column in columns
        if column.comment and column.name in found.columns and column.name not in found.commented
    ]


def written_columns(table: Table, found: FoundTable) -> tuple[Column, ...]:
    """The columns that rows are written to, once the table fits: one that has `_raw` keeps it."""
    raw = table.raw or ("_raw" in found.columns and "_raw" not in table.without)
    return stored_columns(table.columns, raw=raw)


def _literal(text: str) -> str:
    """A text as SQL writes it, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'" if "\\" not in text else " E'" + _escaped(text) + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def _change(table: str, column: Column, stored: str | None) -> str | None:
    """What ALTER TABLE has to do so that `column` fits; None: nothing."""
    wanted = _type(column)
    if stored is None:
        return f"ADD COLUMN {quoted(_checked(column.name))} {wanted}"
    if stored == wanted or (stored, wanted) == ("double precision", "bigint"):
        return None
    if (stored, wanted) == ("bigint", "double precision"):
        return f"ALTER COLUMN {quoted(column.name)} TYPE double precision"
    raise TargetRefused(
        f'{table}: column "{column.name}" holds {stored}, the rows have {wanted}; '
        "give this run another --schema or --prefix"
    )


def _checked(column: str) -> str:
    if len(column.encode()) > _LONGEST_COLUMN:
        raise TargetRefused(f"PostgreSQL has no columns with names of over {_LONGEST_COLUMN} bytes: {column}")
    return column


def _type(column: Column) -> str:
    return _TYPES[flat_column(column).kind]
