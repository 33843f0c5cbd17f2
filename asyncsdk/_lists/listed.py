"""A list as it is asked for, and the walks and counts that begin from it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar, cast

import attrs
import msgspec

from .._codec.decode import Decode, Reject, count_rows
from .._codec.promises import Misfits
from .._codec.values import Json
from .._limits import clock
from .._sending import wire
from .._sending.page_sizes import LARGEST_PAGE
from .._sending.wire import Request
from .._version import __version__
from ..errors import APIError, ArgumentError, WalkError
from ..errors._printable import shown
from . import bookmarks
from .counting import Counting
from .fetcher import Fetcher, Leg
from .joins import identity_of
from .messages import UNPAGED
from .plan import Plan
from .refusals import beyond_the_end
from .sweeping import sweep_filter

if TYPE_CHECKING:
    from .._limits import Slots
    from .._sending.sender import Sender

__all__ = ["List", "Query", "WalkOptions", "check_number"]

T = TypeVar("T")

Query: TypeAlias = "tuple[tuple[str, Json], ...]"

FEW_PAGES: Final = 5

SMALL_PAGES: Final = (
    "%s: %d rows took %d requests, because limit=%d is the size of a page; %d would do with limit=%d. "
    "To bound the rows, write max_items"
)
CAPPED: Final = "%s: the server gives %d rows at once, though limit=%d was asked for"

logger: Final = logging.getLogger("asyncsdk")


@attrs.frozen(kw_only=True)
class WalkOptions:
    """How a list is walked; `Pager.items` says what each option means.

    `window` are places in flight shared with other walks. `trusting` takes a first page of fewer rows than asked for as
    the whole list, whatever its length. `misfits` counts the rows that break a promise of the model.
    """

    concurrency: int
    stable: bool
    sweep: bool
    max_items: int | None
    expected: int | None
    resume: str | None
    rejects: Callable[[Reject], object] | None
    window: Slots | None
    trusting: bool
    misfits: Misfits | None

    def check(self, most: int) -> None:
        """Raises ArgumentError where an option is of another kind or out of range; `most` requests may be in flight."""
        check_flag("stable", self.stable)
        check_flag("sweep", self.sweep)
        if self.rejects is not None and not callable(self.rejects):
            raise ArgumentError("rejects", f"a function that takes each such row, not {shown(self.rejects)}")
        hint = f"this client keeps {most} requests in flight; see Wethod(max_in_flight=...)"
        check_number("concurrency", self.concurrency, 1, most, hint)
        if self.max_items is not None:
            check_number("max_items", self.max_items, 0, None, "leave it out for the whole list")
        if self.expected is not None:
            check_number("expected", self.expected, 0, None, "leave it out where you do not know")


@attrs.frozen(eq=False)
class List(Generic[T]):
    """A list as it is asked for.

    Args:
        sender: sends the requests.
        path: of the list.
        model: of its rows.
        query: its filters, by wire name.
        limit: rows a page.
        offset: the first row, from 0.
        stable_order: the `order` a stable walk asks for where the caller named none.
        operation: its name in this package, such as `projects.list`.
        route: its path without ids.
    """

    sender: Sender
    path: str
    model: type[T]
    query: Query
    limit: int
    offset: int
    stable_order: str | None
    operation: str | None = None
    route: str | None = None

    def walk(self, options: WalkOptions) -> Fetcher[T]:
        """Returns a walk that has not begun, its options checked.

        Raises:
            ArgumentError: an option that cannot be kept; nothing was sent.
        """
        options.check(self.sender.settings.max_in_flight)
        query = self.query
        if options.stable and self.stable_order is not None and all(name != "order" for name, _ in query):
            query = (*query, ("order", self.stable_order))
        if options.sweep and (own := _own_filter(query)) is not None:
            sweep_filter(own, format_datetime(clock.utc_now(), usegmt=True))  # refuses now what would not do at the end
        source = bookmarks.source_of(self.path, [(name, str(value)) for name, value in query], sdk=__version__)
        plan = Plan(
            identity_of(self.model),
            limit=self.limit,
            offset=self.offset,
            concurrency=options.concurrency,
            max_items=options.max_items,
            expected=options.expected,
            stable=options.stable,
            resume=None if options.resume is None else bookmarks.read(options.resume, source),
            source=source,
            sizes=None if options.trusting else self.sender.account.page_sizes,
        )
        decoding = self.sender.decoding
        misfits = Misfits(self.model) if options.misfits is None else options.misfits
        return Fetcher(
            plan,
            self.sender,
            self._requests(query),
            # With `rejects`, rows that do not fit stand in their places until the fetcher takes them out.
            decoding.page(self.model, misfits)
            if options.rejects is None
            else cast("Decode[list[T]]", decoding.page_with_rejects(self.model, misfits)),
            window=options.window,
            rejects=options.rejects,
            misfits=misfits,
            sweep=partial(self._sweep, query, options.concurrency) if options.sweep else None,
            finished=self._finished,
        )

    async def count(self) -> int:
        """Returns how many rows there are from `offset` on."""
        request = self._requests(self.query)
        counting = Counting(self.sender.account.page_sizes)
        first: bytes | None = None
        while (probe := counting.probe()) is not None:
            try:
                reply = await self.sender.send(request(self.offset + probe, LARGEST_PAGE), _counted)
            except APIError as error:
                if not beyond_the_end(error):
                    raise
                counting.refused(error)
            else:
                rows, body = reply.value
                repeated = rows > 1 and body == first and not _uniform(body)
                first = first or body
                if rows > LARGEST_PAGE and self.offset:
                    raise WalkError(UNPAGED.format(rows=rows, limit=LARGEST_PAGE, offset=self.offset))
                counting.answered(rows, repeated=repeated)
        return counting.count

    def _finished(self, plan: Plan[T]) -> None:
        """Says what a whole list in small pages has cost, and what pages the server makes of larger ones."""
        report, size = plan.report, plan.page_size
        if size < self.limit:
            logger.warning(CAPPED, self.path, size, self.limit)
        elif size < LARGEST_PAGE and not plan.bounded and report.requests > FEW_PAGES:
            fewest = 1 + report.rows // (LARGEST_PAGE - 1)
            if report.requests > fewest + 1:
                logger.warning(SMALL_PAGES, self.path, report.rows, report.requests, size, fewest, LARGEST_PAGE)

    def _sweep(self, query: Query, concurrency: int, walked: Plan[T], latest: Plan[T]) -> Leg[T] | None:
        """The next leg of a walk: rows changed since its latest leg began, but for those it has delivered."""
        # What came in one answer is how the list stood at one moment; but not the rest of a walk that began earlier.
        if latest.since is None or walked.bounded or (walked.report.requests == 1 and not walked.resumed):
            return None
        changed = sweep_filter(_own_filter(query), latest.since)
        if changed is None:
            return None
        plan = Plan(
            identity_of(self.model),
            limit=walked.page_size,
            concurrency=concurrency,
            excluded=walked.seen,
            place=walked.bookmark,
        )
        others = tuple(field for field in query if field[0] != "updated_at")
        return plan, self._requests((*others, ("updated_at", changed)))

    def _requests(self, query: Query) -> Callable[[int, int], Request]:
        """Makes the requests of a walk from offset and limit; what does not change is encoded once."""
        base = wire.build("GET", self.path, query)
        start = f"{base.query}&" if base.query else ""
        operation, route = self.operation, self.route
        return lambda offset, limit: Request(
            "GET", base.path, f"{start}limit={limit}&offset={offset}", None, operation, route
        )


def _counted(body: bytes) -> tuple[int, bytes]:
    return count_rows(body), body


def _uniform(body: bytes) -> bool:
    """Whether a page is one row over and over: then the next one may be equal to it."""
    try:
        return len(set(map(bytes, msgspec.json.decode(body, type=list[msgspec.Raw])))) == 1
    except msgspec.MsgspecError:
        return False


def _own_filter(query: Query) -> str | None:
    """The caller's own condition on `updated_at`."""
    return next((str(value) for name, value in query if name == "updated_at"), None)


def check_flag(name: str, value: object) -> None:
    """Raises ArgumentError where a value is neither True nor False."""
    if not isinstance(value, bool):
        raise ArgumentError(name, f"True or False, not {shown(value)}")


def check_number(name: str, value: object, least: int, most: int | None, hint: str) -> None:
    """Raises ArgumentError where a value is no whole number from `least` to `most`; `hint` says what to write."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ArgumentError(name, f"a whole number {bounds}, not {shown(value)}; {hint}")
