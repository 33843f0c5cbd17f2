"""A list kept in memory by id: what a refresh of it asks for, and how the rows that came are taken in."""

from __future__ import annotations

import copy
import inspect
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from ..errors import ConfigurationError, WethodError
from .change_stream import followed_from
from .following import Follower
from .noticing import Change
from .options import WalkOptions
from .pager import Pager, list_of

__all__ = ["ListResource", "MirroredList", "OnChange"]

T = TypeVar("T")

OnChange: TypeAlias = Callable[[str, Change[Any]], object]
"""Is called with the name of a list and each change of it; may be a coroutine function."""


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

    def __init__(
        self,
        name: str,
        resource: ListResource[T],
        options: WalkOptions,
        clock: Callable[[], float],
        on_change: OnChange | None = None,
    ) -> None:
        self.name = name
        self.failure: Exception | None = None
        self._get: Callable[[int], Awaitable[T]] | None = getattr(resource, "get", None)
        self._clock = clock
        self._on_change = on_change
        asked = list_of(resource.list())
        self._follower = Follower(asked, options, followed_from(asked, "beginning"))
        self._changes: list[Change[T]] = []  # that were told, and are not visible yet
        self._rows: dict[int, T] = {}
        self._filled = False
        self._untold: deque[Change[T]] = deque()  # that are visible, and were not told yet
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
        async with aclosing(self._follower.round(prove=due)) as changes:
            async for change in changes:
                self._changes.append(change)  # also for the next refresh, where this one fails
        if due:
            self._checked_at = begun
        self._read_at = begun
        self._show()
        await self._tell()

    def _show(self) -> None:
        """Lets what was read be seen."""
        changes, self._changes = self._changes, []
        if changes:
            latest = {change.id: change for change in changes}
            shown = self._rows | {id: each.row for id, each in latest.items() if each.row is not None}
            gone = {id for id, each in latest.items() if each.kind == "deleted"}
            self._rows = {id: row for id, row in shown.items() if id not in gone}
        if self._filled and self._on_change is not None:
            self._untold.extend(changes)
        self._filled = True

    async def _tell(self) -> None:
        """Tells of what can be seen. What is left when that fails is told after the next refresh."""
        while self._untold and self._on_change is not None:
            told = self._on_change(self.name, self._untold.popleft())
            if inspect.isawaitable(told):
                await told
