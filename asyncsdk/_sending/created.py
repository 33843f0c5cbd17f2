"""Remembers which rows the creates of a client have made, so that no two of them take the same row for theirs.

State alone: who looks for rows, and how, is decided in `_lists.creating`. Kept for each company and resource, and
shared by a client and its copies.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import attrs

from .._limits.per_loop import PerLoop

__all__ = ["Created", "InAir", "Place"]

Place: TypeAlias = tuple[str, str, str]
"""Base URL, company and resource."""

MOST: Final = 100_000
"""Ids kept for a place; older ones cannot be mistaken for a row that was created just now."""


@attrs.define(eq=False)
class InAir:
    """One create between its sending and its end. Another one may wait for its answer, on another loop as well."""

    content: bytes
    lost: bool = False
    _answered: Future[None] = attrs.field(factory=Future)

    def end(self, *, lost: bool) -> None:
        """Notes that its answer came, or was lost. Only the first time counts."""
        if not self._answered.done():
            self.lost = lost
            self._answered.set_result(None)

    async def wait(self) -> None:
        """Waits until its answer has come or was lost."""
        # Shielded: whoever gives up waiting does not end it for the others.
        await asyncio.shield(asyncio.wrap_future(self._answered))


@attrs.define(eq=False)
class _Known:
    ids: OrderedDict[int | str, None] = attrs.field(factory=OrderedDict)
    visible: bool = False
    flying: list[InAir] = attrs.field(factory=list)
    looking: PerLoop[asyncio.Lock] = attrs.field(factory=PerLoop)

    def see(self, found: bool) -> None:
        """Notes whether a look has met a row that a create had made."""
        self.visible = self.visible or found


class Created:
    """The rows that creates have made or claimed, and the creates in the air."""

    def __init__(self) -> None:
        self._places: dict[Place, _Known] = {}
        self._lock = threading.Lock()

    def _at(self, place: Place) -> _Known:
        with self._lock:
            return self._places.setdefault(place, _Known())

    def claim(self, place: Place, id: int | str, *, found: bool = False) -> bool:
        """Takes a row for one create; False where another has it already.

        Args:
            place: of the row.
            id: of the row.
            found: by a look at the list: so the list shows what this token creates.
        """
        known = self._at(place)
        with self._lock:
            known.see(found)
            if id in known.ids:
                return False
            known.ids[id] = None
            while len(known.ids) > MOST:
                known.ids.popitem(last=False)
            return True

    def recognize(self, place: Place, id: object) -> bool:
        """Whether a row that a look has met is one that a create of this client has made: so the list shows them."""
        known = self._at(place)
        found = id in known.ids
        known.see(found)
        return found

    def shows(self, place: Place) -> bool:
        """Whether a look has found a row there that a create had made: the token sees what it creates."""
        return self._at(place).visible

    def begin(self, place: Place, content: bytes) -> InAir:
        """Notes that a create with this content is sent."""
        flying = InAir(content)
        self._at(place).flying.append(flying)
        return flying

    def end(self, place: Place, flying: InAir) -> None:
        """Forgets a create that is over; whoever waits for its answer goes on."""
        flying.end(lost=False)
        self._at(place).flying.remove(flying)

    def flying(self, place: Place) -> tuple[InAir, ...]:
        """Returns the creates in the air, those that look for their rows among them."""
        return tuple(self._at(place).flying)

    def alike(self, place: Place, flying: InAir) -> list[InAir]:
        """Returns the other creates in the air with the same content."""
        return [each for each in self._at(place).flying if each is not flying and each.content == flying.content]

    @asynccontextmanager
    async def looking(self, place: Place) -> AsyncIterator[None]:
        """Lets one create at a time look for its row, on each event loop."""
        looking = self._at(place).looking
        async with looking.find() or looking.keep(asyncio.Lock()):
            yield
