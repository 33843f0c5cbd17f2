"""What is executed for a batch in PostgreSQL: compared with its table, written, and remembered as met. Pure."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from collections.abc import Sequence

from ..._codec.arrow.columns import RAW, Column
from .sql import Names, live_rows, quoted

__all__ = ["absent_rows", "incoming", "live_ids", "upsert"]


def incoming(table: str) -> str:
    """The temporary table that rows go through."""
    return f"pg_temp.{quoted(table)}"


def upsert(name: str, table: str, columns: Sequence[Column], *, kept: frozenset[str], raw: bool) -> str:
    """Writes the rows of `incoming` that are new or differ, and answers how many of either.

    The batch is joined with the table before anything is written: a row that is only looked at is neither locked nor
    logged. Its parameters are `least` and `most`, the bounds of the batch's ids.

    Args:
        name: of the table, in quotes.
        table: the same as `incoming` takes it.
        columns: that rows are written to.
        kept: names of those that the batch has no values for.
        raw: whether the batch has the JSON text of its rows. Where it has none that text decides nothing, and a row
            that is written loses the older one.
    """
    given = [column.name for column in columns if column.name not in kept]
    compared = [name for name in given if name != "id" and (raw or name != RAW.name)]
    differs = " OR ".join(f"t.{quoted(each)} IS DISTINCT FROM b.{quoted(each)}" for each in compared)
    listed = ", ".join(map(quoted, given))
    taken = ", ".join(f"b.{quoted(each)}" for each in given)
    put = ", ".join(f"{quoted(each)} = b.{quoted(each)}" for each in given if each != "id")
    return (
        f"WITH compared AS MATERIALIZED (SELECT b.id, t.id IS NOT NULL AS old FROM {incoming(table)} b "
        f"LEFT JOIN {name} t ON t.id = b.id AND t.id BETWEEN %(least)s AND %(most)s WHERE t.id IS NULL OR {differs}), "
        f"changed AS (UPDATE {name} t SET {put} FROM {incoming(table)} b JOIN compared c ON c.id = b.id AND c.old "
        "WHERE t.id = b.id AND t.id BETWEEN %(least)s AND %(most)s RETURNING 1), "
        f"added AS (INSERT INTO {name} ({listed}) SELECT {taken} FROM {incoming(table)} b "
        "JOIN compared c ON c.id = b.id AND NOT c.old RETURNING 1) "
        "SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed)"
    )


def absent_rows(names: Names, live: str) -> str:
    """The condition for live rows that a whole pass did not meet. Parameters: `table`, and `whole`, when it began."""
    met = (
        f"SELECT generate_series(r.first, r.last) FROM {names.seen} s, unnest(s.first, s.last) AS r (first, last) "
        'WHERE s."table" = %(table)s AND s.began = %(whole)s'
    )
    return f"{live} AND NOT EXISTS (SELECT FROM ({met}) m (id) WHERE m.id = t.id)"


def live_ids(name: str, columns: Sequence[str]) -> str:
    """The ids of live rows, rising, each with the second in which it was updated."""
    second = "coalesce(floor(extract(epoch FROM updated_at))::bigint, -1)" if "updated_at" in columns else "-1"
    return f"SELECT id, {second} FROM {name} WHERE {live_rows(columns)} ORDER BY id"
