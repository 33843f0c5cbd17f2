"""A list kept in memory by id: what a refresh of it asks for, and how the rows that came are taken in."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar, cast

import attrs

from .. import filters
from ..errors import ConfigurationError, WethodError
from .options import WalkOptions
from .pager import Pager, list_of
from .sweeping import moment_before

__all__ = ["ListResource", "MirroredList"]

T = TypeVar("T")

OVERLAP: Final = timedelta(minutes=5)
"""How far before the last refresh the next one looks: a row may be committed later than its `updated_at` says."""


class ListResource(Protocol[T]):
    """What a mirror needs of a resource of the client; most have a `get(id)`, too."""

    @property
    def list(self) -> Callable[..., Pager[T]]:
        """The list."""


class MirroredList(Mapping[int, T], Generic[T]):
    """A list in memory, by id. Reading it asks nothing; iterating gives ids in the order in which they were first read.

    What a refresh finds becomes visible at once and whole: a loop under way goes on over the rows it began with.
    `failure` is what the latest refresh met; None where it worked, or where there was none yet.
    """

    def __init__(self, name: str, resource: ListResource[T], options: WalkOptions, clock: Callable[[], float]) -> None:
        self.name = name
        self.failure: Exception | None = None
        self._list = resource.list
        self._get: Callable[[int], Awaitable[T]] | None = getattr(resource, "get", None)
        self._soft = "deleted" in inspect.signature(resource.list).parameters
        self._options = options
        self._clock = clock
        self._rows: dict[int, T] = {}
        self._since: datetime | None = None  # what was changed later is not here yet; the server's clock
        self._deletions_since: datetime | None = None
        self._read_at = self._checked_at = self._tried_at = -math.inf  # our clock

    def __getitem__(self, id: int) -> T:
        return self._rows[id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<MirroredList {self.name}: {len(self)} rows, {self.age:.0f} s old>"

    @property
    def age(self) -> float:
        """Seconds since the last refresh that worked began; infinite before the first."""
        return self._clock() - self._read_at

    async def fetch(self, id: int) -> T:
        """Returns the row from memory, or else from the API, in one request.

        For rows that are newer than the latest refresh, that are deleted, or that are asked for while the mirror is
        still empty. What was asked for is not kept: the next refresh brings what belongs to the list.

        Raises:
            NotFoundError: there is no such row.
            ConfigurationError: the API gives no single rows of this kind; filter the list.
            WethodError: as every call.
        """
        if (row := self._rows.get(id)) is not None:
            return row
        if self._get is None:
            raise ConfigurationError(f"{self.name}: the API gives no single row by its id; read {self.name}.list(...)")
        return await self._get(id)

    async def refresh(self, *, whole: float, asked: float = math.inf) -> None:
        """Reads what was changed; deletions that do not show so, when the last look is `whole` seconds ago.

        A refresh that began after `asked` (by our clock) is not repeated, its failure is raised again.
        """
        if self._tried_at > asked:
            if self.failure is not None:
                # Each caller raises one of its own, where that can be made.
                raise copy.copy(self.failure) if isinstance(self.failure, WethodError) else self.failure
            return
        begun = self._clock()
        try:
            await self._refresh(begun, whole)
        except Exception as failure:
            self.failure, self._tried_at = failure, begun
            raise
        self.failure, self._tried_at = None, begun

    async def _refresh(self, begun: float, whole: float) -> None:
        due = begun - self._checked_at >= whole
        if self._since is None or (due and not self._soft):
            await self._read_whole()
            self._checked_at = begun
        else:
            await self._read_changes(self._since)
            if due:
                await self._read_deletions()
                self._checked_at = begun
        self._read_at = begun

    async def _read_whole(self) -> None:
        rows, date = await self._read(self._list(), expected=len(self._rows) or None)
        self._rows = {_id(row): row for row in rows}
        self._since = self._deletions_since = _before(date)

    async def _read_changes(self, since: datetime) -> None:
        rows, date = await self._read(
            self._list(updated_at=filters.gte(since), **({"deleted": "include"} if self._soft else {}))
        )
        self._take(rows)
        self._since = _before(date) or since

    async def _read_deletions(self) -> None:
        # Nothing says that a soft delete touches `updated_at`.
        since = self._deletions_since or self._since
        if since is not None:
            rows, date = await self._read(self._list(deleted="only", deleted_at=filters.gte(since)))
            self._take(rows)
            self._deletions_since = _before(date) or since

    async def _read(self, pager: Pager[T], *, expected: int | None = None) -> tuple[list[T], str | None]:
        """Returns the rows of a list, of which so many are expected, and the `Date` of its first answer."""
        return await list_of(pager).all_since(attrs.evolve(self._options, expected=expected))

    def _take(self, rows: list[T]) -> None:
        changed = {_id(row): row for row in rows}
        if all(self._rows.get(id) == row for id, row in changed.items()):
            return
        gone = {id for id, row in changed.items() if getattr(row, "deleted_at", None) is not None}
        self._rows = {id: row for id, row in (self._rows | changed).items() if id not in gone}


def _before(date: str | None) -> datetime | None:
    return None if date is None else moment_before(date, OVERLAP)


def _id(row: object) -> int:
    return cast("int", row.id)  # type: ignore[attr-defined]  # every row of every list has one
