"""Ends answers that a connection is silent about for too long: one timer a connection, however many come over it.

aiohttp sets a timer when a request has left and another for each piece of its answer, and cancels them again: a
twentieth of what a page of rows costs. Here a piece moves the moment at which the silence is too long, and the timer,
when it comes, looks at that moment and goes on to it.
"""

from __future__ import annotations

import asyncio
from contextvars import Context

from .http import ResponseHandler

__all__ = ["PatientHandler"]


class PatientHandler(ResponseHandler):
    """A connection of aiohttp that keeps its read time-outs with one timer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._silent_until: float | None = None  # when the silence is too long; None: nothing is expected
        self._alarm: asyncio.TimerHandle | None = None

    def _reschedule_timeout(self) -> None:
        if not self._read_timeout:
            self._silent_until = None
            return
        self._silent_until = until = self._loop.time() + self._read_timeout
        if self._alarm is None or self._alarm.when() > until:
            self._set_alarm(until)

    def _drop_timeout(self) -> None:
        self._silent_until = None
        if self.transport is None:
            self._cancel_alarm()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Ends the timer with the connection."""
        super().connection_lost(exc)
        self._cancel_alarm()

    def _set_alarm(self, moment: float) -> None:
        self._cancel_alarm()
        # In a context of its own: the running one holds what its task does, and the timer outlives that.
        self._alarm = self._loop.call_at(moment, self._look, moment, context=Context())

    def _cancel_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _look(self, moment: float) -> None:
        self._alarm = None
        until = self._silent_until
        if until is None:
            return
        if until > moment:
            self._set_alarm(until)
        else:
            self._silent_until = None
            self._on_read_timeout()
