"""A walk as stages: the list itself, then sweeps for what was changed while it was read. Pure.

Each stage is a plan of its own with the requests it stands for. What a stage delivered, the next ones do not deliver
again; bookmarks are always those of the list itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeAlias, TypeVar

import attrs

from .._codec.promises import Misfits
from .._sending.wire import Request
from .delivery import Delivery
from .plan import Plan
from .report import Report
from .sweeping import is_own_date

__all__ = ["Following", "Stage", "Stages"]

logger: Final = logging.getLogger("asyncsdk")

T = TypeVar("T")

MOST_SWEEPS: Final = 8

UNDATED: Final = (
    "the answers carry no date that can be read, so the sweep goes by this machine's clock and asks for what was "
    "changed from a quarter of an hour before the walk began; rows are missed where that clock is further ahead"
)


@attrs.frozen(eq=False)
class Stage(Generic[T]):
    """A plan, and the request of each of its pages by offset and limit."""

    plan: Plan[T]
    request: Callable[[int, int], Request]


Following: TypeAlias = Callable[[Plan[T], str], Stage[T] | None]
"""Gives a sweep of what was changed since a `Date`, from the plan of the list itself; None where nothing is left."""


class Stages(Generic[T]):
    """The stages of one walk, one after the other.

    Args:
        first: the list itself.
        following: gives the sweeps; None: the list itself is all.
        finished: is called with the plan of the list itself when the walk has come to its end.
        misfits: counts the rows that break a promise of their model.
        named: what warnings carry beside their text.
    """

    def __init__(
        self,
        first: Stage[T],
        following: Following[T] | None = None,
        *,
        finished: Callable[[Plan[T]], object] | None = None,
        misfits: Misfits | None = None,
        named: Mapping[str, object] | None = None,
    ) -> None:
        self._named = named
        self._first = first.plan
        self._current = first
        self._following = following
        self._finished = finished
        self._misfits = misfits
        self._sweeps = 0
        self._walked: Report | None = None  # of the stages that are done

    @property
    def current(self) -> Stage[T]:
        """The stage under way."""
        return self._current

    @property
    def done(self) -> bool:
        """Whether nothing more will come of the stage under way."""
        return self._current.plan.done

    @property
    def last(self) -> bool:
        """Whether no stage follows the one under way, whatever it meets."""
        return self._following is None

    def take(self) -> Delivery[T] | None:
        """Returns the next rows of the stage under way; None when nothing is ready. Raises what its plan does."""
        return self._current.plan.take()

    def delivered(self, delivery: Delivery[T]) -> None:
        """Takes in that rows reached the walk's user."""
        if self._misfits is not None and self._misfits.met:
            self._misfits.count(delivery.rows)

    def advance(self) -> Stage[T] | None:
        """Goes on to the next stage when one is done. Returns it; None where the walk is over.

        A sweep of several pages takes its time, so what was changed meanwhile is swept as well.
        """
        first, latest = self._first, self._current.plan
        if self._following is None or first.bounded or latest.since is None or self._sweeps == MOST_SWEEPS:
            return None
        if latest.report.requests == 1 and (self._sweeps or not first.resumed):
            # One answer is how the list stood at one moment; the rest of a walk that began earlier is not.
            return None
        stage = self._following(first, latest.since)
        if stage is None:
            return None
        if is_own_date(latest.since) and not self._sweeps:  # once a walk
            logger.warning(UNDATED, extra=self._named)
        self._walked = self._counted()
        self._current = stage
        self._sweeps += 1
        return stage

    def finish(self) -> None:
        """Takes in that the walk has come to its end."""
        finished, self._finished = self._finished, None
        if finished is not None:
            finished(self._first)

    def ended_with(self, delivery: Delivery[T]) -> bool | None:
        """Returns whether the list ended with a delivery, after which nothing came; None where that is not known."""
        return delivery.is_last if self._first.bounded else True

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far, all stages together."""
        return attrs.evolve(self._counted(), misfits={} if self._misfits is None else self._misfits.counts)

    def _counted(self) -> Report:
        report = self._current.plan.report
        return report if self._walked is None else self._walked.with_sweep(report)

    @property
    def since(self) -> str | None:
        """The `Date` header of the first answer; None before it came, or where it had none."""
        since = self._first.since
        return None if since is None or is_own_date(since) else since

    def bookmark(self, ready: Delivery[T] | None) -> str:
        """Returns where the walk stands after everything that was taken, but before `ready`.

        Bookmarks belong to the list itself: resuming from its end reads what came after, and sweeps again.
        """
        return self._first.bookmark() if ready is None or self._sweeps else ready.bookmark(0)
