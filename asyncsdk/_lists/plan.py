"""One walk over one list as a state machine without clock, network or event loop: which page next, is this the end.

Whoever does the I/O asks `due()` which pages to send, tells `answered()` or `failed()`, and hands out what `take()`
gives, in order. Pages stand in a window, sorted by offset; how far it reaches beyond the pages known to be full is
decided by `asking`. Its first page is accepted when it joins what was accepted before (`joins` says why that is
enough); otherwise pages further back are put before it until one joins. A plain walk accepts every page. A short page
is the end only if it was asked for after every accepted page had answered: an older one may lack rows that moved to the
end, or were added, while the others were read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .._sending.page_sizes import PageSizes
from ..errors import WalkError
from .asking import Asking
from .bookmarks import Bookmark, ListSource
from .delivery import BookmarkWriter, Cursor, Deliveries, Delivery
from .ending import UNPAGED, Ending
from .frontier import Continuation, Frontier
from .gaps import GapSearch
from .identity import RowIdentity
from .repetition import Repetition
from .report import Counts, Report
from .seen import Positions, SeenKeys
from .window import PageWindow, PlannedPage

__all__ = ["Plan"]

T = TypeVar("T")

_NOWHERE = ListSource("", "")


class Plan(Generic[T]):
    """The state machine of one walk.

    Args:
        identity: tells how rows are told apart.
        limit: rows a page, 1 to 100.
        offset: where to begin.
        concurrency: the most pages that may be in flight or waiting to be taken.
        max_items: the most rows to deliver; None: all.
        expected: the rows believed to be there from the beginning of the walk on. A hint: it only decides which pages
            are asked for how early.
        stable: whether pages must join.
        resume: the place to go on from; `offset` is then not used.
        source: the list whose bookmarks it writes.
        since: the `Date` of the first answer, once known.
        sizes: what is known about the server's pages; None: a short page is believed.
        excluded: keys delivered by a walk before this one, when this one is its sweep; its own are added to them.
        place: gives the bookmarks, when this one is a sweep.

    >>> plan = Plan(identity_of(Project), limit=100)
    >>> while not plan.done:
    ...     for page in plan.due():
    ...         plan.answered(page, fetch(page.offset, page.limit))
    ...     while delivery := plan.take():
    ...         yield from delivery.rows
    """

    def __init__(
        self,
        identity: RowIdentity[T],
        *,
        limit: int = 100,
        offset: int = 0,
        concurrency: int = 8,
        max_items: int | None = None,
        expected: int | None = None,
        stable: bool = True,
        resume: Bookmark | None = None,
        source: ListSource = _NOWHERE,
        since: str | None = None,
        sizes: PageSizes | None = None,
        excluded: SeenKeys | None = None,
        place: Callable[[], str] | None = None,
    ) -> None:
        self.resumed: bool = resume is not None
        self.concurrency: int = concurrency
        self._stable = stable = stable and limit > 1
        self._sizes = sizes
        self._excluded = excluded
        start = offset if resume is None else resume.start
        tail = resume.tail if resume is not None and stable else ()
        since = resume.since if resume is not None and resume.since else since
        here: Cursor[T] = Cursor(start, 0, []) if resume is None else Cursor(resume.offset, resume.delivered, [])
        from_top = here.offset == 0 or (start == 0 and here.delivered == len(tail))
        self._counts = counts = Counts()
        self._window: PageWindow[T] = PageWindow()
        self._frontier = Frontier(identity, limit, here.offset, tail=tail, from_top=from_top)
        hint = None if expected is None else start + expected
        self._asking = Asking(self._window, self._frontier, counts, limit, concurrency, max_items, stable, start, hint)
        self._writer = BookmarkWriter(identity, source, start, limit, stable, tail, place, since)
        self._deliveries = Deliveries(self._writer, counts, here, max_items)
        self._ending = Ending(sizes, hint, begun=self.resumed)
        self._repetition = Repetition(identity, limit)
        self._gaps = GapSearch(limit)
        self._ended = self._over = max_items == 0
        self._bounded = False
        self._is_last: bool | None = True  # whether the last rows are the last of the list, once it has ended
        self._error: BaseException | None = None  # it is over with one, as it is when it has ended

    # --- what whoever does the I/O calls --------------------------------------------------------------------------

    @property
    def report(self) -> Report:
        """What it has asked for and delivered so far."""
        return self._counts.report()

    @property
    def seen(self) -> SeenKeys:
        """The keys of all rows met."""
        return self._frontier.seen

    @property
    def bounded(self) -> bool:
        """Whether it ended because of `max_items`."""
        return self._bounded

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._ended and not self._deliveries.waiting

    @property
    def since(self) -> str | None:
        """The moment of the first answer of this walk, or of the walk it goes on with: a sweep asks from it."""
        return self._writer.since

    @property
    def occupied(self) -> int:
        """Pages in flight or waiting to be taken."""
        return self._window.places

    @property
    def page_size(self) -> int:
        """Rows a page: the limit that was asked for, or fewer where the server gives no more."""
        return self._asking.limit

    @property
    def connections(self) -> int:
        """How many connections the pages in flight and those to come can use."""
        return 0 if self._over else self._asking.connections

    @property
    def steady(self) -> bool:
        """Whether no answer changes which page comes next, unless it ends the list or has to be asked for again."""
        return not self._over and self._asking.steady

    def due(self, most: int | None = None) -> list[PlannedPage[T]]:
        """Returns the pages to send now, `most` of them.

        Each is handed out once and is in flight until `answered` or `failed`. Which page comes next is decided when it
        is handed out. So whoever can send only some of them now should ask for no more.
        """
        return [] if self._over else self._asking.due(most, waiting=self._deliveries.waiting)

    def answered(
        self, page: PlannedPage[T], rows: list[T], date: str | None = None, *, began: str | None = None
    ) -> None:
        """Takes in the rows of a page, all that came and as they came, and the `Date` header of the answer.

        `began` stands for the date of the first answer where that is of no use.
        """
        self._writer.begin(began or date)
        if self._sizes is not None:
            self._sizes.met(len(rows))
        if not self._window.answered(page, rows, date):
            return
        if page.full:
            self._asking.full(page)
        if page is self._window.first:
            self._accept()

    def failed(self, page: PlannedPage[T], error: BaseException) -> None:
        """Takes in that a page failed for good; `take` raises `error` once every row before it was taken."""
        if self._window.failed(page, error):
            self._accept()

    def take(self) -> Delivery[T] | None:
        """Returns the next rows in order; None when nothing is ready.

        Raises:
            WalkError: the list cannot be walked; everything before was taken.
            BaseException: what a page failed with; everything before it was taken.
        """
        delivery = self._deliveries.take(is_last=self._is_last if self._ended else None)
        if delivery is not None:
            self._window.free()
        elif self._error is not None:
            raise self._error
        return delivery

    def bookmark(self) -> str:
        """Returns where the walk stands after everything that was taken."""
        return self._deliveries.bookmark()

    # --- accepting ------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        """Accepts pages from the head of the window for as long as they continue what was accepted."""
        try:
            while not self._over and (page := self._window.first) is not None:
                if page.error is not None:
                    self._refuse(page, page.error)
                elif page.rows is None:
                    return
                elif self._stable:
                    self._join(page, page.rows)
                else:
                    self._append(page, page.rows)
        except WalkError as error:
            self._fail(error)

    def _refuse(self, page: PlannedPage[T], error: BaseException) -> None:
        """Fails with what a page failed with, unless it may only say that the list ends before the page."""
        if not self._ending.may_be_the_end(page, error):
            self._fail(error)
        elif self._stable:
            self._window.emptied(page)
        else:
            self._asking.prove()

    def _append(self, page: PlannedPage[T], rows: list[T]) -> None:
        """Accepts the next page of a plain walk."""
        self._require_pages(page, rows, beginning=not page.offset)
        if page.reason == "proof":
            # One row, that before the page which was refused: there is nothing behind it.
            self._window.drop(page)
            if len(rows) > 1:
                self._asking.fill()
            else:
                self._end()
            return
        positions: Positions = range(len(rows))
        if page.reason == "closing":
            positions = self._repetition.behind_previous(rows)
        self._repetition.followed(page, second=self._counts.pages == 1)
        self._counts.came_again(len(rows) - len(positions))
        self._window.accept(page)
        self._deliver(page, Continuation("joins", rows, positions=positions))

    def _join(self, page: PlannedPage[T], rows: list[T]) -> None:
        """Accepts the next page of a stable walk if it joins, or sees to it that one before it does."""
        frontier = self._frontier
        self._require_pages(page, rows, beginning=frontier.begun if frontier.position else not page.offset)
        found = frontier.place(page, rows)
        match found.kind:
            case "joins":
                self._joined(page, found)
            case "beyond":
                self._asking.fill()
            case "stale":
                self._asking.one_by_one()
                self._window.drop(page)
                self._ask_again(page)
            case "behind":
                # The list slid to the right. Nothing is accepted, so nothing is skipped either.
                self._repetition.slid(page, second=self._counts.pages == 1)
                self._window.drop(page)
                self._counts.came_again(len(rows))
                frontier.move(page, len(rows))
            case "apart":
                self._look_back(page)

    def _joined(self, page: PlannedPage[T], found: Continuation[T]) -> None:
        """Takes in a page that joins, and goes on with it."""
        if found.cut:
            self._asking.one_by_one()
        if found.anew:
            self._deliveries.go_back()
        self._window.accept(page)
        positions = found.positions
        self._counts.came_again(len(found.rows) - len(positions) - self._frontier.overlapping(page))
        if self._excluded is not None:
            positions = [at for at in positions if self._excluded.add(found.keys[at])]
        if self._gaps.joined(new=bool(positions)):
            self._counts.join_repaired()
        self._repetition.joined(page, found.keys, new=bool(positions), second=self._counts.pages == 1)
        self._deliver(page, found, positions)

    def _deliver(self, page: PlannedPage[T], found: Continuation[T], positions: Positions | None = None) -> None:
        """Lets the new rows of an accepted page be taken; then goes on, ends, or has the end proved."""
        positions = found.positions if positions is None else positions
        brought, rows = len(positions), len(found.rows)
        delivered = self._deliveries.put(page.offset, found.rows, positions, found.join, headers=page.headers)
        if not delivered:
            self._window.free()
        self._ending.accepted(new=brought > 0)
        fresh = self._frontier.fresh(page)
        self._frontier.pass_by(page, rows)
        if self._deliveries.complete:
            self._bounded = True
            self._is_last = False if found.cut or brought > delivered else True if fresh and page.short else None
            self._end()
        elif found.cut:
            self._ask_again(page)
        else:
            self._judge(page, rows, brought, fresh=fresh)

    def _judge(self, page: PlannedPage[T], rows: int, brought: int, *, fresh: bool) -> None:
        """Goes on, ends, or has the end proved, as an accepted page says."""
        first, size = self._counts.pages <= 1, self._asking.limit
        last = rows < page.limit and not any(on.rows for on in self._window)
        match self._ending.judge(page, rows, brought, first=first, fresh=fresh, last=last, limit=size):
            case "goes on":
                self._asking.accepted_full()
            case "capped":
                self._asking.shrink(rows)
                self._gaps.restart(rows)
                self._repetition.restart(rows)
            case "ask":
                self._asking.close()
            case "end":
                self._end()

    def _ask_again(self, page: PlannedPage[T]) -> None:
        """Asks for what follows the last accepted row once more, because the answer at hand may be too old."""
        if page.short:
            self._asking.close()
        else:
            self._asking.fill()

    def _look_back(self, page: PlannedPage[T]) -> None:
        """Asks for a page in which the join may be that the page at hand lacks."""
        if not page.miss_join():
            self._window.drop(page)  # what was accepted meanwhile reaches beyond its beginning: it is of another time
            return
        at_top = page.reason == "join" and page.offset == 0
        try:
            self._asking.look(self._gaps.next(page.offset, known=self._frontier.known, at_top=at_top))
        except WalkError as error:
            self._fail(self._ending.refusal or error)

    def _require_pages(self, page: PlannedPage[T], rows: list[T], *, beginning: bool) -> None:
        """Raises WalkError where more rows came than were asked for, and it cannot be told which of them they are."""
        if len(rows) > page.limit and not beginning:
            raise WalkError(UNPAGED.format(rows=len(rows), limit=page.limit, offset=page.offset))

    def _end(self) -> None:
        self._ended = self._over = True
        self._window.clear()

    def _fail(self, error: BaseException) -> None:
        self._error, self._over = error, True
        self._window.clear()
