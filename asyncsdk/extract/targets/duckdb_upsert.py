"""The statements by which a batch gets into a table of DuckDB. Pure: SQL from columns.

A batch whose ids all lie beyond those of the table is new throughout, as in the first reading of a list that comes in
the order of its ids: it is inserted as it is. Any other is joined with the table first, so that only rows which are new
or have changed are written.
"""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from ..._codec.arrow.columns import Column
from .duckdb_tables import FoundColumn
from .sql import quoted

__all__ = ["BATCH", "CHANGED", "Held", "changes", "inserting", "inserting_changed"]

BATCH: Final = "_asyncsdk_batch"
"""The batch, an Arrow table that DuckDB looks into."""

CHANGED: Final = "_asyncsdk_changed"
"""The rows of the batch that are to be written, those that were there before marked as `_asyncsdk_old`."""


@attrs.frozen
class Held:
    """What a table is known to hold: how many rows, up to which id, in which version; `noted`: that this is noted."""

    rows: int
    largest: int | None
    version: int
    noted: bool

    def with_batch(self, ids: Sequence[int], new: int) -> Held:
        """The same once a batch of these ids was written, so many of them new."""
        largest = max(ids) if self.largest is None else max(self.largest, max(ids))
        return attrs.evolve(self, rows=self.rows + new, largest=largest, version=self.version + 1)


def inserting(name: str, found: Mapping[str, FoundColumn], given: Sequence[Column]) -> str:
    """The statement that writes a batch of which no row is there yet.

    Args:
        name: of the table.
        found: the columns that it has.
        given: those of them that the batch has a value for; the others get null.
    """
    here = {column.name: _cast("b", column.name, found) for column in given}
    values = [here.get(column, f"CAST(NULL AS {found[column].type})") for column in found]
    return f"INSERT INTO {name} ({', '.join(map(quoted, found))}) SELECT {', '.join(values)} FROM {BATCH} b"


def changes(
    name: str,
    found: Mapping[str, FoundColumn],
    given: Sequence[Column],
    ids: Sequence[int],
    *,
    raw: bool,
) -> str:
    """The statement that puts the rows which are to be written into a table of their own, `CHANGED`.

    Args:
        name, found, given: as for `inserting`; columns without a value in the batch keep what they hold.
        ids: of the batch.
        raw: whether the batch has the text of its rows.
    """
    here = {column.name: _cast("b", column.name, found) for column in given}
    values = []
    for column in found:
        if column in here:
            value = here[column]
        elif column == "_vanished_at" or (column == "_raw" and not raw):
            value = f"CAST(NULL AS {found[column].type})"  # the text of a row that has changed is of no use
        else:
            value = f"t.{quoted(column)}"
        values.append(f"{value} AS {quoted(column)}")
    differs = [f"t.{quoted(column)} IS DISTINCT FROM {value}" for column, value in here.items() if column != "id"]
    return (
        f"CREATE OR REPLACE TEMP TABLE {CHANGED} AS SELECT t.id IS NOT NULL AS _asyncsdk_old, {', '.join(values)} "
        f"FROM {BATCH} b LEFT JOIN {name} t ON t.id = b.id AND t.id BETWEEN {min(ids)} AND {max(ids)} "
        f"WHERE {' OR '.join(['t.id IS NULL', 't._vanished_at IS NOT NULL', *differs])}"
    )


def inserting_changed(name: str, found: Mapping[str, FoundColumn]) -> str:
    """The statement that writes the rows of `CHANGED`, once the old ones are gone."""
    listed = ", ".join(map(quoted, found))
    return f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {CHANGED}"


def _cast(table: str, column: str, found: Mapping[str, FoundColumn]) -> str:
    return f"CAST({table}.{quoted(column)} AS {found[column].type})"
