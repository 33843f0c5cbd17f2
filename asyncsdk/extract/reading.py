"""Rows of a list for a table: typed, with their JSON text where that is wanted, and those that do not fit apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs
import msgspec

from ..codec import Reject
from ..errors import DecodeError, NotFound, PermissionDenied, PreconditionFailed, WethodError
from ..pager import Pager
from ..promises import Misfits
from ..walking.walk import PageWalk
from .catalog import Listing, find
from .shape import twin

if TYPE_CHECKING:
    from ..client import Wethod
    from ..throttling import Slots

__all__ = ["Chunk", "Source", "pager_of"]

T = TypeVar("T")

PARENTS_AT_ONCE: Final = 32


@attrs.frozen
class Chunk:
    """Rows that came together.

    Args:
        rows: those that fit.
        raw: the JSON text of each, where it was asked for.
        rejects: those that did not fit; they may belong to pages that come next.
    """

    rows: Sequence[object]
    raw: Sequence[bytes] | None
    rejects: Sequence[Reject]


@attrs.define(eq=False, kw_only=True)
class Source:
    """One list, for one pass.

    Args:
        wethod: the client.
        listing: the list.
        query: its filters, as its method takes them.
        concurrency: pages in flight at the most.
        window: places in flight that are shared with the other tables of the run.
        raw: rows come with their JSON text; such rows are decoded at a third of the speed.
        server_time: the server's clock when it answered first.
        left_out: parents of a nested list that were refused, so that their rows were not read.
    """

    wethod: Wethod
    listing: Listing
    query: Mapping[str, object]
    concurrency: int
    window: Slots
    raw: bool = False
    misfits: Misfits = attrs.field(init=False)
    server_time: datetime | None = None
    left_out: int = 0
    _place: str = ""
    _walk: PageWalk[Any] | None = None

    def __attrs_post_init__(self) -> None:
        self.misfits = Misfits(twin(self.listing.model))

    @property
    def place(self) -> str:
        """Where to go on after the chunks taken so far."""
        return self._walk.bookmark if self._walk is not None else self._place

    async def chunks(self, *, resume: str | None, sweep: bool) -> AsyncGenerator[Chunk, None]:
        """The rows, from a place on.

        Raises:
            ArgumentError: `resume` is no place of this list (argument `resume`).
            WethodError: as every walk.
        """
        if self.listing.parent is not None:
            reading = self._nested(int(resume) if resume else 0)
        else:
            reading = self._plain(resume or None, sweep=sweep)
        async for chunk in reading:
            yield chunk

    async def sample(self) -> Mapping[str, object] | None:
        """The first row as the API sends it, in one request; None where there is none, or for a nested list."""
        if self.listing.parent is not None:
            return None
        try:
            return await self._pager().into(dict).first()
        except DecodeError:
            return None  # it is no object: a reject, and nothing to compare with

    def _pager(self, **more: object) -> Pager[Any]:
        return pager_of(self.wethod, self.listing, {**self.query, **more})

    def _model(self) -> type[Any]:
        return dict if self.raw else twin(self.listing.model)

    async def _plain(self, resume: str | None, *, sweep: bool) -> AsyncGenerator[Chunk, None]:
        rejects: list[Reject] = []
        fetcher = (
            self._pager()
            .into(self._model())
            .fetcher(
                self.concurrency,
                sweep=sweep,
                resume=resume,
                window=self.window,
                rejects=rejects.append,
                misfits=None if self.raw else self.misfits,
            )
        )
        self._walk = PageWalk(fetcher)
        async with self._walk as pages:
            async for page in pages:
                self.server_time = self.server_time or _clock(pages.since)
                taken, rejects[:] = list(rejects), []
                yield self._chunk(page.items, taken)
            self.server_time = self.server_time or _clock(pages.since)
            if rejects:
                yield Chunk([], [] if self.raw else None, list(rejects))

    def _chunk(self, rows: Sequence[Any], rejects: Sequence[Reject]) -> Chunk:
        if not self.raw:
            return Chunk(rows, None, rejects)
        read = self.wethod._session.decoding.page_with_rejects(twin(self.listing.model), self.misfits)(_array(rows))
        unfit = [row for row in read if isinstance(row, Reject)]
        fitting = [row for row in read if not isinstance(row, Reject)]
        if self.misfits.met:
            self.misfits.count(fitting)
        refused = {reject.index for reject in unfit}
        texts = [msgspec.json.encode(row) for at, row in enumerate(rows) if at not in refused]
        return Chunk(fitting, texts, [*rejects, *unfit])

    async def _nested(self, after: int) -> AsyncGenerator[Chunk, None]:
        parent = self.listing.parent
        assert parent is not None  # noqa: S101  # only nested lists come here
        walk = pager_of(self.wethod, find(parent.table), {}).into(_Row)
        async with PageWalk(walk.fetcher(self.concurrency, window=self.window)) as pages:
            ids = sorted([row.id async for page in pages for row in page if row.id > after])
            self.server_time = _clock(pages.since)
        refused: WethodError | None = None
        answered = after > 0
        for start in range(0, len(ids), PARENTS_AT_ONCE):
            group = ids[start : start + PARENTS_AT_ONCE]
            rejects: list[Reject] = []
            children = [asyncio.ensure_future(self._children(parent.parameter, id_, rejects)) for id_ in group]
            try:
                families = await asyncio.gather(*children)
            finally:
                for child in children:
                    child.cancel()
            denials = [family for family in families if isinstance(family, WethodError)]
            answered = answered or len(denials) < len(families)
            refused = refused or next(iter(denials), None)
            if refused is not None and not answered:
                raise refused  # no parent's list may be read: the permission is missing, not the row's own
            self.left_out += len(denials)
            self._place = str(group[-1])
            yield self._chunk([row for family in families if isinstance(family, list) for row in family], rejects)

    async def _children(self, parameter: str, id_: int, rejects: list[Reject]) -> list[Any] | WethodError:
        """The rows of one parent, or why they are refused."""
        pager = self._pager(**{parameter: id_}).into(self._model())
        rows: list[Any] = []
        try:
            fetcher = pager.fetcher(
                1, window=self.window, rejects=rejects.append, misfits=None if self.raw else self.misfits
            )
            async with PageWalk(fetcher) as pages:
                async for page in pages:
                    rows += page.items
        except NotFound:
            return rows  # the parent was deleted meanwhile, and its rows with it
        except (PermissionDenied, PreconditionFailed) as error:
            return error
        return rows


class _Row(msgspec.Struct):
    id: int


def pager_of(wethod: Wethod, listing: Listing, query: Mapping[str, object]) -> Pager[Any]:
    """The pager of a list, its filters checked.

    Raises:
        ArgumentError: a filter is refused; nothing was sent.
    """
    return cast("Pager[Any]", getattr(getattr(wethod, listing.resource), listing.method)(**query))


def _array(rows: Sequence[Any]) -> bytes:
    return msgspec.json.encode(rows)


def _clock(date: str | None) -> datetime | None:
    if date is None:
        return None
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
