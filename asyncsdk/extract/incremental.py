"""What the next run has to read: decided from what the last one left, without clock or network.

A run remembers for each table and set of filters the *watermark*, the server's clock when its first answer was made.
The next run asks for what changed since then, less an overlap, because rows may be committed late under an earlier
time. No upper bound is asked for: while such a list is walked rows may only enter it, and those are in the next run's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import attrs

from ..filters import gte
from .catalog import Listing

__all__ = ["OVERLAP", "Kind", "Pass", "Progress", "State", "key_of", "passes"]

Kind: TypeAlias = Literal["whole", "changed", "deleted"]

OVERLAP: Final = timedelta(minutes=5)
WHOLE_EVERY: Final = timedelta(days=7)
SMALL_ROWS: Final = 1000
"""A list without `deleted` that is not longer is read whole every time: ten pages."""

_FORMAT: Final = 1
_OWN_TIMES: Final = {"updated_at", "deleted", "deleted_at"}


@attrs.frozen(kw_only=True)
class Progress:
    """A pass that was begun and not ended.

    Args:
        kind: of the pass.
        place: where to go on: a bookmark; for a nested list the last parent that is done.
        began: our clock at the start of the pass; rows that it met were seen then.
        server_time: the server's clock at the first answer of the run.
        rows, rejected: what it came to so far.
        spared: ids of rejected rows: they exist, so they have not vanished.
        anonymous: a rejected row told no id, so nothing can be said about what vanished.
    """

    kind: Kind
    place: str
    began: datetime
    server_time: datetime | None = None
    rows: int = 0
    rejected: int = 0
    spared: tuple[int, ...] = ()
    anonymous: bool = False


@attrs.frozen(kw_only=True)
class State:
    """What is remembered between runs, for one table and one set of filters.

    Args:
        watermark: the server's clock at the start of the last complete run.
        whole_at: our clock at the start of the last complete whole pass.
        rows: rows of the last whole pass.
        requests, seconds: what the last complete run cost.
        progress: where a run that was not completed stood.
    """

    watermark: datetime | None = None
    whole_at: datetime | None = None
    rows: int | None = None
    requests: int | None = None
    seconds: float | None = None
    progress: Progress | None = None

    def write(self) -> bytes:
        """The bytes that `State.read` takes."""
        facts = {"format": _FORMAT} | attrs.asdict(self, value_serializer=_plain)
        return json.dumps(facts, separators=(",", ":")).encode()

    @classmethod
    def read(cls, data: bytes | None) -> State:
        """A state from its bytes; an empty one, which begins with a whole pass, where they cannot be read."""
        try:
            facts: dict[str, Any] = json.loads(data or b"{}")
            if facts.pop("format", None) != _FORMAT:
                return cls()
            if progress := facts.get("progress"):
                times = {name: _moment(progress[name]) for name in ("began", "server_time")}
                facts["progress"] = Progress(**progress | times | {"spared": tuple(progress["spared"])})
            return cls(**facts | {name: _moment(facts[name]) for name in ("watermark", "whole_at")})
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


@attrs.frozen
class Pass:
    """One walk to make.

    Args:
        kind: `whole` reads the list, `changed` what was updated since a moment, `deleted` what was deleted since.
        query: what it asks for besides the user's filters.
        resume: the pass that was begun before, to go on with.
    """

    kind: Kind
    query: Mapping[str, object] = attrs.field(factory=dict)
    resume: Progress | None = None


def key_of(listing: Listing, filters: Mapping[str, str], since: datetime | None) -> str:
    """The name a state is kept under: another set of filters is another state, which begins with a whole pass."""
    parts = [f"{name}={value}" for name, value in sorted(filters.items())]
    if listing.soft_deletes and "deleted" not in filters:
        parts.append("deleted=include")
    if since is not None:
        parts.append(f"since={_iso(since)}")
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
    """
    include = {"deleted": "include"} if listing.soft_deletes and "deleted" not in filters else {}
    progress = None if full else state.progress
    whole = Pass("whole", include, progress if progress and progress.kind == "whole" else None)
    timed = listing.parent is None and "updated_at" in listing.parameters and not _OWN_TIMES & filters.keys()
    start = (state.watermark - OVERLAP) if state.watermark else since
    if not timed:
        return [whole]
    if since is None and (full or reconcile or whole.resume or start is None or _is_due(listing, state, now)):
        return [whole]
    if since is not None:
        start = since  # whoever names a moment wants all that changed since, whatever an earlier run has read
    if start is None:
        return [whole]
    changed = Pass("changed", {"updated_at": gte(start), **include})
    deleted = Pass("deleted", {"deleted": "only", "deleted_at": gte(start)})
    both = [changed, deleted] if include else [changed]
    if progress is None:
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
    return now - state.whole_at >= WHOLE_EVERY


def _plain(_owner: object, _field: object, value: object) -> object:
    return _iso(value) if isinstance(value, datetime) else value


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
