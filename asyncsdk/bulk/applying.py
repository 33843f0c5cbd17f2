"""Applies a plan: settles what an earlier run left in doubt, refuses a stale plan, and sends the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from .comparing import PlannedWrite
from .doubts import Doubts
from .journal import Binding, Journal, JournalRow
from .report import BulkReport, RowOutcome, WriteOutcome
from .sending import Dispatch, WriteResult

if TYPE_CHECKING:
    from os import PathLike

    from .checking import Calls
    from .comparing import Comparison

__all__ = ["apply_plan"]

_OUTCOMES: Final[dict[str, WriteOutcome]] = {"create": "created", "update": "updated", "delete": "deleted"}


async def apply_plan(
    calls: Calls,
    binding: Binding,
    scope: Mapping[str, object],
    compared: Comparison,
    made: float,
    *,
    path: str | PathLike[str],
    concurrency: int,
    watch: Callable[[int, int], None] | None,
) -> BulkReport:
    """Applies a plan, see `BulkPlan.apply`.

    Raises:
        JournalRefused: the journal cannot be used.
        StalePlan: rows were changed since the plan was made.
        WethodError: the list could not be read.
    """
    journal = Journal.open(path, binding)
    try:
        return await _Application(calls, binding, scope, compared, made, journal, watch).run(concurrency)
    finally:
        journal.close()


@attrs.define(eq=False)
class _Application:
    """One run of a plan; `told` has what became of rows, `deleted` of those that the input does not have."""

    calls: Calls
    binding: Binding
    scope: Mapping[str, object]
    compared: Comparison
    made: float
    journal: Journal
    watch: Callable[[int, int], None] | None
    told: dict[int, RowOutcome] = attrs.field(factory=dict)
    deleted: list[RowOutcome] = attrs.field(factory=list)

    async def run(self, concurrency: int) -> BulkReport:
        for conflict in self.compared.conflicts:
            self.told[conflict.number] = RowOutcome(conflict.number, "conflict", None, conflict.reason)
        self._note_unchanged()
        latest = self.journal.latest()
        pending = [write for write in self.compared.writes if not self._is_done(write, latest.get(write.key))]
        match, compared = self.binding.match, self.compared
        doubts = Doubts(self.calls, match, self.scope, compared, self.made, self.journal, self._tell)
        pending = await doubts.settle(pending)
        dispatch = Dispatch(self.calls, self.journal, self._tell, concurrency, stopped=doubts.stopped)
        await dispatch.send([write for write in pending if write.verb != "delete"])
        await dispatch.send([write for write in pending if write.verb == "delete"])
        told = {result.id for result in self.deleted}
        for write in pending:
            if write.number is not None and write.number not in self.told:
                self.told[write.number] = RowOutcome(write.number, "not sent", write.id, dispatch.stopped)
            elif write.number is None and write.id not in told:
                self.deleted.append(RowOutcome(None, "not sent", write.id, dispatch.stopped))
        rows = [self.told[number] for number in sorted(self.told)]
        return BulkReport([*rows, *self.deleted], dispatch.sent, dispatch.stopped)

    def _tell(self, write: PlannedWrite, result: WriteResult) -> None:
        row = RowOutcome(write.number, result.outcome, result.id, result.reason)
        if write.number is None:
            self.deleted.append(row)
        else:
            self.told[write.number] = row
        if self.watch is not None:
            compared = self.compared
            of = len(compared.writes) + len(compared.unchanged) + len(compared.conflicts)
            self.watch(len(self.told) + len(self.deleted), of)

    def _note_unchanged(self) -> None:
        """Rows that are there as the input says; among them those whose answer an earlier run has lost."""
        for row in self.compared.unchanged:
            entry = self.journal.rows.get((row.key, row.digest))
            outcome: WriteOutcome = "unchanged"
            if entry is not None and (entry.in_doubt or entry.state in {"created", "updated"}):
                outcome = _OUTCOMES[entry.verb]
                if entry.in_doubt:
                    self.journal.settle(entry, "created" if entry.verb == "create" else "updated", row.id)
            self.told[row.number] = RowOutcome(row.number, outcome, row.id)

    def _is_done(self, write: PlannedWrite, latest: JournalRow | None) -> bool:
        """Whether an earlier run has done it. A create is never sent twice, whatever the list shows."""
        entry = self.journal.rows.get((write.key, write.digest))
        there = latest is not None and (latest.state in {"created", "updated"} or latest.verb == "update")
        if write.verb == "create" and latest is not None and there:
            done = "created" if latest.verb == "create" else "changed"
            seen = f"it was {done} before as row {latest.id}, and the list did not show it to the plan"
            same = entry is not None and entry.state in {"created", "updated"}
            self._tell(
                write,
                WriteResult("created", "created", latest.id, seen)
                if same
                else WriteResult("refused", "conflict", latest.id, f"{seen}, so that it cannot be changed"),
            )
            return True
        if entry is None or entry.state not in {"updated", "deleted"} or entry.sent < self.made:
            return False
        self._tell(write, WriteResult(entry.state, _OUTCOMES[entry.verb], entry.id))
        return True
