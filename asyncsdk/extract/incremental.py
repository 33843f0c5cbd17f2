"""What the next run has to read: decided from what the last one left, without clock or network.

A run remembers for each table and set of filters the *watermark* (`watermark`). The next run asks for what changed
since then, less an overlap, because rows may be committed late under an earlier time. No upper bound is asked for:
while such a list is walked rows may only enter it, and those are in the next run's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from .._catalog import Listing
from ..filters import gte, lt
from .states import Kind, Progress, State, iso
from .watermark import OVERLAP, usable

__all__ = ["OVERLAP", "Kind", "Pass", "Progress", "State", "key_of", "passes"]

WHOLE_EVERY: Final = timedelta(days=7)
SMALL_ROWS: Final = 1000
"""A list without `deleted` that is not longer is read whole every time: ten pages."""

_OWN_TIMES: Final = {"updated_at", "deleted", "deleted_at"}


@attrs.frozen
class Pass:
    """One walk to make.

    Args:
        kind: `whole` reads the list, `changed` what was updated since a moment, `deleted` what was deleted since.
        query: what it asks for besides the user's filters.
        unchanged: what asks for the rows that did not change since, for a page of them; None: it reads all rows.
        resume: the pass that was begun before, to go on with.
    """

    kind: Kind
    query: Mapping[str, object] = attrs.field(factory=dict)
    unchanged: Mapping[str, object] | None = None
    resume: Progress | None = None


def key_of(listing: Listing, filters: Mapping[str, str], since: datetime | None) -> str:
    """The name a state is kept under: another set of filters is another state, which begins with a whole pass."""
    parts = [f"{name}={value}" for name, value in sorted(filters.items())]
    if listing.soft_deletes and "deleted" not in filters:
        parts.append("deleted=include")
    if since is not None:
        parts.append(f"since={iso(since)}")
    return f"{listing.table}?{'&'.join(parts)}"


def passes(
    listing: Listing,
    state: State,
    *,
    now: datetime,
    filters: Mapping[str, object],
    since: datetime | None = None,
    full: bool = False,
    reconcile: bool = False,
    overlap: timedelta = OVERLAP,
) -> list[Pass]:
    """The walks that bring a table up to date, in order.

    Args:
        listing: the list.
        state: what the last run left.
        now: our clock.
        filters: the user's, by name.
        since: the user's lower bound of `updated_at`: the table holds no more than what changed since.
        full: read the whole list from its start, whatever is remembered.
        reconcile: read the whole list, going on where such a pass was ended.
        overlap: how much earlier than the watermark to ask.
    """
    include = {"deleted": "include"} if listing.soft_deletes and "deleted" not in filters else {}
    progress = None if full else state.progress
    whole = Pass("whole", include, resume=progress if progress and progress.kind == "whole" else None)
    timed = listing.parent is None and "updated_at" in listing.parameters and not _OWN_TIMES & filters.keys()
    stored = usable(state.watermark, now) or usable(state.whole_at, now)
    start = stored - overlap if stored else since
    if not timed:
        return [whole]
    if since is None and (full or reconcile or whole.resume or start is None or _is_due(listing, state, now)):
        return [whole]
    if since is not None:
        start = since  # whoever names a moment wants all that changed since, whatever an earlier run has read
    if start is None:
        return [whole]
    rest = {"updated_at": lt(start), **include}
    changed = Pass("changed", {"updated_at": gte(start), **include}, rest)
    deleted = Pass("deleted", {"deleted": "only", "deleted_at": gte(start)}, rest)
    both = [changed, deleted] if include else [changed]
    if progress is None or progress.kind == "whole":
        return both
    # A bookmark belongs to the query it was taken from, and that follows from the same watermark.
    if progress.kind == "deleted" and include:
        return [attrs.evolve(deleted, resume=progress)]
    return [attrs.evolve(changed, resume=progress), *both[1:]]


def _is_due(listing: Listing, state: State, now: datetime) -> bool:
    """Whether only a whole pass would show what was deleted."""
    if listing.soft_deletes:
        return False
    if state.rows is None or state.rows <= SMALL_ROWS or state.whole_at is None:
        return True
    return now - state.whole_at >= WHOLE_EVERY or state.whole_at > now
