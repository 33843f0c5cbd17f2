"""A mirror: chosen lists kept in memory by id, refreshed by asking for what was changed.

For page views that show the same projects, streams and persons again and again. The first reading walks each list;
after that a refresh costs one request a list while nothing changes, so four workers that mirror five lists every
five minutes spend 240 of the 5,000 requests an hour. Each list is followed as `pager.changes()` follows it.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

from ._codec.decode import OnReject
from ._limits import clock as clocks
from ._lists.mirrored import MirroredList, OnChange
from ._lists.options import CONCURRENCY, WalkOptions
from ._sending.loops import require_asyncio
from ._sending.settings import LONGEST
from .errors import APIError, ArgumentError
from .errors._printable import shown
from .resources.mirrored_lists import MirroredLists

if TYPE_CHECKING:
    from types import TracebackType

    from .client import Wethod

__all__ = ["Mirror", "MirroredList"]

FIRST_RETRY: Final = 1.0
"""Seconds to the second attempt at a first reading; they double from one to the next."""

LONGEST_RETRY: Final = 60.0
"""Seconds between two attempts at a first reading, where nobody refuses it."""

logger: logging.Logger = logging.getLogger("asyncsdk")


def _check_seconds(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= LONGEST:
        raise ArgumentError(name, f"a number of seconds above 0, not {shown(value)}")


def _names(lists: object) -> list[str]:
    given: list[object] = [lists] if not isinstance(lists, Iterable) or isinstance(lists, (str, bytes)) else [*lists]
    names = [name for name in given if isinstance(name, str) and name in MirroredLists.__annotations__]
    if odd := [name for name in given if name not in names]:
        raise ArgumentError("lists", f"there is no list {shown(odd[0])}; write names such as 'projects' or 'streams'")
    if not names:
        raise ArgumentError("lists", "names none; write names such as 'projects' or 'streams'")
    return list(dict.fromkeys(names))


class Mirror(MirroredLists):
    """Chosen lists of a client, in memory and kept fresh.

        async with Mirror(wethod, ["projects", "streams"], refresh=300) as mirror:
            mirror.projects[7].name
            [stream for stream in mirror.streams.values() if stream.archived_at is None]

    Entering reads the lists whole and begins to refresh them in the background; leaving ends that, and nothing else
    does. A refresh that fails is logged and tried again when the next one is due, the rows stay: `age` says how old
    they are at most, `failure` why.

    With `required=False` entering asks for nothing and cannot fail: the lists begin empty and are filled in the
    background, as soon as Wethod answers. So an application starts while Wethod is away, or the hour's requests are
    spent; `await mirror.projects.fetch(7)` gives rows that are not there yet.

    Deletions: a list that fits into one page, or marks its deleted rows (`deleted=include`), drops them with the next
    refresh. Of the others it is proved every `whole` seconds, in one request where that is so, that nothing is gone;
    until then they show rows that were deleted meanwhile.

    Args:
        wethod: asks for the lists. It has to stay open as long as the mirror.
        lists: names of resources, as attributes of the client: `["projects", "streams"]`.
        refresh: seconds between two refreshes, give or take a tenth so that workers do not ask in step.
        whole: seconds between two looks for deletions that changes do not show (see above).
        on_change: is called with the name of a list and each `Change` of it, once that can be seen; not for the rows of
            the first reading. It may be a coroutine function. What it raises fails the refresh; the changes that are
            left are told after the next.
        required: whether entering waits for the first reading, and raises if it fails.
        concurrency: as in `Pager.items`; lists are read one after the other.
        stable: as in `Pager.items`.
        sweep: as in `Pager.items`. Without it the next refresh finds what changed while a list was read.
        on_reject: is called with each row that does not fit its model, which is then not kept; by default such a row
            fails the refresh. (The other options of a walk are the mirror's: it keeps whole lists, and knows how long
            they are.)
        clock: seconds that only grow; for tests.

    Raises:
        ArgumentError: a name that is no list, seconds that are not above 0, or an option out of range.
    """

    def __init__(
        self,
        wethod: Wethod,
        lists: Iterable[str],
        *,
        refresh: float = 300.0,
        whole: float = 3600.0,
        required: bool = True,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        on_reject: OnReject | None = None,
        on_change: OnChange | None = None,
        clock: Callable[[], float] = clocks.monotonic,
    ) -> None:
        _check_seconds("refresh", refresh)
        _check_seconds("whole", whole)
        names = _names(lists)
        options = WalkOptions(concurrency=concurrency, stable=stable, sweep=sweep, on_reject=on_reject)
        options.check(wethod.settings.max_in_flight)
        if on_change is not None and not callable(on_change):
            raise ArgumentError(
                "on_change", f"a function that takes a list's name and a change, not {shown(on_change)}"
            )
        self.failure: Exception | None = None
        self._wethod = wethod.with_options(single_flight=True)
        self._refresh, self._whole, self._required, self._clock = refresh, whole, required, clock
        self._lists: dict[str, MirroredList[Any]] = {
            name: MirroredList(name, getattr(self._wethod, name), options, clock, on_change) for name in names
        }
        self._refreshing: asyncio.Lock | None = None
        self._task: asyncio.Task[None] | None = None
        self._told: set[tuple[type, object]] = set()  # kinds of failures that were logged since a refresh worked

    if not TYPE_CHECKING:  # so that type checkers know exactly the lists above

        def __getattr__(self, name: str) -> object:
            lists = self.__dict__.get("_lists", {})
            if name in lists:
                return lists[name]
            hint = f"; it keeps {', '.join(lists)}" if name in MirroredLists.__annotations__ else ""
            raise AttributeError(f"this mirror has no {name!r}{hint}")

    def __repr__(self) -> str:
        return f"<Mirror of {', '.join(self._lists)}, {self.age:.0f} s old>"

    @property
    def age(self) -> float:
        """How old the oldest list is, in seconds; infinite before the first reading, 0 without lists."""
        return max((each.age for each in self._lists.values()), default=0.0)

    @property
    def wethod(self) -> Wethod:
        """The client, with single flight: equal GETs in the air share one request. For what is not mirrored."""
        return self._wethod

    @property
    def lists(self) -> Mapping[str, MirroredList[Any]]:
        """The lists by name, for those who look at all of them."""
        return MappingProxyType(self._lists)

    async def refresh(self) -> None:
        """Refreshes all lists now. Calls that wait for one that is under way share the next.

        Raises:
            WethodError: the first failure; the other lists were refreshed nevertheless.
        """
        asked = self._clock()
        if self._refreshing is None:
            self._refreshing = asyncio.Lock()
        failures: list[Exception] = []
        async with self._refreshing:
            for each in self._lists.values():
                try:
                    await each.refresh(whole=self._whole, asked=asked)
                except Exception as failure:  # whatever it is: one list does not keep the others from being refreshed
                    failures.append(failure)
            self.failure = failures[0] if failures else None
        if failures:
            raise failures[0]

    async def start(self) -> None:
        """Reads the lists, where they are required, and begins to refresh them in the background. Entering does this.

        Raises:
            WethodError: a list that is required cannot be read; nothing goes on in the background.
        """
        require_asyncio()
        if self._task is None or self._task.done():
            if self._required:
                await self.refresh()
            self._task = asyncio.create_task(self._keep_fresh(), name="asyncsdk mirror")

    async def aclose(self) -> None:
        """Ends the refreshing. The rows stay as they are; the client stays open."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _keep_fresh(self) -> None:
        failed, task = 0, asyncio.current_task()
        pause = self._refresh if self._required else 0.0
        while task is None or not task.cancelling():  # whatever was awaited may have swallowed the end of the task
            await asyncio.sleep(pause * (0.9 + 0.2 * clocks.chance()))
            failed = failed + 1 if await self._failed() else 0
            pause = self._pause(failed)

    async def _failed(self) -> bool:
        """Refreshes, and tells whether it failed. Only the end of its task gets through."""
        try:
            await self.refresh()
        except Exception as failure:
            self._tell(failure)
            return True
        except asyncio.CancelledError as cancelled:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            # Nobody asked this task to end: something inside of the refresh was cancelled.
            self.failure = RuntimeError("a refresh was cancelled from within")
            self.failure.__cause__ = cancelled
            self._tell(self.failure)
            return True
        self._told.clear()
        return False

    def _pause(self, failed: int) -> float:
        """Seconds to the next refresh. Lists that were never read are wanted sooner than some that are minutes old."""
        if not failed or not math.isinf(self.age):
            return self._refresh
        refused = isinstance(self.failure, APIError) and self.failure.status in range(400, 500)
        longest = self._refresh if refused else LONGEST_RETRY  # who is refused need not ask every minute
        return min(self._refresh, longest, FIRST_RETRY * 2.0 ** min(failed - 1, 20))

    def _tell(self, failure: Exception) -> None:
        """Logs a failure, the same kind only once until a refresh works: an outage of hours is one line."""
        kind = (type(failure), failure.status if isinstance(failure, APIError) else None)
        level = logging.DEBUG if kind in self._told else logging.WARNING
        self._told.add(kind)
        age = self.age
        rows = "has not been filled yet" if math.isinf(age) else f"keeps rows that are {age:.0f} s old"
        logger.log(level, "a mirror %s: %s: %s", rows, type(failure).__name__, failure)
