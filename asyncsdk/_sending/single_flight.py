"""Single flight: equal GETs that are in the air at the same time share one request.

Twenty page views that ask for the same project in the same moment cost one request of the hourly budget, not twenty.
Nothing is kept: when the answer is there and handed out, the next GET asks anew. A write through the same client ends
the sharing of what was asked before it, so that whoever writes and then reads, reads what was written.

Two GETs are equal when path, query, token, company and every other setting are. Each caller gets objects of its own; a
caller that is cancelled takes nothing from the others, and the last one to leave ends the request.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

import attrs

from ..errors import ClientClosedError, DecodeError
from .account import Account
from .settings import Settings
from .wire import Reply, Request

__all__ = ["Flight", "Flights"]

T = TypeVar("T")

Key: TypeAlias = "tuple[asyncio.AbstractEventLoop, Account, Settings, Request]"


@attrs.define(eq=False)
class Flight:
    """One request in the air and those who wait for its answer."""

    task: asyncio.Task[Reply[Any]]
    waiting: int = 0
    taken: bool = False

    async def landing(self) -> None:
        """Waits for the answer. The last one to leave before it comes ends the request."""
        self.waiting += 1
        try:
            await asyncio.wait((self.task,))
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.task.cancel()

    def take(self) -> bool:
        """Returns whether the caller is the first: it gets the very answer, the others make their own of its bytes."""
        first, self.taken = not self.taken, True
        return first


@attrs.define(eq=False)
class Flights:
    """What is in the air, by what was asked and by whom; shared by a client and its copies."""

    _by_key: dict[Key, Flight] = attrs.field(factory=dict)

    async def share(
        self,
        key: Key,
        decode: Callable[[bytes], T],
        *,
        send: Callable[[], Coroutine[Any, Any, Reply[T]]],
        joined: Callable[[], None],
        check_open: Callable[[], None],
    ) -> Reply[T]:
        """Sends a request, or waits for the answer of an equal one.

        Args:
            key: two requests with the same one are equal.
            decode: makes a caller's own value of the shared answer.
            send: sends it.
            joined: is called where an equal one is in the air.
            check_open: raises ClientClosedError once the client is closed.
        """
        while True:
            check_open()
            flight = self._by_key.get(key)
            if flight is None or flight.task.done():
                flight = self._begin(key, asyncio.ensure_future(send()))
            else:
                joined()
            await flight.landing()
            if flight.task.cancelled():
                continue  # not by us, and we are still here: ask anew
            first = flight.take()
            error = flight.task.exception()
            if error is None:
                reply: Reply[T] = flight.task.result()
                return reply if first else _own(reply, key[-1], decode)
            if isinstance(error, ClientClosedError):
                check_open()
                continue  # the copy that sent it was closed, this one is not
            # Walks write their bookmark on the error they raise: each needs an error of its own.
            raise error if first else copy.copy(error)

    def part(self) -> None:
        """Nothing that is asked from now on joins what is in the air now."""
        self._by_key.clear()

    def _begin(self, key: Key, task: asyncio.Task[Reply[Any]]) -> Flight:
        flight = self._by_key[key] = Flight(task)
        task.add_done_callback(lambda _: self._landed(key, flight))
        return flight

    def _landed(self, key: Key, flight: Flight) -> None:
        if not flight.task.cancelled():
            flight.task.exception()  # all who waited may have left: asyncio need not complain that nobody looked
        if self._by_key.get(key) is flight:
            del self._by_key[key]


def _own(reply: Reply[T], request: Request, decode: Callable[[bytes], T]) -> Reply[T]:
    """The answer once more, decoded anew: rows that are plain dicts can be changed by whoever holds them."""
    try:
        return Reply(decode(reply.answer.body), reply.answer)
    except DecodeError as error:
        error.request = request.line
        raise
