"""What a table in DuckDB has to look like, and the statements that make it so. Pure: SQL from columns."""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from ..._codec.arrow.columns import Column, Kind, stored_columns
from ..target import Table, TargetRefused
from .sql import Names, check_foreign, live_rows, quoted

__all__ = ["FoundColumn", "commenting", "fitting", "live_view", "text_of", "type_of"]

_TYPES: Final[dict[Kind, str]] = {
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "json": "JSON",
}


@attrs.frozen
class FoundColumn:
    """A column that a table has: its type as DuckDB writes it, and its comment."""

    type: str
    comment: str | None = None


def fitting(
    names: Names, table: Table, found: Mapping[str, FoundColumn], *, keyed: bool, spelt: Callable[[str], str]
) -> list[str]:
    """What has to be executed so that a table takes the rows; nothing where it does.

    Args:
        names: of the target's tables.
        table: what its rows are.
        found: the columns that it has; none where it does not exist.
        keyed: whether a table that is made gets a primary key.
        spelt: a type as DuckDB itself spells it.

    Raises:
        TargetRefused: the table is not an extraction's, or a column holds something else.
    """
    name = names.table(table.name)
    wanted = stored_columns(table.columns, raw=table.raw)
    if not found:
        columns = ", ".join(f"{quoted(column.name)} {type_of(column)}" for column in wanted)
        return [f"CREATE TABLE {name} ({columns}{', PRIMARY KEY (id)' if keyed else ''})"]
    check_foreign(found, name)
    changes = [
        change
        for column in wanted
        if (change := _change(column, found.get(column.name), name, spelt(type_of(column)))) is not None
    ]
    changes += [f"DROP COLUMN {quoted(column)}" for column in found if column in table.without and column != "id"]
    return [f"ALTER TABLE {name} {change}" for change in changes]


def live_view(names: Names, table: Table, columns: Iterable[str]) -> str:
    """What makes the view of the rows that are neither deleted nor vanished, of a table with these columns."""
    # A view must not name its file, which may be renamed; and a schema called like it would be taken for the file.
    schema = "" if names.schema == names.database else f"{quoted(names.schema)}."
    return (
        f"CREATE OR REPLACE VIEW {names.table(f'{table.name}_live')} AS "
        f"SELECT * FROM {schema}{quoted(names.bare(table.name))} WHERE {live_rows(columns)}"
    )


def commenting(names: Names, table: Table, found: Mapping[str, FoundColumn], said: str | None) -> list[str]:
    """What has to be executed so that a table says what it means, where it does not yet.

    Args:
        names: of the target's tables.
        table: what its rows are.
        found: the columns that it has.
        said: the comment that the table has.
    """
    name = names.table(table.name)
    meaning = (table.model.__doc__ or "").strip().partition("\n")[0] or None
    statements = [] if said == meaning else [f"COMMENT ON TABLE {name} IS {text_of(meaning)}"]
    statements += [
        f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {text_of(column.comment)}"
        for column in stored_columns(table.columns, raw=table.raw)
        if column.name in found and found[column.name].comment != column.comment
    ]
    return statements


def type_of(column: Column) -> str:
    """The type of a column, as a statement names it."""
    if column.kind == "struct":
        inner = f"STRUCT({', '.join(f'{quoted(each.name)} {type_of(each)}' for each in column.fields)})"
    else:
        inner = _TYPES[column.kind]
    return f"{inner}[]" if column.many else inner


def text_of(text: str | None) -> str:
    """A text as a literal."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def _change(column: Column, found: FoundColumn | None, table: str, wanted: str) -> str | None:
    """What ALTER TABLE has to do so that `column` fits; None: nothing."""
    if found is None:
        return f"ADD COLUMN {quoted(column.name)} {wanted}"
    stored = found.type
    if stored == wanted or (stored, wanted) == ("DOUBLE", "BIGINT"):
        return None
    if (stored, wanted) == ("BIGINT", "DOUBLE") or (stored.startswith("STRUCT") and wanted.startswith("STRUCT")):
        return f"ALTER COLUMN {quoted(column.name)} SET DATA TYPE {wanted}"
    raise TargetRefused(
        f'{table}: column "{column.name}" holds {stored}, the rows have {wanted}; '
        "give this run another --schema or --prefix"
    )
