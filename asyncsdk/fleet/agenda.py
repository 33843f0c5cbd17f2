"""Which company's turn it is: in the order they were named, and those that write to one file one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from .company import Company
from .places import one_writer

__all__ = ["Agenda"]


class Agenda:
    """The companies that are still to be done, by their place in the fleet. Pure: it neither waits nor runs.

    Args:
        companies: all of them.
    """

    def __init__(self, companies: Sequence[Company]) -> None:
        self._files = [one_writer(company) for company in companies]
        self._waiting = list(range(len(companies)))
        self._busy: set[str] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self) -> int | None:
        """The next company that may begin; None: none may before another one has ended."""
        for at in self._waiting:
            file = self._files[at]
            if file is None or file not in self._busy:
                self._waiting.remove(at)
                if file is not None:
                    self._busy.add(file)
                return at
        return None

    def end(self, at: int) -> None:
        """Notes that a company has ended, so that another one may write to its file."""
        if (file := self._files[at]) is not None:
            self._busy.discard(file)

    def again(self, at: int) -> None:
        """Puts a company back that has not ended, as the next one."""
        self.end(at)
        self._waiting.insert(0, at)
