"""Defects of one line each that the simulation has to find: one for every promise that could be broken unseen."""

from __future__ import annotations

from typing import Final

__all__ = ["DEFECTS"]

PLAN: Final = "asyncsdk/_lists/plan.py"
FRONTIER: Final = "asyncsdk/_lists/frontier.py"
DELIVERY: Final = "asyncsdk/_lists/delivery.py"
BOOKMARKS: Final = "asyncsdk/_lists/bookmarks.py"
RETRY: Final = "asyncsdk/_sending/retry.py"
BUDGET: Final = "asyncsdk/_limits/budget.py"
PAUSE: Final = "asyncsdk/_limits/pause.py"
GATE: Final = "asyncsdk/_sending/gate.py"
WRITING: Final = "asyncsdk/extract/writing.py"
INCREMENTAL: Final = "asyncsdk/extract/incremental.py"

DEFECTS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "walk: a page is accepted though it does not join",
        FRONTIER,
        "if join is None and self.begun and not (page.offset == 0 and self._from_top):",
        "if False:",
    ),
    (
        "walk: a short page ends the list though it was asked for before earlier pages had answered",
        PLAN,
        "fresh = self._frontier.fresh(page)",
        "fresh = True",
    ),
    ("walk: pages do not overlap", FRONTIER, "return min(self._overlap.rows, position)", "return 0"),
    (
        "walk: rows that were met are delivered again",
        FRONTIER,
        "            positions = self.seen.admit(keys)\n",
        "            positions = range(len(keys))\n",
    ),
    (
        "bookmark: it does not know the row taken last",
        DELIVERY,
        "tail = [*before.tail, *self.rows[:taken]]",
        "tail = [*before.tail, *self.rows[: taken - 1]]",
    ),
    (
        "bookmark: it remembers no rows",
        DELIVERY,
        "tail = (*self.tail, *marks)[-TAIL_ROWS:]",
        "tail = ()",
    ),
    ("bookmark: one that stands before delivered rows is not refused", BOOKMARKS, "if doubtful:", "if doubtful > 1:"),
    (
        "retry: a write is repeated after its answer was lost",
        RETRY,
        "repeatable = method in REPEATABLE or method in policy.repeat",
        "repeatable = True",
    ),
    (
        "retry: what a proxy says of a write is taken for the API's word",
        RETRY,
        "doubtful = status in UNKNOWN or (status in FAILURES and not own)",
        "doubtful = False",
    ),
    (
        "retry: an attempt that may have been carried out is forgotten after the next",
        RETRY,
        'unknown = Settled("unknown") if history.lost and method not in REPEATABLE else None',
        "unknown = None",
    ),
    (
        "retry: a 429 does not pause the token",
        RETRY,
        "case Answered(status=429, wait=float()",
        "case Answered(status=428, wait=float()",
    ),
    (
        "budget: two more than the limit are granted",
        BUDGET,
        "missing = len(times) + ahead - limit",
        "missing = len(times) + ahead - limit - 2",
    ),
    ("budget: a grant that was given back stays spent", BUDGET, "del times[index]", "pass"),
    ("budget: a request that was not sent is charged", GATE, "self._account.budget.give_back(call.ticket)", "pass"),
    (
        "pause: nobody is held back",
        PAUSE,
        "if self._until != NO_PAUSE and (refused := self._keep_back(ticket, now)) is not None:",
        "if self._until == 1.0 and (refused := self._keep_back(ticket, now)) is not None:",
    ),
    (
        "pause: who is cancelled keeps a place in its line",
        GATE,
        "            account.pause.leave(ticket)\n",
        "            pass\n",
    ),
    (
        "slots: one is not given back after an attempt",
        GATE,
        "        pool.slots.release()\n        if sends == 0:",
        "        if sends == 0:",
    ),
    (
        "settle: a row is not looked at for the mark of the action",
        "asyncsdk/_sending/settle.py",
        "if shows(row, marks):",
        "if True or shows(row, marks):",
    ),
    (
        "checkpoint: a state is committed without the rows that lead to it",
        WRITING,
        "self.target.write(self.job.table, batch, self.job.key, state)",
        "self.target.save(self.job.key, state)",
    ),
    (
        "checkpoint: changes are asked for from after the watermark",
        INCREMENTAL,
        "stored - overlap if stored",
        "stored + overlap if stored",
    ),
)
"""What it breaks, where, the text there, and the text instead."""
