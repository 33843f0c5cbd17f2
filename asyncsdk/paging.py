"""One walk over one list as a state machine without clock, network or event loop: which page next, is this the end.

Whoever does the I/O asks `due()` which pages to send, tells `answered()` or `failed()`, and hands out what `take()`
gives, in order. Pages stand in a line, sorted by offset. At its head a page is accepted when it joins what was accepted
before (`joints` says why that is enough); otherwise pages further back are put before it until one joins. A plain walk
accepts every page. A short page is the end only if it was asked for after every accepted page had answered: an older
one may lack rows that moved to the end, or were added, while the others were read.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .bookmarks import TAIL_ROWS, Bookmark, Source
from .delivery import Delivery, Place, Report, Writer
from .errors import WalkError
from .joints import Accepted, Identity, Overlap
from .line import Line, Page
from .looking import Looking
from .repetition import Repetition
from .seen import Key, Positions, SeenKeys
from .sweeping import moment_before

__all__ = ["Delivery", "Page", "Plan", "Report"]

T = TypeVar("T")

_MOST_CLOSINGS = 5
_RESUME_OVERLAP = 8
_CLOCK_SKEW = timedelta(seconds=2)
_SPARING = 50
"""Pages. So long a place is kept free: the row that two pages share has saved too few requests for one at the end."""
_NOWHERE = Source("", "")


class Plan(Generic[T]):
    """The state machine of one walk.

    `identity` tells how rows are told apart, `limit` is the page size (1..100), `offset` where to begin, `concurrency`
    the most pages that may be in flight or waiting to be taken, `max_items` the most rows to deliver, `stable` whether
    pages must join, `resume` the place to go on from (`offset` is then not used), `source` whose bookmarks it writes,
    `since` the `Date` of the first answer, once known. `excluded` are keys delivered by a walk before this one, when
    this one is its sweep; what this one delivers is added to them.

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
        stable: bool = True,
        resume: Bookmark | None = None,
        source: Source = _NOWHERE,
        since: str | None = None,
        excluded: SeenKeys | None = None,
    ) -> None:
        self.seen = SeenKeys()
        self.report = Report()
        self._identity = identity
        self._limit = limit
        self._concurrency = concurrency
        self._max_items = max_items
        self._stable = stable and limit > 1
        self._excluded = excluded
        start = offset if resume is None else resume.start
        tail = resume.tail if resume is not None and self._stable else ()
        known_since = resume.since if resume is not None and resume.since else since
        self._writer = Writer(identity, source, start, limit, self._stable, tail, known_since)
        self._position = offset if resume is None else resume.offset  # where the row after the last accepted one stood
        self._here: Place[T] = Place(self._position, resume.delivered if resume is not None else 0, [])
        # Of a walk from the top every row is its own; of another one none is that stands before a known row.
        self._from_top = self._position == 0 or (start == 0 and self._here.delivered == len(tail))
        self._begun = bool(tail)  # something was accepted, so pages must join
        remembered = dict(tail)
        self.seen.admit(list(remembered))
        self._accepted = Accepted(identity, remembered.values())
        self._overlap = Overlap(limit)
        self._line: Line[T] = Line()
        self._queue: deque[Delivery[T]] = deque()
        self._taken = self._here
        self._window = 1
        self._ended = max_items == 0
        self.bounded = False  # it ended because of `max_items`
        self._error: BaseException | None = None
        self._dated: tuple[str | None, datetime | None] = (None, None)  # the `Date` read last
        self._newest = 0  # when the newest accepted answer came
        self._looking = Looking(limit)
        self._closings = 0  # closing pages in a row that brought rows
        self._repetition = Repetition(identity, limit)
        self._previous: Page[T] | None = None  # the page met last, accepted or known from before
        self._doubtful = False  # it had to go back: rows further on may have been delivered

    # What whoever does the I/O calls

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._ended and not self._queue

    @property
    def since(self) -> str | None:
        """The `Date` of the first answer of this walk, or of the walk it goes on with: a sweep asks from it."""
        return self._writer.since

    @property
    def occupied(self) -> int:
        """Pages in flight or waiting to be taken."""
        return self._line.places

    def due(self) -> list[Page[T]]:
        """The pages to send now. Each is handed out once and is in flight until `answered` or `failed`."""
        due: list[Page[T]] = []
        if self._ended or self._error is not None:
            return due
        line = self._line
        if line.pages and line.pages[0].asked < 0:  # a page put into the line is put at its head, and alone
            if line.places >= self._concurrency and (self._queue or not line.make_room()):
                return due
            due.append(self._hand_out(line.pages[0]))
        room = self._window
        if self._stable and line.places and self.report.pages < _SPARING:
            room = min(room, max(1, self._concurrency - 1))
        while line.places < room and (not line.hinted or line.open) and (following := self._plan_next()) is not None:
            due.append(self._hand_out(following))
        return due

    def answered(self, page: Page[T], rows: list[T], date: str | None = None) -> None:
        """Take in the rows of a page, all that came and as they came, and the `Date` header of the answer."""
        if self._writer.since is None:
            self._writer.since = date
        line = self._line
        if not line.answered(page, rows, date):
            return
        if self._window < self._concurrency and len(rows) >= page.limit:
            self._window += 1
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
        if self._queue:
            delivery = self._queue.popleft()
            self._line.places -= 1
            self._taken = delivery.after
            delivery.is_last = self._ended and not self.bounded and not self._queue
            return delivery
        if self._error is not None:
            raise self._error
        return None

    def bookmark(self) -> str:
        """Where the walk stands after everything that was taken."""
        return self._writer.write(self._taken)

    # Which page next

    def _hand_out(self, page: Page[T]) -> Page[T]:
        report = self.report
        report.requests += 1
        if page.reason == "joint":
            report.repairs += 1
        elif page.reason == "closing":
            report.closing += 1
        page.asked = self._line.answers
        self._line.places += 1
        return page

    def _shared(self, position: int) -> int:
        """How many rows a page that goes on at `position` shares with those before it."""
        if not self._stable or not (self._begun or self._line.pages):
            return 0
        if self._accepted.last is None:
            return min(_RESUME_OVERLAP, self._limit // 2, position)
        return min(self._overlap.rows, position)

    def _size(self, shared: int, planned: int = 0) -> int:
        """The limit of a page that shares `shared` rows; not more than `max_items` still needs beyond `planned`."""
        if self._max_items is None:
            return self._limit
        return min(self._limit, shared + max(0, self._max_items - self.report.rows - planned))

    def _plan_next(self) -> Page[T] | None:
        """Plan the page after the last one planned, unless what is planned is enough for `max_items`."""
        pages = self._line.pages
        position = pages[-1].offset + pages[-1].limit if pages else self._position
        shared = self._shared(position)
        size = self._limit
        if self._max_items is not None:
            size = self._size(shared, sum(page.gain for page in pages))
            if size <= shared:
                return None
        page: Page[T] = Page(position - shared, size, "page", size - shared)
        pages.append(page)
        return page

    # What an answer means

    def _settle(self) -> None:
        """Accept pages from the head of the line for as long as they join."""
        pages = self._line.pages
        while pages and not self._ended and self._error is None:
            head = pages[0]
            if head.error is not None:
                self._fail(head.error)
            elif head.rows is None:
                return
            elif self._stable:
                self._weave(head, head.rows)
            else:
                self._append(head, head.rows)

    def _append(self, page: Page[T], rows: list[T]) -> None:
        """Accept the next page of a plain walk."""
        previous = self._previous
        if self._repeats(page):
            return
        positions: Positions = range(len(rows))
        if page.reason == "closing" and previous is not None and previous.rows is not None:
            # A server that filters after cutting the page shows the end of a short page a second time.
            before = set(self._identity.keys(previous.rows))
            positions = [at for at, key in enumerate(self._identity.keys(rows)) if key not in before]
            self.report.doubles += len(rows) - len(positions)
        self._line.leave()
        self._deliver(page, rows, positions)
        self._go_on(page, rows, len(positions))

    def _weave(self, page: Page[T], rows: list[T]) -> None:
        """Accept the page at the head of the line if it joins, or see to it that one before it does."""
        joint = None
        if self._begun:
            shared = self._position - page.offset  # rows that were accepted before, when nothing moved
            if shared <= 0 and self._position and not page.passed:
                self._fill()
                return
            keys = self._identity.keys(rows)
            joint = self._accepted.joint(rows, keys, shared - 1)
            if joint is None and not (page.offset == 0 and self._from_top):
                self._astray(page, rows, keys)
                return
        else:
            keys = self._identity.keys(rows)
        self._accept(page, rows, keys, joint)

    def _accept(self, page: Page[T], rows: list[T], keys: list[Key], joint: int | None) -> None:
        cut = False
        if page.asked < self._newest and (settled := self._settled(rows, page.date)) < len(rows):
            self._window = 1  # what follows changes as well: asked for at once it would be too old again
            if settled <= (-1 if joint is None else joint):
                self._line.drop(page)
                self._ask_again(page)
                return
            rows, keys, cut = rows[:settled], keys[:settled], True
        self._line.leave()
        shared = self._position - page.offset  # rows of the page that were accepted before, when nothing moved
        if joint is not None and keys[joint] == self._accepted.last_key:
            slid = shared - 1 - joint
            if slid or self._overlap.rows > 1:
                self._overlap.slid(slid)
        own = 0 if joint is None or self._from_top else joint + 1
        positions = self.seen.admit(keys[own:] if own else keys)
        if own and isinstance(positions, range):
            positions = range(own + positions.start, own + positions.stop)
        elif own:
            positions = [own + at for at in positions]
        if (again := len(rows) - len(positions) - max(0, shared)) > 0:
            self.report.doubles += again
        if joint is None and self._begun:
            self._doubtful = True
        if self._excluded is not None:
            positions = [at for at in positions if self._excluded.add(keys[at])]
        if self._looking.in_vain and self._looking.joined(new=bool(positions)):
            self.report.joints_repaired += 1
        self._begun = True
        if positions:
            self._previous = page
            self._repetition.times = 1
        elif self._repeats(page):
            return
        if own > 1:
            # What stands before the joint of a resumed walk was delivered before it: nothing may join there.
            self._accepted.add(rows[own - 1 :], keys[own - 1 :])
        else:
            self._accepted.add(rows, keys)
        self._deliver(page, rows, positions)
        self._go_on(page, rows, len(positions), cut=cut)

    def _settled(self, rows: list[T], date: str | None) -> int:
        """How many rows of a page that may be older than what was accepted can be trusted to be complete.

        Where `updated_at` is in whole seconds, a row that was updated after the page was made, but in the second of the
        page's last row, stands before that one, not behind it.
        """
        if self._dated[0] != date:
            self._dated = (date, None if date is None else moment_before(date, _CLOCK_SKEW))
        moment = self._dated[1]
        return len(rows) if moment is None else self._identity.settled(rows, moment)

    def _deliver(self, page: Page[T], rows: list[T], positions: Positions) -> None:
        """Let the rows at `positions` be taken; without any the page gives its place back."""
        report, before = self.report, self._here
        met: list[tuple[int, T]] = []
        if positions and (type(positions) is list or positions[-1] + 1 < len(rows)):
            new_ones = set(positions)
            met = [(at, rows[at]) for at in range(positions[0], len(rows)) if at not in new_ones]
        if self._max_items is not None:
            positions = positions[: self._max_items - report.rows]
        if not positions:
            self._line.places -= 1
            return
        count = len(positions)
        if count == len(rows):
            new = rows
        elif isinstance(positions, range):
            new = rows[positions.start : positions.stop]
        else:
            new = [rows[at] for at in positions]
        tail = new[-TAIL_ROWS:] if count >= TAIL_ROWS else [*before.tail, *new][-TAIL_ROWS:]
        if met and self._writer.doubtful(tail, [row for at, row in met if at > positions[-1]]):
            self._doubtful = True
        self._here = Place(page.offset + positions[-1] + 1, before.delivered + count, tail, self._doubtful)
        self._queue.append(Delivery(new, page.offset, before, self._here, positions, self._writer, met))
        report.pages += 1
        report.rows += count

    def _go_on(self, page: Page[T], rows: list[T], brought: int, *, cut: bool = False) -> None:
        """After a page was accepted: move on, end, or have the end proved."""
        fresh = page.asked >= self._newest
        if page.answered > self._newest:
            self._newest = page.answered
        end = page.offset + len(rows)
        self._position = max(self._position, end) if page.passed else end
        if self._max_items is not None and self.report.rows >= self._max_items:
            self.bounded = True
            self._end()
        elif page.passed:
            return
        elif cut:
            self._ask_again(page)
        elif len(rows) >= page.limit:
            self._closings = 0
        elif fresh and not (page.reason == "closing" and brought) and not any(on.rows for on in self._line.pages):
            self._end()
        else:
            self._closings += page.reason == "closing"
            if self._closings < _MOST_CLOSINGS:
                self._close()
            elif brought * 2 < self._limit:
                self._end()  # a list that grows by a few rows with every request: this was its end when asked for
            else:
                self._fail(WalkError(_ENDLESS.format(times=self._closings, end=self._position)))

    def _ask_again(self, page: Page[T]) -> None:
        """Ask for what follows the last accepted row once more, because the answer at hand may be too old."""
        if page.short:
            self._close()
        else:
            self._fill()

    def _fill(self) -> None:
        """Ask for what follows the last accepted row, before the pages in the line."""
        shared = self._shared(self._position)
        size = self._size(shared)
        self._line.put(Page(self._position - shared, size, "page", size - shared))

    def _close(self) -> None:
        """Ask whether the end is the end."""
        self._line.clear()
        shared = self._shared(self._position)
        self._line.put(Page(self._position - shared, self._size(shared), "closing", 0))

    def _end(self) -> None:
        self._ended = True
        self._line.clear()

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self._line.clear()

    # When a page does not join

    def _astray(self, page: Page[T], rows: list[T], keys: list[Key]) -> None:
        line = self._line
        if page.reason == "page" and not page.short and self.seen.covers(keys):
            # Behind the frontier: the list slid to the right. Nothing is accepted, so nothing is skipped either.
            if not self._repeats(page):
                line.drop(page)
                self.report.doubles += len(rows)
                end = page.offset + len(rows)
                self._position = max(self._position, end) if page.passed else end
            return
        if page.tried:
            line.drop(page)  # what was accepted meanwhile reaches beyond its beginning: it is of another time
            return
        page.tried = True
        if self._join_neighbour():
            return
        self._look(page)

    def _join_neighbour(self) -> bool:
        """Accept a page further on in the line if it joins where the head did not: it may be of another age."""
        for page in self._line.pages[1:]:
            if not page.rows or page.tried:
                continue
            keys = self._identity.keys(page.rows)
            joint = self._accepted.joint(page.rows, keys, self._position - page.offset - 1)
            if joint is None:
                continue
            for other in self._line.pages[: self._line.pages.index(page)]:
                if other.rows is None:
                    self._line.drop(other)
                else:
                    other.passed = True
            self._line.advance(page)
            self._accept(page, page.rows, keys, joint)
            return True
        return False

    def _look(self, page: Page[T]) -> None:
        """Put the next page to look for the joint in before the head of the line."""
        at_top = page.reason == "joint" and page.offset == 0
        try:
            offset = self._looking.next(page.offset, known=self._accepted.last is not None, at_top=at_top)
        except WalkError as error:
            self._fail(error)
        else:
            self._line.put(Page(offset, self._limit, "joint", 0))

    def _repeats(self, page: Page[T]) -> bool:
        """Whether the page came too often, which ends the walk."""
        previous, self._previous = self._previous, page
        if previous is not None and self._repetition.endless(previous, page):
            self._fail(WalkError(_REPEATS.format(times=self._repetition.times, offset=page.offset)))
            return True
        return False


_REPEATS = (
    "the same page came {times} times in a row, up to offset {offset}: the server ignores `offset`, or rows are added "
    "faster than they are read; ask for fewer rows with a filter, or for bigger pages with `limit`"
)
_ENDLESS = (
    "{times} short pages in a row were each followed by more rows, up to offset {end}: the server does not page "
    "consistently; narrow the list with a filter until it fits into one page"
)
