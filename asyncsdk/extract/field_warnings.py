"""What a run says of fields that came, went, or are new: once a table, behind its last pass.

The comparison with the contract, and its words, are those of `asyncsdk check --learn`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._codec import surprises
from ..contract.learning.contracted import contracted
from ..contract.learning.differences import Difference
from ..contract.learning.rows_compared import key_differences

if TYPE_CHECKING:
    from collections.abc import Collection

    from .fields_seen import FieldsSeen
    from .ledger import Ledger

__all__ = ["warn_of_fields"]

_KEPT: Final = "as no row has its key, the column keeps what it held, and is read anew once the field is back"
_NULL: Final = "its column is null"


def warn_of_fields(ledger: Ledger, fields: FieldsSeen, gone: Collection[str], *, proved: bool, raw: bool) -> None:
    """Warns of fields that are gone and of new ones.

    Args:
        ledger: of the table; it notes the columns that are not up to date.
        fields: the keys of its rows, of all passes.
        gone: fields that the API does not send any more.
        proved: whether enough rows came to tell which fields are gone.
        raw: whether the table keeps the text of rows.
    """
    job = ledger.job
    ledger.gone = tuple(set(gone) & {column.name for column in job.table.columns})
    never = fields.promised & fields.missing - {*gone} if proved else frozenset()
    becomes = {fields.spelled(column): _KEPT for column in ledger.gone}
    becomes |= {fields.spelled(column): _NULL for column in never}
    asked = contracted()[job.listing.table]
    for each in key_differences(asked, fields.strange, becomes.keys()):
        ledger.warn(f"{job.table.name}: {each}; {_told(each, becomes, raw=raw)}")


def _told(each: Difference, becomes: dict[str, str], *, raw: bool) -> str:
    """What becomes of a field's column, and of the values of one that is new."""
    kept = f"{surprises.MEANINGS['new field']}, {'kept in _raw' if raw else '--raw keeps it'}"
    name = each.subject.partition(".")[2]
    if each.kind == "new field":
        return kept
    return f"{becomes[name]}; the new one is {kept}" if each.kind == "renamed" else becomes[name]
