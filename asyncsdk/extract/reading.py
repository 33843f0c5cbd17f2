"""Rows of a list for a table: typed, with their JSON text where that is wanted, and those that do not fit apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs
import msgspec

from .._catalog import Listing, find
from .._codec.decode import Reject
from .._codec.promises import Misfits
from .._limits import clock
from .._lists.options import WalkOptions
from .._lists.pager import Pager, list_of
from .._lists.walk import PageWalk
from .._sending.headers import http_date
from ..errors import (
    ArgumentError,
    DecodeError,
    InvalidDataError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    WethodError,
)
from .fields_seen import FieldsSeen, shown_to
from .shape import twin
from .watermark import difference

if TYPE_CHECKING:
    from .._limits import Slots
    from ..client import Wethod
    from .exclusions import Hidden

__all__ = ["LONG_PAGES", "Chunk", "Source", "pager_of"]

T = TypeVar("T")

PARENTS_AT_ONCE: Final = 32

CAUTIOUS: Final = 3
"""Pages in flight of a list whose length nobody knows: what is asked for behind its end is in vain."""

LONG_PAGES: Final = 48
"""Pages from which on a list is long, so that a few requests in vain do not count and time does."""


@attrs.frozen
class Chunk:
    """Rows that came together.

    Args:
        rows: those that fit.
        raw: the JSON text of each, where it was asked for.
        rejects: those that did not fit; they may belong to pages that come next.
        swept: whether they were looked for behind the end of the list, out of its order.
    """

    rows: Sequence[object]
    raw: Sequence[bytes] | None
    rejects: Sequence[Reject]
    swept: bool = False


@attrs.define(eq=False, kw_only=True)
class Source:
    """One list, for one pass.

    Args:
        wethod: the client.
        listing: the list.
        query: its filters, as its method takes them.
        concurrency: pages in flight at the most.
        window: places in flight that are shared with the other tables of the run.
        model: of the rows. hidden: keys that are stored nowhere.
        fields: is shown the rows' keys.
        raw: rows come with their JSON text; such rows are decoded at a third of the speed.
        sweep: at the end of the list, look for rows that moved while it was read.
        expected: rows that are believed to come; None: nobody knows.
        pages: requests of the list itself and of its sweeps, once it was read.
        server_time: the server's clock when it answered first.
        server_ahead: seconds by which it was ahead of ours then.
        clock_ahead: how far ours is ahead of it, where they differ by more than a minute.
        left_out: parents of a nested list that were refused, so that their rows were not read.
    """

    wethod: Wethod
    listing: Listing
    query: Mapping[str, object]
    concurrency: int
    window: Slots
    fields: FieldsSeen
    model: type
    hidden: Hidden
    raw: bool = False
    sweep: bool = False
    expected: int | None = None
    pages: int = 0
    misfits: Misfits = attrs.field(init=False)
    server_time: datetime | None = None
    server_ahead: float | None = None
    clock_ahead: timedelta | None = None
    left_out: int = 0
    _asked: datetime = attrs.field(factory=clock.utc_now)
    _shown: Wethod = attrs.field(init=False)
    _place: str = ""
    _walk: PageWalk[Any] | None = None
    _is_long: bool = False

    def __attrs_post_init__(self) -> None:
        self.misfits = Misfits(twin(self.model))
        self._shown = shown_to(self.fields.see, self.wethod)

    @property
    def place(self) -> str:
        """Where to go on after the chunks taken so far."""
        return self._walk.bookmark if self._walk is not None else self._place

    async def chunks(self, resume: str | None) -> AsyncGenerator[Chunk, None]:
        """The rows, from a place on.

        Raises:
            ArgumentError: `resume` is no place of this list (argument `resume`).
            WethodError: as every walk.
        """
        parent = self.listing.parent
        if parent is None:
            reading = self._plain(resume)
        elif parent.include is None or self.query or (resume or "").isdecimal():
            reading = self._nested(int(resume or 0))
        else:
            reading = self._read_along(resume)
        async for chunk in reading:
            yield chunk

    async def look(self, query: Mapping[str, object]) -> None:
        """Shows `fields` one page of the list that another query gives, in one request."""
        with suppress(DecodeError):  # not even its rows can be told apart, so it shows nothing
            await pager_of(self._shown, self.listing, query).into(dict).first_page()

    def _pager(self, **more: object) -> Pager[Any]:
        return pager_of(self._shown, self.listing, {**self.query, **more})

    def _model(self) -> type[Any]:
        return dict if self.raw else twin(self.model)

    async def _plain(self, resume: str | None) -> AsyncGenerator[Chunk, None]:
        """The rows of a list by itself. While nobody knows whether it is long, few pages are asked for at once."""
        if self.expected is None and self.concurrency > CAUTIOUS:
            async for chunk in self._walked(resume, CAUTIOUS, LONG_PAGES):
                yield chunk
            if not self._is_long:
                return
            resume = self.place
        async for chunk in self._walked(resume, self.concurrency, None):
            yield chunk

    async def _walked(self, resume: str | None, concurrency: int, most: int | None) -> AsyncGenerator[Chunk, None]:
        """The rows, up to `most` pages; `_is_long` tells whether others follow."""
        rejects: list[Reject] = []
        options = WalkOptions(
            concurrency=concurrency,
            sweep=self.sweep,
            resume=resume,
            expected=self.expected,
            on_reject=rejects.append,
        )
        read, swept = 0, False
        self._walk = list_of(self._pager().into(self._model())).pages(
            options, slots=self.window, misfits=None if self.raw else self.misfits
        )
        async with self._walk as pages:
            try:
                async for page in pages:
                    self._note_clock(pages.since)
                    taken, rejects[:] = list(rejects), []
                    # A sweep begins where the list began; a walk that goes on at the end of the list may be that alone.
                    swept = swept or (page.offset == 0 and (read > 0 or resume is not None))
                    read += 1
                    yield self._chunk(page.items, taken, swept=swept)
                    if read == most and not page.is_last:
                        self._is_long = True
                        break
            except ArgumentError as error:
                if error.argument != "sweep":
                    raise
                # All was read but what changed meanwhile, as the Date header is none: the next run reads that.
            self._note_clock(pages.since)
            self.pages += pages.report.requests
            if rejects:
                yield Chunk([], [] if self.raw else None, list(rejects))

    def _note_clock(self, date: str | None) -> None:
        """Notes the server's clock, once it is known, and how far ours is from it."""
        if self.server_time is None and (server := http_date(date)) is not None:
            self.server_time = server
            now = clock.utc_now()
            self.server_ahead = (server - now).total_seconds()
            self.clock_ahead = difference(server, self._asked, now)

    def _chunk(self, rows: Sequence[Any], rejects: Sequence[Reject], *, swept: bool = False) -> Chunk:
        return self._decoded(rows, rejects, swept=swept) if self.raw else Chunk(rows, None, rejects, swept)

    def _decoded(self, rows: Sequence[Any], rejects: Sequence[Reject], *, swept: bool = False) -> Chunk:
        """Rows that were read as plain data."""
        read = self.wethod._sender.decoding.page_with_rejects(twin(self.model), self.misfits)(_array(rows))
        unfit = [row for row in read if isinstance(row, Reject)]
        fitting = [row for row in read if not isinstance(row, Reject)]
        if self.misfits.met:
            self.misfits.count(fitting)
        refused = {reject.index for reject in unfit}
        texts = [
            msgspec.json.encode({key: value for key, value in row.items() if key not in self.hidden})
            for at, row in enumerate(rows)
            if at not in refused
        ]
        return Chunk(fitting, texts if self.raw else None, [*rejects, *unfit], swept)

    async def _read_along(self, resume: str | None) -> AsyncGenerator[Chunk, None]:
        """The rows as the list of their parents has them; those of parents that came without theirs are asked for."""
        parent = self.listing.parent
        assert parent is not None  # noqa: S101  # only nested lists come here
        field, options = parent.field or "", WalkOptions(concurrency=self.concurrency, resume=resume)
        walk = pager_of(self.wethod, find(parent.table), {"include": parent.include}).into(dict)
        alone, met = False, resume is not None
        try:
            async with list_of(walk).pages(options, slots=self.window) as pages:
                self._walk = pages
                async for page in pages:
                    self._note_clock(pages.since)
                    without = [row["id"] for row in page if not isinstance(row.get(field), list)]
                    if alone := not met and bool(without) and len(without) == len(page):
                        break
                    met = True
                    rows = [row for each in page for row in each.get(field) or ()]
                    if rows:
                        self.fields.see(_array(rows))
                    groups = [without[at : at + PARENTS_AT_ONCE] for at in range(0, len(without), PARENTS_AT_ONCE)]
                    chunks = [self._decoded(rows, []), *[await self._of_parents(group) for group in groups]]
                    yield _together(chunks)  # at once: the place behind them is that of the page
                self._note_clock(pages.since)
        except InvalidDataError:
            if met:
                raise
            alone = True  # the relation is not known there
        if alone:
            self._walk = None
            async for chunk in self._nested(0):
                yield chunk

    async def _of_parents(self, group: Sequence[int]) -> Chunk:
        """The rows of some parents; those that are refused are counted."""
        parent, rejects = self.listing.parent, list[Reject]()
        assert parent is not None  # noqa: S101  # only nested lists come here
        families = await self._families(parent.parameter, group, rejects)
        self.left_out += sum(isinstance(family, WethodError) for family in families)
        return self._chunk([row for family in families if isinstance(family, list) for row in family], rejects)

    async def _nested(self, after: int) -> AsyncGenerator[Chunk, None]:
        parent = self.listing.parent
        assert parent is not None  # noqa: S101  # only nested lists come here
        walk = pager_of(self.wethod, find(parent.table), {}).into(_Row)
        options = WalkOptions(concurrency=self.concurrency)
        async with list_of(walk).pages(options, slots=self.window) as pages:
            ids = sorted([row.id async for page in pages for row in page if row.id > after])
            self._note_clock(pages.since)
        groups = [ids[start : start + PARENTS_AT_ONCE] for start in range(0, len(ids), PARENTS_AT_ONCE)]
        for at, group in enumerate(groups):
            rejects: list[Reject] = []
            families = await self._families(parent.parameter, group, rejects)
            denials = [family for family in families if isinstance(family, WethodError)]
            if at == 0 and after == 0 and denials and len(denials) == len(group):
                await self._try_others(parent.parameter, groups[1:], denials[0])
            self.left_out += len(denials)
            self._place = str(group[-1])
            yield self._chunk([row for family in families if isinstance(family, list) for row in family], rejects)

    async def _families(
        self, parameter: str, parents: Sequence[int], rejects: list[Reject]
    ) -> list[list[Any] | WethodError]:
        """The rows of some parents, each with its own or with why they are refused."""
        children = [asyncio.ensure_future(self._children(parameter, id_, rejects)) for id_ in parents]
        try:
            return await asyncio.gather(*children)
        finally:
            for child in children:
                child.cancel()

    async def _try_others(self, parameter: str, groups: Sequence[Sequence[int]], refused: WethodError) -> None:
        """Raises why the oldest parents were refused, if the newest are as well: then a permission is missing."""
        others = await self._families(parameter, groups[-1], []) if groups else []
        if all(isinstance(other, WethodError) for other in others):
            raise refused

    async def _children(self, parameter: str, id_: int, rejects: list[Reject]) -> list[Any] | WethodError:
        """The rows of one parent, or why they are refused."""
        pager = self._pager(**{parameter: id_}).into(self._model())
        rows: list[Any] = []
        try:
            options = WalkOptions(concurrency=1, on_reject=rejects.append)
            misfits = None if self.raw else self.misfits
            async with list_of(pager).pages(options, slots=self.window, misfits=misfits) as pages:
                async for page in pages:
                    rows += page.items
        except NotFoundError:
            return rows  # the parent was deleted meanwhile, and its rows with it
        except (PermissionDeniedError, PreconditionFailedError) as error:
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


def _together(chunks: Sequence[Chunk]) -> Chunk:
    texts = None if chunks[0].raw is None else [text for chunk in chunks for text in chunk.raw or ()]
    rows = [row for chunk in chunks for row in chunk.rows]
    return Chunk(rows, texts, [reject for chunk in chunks for reject in chunk.rejects])


def _array(rows: Sequence[Any]) -> bytes:
    return msgspec.json.encode(rows)
