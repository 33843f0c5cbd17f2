"""What a run says of fields that came, went, or are new: once a table, behind its last pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import surprises

if TYPE_CHECKING:
    from collections.abc import Collection

    from .fields_seen import FieldsSeen
    from .ledger import Ledger

__all__ = ["warn_of_fields"]


def warn_of_fields(ledger: Ledger, fields: FieldsSeen, gone: Collection[str], *, proved: bool, raw: bool) -> None:
    """Warns of fields that are gone and of new ones.

    Args:
        ledger: of the table; it notes the columns that are not up to date.
        fields: the keys of its rows, of all passes.
        gone: fields that the API does not send any more.
        proved: whether enough rows came to tell which fields are gone.
        raw: whether the table keeps the text of rows.
    """
    name = ledger.job.table.name
    ledger.gone = tuple(set(gone) & {column.name for column in ledger.job.table.columns})
    for field in sorted(ledger.gone):
        ledger.warn(
            f"{surprises.sentence(f'{name}.{field}', surprises.GONE)}, as no row has its key: the column keeps "
            "what it held, and is read anew once the field is back"
        )
    if proved:
        for field in sorted(fields.promised & fields.missing - {*gone}):
            ledger.warn(f"{surprises.sentence(f'{name}.{field}', surprises.GONE)}; its column is null")
    for field in fields.unknown:
        kept = "it is kept in _raw" if raw else "--raw keeps it"
        new = surprises.sentence(f"{name}.{field}", surprises.NEW_FIELD)
        ledger.warn(f"{new} and {surprises.MEANINGS['new field']}; {kept}")
