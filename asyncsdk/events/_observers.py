"""Who is told of events: the hooks of one client, and observers of all clients of the process."""

from __future__ import annotations

import inspect
import itertools
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import attrs

from ..errors import ArgumentError, ConfigurationError
from ..errors._printable import shown
from ._reading import ExtractionBegun, ExtractionEnded, TableExtracted, WalkBegun, WalkEnded
from ._requests import (
    CallBegun,
    CallEnded,
    CallShared,
    DecodeFailed,
    RequestSent,
    ResponseReceived,
    RetryPlanned,
    WaitBegun,
    WaitEnded,
)

__all__ = ["Event", "Hooks", "Observer", "Observers", "new_id", "observe", "observers_alone", "observers_of"]

Event: TypeAlias = (
    CallBegun
    | CallEnded
    | CallShared
    | RequestSent
    | ResponseReceived
    | RetryPlanned
    | WaitBegun
    | WaitEnded
    | DecodeFailed
    | WalkBegun
    | WalkEnded
    | ExtractionBegun
    | TableExtracted
    | ExtractionEnded
)

Observer: TypeAlias = Callable[[Event], object]
"""A plain function of one event. It runs where the event happens, mostly on an event loop: keep it quick."""

logger: Final = logging.getLogger("asyncsdk")


def _refusal(value: object) -> str | None:
    """Why a value is no plain function, in words; None where it is one."""
    asynchronous = inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(getattr(value, "__call__", None))  # noqa: B004  # an object whose call is async
    if not asynchronous and callable(value):
        return None
    why = ": nobody would await it" if asynchronous else ""
    return f"a plain function of one event, not {shown(value)}{why}"


def _plain_function(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (refusal := _refusal(value)) is not None:
        raise ConfigurationError(f"the hook {attribute.name} is {refusal}")


@attrs.frozen(kw_only=True)
class Hooks:
    """Observers of what a client does. Each is a plain function of one event, called on the event loop: keep it quick.

    A hook that raises is logged (with its traceback) and does no harm to the request.

    Args:
        request: called with `RequestSent` before every attempt.
        response: called with `ResponseReceived` after every attempt.
        retry: called with `RetryPlanned` before a request is sent again.
        wait: called with `WaitBegun` when a request must wait for a slot, the budget, a pause or its back-off.
        every: called with every event of `asyncsdk.events` that this client has, those above among them.

    Raises:
        ConfigurationError: a hook is a coroutine function, or no function.

    Example:
        >>> Hooks(wait=lambda event: print(f"waiting {event.seconds} s for {event.reason}"))  # doctest: +SKIP
    """

    request: Callable[[RequestSent], object] | None = attrs.field(default=None, validator=_plain_function)
    response: Callable[[ResponseReceived], object] | None = attrs.field(default=None, validator=_plain_function)
    retry: Callable[[RetryPlanned], object] | None = attrs.field(default=None, validator=_plain_function)
    wait: Callable[[WaitBegun], object] | None = attrs.field(default=None, validator=_plain_function)
    every: Observer | None = attrs.field(default=None, validator=_plain_function)


@attrs.frozen(eq=False)
class Observers:
    """Who is told of the events of one call, walk or extraction; the same ones from its begin to its end.

    Attributes:
        every: told of all events.
        by_kind: told of one kind.
    """

    every: tuple[Observer, ...] = ()
    by_kind: tuple[tuple[type, Callable[[Any], object]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.every or self.by_kind)

    def tell(self, event: Event) -> None:
        """Tells them of an event, and shields whatever happens from what they raise."""
        for kind, hook in self.by_kind:
            if type(event) is kind:
                _tell(hook, event)
        for observer in self.every:
            _tell(observer, event)


def _tell(observer: Callable[[Any], object], event: Event) -> None:
    try:
        observer(event)
    except Exception:
        logger.exception("the hook for %s raised; the request goes on", type(event).__name__)


class _Registry:
    """The observers of all clients of this process, and the numbers by which events tell calls apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: tuple[tuple[object, Observer], ...] = ()
        self.observers: tuple[Observer, ...] = ()
        self.ids = itertools.count(1)

    def add(self, observer: Observer) -> Callable[[], None]:
        """Adds an observer. Returns what removes it again."""
        key = object()
        self._change(lambda entries: (*entries, (key, observer)))
        return lambda: self._change(lambda entries: tuple(each for each in entries if each[0] is not key))

    def _change(
        self, change: Callable[[tuple[tuple[object, Observer], ...]], tuple[tuple[object, Observer], ...]]
    ) -> None:
        with self._lock:
            self._entries = change(self._entries)
            self.observers = tuple(observer for _, observer in self._entries)


_PROCESS: Final = _Registry()


def observe(observer: Observer) -> Callable[[], None]:
    """Tells an observer of every event of every client in this process, those made before among them.

    Args:
        observer: a plain function of one event; one that raises is logged and does no harm.

    Returns:
        A function that ends it. A call or walk under way tells it its end all the same.

    Raises:
        ArgumentError: a coroutine function, or no function.

    Example:
        >>> seen = []
        >>> end = observe(seen.append)
        >>> end()
    """
    if (refusal := _refusal(observer)) is not None:
        raise ArgumentError("observer", refusal)
    return _PROCESS.add(observer)


def new_id() -> int:
    """Returns a number that no other call or walk of this process has."""
    return next(_PROCESS.ids)


def observers_of(hooks: Hooks, own: Observers) -> Observers:
    """Returns who is to be told of what begins now.

    Args:
        hooks: of the client.
        own: the same as observers; what is returned where the process has none of its own.
    """
    everywhere = _PROCESS.observers
    if not everywhere:
        return own
    return Observers(everywhere if hooks.every is None else (hooks.every, *everywhere), own.by_kind)


def observers_alone(hooks: Hooks) -> Observers:
    """Returns the hooks of a client as observers."""
    by_kind: tuple[tuple[type, Callable[[Any], object] | None], ...] = (
        (RequestSent, hooks.request),
        (ResponseReceived, hooks.response),
        (RetryPlanned, hooks.retry),
        (WaitBegun, hooks.wait),
    )
    every = () if hooks.every is None else (hooks.every,)
    return Observers(every, tuple((kind, hook) for kind, hook in by_kind if hook is not None))
