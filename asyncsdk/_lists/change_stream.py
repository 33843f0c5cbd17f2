"""The changes of a list as they come: the iterator that users hold, and the checks of what it can follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Generic, Self, TypeVar

import attrs

from .._limits import clock
from .._sending.loops import require_asyncio
from .._sending.settings import LONGEST
from .._version import __version__
from ..errors import ArgumentError, WethodError
from ..errors._printable import shown
from . import bookmarks
from .followed import Followed, read_followed
from .following import Follower
from .listed import List
from .noticing import EVERYTHING, Change
from .options import WalkOptions
from .views import listing_of

__all__ = ["Changes", "follow", "followed_from"]

T = TypeVar("T")


class Changes(Generic[T]):
    """The changes of a list, from one look at it to the next. What `pager.changes()` gives.

        async with pager.changes(since=bookmark) as changes:
            async for change in changes:
                change.kind, change.id, change.row
                changes.bookmark        # all that was handed out is in it, and nothing else

    One task consumes it. An error, a time-out or a cancellation while it waits loses nothing: iterate it again, or
    begin another with `since=changes.bookmark` (an error carries it as `error.bookmark`).
    """

    def __init__(self, follower: Follower[T], every: float | None) -> None:
        self._follower = follower
        self._every = every
        self._round: AsyncGenerator[Change[T], None] | None = None
        self._due = 0.0  # when the next round begins
        self._busy = False
        self._closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[T]:
        require_asyncio()
        if self._busy:
            raise RuntimeError("another task waits for the next change already; give each task changes of its own")
        self._busy = True
        try:
            return await self._next()
        except WethodError as error:
            error.bookmark = self.bookmark
            raise
        finally:
            self._busy = False

    async def _next(self) -> Change[T]:
        while not self._closed:
            if self._round is None:
                await asyncio.sleep(max(0.0, self._due - clock.monotonic()))
                self._due = clock.monotonic() + (self._every or 0.0)
                self._round = self._follower.round()
            try:
                return await anext(self._round)
            except StopAsyncIteration:
                self._round = None
                self._closed = self._every is None
            except BaseException:
                self._round = None  # it is over; the next one tells what it did not
                raise
        raise StopAsyncIteration

    def __repr__(self) -> str:
        return f"<Changes of {self._follower.path}, {self._follower.held:,} rows, {self._follower.requests:,} requests>"

    @property
    def bookmark(self) -> str:
        """Where to go on after the last change taken: `pager.changes(since=changes.bookmark)`.

        It holds the ids of the list: some bytes for each gap between them, next to nothing where there are few gaps.
        Writing it takes some milliseconds for 100,000 rows, so keep it every few seconds rather than at each change.
        """
        return self._follower.known.write()

    @property
    def requests(self) -> int:
        """What it has cost so far."""
        return self._follower.requests

    async def aclose(self) -> None:
        """Ends it. Iterating it afterwards ends at once.

        Raises:
            RuntimeError: another task waits for the next change; cancel that task.
        """
        if self._busy:
            raise RuntimeError("another task waits for the next change; cancel that task instead")
        self._closed = True
        ended, self._round = self._round, None
        if ended is not None:
            await ended.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def follow(asked: List[T], since: datetime | str | None, every: float | None, options: WalkOptions) -> Changes[T]:
    """Returns the changes of a list.

    Raises:
        ArgumentError: the list cannot be followed, or `since` or `every` is none. Nothing was sent.
    """
    given: object = every  # whoever uses no type checker may give anything
    number = isinstance(given, int | float) and not isinstance(given, bool) and 0 < given <= LONGEST
    if not number and given is not None:
        raise ArgumentError("every", f"a number of seconds above 0, or None for one round, not {shown(every)}")
    options.check(asked.sender.settings.max_in_flight)
    return Changes(Follower(asked, options, followed_from(asked, since)), every)


def followed_from(asked: List[T], since: datetime | str | None) -> Followed:
    """Returns what is known of a list before it is followed.

    Raises:
        ArgumentError: it cannot be followed, or `since` is neither a moment of the past nor a bookmark of it.
    """
    _check(asked)
    kept = [(name, str(value)) for name, value in asked.query if name not in {"deleted", "order"}]
    digest = bookmarks.source_of(asked.path, kept).digest
    if since == "beginning":
        return Followed(digest=digest, sdk=__version__, origin=EVERYTHING)
    if isinstance(since, str):
        if _is_moment(since):
            raise ArgumentError("since", f"takes an aware date-time, not its text; write fromisoformat({since!r})")
        followed = attrs.evolve(read_followed(since, digest), sdk=__version__)
        if followed.since is None or followed.since <= clock.utc_now():
            return followed
        # A clock was wrong then, or is now, so changes may lie before that moment.
        unproved = attrs.evolve(followed.reliability, due=True)
        return attrs.evolve(followed, since=None, proved=None, reliability=unproved)
    if since is not None:
        given: object = since  # whoever uses no type checker may give anything
        if not isinstance(given, datetime) or given.tzinfo is None:
            raise ArgumentError(
                "since", f"an aware date-time, 'beginning', or the text of changes.bookmark, not {shown(since)}"
            )
        if since > clock.utc_now():
            raise ArgumentError("since", f"nothing can have changed since {since.isoformat()}, which is to come")
    return Followed(digest=digest, sdk=__version__, origin=since)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check(asked: List[T]) -> None:
    """Raises ArgumentError where a list cannot be followed as it is asked for."""
    listing = listing_of(asked)
    if listing is None:
        raise ArgumentError(
            "pager", f"nobody knows whether {asked.path} can be asked for what changed; follow lists of the contract"
        )
    if "updated_at" not in listing.parameters:
        raise ArgumentError("pager", f"{listing.table} cannot be asked for what changed; read it whole, or mirror it")
    if asked.offset:
        raise ArgumentError("offset", "a list is followed from its beginning; leave it out")
    query = {name: str(value) for name, value in asked.query}
    if "updated_at" in query:
        raise ArgumentError("updated_at", "leave it out: `since` says from when on changes are told")
    if "deleted_at" in query or query.get("deleted", "exclude") != "exclude":
        name = "deleted_at" if "deleted_at" in query else "deleted"
        raise ArgumentError(name, "leave it out: rows that are deleted are told as such")
    if (order := query.get("order")) is not None and order not in {"id", asked.stable_order}:
        raise ArgumentError("order", f"a list is followed in the order of its ids, not by {order}; leave it out")
    names = _fields(asked.model)
    if names is not None and not {"id", "updated_at"} <= names:
        raise ArgumentError("model", f"rows need an id and updated_at to be followed, which {asked.model} lacks")


def _fields(model: type) -> set[str] | None:
    """Returns the fields of a model; None where it takes any."""
    if issubclass(model, Mapping):
        return None
    if attrs.has(model):
        return {field.name for field in attrs.fields(model)}
    return {name for each in model.__mro__ for name in getattr(each, "__annotations__", {})}
