"""Ends attempts whose connection has been silent for too long: one timer for all that are on the wire of a loop.

aiohttp's own `sock_read` sets two timers for every answer and cancels them again, a twelfth of what a small call costs.
Here an attempt notes when it heard from its connection, and the one timer looks at those notes when the first of them
could be too old.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Final

__all__ = ["Listening", "ReadTimeouts"]

UNHEARD: Final = float("inf")
"""Not a moment at which anything was heard: the connection is still being made, which has a time-out of its own."""


class Listening:
    """One attempt that waits for its connection to say something.

    `heard()` is called when the connection is made and for all that comes. Once it was silent for more than `patience`
    seconds it is `lost`: its task was cancelled, and `ended()` takes that back and says whether nobody else did it too.
    """

    __slots__ = ("_alone", "_cancelling", "_loop", "_task", "lost", "patience", "since")

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: float) -> None:
        self._loop = loop
        self._task = asyncio.current_task(loop)
        self._cancelling = 0 if self._task is None else self._task.cancelling()
        self.patience = patience
        self.since = UNHEARD
        self.lost = False
        self._alone = True

    def connecting(self) -> None:
        """A connection is asked for: nothing is expected before it is there."""
        self.since = UNHEARD

    def heard(self) -> None:
        """The connection is there, or something came over it."""
        self.since = self._loop.time()

    def cancel(self) -> None:
        """Too long. The task is cancelled, as by `asyncio.timeout`."""
        self.lost = True
        if self._task is not None:
            self._task.cancel()

    def ended(self) -> bool:
        """To be asked when the attempt is over: whether it was cancelled for the silence, and for nothing else."""
        if self.lost:
            self.forget()
        return self.lost and self._alone

    def forget(self) -> None:
        """Lets go of the task, once: contexts that timers of aiohttp copied live on, and it holds what it fetched."""
        task, self._task = self._task, None
        if self.lost and task is not None:
            self._alone = task.uncancel() <= self._cancelling


class ReadTimeouts:
    """The attempts of one event loop that listen, and the timer that looks at them."""

    __slots__ = ("_listening", "_loop", "_timer", "_when", "closed")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listening: dict[Listening, None] = {}  # in the order they began
        self._timer: asyncio.TimerHandle | None = None
        self._when = UNHEARD
        self.closed = False

    def listen(self, patience: float) -> Listening:
        """Begins to look after the attempt that the running task makes. `patience`: seconds of silence it bears."""
        listening = Listening(self._loop, patience)
        self._listening[listening] = None
        when = self._loop.time() + patience
        if self._timer is None or when < self._when:
            self._set(when)
        return listening

    def leave(self, listening: Listening) -> None:
        """The attempt is over."""
        self._listening.pop(listening, None)
        listening.forget()

    def close(self) -> None:
        """No timer is left behind. They and their pool are not to be used again."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._when = when
        # In a context of its own: that of the running task would keep its request, and its rows, until the timer ends.
        self._timer = self._loop.call_at(when, self._look, context=Context())

    def _look(self) -> None:
        self._timer = None
        now = self._loop.time()
        following = UNHEARD
        for listening in list(self._listening):
            end = min(listening.since, now) + listening.patience
            if end <= now:
                self._listening.pop(listening, None)
                listening.cancel()
            else:
                following = min(following, end)
        if following != UNHEARD:
            self._set(following)
