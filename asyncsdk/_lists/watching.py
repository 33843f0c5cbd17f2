"""What observers are told of a walk: that it begins, and once that it has ended, with what it came to."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from .._limits import clock
from .._sending.sender import Sender
from .._sending.wire import Request
from ..events import WalkBegun, WalkEnded
from ..events._observers import Observers, new_id
from .report import Report

__all__ = ["WalkWatch"]


@attrs.define(eq=False)
class WalkWatch:
    """Tells of one walk. Its number is in the events of its requests as well."""

    id: int
    _where: tuple[str | None, str | None, str, str]
    _observers: Observers
    _begun: float
    _over: bool = False

    @classmethod
    def begin(cls, sender: Sender, page: Request) -> WalkWatch:
        """Tells that a walk begins, whose pages are asked for as `page` is."""
        observers = sender.observers()
        where = (page.operation, page.route, page.path, sender.settings.company)
        watch = cls(new_id(), where, observers, clock.monotonic())
        if observers.every:
            observers.tell(WalkBegun(watch.id, *where))
        return watch

    def end(self, report: Callable[[], Report], error: BaseException | None) -> None:
        """Tells that the walk has ended; only the first time."""
        over, self._over = self._over, True
        if over or not self._observers.every:
            return
        came = report()
        seconds = clock.monotonic() - self._begun
        name = None if error is None else type(error).__name__
        self._observers.tell(
            WalkEnded(self.id, *self._where, seconds, came.rows, came.requests, came.repairs, name),
        )
