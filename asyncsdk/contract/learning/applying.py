"""What is done otherwise once it is known what the API really is: lists without what they do not honour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import attrs

from ..._catalog import Listing
from .contracted import contracted
from .observed import Learned
from .rows_compared import promised_at

if TYPE_CHECKING:
    from ...client import Wethod

__all__ = ["acquaint", "applied", "null_fields"]

_OF_DELETIONS: Final = {"deleted", "deleted_at"}


def applied(learned: Learned) -> Callable[[Listing], Listing]:
    """A function that gives a list of the catalogue as it was learned to be: for `extract(..., known=...)`.

    A list that ignores `deleted` has no soft deletion, so that rows which are gone show in whole passes only. One that
    ignores `updated_at` is read whole each time, and so is one that refuses it. Filters that are ignored are taken
    away: a run that names one is refused before anything is sent, instead of storing rows that were not asked for.

    Example:
        >>> report = await extract(wethod, "all", "duckdb:x", known=applied(read(path)))  # doctest: +SKIP
    """

    def known(listing: Listing) -> Listing:
        seen = learned.lists.get(listing.table)
        if seen is None:
            return listing
        lost = {name for name, verdict in seen.parameters.items() if verdict in ("ignored", "refused")}
        soft = listing.soft_deletes and "deleted" not in lost
        if not soft:
            lost |= _OF_DELETIONS
        left = {name: kind for name, kind in listing.parameters.items() if name not in lost}
        return attrs.evolve(listing, parameters=left, soft_deletes=soft)

    return known


def acquaint(wethod: Wethod, learned: Learned) -> None:
    """Keeps a client and its copies from warning of fields that are known to be null or missing.

    They are counted in reports as before.
    """
    decoding = wethod._sender.decoding
    if decoding.warn_once is not None:
        decoding.warn_once.know(null_fields(learned))


def null_fields(learned: Learned) -> frozenset[tuple[str, str]]:
    """Fields that were null or missing although the contract promises a value: pairs of model and field."""
    found = set()
    for table, seen in learned.lists.items():
        asked = contracted().get(table)
        for path, each in seen.fields.items() if asked is not None else ():
            field = promised_at(asked, path) if asked is not None else None
            if field is None or not each.rows:
                continue
            if (each.nulls and not field.nullable) or (field.required and each.present < each.rows):
                found.add((field.model, field.name))
    return frozenset(found)
