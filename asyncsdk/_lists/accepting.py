"""What the answers to the pages of a walk mean: which rows are new, and whether the list goes on, ends, or is lost."""

from __future__ import annotations

from typing import Generic, TypeVar

from ..errors import WalkError
from .asking import Asking
from .delivery import Deliveries, Report
from .ending import Ending, Verdict
from .frontier import Frontier
from .joins import Identity
from .line import Line, Page
from .looking import Looking
from .messages import BARREN, DISORDER, REPEATS, ROUND, UNPAGED
from .refusals import Refusals
from .repetition import Repetition
from .seen import Key, Positions, SeenKeys

__all__ = ["Acceptance"]

T = TypeVar("T")


class Acceptance(Generic[T]):
    """Accepts the pages of one walk in order, and asks for others where that takes some.

    `ended` says that nothing more will come, `bounded` that this is because of `max_items`, `is_last` whether the last
    page is then the last of the list (None: not known), `error` what the walk failed with.

    Args:
        identity: tells how rows are told apart.
        line: the pages between being planned and being accepted.
        frontier: how far the walk has come.
        asking: puts pages into the line.
        deliveries: takes the rows that are new.
        report: counts.
        ending: judges short pages.
        limit: rows a page.
        max_items: the most rows to deliver.
        stable: whether pages must join.
        resumed: whether rows were delivered before the walk.
        excluded: keys delivered by a walk before this one; what this one delivers is added to them.
    """

    def __init__(
        self,
        identity: Identity[T],
        line: Line[T],
        frontier: Frontier[T],
        asking: Asking[T],
        deliveries: Deliveries[T],
        report: Report,
        ending: Ending,
        *,
        limit: int,
        max_items: int | None,
        stable: bool,
        resumed: bool,
        excluded: SeenKeys | None,
    ) -> None:
        self.ended: bool = max_items == 0
        self.bounded: bool = False
        self.is_last: bool | None = True
        self.error: BaseException | None = None
        self._identity = identity
        self._line = line
        self._frontier = frontier
        self._asking = asking
        self._deliveries = deliveries
        self._report = report
        self._ending = ending
        self._max_items = max_items
        self._stable = stable
        self._excluded = excluded
        self._looking = Looking(limit)
        self._refusals = Refusals(begun=resumed)
        self._repetition = Repetition(identity, limit)
        self._previous: Page[T] | None = None  # the page met last, accepted or known from before

    def settle(self) -> None:
        """Accept pages from the head of the line for as long as they join."""
        pages = self._line.pages
        while pages and not self.ended and self.error is None:
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
        if self._repetition.begins_again(page):
            self._fail(WalkError(ROUND.format(offset=page.offset)))
            return
        positions: Positions = range(len(rows))
        if page.reason == "closing" and previous is not None and previous.rows is not None:
            # A server that filters after cutting the page shows the end of a short page a second time.
            before = set(self._identity.keys(previous.rows))
            positions = [at for at, key in enumerate(self._identity.keys(rows)) if key not in before]
            self._report.doubles += len(rows) - len(positions)
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
            self._report.doubles += again
        if self._excluded is not None:
            positions = [at for at in positions if self._excluded.add(keys[at])]
        if self._looking.in_vain and self._looking.joined(new=bool(positions)):
            self._report.joints_repaired += 1
        if not page.short and page.reason == "page":
            self._repetition.brought(new=bool(positions))
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
        most = None if self._max_items is None else self._max_items - self._report.rows
        if not self._deliveries.put(page.offset, rows, positions, joint):
            self._line.places -= 1
        self._refusals.accepted(new=brought > 0)
        fresh = page.asked >= frontier.newest
        frontier.newest = max(frontier.newest, page.answered)
        frontier.move(page, rows)
        if most is not None and brought >= most:
            self.bounded = True
            self.is_last = False if cut or brought > most else True if fresh and page.short else None
            self._end()
        elif cut:
            self._ask_again(page)
        else:
            verdict = self._ending.judge(
                page,
                len(rows),
                brought,
                first=self._report.pages <= 1,
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
        self.ended = True
        self._line.clear()

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._line.clear()

    # When a page does not join

    def _look_for_joint(self, page: Page[T], rows: list[T], keys: list[Key]) -> None:
        line = self._line
        if page.reason == "page" and not page.short and self._frontier.seen.covers(keys):
            # Behind the frontier: the list slid to the right. Nothing is accepted, so nothing is skipped either.
            self._repetition.brought(new=False)
            if not self._repeats(page):
                line.drop(page)
                self._report.doubles += len(rows)
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
        if previous is not None and self._repetition.endless(previous, page, second=self._report.pages == 1):
            self._fail(WalkError(REPEATS.format(times=self._repetition.times, offset=page.offset)))
            return True
        if self._repetition.hopeless:
            self._fail(WalkError(BARREN.format(times=self._repetition.barren, offset=page.offset)))
            return True
        return False
