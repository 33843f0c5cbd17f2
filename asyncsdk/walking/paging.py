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

from ..errors import WalkError
from ..page_sizes import PageSizes
from .asking import Asking
from .bookmarks import Bookmark, Source
from .delivery import Deliveries, Delivery, Place, Report, Writer
from .ending import Ending, Verdict
from .frontier import Frontier
from .joints import Identity
from .line import Line, Page
from .looking import Looking
from .messages import DISORDER, REPEATS, UNPAGED
from .refusals import Refusals
from .repetition import Repetition
from .seen import Key, Positions, SeenKeys

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
        self.bounded: bool = False  # it ended because of `max_items`
        self.resumed: bool = resume is not None
        self._identity = identity
        self.concurrency = concurrency
        self._max_items = max_items
        self._stable = stable and limit > 1
        self._sizes = sizes
        self._excluded = excluded
        start = offset if resume is None else resume.start
        tail = resume.tail if resume is not None and self._stable else ()
        known_since = resume.since if resume is not None and resume.since else since
        self._ending = Ending(sizes, None if expected is None else start + expected)
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
        self._ended = max_items == 0
        self._is_last: bool | None = True  # whether the last page is the last of the list; None: not known
        self._error: BaseException | None = None
        self._looking = Looking(limit)
        self._refusals = Refusals(begun=resume is not None)
        self._repetition = Repetition(identity, limit)
        self._previous: Page[T] | None = None  # the page met last, accepted or known from before

    # What whoever does the I/O calls

    @property
    def seen(self) -> SeenKeys:
        """The keys of all rows met."""
        return self._frontier.seen

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
        return self._line.places

    @property
    def page_size(self) -> int:
        """Rows a page: the limit that was asked for, or fewer where the server gives no more."""
        return self._asking.limit

    @property
    def connections(self) -> int:
        """How many connections the pages in flight and those to come can use."""
        return 0 if self._ended or self._error is not None else self._asking.connections

    def due(self, most: int | None = None) -> list[Page[T]]:
        """The pages to send now, `most` of them. Each is handed out once and is in flight until `answered` or `failed`.

        Which page comes next is decided when it is handed out. So whoever can send only some of them now should ask for
        no more.
        """
        if self._ended or self._error is not None:
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
            self._settle()

    def failed(self, page: Page[T], error: BaseException) -> None:
        """Take in that a page failed for good; `take` raises `error` once every row before it was taken."""
        if self._line.failed(page, error):
            self._settle()

    def take(self) -> Delivery[T] | None:
        """The next rows in order; None when nothing is ready.

        Raises what a page failed with, or `WalkError`, once everything before it was taken.
        """
        delivery = self._deliveries.take()
        if delivery is not None:
            self._line.places -= 1
            if self._deliveries.waiting:
                delivery.is_last = False
            elif self._ended:
                delivery.is_last = self._is_last
            return delivery
        if self._error is not None:
            raise self._error
        return None

    def bookmark(self) -> str:
        """Where the walk stands after everything that was taken."""
        return self._deliveries.bookmark()

    # What an answer means

    def _settle(self) -> None:
        """Accept pages from the head of the line for as long as they join."""
        pages = self._line.pages
        while pages and not self._ended and self._error is None:
            head = pages[0]
            if head.error is not None:
                self._refused(head, head.error)
            elif head.rows is None:
                return
            elif len(head.rows) > head.limit and not (
                self._frontier.begun if self._stable and self._frontier.position else head.offset == 0
            ):
                self._fail(WalkError(UNPAGED.format(rows=len(head.rows), limit=head.limit, offset=head.offset)))
            elif self._stable:
                self._join(head, head.rows)
            else:
                self._append(head, head.rows)

    def _refused(self, page: Page[T], error: BaseException) -> None:
        """Fail with what a page failed with, unless it may only say that the list ends before the page."""
        if not self._refusals.may_be_the_end(page, error):
            self._fail(error)
        elif self._stable:
            self._line.emptied(page)
        else:
            self._asking.prove()

    def _append(self, page: Page[T], rows: list[T]) -> None:
        """Accept the next page of a plain walk."""
        if page.reason == "proof":
            # One row, that before the page which was refused: there is nothing behind it.
            self._line.drop(page)
            if len(rows) > 1:
                self._asking.fill()
            else:
                self._end()
            return
        previous = self._previous
        if self._repeats(page):
            return
        positions: Positions = range(len(rows))
        if page.reason == "closing" and previous is not None and previous.rows is not None:
            # A server that filters after cutting the page shows the end of a short page a second time.
            before = set(self._identity.keys(previous.rows))
            positions = [at for at, key in enumerate(self._identity.keys(rows)) if key not in before]
            self.report.doubles += len(rows) - len(positions)
        del self._line.pages[0]  # its place stays taken until its rows are
        self._go_on(page, rows, positions)

    def _join(self, page: Page[T], rows: list[T]) -> None:
        """Accept the page at the head of the line if it joins, or see to it that one before it does."""
        frontier = self._frontier
        joint = None
        if frontier.begun and page.offset and page.offset >= frontier.position:
            self._asking.fill()
            return
        keys = self._identity.keys(rows)
        if frontier.begun:
            joint = frontier.joint(page, rows, keys)
        if joint is not None or frontier.needs_no_joint(page):
            self._accept(page, rows, keys, joint)
        else:
            self._look_for_joint(page, rows, keys)

    def _accept(self, page: Page[T], rows: list[T], keys: list[Key], joint: int | None) -> None:
        """Take in a page of the line's head that joins, or needs no joint (None)."""
        frontier = self._frontier
        settled = frontier.settled(page, rows)
        cut = settled < len(rows)
        if cut:
            self._asking.one_by_one()
            if settled <= (-1 if joint is None else joint):
                self._line.drop(page)
                self._ask_again(page)
                return
            rows, keys = rows[:settled], keys[:settled]
        del self._line.pages[0]  # its place stays taken until its rows are
        if joint is None and frontier.begun:
            self._deliveries.doubtful = True
        positions = frontier.accept(page, rows, keys, joint)
        if (again := len(rows) - len(positions) - max(0, frontier.position - page.offset)) > 0:
            self.report.doubles += again
        if self._excluded is not None:
            positions = [at for at in positions if self._excluded.add(keys[at])]
        if self._looking.in_vain and self._looking.joined(new=bool(positions)):
            self.report.joints_repaired += 1
        if positions and not self._repetition.uniform(keys):
            self._previous = page
            self._repetition.times = 1
        elif self._repeats(page):
            return
        self._go_on(page, rows, positions, joint, cut=cut)

    def _go_on(
        self, page: Page[T], rows: list[T], positions: Positions, joint: int | None = None, *, cut: bool = False
    ) -> None:
        """After a page was accepted: let its new rows be taken; move on, end, or have the end proved."""
        frontier, brought = self._frontier, len(positions)
        most = None if self._max_items is None else self._max_items - self.report.rows
        if not self._deliveries.put(page.offset, rows, positions, joint):
            self._line.places -= 1
        self._refusals.accepted(new=brought > 0)
        fresh = page.asked >= frontier.newest
        frontier.newest = max(frontier.newest, page.answered)
        frontier.move(page, rows)
        if most is not None and brought >= most:
            self.bounded = True
            self._is_last = False if cut or brought > most else True if fresh and page.short else None
            self._end()
        elif cut:
            self._ask_again(page)
        else:
            verdict = self._ending.judge(
                page,
                len(rows),
                brought,
                first=self.report.pages <= 1,
                fresh=fresh,
                last=len(rows) < page.limit and not any(on.rows for on in self._line.pages),
                limit=self._asking.limit,
            )
            self._obey(verdict, len(rows))

    def _obey(self, verdict: Verdict, rows: int) -> None:
        match verdict:
            case "goes on":
                self._asking.accepted_full()
            case "capped":
                self._asking.shrink(rows)
                self._looking, self._repetition = Looking(rows), Repetition(self._identity, rows)
            case "ask":
                self._asking.close()
            case "end":
                self._end()
            case "disorder":
                self._fail(WalkError(DISORDER.format(times=self._ending.closings, end=self._frontier.position)))

    def _ask_again(self, page: Page[T]) -> None:
        """Ask for what follows the last accepted row once more, because the answer at hand may be too old."""
        if page.short:
            self._asking.close()
        else:
            self._asking.fill()

    def _end(self) -> None:
        self._ended = True
        self._line.clear()

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self._line.clear()

    # When a page does not join

    def _look_for_joint(self, page: Page[T], rows: list[T], keys: list[Key]) -> None:
        line = self._line
        if page.reason == "page" and not page.short and self._frontier.seen.covers(keys):
            # Behind the frontier: the list slid to the right. Nothing is accepted, so nothing is skipped either.
            if not self._repeats(page):
                line.drop(page)
                self.report.doubles += len(rows)
                self._frontier.move(page, rows)
            return
        if page.tried:
            line.drop(page)  # what was accepted meanwhile reaches beyond its beginning: it is of another time
            return
        page.tried = True
        at_top = page.reason == "joint" and page.offset == 0
        try:
            offset = self._looking.next(page.offset, known=self._frontier.known, at_top=at_top)
        except WalkError as error:
            self._fail(self._refusals.last or error)
        else:
            self._asking.look(offset)

    def _repeats(self, page: Page[T]) -> bool:
        """Whether the page came too often, which ends the walk."""
        previous, self._previous = self._previous, page
        if previous is not None and self._repetition.endless(previous, page, second=self.report.pages == 1):
            self._fail(WalkError(REPEATS.format(times=self._repetition.times, offset=page.offset)))
            return True
        return False
