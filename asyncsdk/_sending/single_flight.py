"""Single flight: equal GETs that are in the air at the same time share one request.

Twenty page views that ask for the same project in the same moment cost one request of the hourly budget, not twenty.
Nothing is kept: when the answer is there and handed out, the next GET asks anew. A write through the same client ends
the sharing of what was asked before it, so that whoever writes and then reads, reads what was written.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from ..errors import ClientClosedError, DecodeError
from .account import Account, Accounts
from .loops import require_asyncio
from .sender import Reply, Sender
from .settings import Settings
from .transport import Transport
from .wire import Request

if TYPE_CHECKING:
    from ..client import Wethod

__all__ = ["single_flight"]

T = TypeVar("T")

Key: TypeAlias = "tuple[asyncio.AbstractEventLoop, Account, Settings, Request]"


def single_flight(wethod: Wethod) -> Wethod:
    """A copy of a client in which equal GETs that are in the air at the same time share one request.

    Two GETs are equal when path, query, token, company and every other setting are. Each caller gets objects of its
    own; a caller that is cancelled takes nothing from the others, and the last one to leave ends the request. Copies
    made of it by `with_options` share with it. Like every copy it ends with `wethod`.

    Raises:
        ClientClosedError: `wethod` is closed.

    Example:
        >>> shared = single_flight(wethod)  # doctest: +SKIP
        >>> await asyncio.gather(*(shared.projects.get(7) for _ in range(20)))  # one request
    """
    alike = wethod.with_options()
    sender = alike._sender
    if isinstance(sender, SharingSender):
        return alike  # it shares with `wethod` already
    alike._sender = SharingSender(sender.settings, sender.transport, sender.accounts, Flights())
    return alike


@attrs.define(eq=False)
class Flight:
    """One request in the air and those who wait for its answer."""

    task: asyncio.Task[Reply[Any]]
    waiting: int = 0
    taken: bool = False  # the first to land gets the very answer, the others make their own of its bytes


@attrs.define(eq=False)
class Flights:
    """What is in the air, by what was asked and by whom."""

    _by_key: dict[Key, Flight] = attrs.field(factory=dict)

    def find(self, key: Key) -> Flight | None:
        """The flight that answers `key`, if it has not landed yet."""
        flight = self._by_key.get(key)
        return None if flight is None or flight.task.done() else flight

    def begin(self, key: Key, task: asyncio.Task[Reply[Any]]) -> Flight:
        """Takes a request that was just sent as the one to share."""
        flight = self._by_key[key] = Flight(task)
        task.add_done_callback(lambda _: self._landed(key, flight))
        return flight

    def _landed(self, key: Key, flight: Flight) -> None:
        if not flight.task.cancelled():
            flight.task.exception()  # all who waited may have left: asyncio need not complain that nobody looked
        if self._by_key.get(key) is flight:
            del self._by_key[key]

    def part(self) -> None:
        """Nothing that is asked from now on joins what is in the air now."""
        self._by_key.clear()


class SharingSender(Sender):
    """A sender whose GETs join an equal one that is in the air."""

    def __init__(self, settings: Settings, transport: Transport, accounts: Accounts, flights: Flights) -> None:
        super().__init__(settings, transport, accounts)
        self._flights = flights

    def copy(self, settings: Settings) -> Sender:
        """A copy that shares with this one."""
        self.check_open()
        return SharingSender(settings, self.transport, self.accounts, self._flights)

    async def send(self, request: Request, decode: Callable[[bytes], T]) -> Reply[T]:
        """Sends a request, or waits for the answer of an equal one."""
        if request.method != "GET":
            try:
                return await super().send(request, decode)
            finally:
                self._flights.part()
        key = (require_asyncio(), self.account, self.settings, request)
        while True:
            self.check_open()
            flight = self._flights.find(key)
            if flight is None:
                flight = self._flights.begin(key, asyncio.ensure_future(super().send(request, decode)))
            await _landing(flight)
            if flight.task.cancelled():
                continue  # not by us, and we are still here: ask anew
            first, flight.taken = not flight.taken, True
            error = flight.task.exception()
            if error is None:
                reply: Reply[T] = flight.task.result()
                return reply if first else _own(reply, request, decode)
            if isinstance(error, ClientClosedError) and not self.closed and not self.transport.closed:
                continue  # the copy that sent it was closed, this one is not
            # Walks write their bookmark on the error they raise: each needs an error of its own.
            raise error if first else copy.copy(error)


async def _landing(flight: Flight) -> None:
    flight.waiting += 1
    try:
        await asyncio.wait((flight.task,))
    finally:
        flight.waiting -= 1
        if not flight.waiting:
            flight.task.cancel()


def _own(reply: Reply[T], request: Request, decode: Callable[[bytes], T]) -> Reply[T]:
    """The answer once more, decoded anew: rows that are plain dicts can be changed by whoever holds them."""
    try:
        return Reply(decode(reply.answer.body), reply.answer)
    except DecodeError as error:
        error.request = request.line
        raise
