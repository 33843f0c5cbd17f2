"""What bulk writes are refused for, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ConfigurationError

__all__ = ["JournalRefused", "RowsRefused", "StalePlan"]


class RowsRefused(ConfigurationError):
    """Rows of the input break a rule of the call they are meant for. `problems` has them all: number and reason."""

    problems: Sequence[tuple[int, str]]

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        shown = "".join(f"\n  row {number}: {reason}" for number, reason in problems)
        super().__init__(f"{len(problems)} rows are refused; nothing was sent{shown}")
        self.problems = tuple(problems)


class StalePlan(ConfigurationError):
    """Rows were changed since the plan was made, so it no longer fits. `ids` are theirs. Make a new plan."""

    ids: Sequence[int]

    def __init__(self, ids: Sequence[int]) -> None:
        shown = ", ".join(map(str, ids))
        super().__init__(f"rows {shown} were changed since the plan was made; nothing was sent, make a new plan")
        self.ids = tuple(ids)


class JournalRefused(ConfigurationError):
    """A journal cannot be used: another process has it, it belongs to another import, or it is no journal."""
