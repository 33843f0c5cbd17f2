"""What the next run has to read: decided from what the last one left, without clock or network.

A run remembers for each table and set of filters the *watermark* (`watermark`). The next run asks for what changed
since then, less an overlap, because rows may be committed late under an earlier time. No upper bound is asked for:
while such a list is walked rows may only enter it, and those are in the next run's.

What was deleted is *searched* for in a list whose ids rise (`deletions`); other lists are read whole more often.
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

__all__ = [
    "OVERLAP",
    "WHOLE_EVERY",
    "Kind",
    "Pass",
    "Progress",
    "State",
    "changed_since",
    "deleted_since",
    "is_searched",
    "is_timed",
    "key_of",
    "passes",
]

WHOLE_EVERY: Final = timedelta(days=30)
"""How often a list is read whole that needs it for nothing but doubt."""

UNORDERED_EVERY: Final = timedelta(days=7)
"""How often at the least a list is read whole where only that shows what was deleted."""

SHORT_ROWS: Final = 99
"""A list that is not longer is one page that is not full: all of it costs one request, as much as what changed."""

SMALL_ROWS: Final = 1000
"""Where only a whole pass shows what was deleted, a list that is not longer is read whole every time: ten pages."""

_OWN_TIMES: Final = {"updated_at", "deleted", "deleted_at"}


@attrs.frozen
class Pass:
    """One walk to make.

    Args:
        kind: `whole` reads the list, `changed` what was updated since a moment, `deleted` what was deleted since.
        query: what it asks for besides the user's filters.
        unchanged: what asks for the rows that did not change since, for a page of them; None: it reads all rows.
        resume: the pass that was begun before, to go on with.
        start: the moment since when it asks; None: it reads the whole list.
    """

    kind: Kind
    query: Mapping[str, object] = attrs.field(factory=dict)
    unchanged: Mapping[str, object] | None = None
    resume: Progress | None = None
    start: datetime | None = None


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
    whole_every: timedelta = WHOLE_EVERY,
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
        whole_every: how often to read the list whole.
    """
    include = _deleted_ones(listing, filters)
    progress = None if full else state.progress
    whole = Pass("whole", include, resume=progress if progress and progress.kind == "whole" else None)
    timed = is_timed(listing, filters)
    stored = usable(state.watermark, now) or usable(state.whole_at, now)
    start = stored - overlap if stored else since
    if not timed:
        return [whole]
    searched = is_searched(state, filters, since)
    due = _is_due(listing, state, now, whole_every, searched=searched)
    if since is None and (full or reconcile or whole.resume or start is None or due):
        return [whole]
    if since is not None:
        start = since  # whoever names a moment wants all that changed since, whatever an earlier run has read
    if start is None:
        return [whole]
    changed, deleted = changed_since(listing, filters, start), deleted_since(listing, filters, start)
    both = [changed, deleted] if include and not searched else [changed]
    if progress is None or progress.kind == "whole":
        return both
    # A bookmark belongs to the query it was taken from, and that follows from the same watermark.
    if progress.kind == "deleted" and include:
        return [attrs.evolve(deleted, resume=progress)]
    return [attrs.evolve(changed, resume=progress), *both[1:]]


def is_timed(listing: Listing, filters: Mapping[str, object]) -> bool:
    """Whether the list can be asked for what changed since a moment, whatever else is asked of it."""
    return listing.parent is None and "updated_at" in listing.parameters and not _OWN_TIMES & filters.keys()


def is_searched(state: State, filters: Mapping[str, object], since: datetime | None) -> bool:
    """Whether deletions are searched for: the table is the whole list, and its ids rose when it was last read whole."""
    return state.rising and not filters and since is None


def changed_since(listing: Listing, filters: Mapping[str, object], start: datetime) -> Pass:
    """What was updated since a moment, deleted rows included where the list shows them."""
    include = _deleted_ones(listing, filters)
    return Pass("changed", {"updated_at": gte(start), **include}, {"updated_at": lt(start), **include}, start=start)


def deleted_since(listing: Listing, filters: Mapping[str, object], start: datetime) -> Pass:
    """What the list marks as deleted since a moment."""
    rest = {"updated_at": lt(start), **_deleted_ones(listing, filters)}
    return Pass("deleted", {"deleted": "only", "deleted_at": gte(start)}, rest, start=start)


def _deleted_ones(listing: Listing, filters: Mapping[str, object]) -> dict[str, object]:
    """What shows deleted rows as well; where rows are read along with their parents, the API does not show them."""
    along = listing.parent is not None and listing.parent.include is not None and not filters
    return {"deleted": "include"} if listing.soft_deletes and "deleted" not in filters and not along else {}


def _is_due(listing: Listing, state: State, now: datetime, whole_every: timedelta, *, searched: bool) -> bool:
    """Whether the list is to be read whole."""
    if state.rows is None or state.whole_at is None or state.whole_at > now or state.rows <= SHORT_ROWS:
        return True
    age = now - state.whole_at
    if searched or listing.soft_deletes:
        return age >= whole_every
    return state.rows <= SMALL_ROWS or age >= min(whole_every, UNORDERED_EVERY)
