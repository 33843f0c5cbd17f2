"""One walk over one list as a state machine without clock, network or event loop: which page next, is this the end.

Whoever does the I/O asks `due()` which pages to send, tells `answered()` or `failed()`, and hands out what `take()`
gives, in order. Pages stand in a line, sorted by offset; how far it reaches beyond the pages known to be full is
decided by `horizon`. At its head a page is accepted when it joins what was accepted before (`joints` says why that is
enough); otherwise pages further back are put before it until one joins. A plain walk accepts every page. A short page
is the end only if it was asked for after every accepted page had answered: an older one may lack rows that moved to the
end, or were added, while the others were read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .._sending.page_sizes import PageSizes
from .accepting import Acceptance
from .asking import Asking
from .bookmarks import Bookmark, Source
from .delivery import Deliveries, Delivery, Place, Report, Writer
from .ending import Ending
from .frontier import Frontier
from .joins import Identity
from .line import Line, Page
from .seen import SeenKeys

__all__ = ["Delivery", "Page", "Plan", "Report"]

T = TypeVar("T")

_NOWHERE = Source("", "")


class Plan(Generic[T]):
    """The state machine of one walk.

    `identity` tells how rows are told apart, `limit` is the page size (1..100), `offset` where to begin, `concurrency`
    the most pages that may be in flight or waiting to be taken, `max_items` the most rows to deliver, `expected` the
    rows that are believed to be there from the beginning of the walk on (a hint: it only decides which pages are asked
    for how early), `stable` whether pages must join, `resume` the place to go on from (`offset` is then not used),
    `source` whose bookmarks it writes, `since` the `Date` of the first answer, once known, `sizes` what is known about
    the server's pages. `excluded` are keys delivered by a walk before this one, when this one is its sweep; what this
    one delivers is added to them, and `place` then gives its bookmarks.

    >>> plan = Plan(identity_of(Project), limit=100)
    >>> while not plan.done:
    ...     for page in plan.due():
    ...         plan.answered(page, fetch(page.offset, page.limit))
    ...     while delivery := plan.take():
    ...         yield from delivery.rows
    """

    def __init__(
        self,
        identity: Identity[T],
        *,
        limit: int = 100,
        offset: int = 0,
        concurrency: int = 8,
        max_items: int | None = None,
        expected: int | None = None,
        stable: bool = True,
        resume: Bookmark | None = None,
        source: Source = _NOWHERE,
        since: str | None = None,
        sizes: PageSizes | None = None,
        excluded: SeenKeys | None = None,
        place: Callable[[], str] | None = None,
    ) -> None:
        self.report: Report = Report()
        self.resumed: bool = resume is not None
        self.concurrency = concurrency
        self._stable = stable and limit > 1
        self._sizes = sizes
        start = offset if resume is None else resume.start
        tail = resume.tail if resume is not None and self._stable else ()
        known_since = resume.since if resume is not None and resume.since else since
        here: Place[T] = Place(start, 0, []) if resume is None else Place(resume.offset, resume.delivered, [])
        self._writer = Writer(identity, source, start, limit, self._stable, tail, known_since, place)
        self._deliveries = Deliveries(self._writer, self.report, here, max_items)
        from_top = here.offset == 0 or (start == 0 and here.delivered == len(tail))
        self._frontier = Frontier(identity, limit, here.offset, tail=tail, from_top=from_top)
        self._line: Line[T] = Line()
        self._asking = Asking(
            self._line,
            self._frontier,
            self.report,
            limit=limit,
            concurrency=concurrency,
            max_items=max_items,
            stable=self._stable,
            start=start,
            expected=expected,
        )
        self._acceptance = Acceptance(
            identity,
            self._line,
            self._frontier,
            self._asking,
            self._deliveries,
            self.report,
            Ending(sizes, None if expected is None else start + expected),
            limit=limit,
            max_items=max_items,
            stable=self._stable,
            resumed=resume is not None,
            excluded=excluded,
        )

    # What whoever does the I/O calls

    @property
    def seen(self) -> SeenKeys:
        """The keys of all rows met."""
        return self._frontier.seen

    @property
    def bounded(self) -> bool:
        """Whether it ended because of `max_items`."""
        return self._acceptance.bounded

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._acceptance.ended and not self._deliveries.waiting

    @property
    def since(self) -> str | None:
        """The moment of the first answer of this walk, or of the walk it goes on with: a sweep asks from it."""
        return self._writer.since

    @property
    def occupied(self) -> int:
        """Pages in flight or waiting to be taken."""
        return self._line.places

    @property
    def page_size(self) -> int:
        """Rows a page: the limit that was asked for, or fewer where the server gives no more."""
        return self._asking.limit

    @property
    def connections(self) -> int:
        """How many connections the pages in flight and those to come can use."""
        return 0 if self._acceptance.ended or self._acceptance.error is not None else self._asking.connections

    def due(self, most: int | None = None) -> list[Page[T]]:
        """The pages to send now, `most` of them. Each is handed out once and is in flight until `answered` or `failed`.

        Which page comes next is decided when it is handed out. So whoever can send only some of them now should ask for
        no more.
        """
        if self._acceptance.ended or self._acceptance.error is not None:
            return []
        most = self.concurrency if most is None else most
        return self._asking.due(most, waiting=bool(self._deliveries.waiting))

    def answered(self, page: Page[T], rows: list[T], date: str | None = None, *, began: str | None = None) -> None:
        """Take in the rows of a page, all that came and as they came, and the `Date` header of the answer.

        `began` stands for the date of the first answer where that is of no use.
        """
        if self._writer.since is None:
            self._writer.since = began or date
        if self._sizes is not None:
            self._sizes.met(len(rows))
        line = self._line
        if not line.answered(page, rows, date):
            return
        if page.full:
            self._asking.full(page)
        if page is line.pages[0]:
            self._acceptance.settle()

    def failed(self, page: Page[T], error: BaseException) -> None:
        """Take in that a page failed for good; `take` raises `error` once every row before it was taken."""
        if self._line.failed(page, error):
            self._acceptance.settle()

    def take(self) -> Delivery[T] | None:
        """The next rows in order; None when nothing is ready.

        Raises what a page failed with, or `WalkError`, once everything before it was taken.
        """
        delivery = self._deliveries.take()
        if delivery is not None:
            self._line.places -= 1
            if self._deliveries.waiting:
                delivery.is_last = False
            elif self._acceptance.ended:
                delivery.is_last = self._acceptance.is_last
            return delivery
        if self._acceptance.error is not None:
            raise self._acceptance.error
        return None

    def bookmark(self) -> str:
        """Where the walk stands after everything that was taken."""
        return self._deliveries.bookmark()
