"""Arrow tables of rows as dlt takes them, and the cursor in them that never runs ahead of what was read.

dlt remembers the greatest value of a cursor column and asks from there on in the next run. The greatest `updated_at`
would be too much: while a long list is read, a row on its first page may change, unseen, and another on its last page
later and be seen. So in a table that is handed to dlt's incremental step `updated_at` is *capped* at the moment when
the reading began; behind that step the true values are put back (`restored`). The next run reads again what changed
while this one read, and a merge by id makes that harmless.

| word | meaning |
|---|---|
| cursor | what dlt remembers of a list: the greatest capped `updated_at` |
| capped | not later than the moment when the reading began |
| true | as the API sent it |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ..._codec.arrow.columns import Column
from ..._codec.arrow.tables import TIMESTAMP, flat_column, schema_of, stored_table

__all__ = ["CURSOR", "DELETED", "TRUE", "capped", "hints_of", "restored", "table_of_rows"]

Hints: TypeAlias = dict[str, dict[str, object]]

CURSOR: Final = "updated_at"
DELETED: Final = "deleted_at"
TRUE: Final = "_asyncsdk_updated_at"
"""The column in which the true `updated_at` waits for dlt's incremental step to pass."""


def hints_of(columns: Sequence[Column], *, deletes: bool) -> Hints:
    """What dlt is told of columns beside what Arrow says: JSON, units, meanings, and the mark of a deleted row.

    Args:
        columns: of the list.
        deletes: whether a row with `deleted_at` is to be removed from the table.
    """
    hints: Hints = {}
    for column in columns:
        hint: dict[str, object] = {"name": column.name}
        if column.comment:
            hint["description"] = column.comment
        if column.unit:
            hint["x-unit"] = column.unit
        if flat_column(column).kind == "json":
            hint["data_type"] = "json"
        if column.name == "id":
            hint["nullable"] = False
        if column.name == DELETED and deletes:
            hint["hard_delete"] = True
        hints[column.name] = hint
    return hints


def table_of_rows(rows: Sequence[object], columns: Sequence[Column]) -> pa.Table:
    """Rows as an Arrow table that every destination can take: values that nest are JSON texts, an id is never null.

    Raises:
        ArrowValueError: a value that Arrow cannot hold.
    """
    fields = [field.with_nullable(field.name != "id") for field in schema_of(flat_column(column) for column in columns)]
    table = stored_table(rows, None, columns, flat=True)
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields))


def capped(table: pa.Table, began: datetime, since: datetime | None) -> pa.Table:
    """The table for dlt's incremental step: `updated_at` is the cursor, and the true one waits beside it.

    Args:
        table: as `table_of_rows` makes it.
        began: when the reading began, by the earlier of two clocks: no cursor is later.
        since: from when on rows were asked for: no cursor is earlier, so that dlt drops no row. A deleted row may bear
            an older time, or a row none.
    """
    true: Any = table.column(CURSOR)
    changed = _ticks(true)
    if DELETED in table.column_names:
        changed = pc.max_element_wise(changed, _ticks(table.column(DELETED)))
    changed = pc.min_element_wise(changed, _ticks(pa.scalar(began, TIMESTAMP)))
    if since is not None:
        changed = pc.max_element_wise(changed, _ticks(pa.scalar(since, TIMESTAMP)))
    at = table.column_names.index(CURSOR)
    field = table.schema.field(CURSOR)
    return table.set_column(at, field, changed.cast(TIMESTAMP)).append_column(TRUE, true)


def _ticks(moments: Any) -> Any:
    """Moments as whole numbers, which Arrow compares element by element, as it does not compare moments."""
    return moments.cast(pa.int64())


def restored(table: pa.Table) -> pa.Table:
    """The table behind dlt's incremental step: `updated_at` is the true one again."""
    if TRUE not in table.column_names:
        return table  # a transformation of the caller's own chose other columns
    at = table.column_names.index(CURSOR) if CURSOR in table.column_names else None
    true = table.column(TRUE)
    table = table.drop_columns([TRUE])
    return table if at is None else table.set_column(at, table.schema.field(CURSOR), true)
