"""What observers are told: one event when a request goes out, comes back, is tried again, or waits.

Events name method and path only. They never carry headers, bodies or query values, so a hook can log them as they are.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import attrs

from ..errors import ConfigurationError
from ..errors._printable import shown

__all__ = ["Hooks", "RequestSent", "ResponseReceived", "RetryPlanned", "WaitBegun", "WaitReason", "announce"]

WaitReason = Literal["slot", "budget", "pause", "backoff"]

logger: logging.Logger = logging.getLogger("asyncsdk")


@attrs.frozen
class RequestSent:
    """An attempt is about to go out; `attempt` counts from 1."""

    method: str
    path: str
    attempt: int


@attrs.frozen
class ResponseReceived:
    """An attempt came back. `seconds` is the time on the wire, `status` None where no usable answer came."""

    method: str
    path: str
    attempt: int
    status: int | None
    seconds: float
    size: int


@attrs.frozen
class RetryPlanned:
    """The request will be sent again in `seconds`; `attempt` is the one that did not do, `reason` says why."""

    method: str
    path: str
    attempt: int
    seconds: float
    reason: str


@attrs.frozen
class WaitBegun:
    """The request waits `seconds` before it may be sent (None: as long as it takes for a free slot)."""

    method: str
    path: str
    reason: WaitReason
    seconds: float | None


def _plain_function(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    asynchronous = inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(getattr(value, "__call__", None))  # noqa: B004  # an object whose call is async
    if asynchronous or not callable(value):
        why = ": nobody would await it" if asynchronous else ""
        raise ConfigurationError(f"the hook {attribute.name} is a plain function of one event, not {shown(value)}{why}")


@attrs.frozen(kw_only=True)
class Hooks:
    """Observers of what a client does. Each is a plain function of one event, called on the event loop: keep it quick.

    A hook that raises is logged (with its traceback) and does no harm to the request.

    Args:
        request: called with `RequestSent` before every attempt.
        response: called with `ResponseReceived` after every attempt.
        retry: called with `RetryPlanned` before a request is sent again.
        wait: called with `WaitBegun` when a request must wait for a slot, the budget, a pause or its back-off.

    Raises:
        ConfigurationError: a hook is a coroutine function, or no function.

    Example:
        >>> Hooks(wait=lambda event: print(f"waiting {event.seconds} s for {event.reason}"))  # doctest: +SKIP
    """

    request: Callable[[RequestSent], object] | None = attrs.field(default=None, validator=_plain_function)
    response: Callable[[ResponseReceived], object] | None = attrs.field(default=None, validator=_plain_function)
    retry: Callable[[RetryPlanned], object] | None = attrs.field(default=None, validator=_plain_function)
    wait: Callable[[WaitBegun], object] | None = attrs.field(default=None, validator=_plain_function)


Event = TypeVar("Event")


def announce(hook: Callable[[Event], object] | None, event: Event) -> None:
    """Tells a hook, and shields the request from it."""
    if hook is None:
        return
    try:
        hook(event)
    except Exception:
        logger.exception("the hook for %s raised; the request goes on", type(event).__name__)
