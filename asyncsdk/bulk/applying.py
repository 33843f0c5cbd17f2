"""Applies a plan: settles what an earlier run left in doubt, refuses a stale plan, and sends the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..filters import gte
from .comparing import PlannedWrite, key_of
from .journal import Binding, Journal, JournalRow
from .refusals import StalePlan
from .report import BulkReport, Outcome, RowOutcome
from .sending import Dispatch, WriteResult

if TYPE_CHECKING:
    from os import PathLike

    from .checking import Calls
    from .comparing import Comparison

__all__ = ["MARGIN", "apply_plan"]

MARGIN: Final = timedelta(minutes=10)
"""How much earlier than a moment of our clock the list is asked for what changed: the server's may be behind."""

LATE_SECONDS: Final = 30.0
"""How long after a process has died what it sent may still be carried out: a proxy delivers what it holds."""

_OUTCOMES: Final[dict[str, Outcome]] = {"create": "created", "update": "updated", "delete": "deleted"}


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
    _latest: dict[str, JournalRow] = attrs.field(factory=dict)
    _stopped: str = ""

    async def run(self, concurrency: int) -> BulkReport:
        self._latest = {row.key: row for row in sorted(self.journal.rows.values(), key=lambda row: row.place)}
        for conflict in self.compared.conflicts:
            self.told[conflict.number] = RowOutcome(conflict.number, "conflict", None, conflict.reason)
        self._note_unchanged()
        pending = [write for write in self.compared.writes if not self._is_done(write)]
        if pending:
            pending = await self._settled(pending)
        dispatch = Dispatch(self.calls, self.journal, self._tell, concurrency, stopped=self._stopped)
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
            outcome: Outcome = "unchanged"
            if entry is not None and (entry.in_doubt or entry.state in {"created", "updated"}):
                outcome = _OUTCOMES[entry.verb]
                if entry.in_doubt:
                    self.journal.settle(entry, "created" if entry.verb == "create" else "updated", row.id)
            self.told[row.number] = RowOutcome(row.number, outcome, row.id)

    def _is_done(self, write: PlannedWrite) -> bool:
        """Whether an earlier run has done it. A create is never sent twice, whatever the list shows."""
        entry = self.journal.rows.get((write.key, write.digest))
        latest = self._latest.get(write.key)
        if write.verb == "create" and latest is not None and latest.state in {"created", "updated"}:
            seen = f"it was {latest.state} before as row {latest.id}, and the list did not show it to the plan"
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

    async def _settled(self, pending: Sequence[PlannedWrite]) -> list[PlannedWrite]:
        """Looks once at what changed since the plan was made: what was in doubt and is there, and what moved."""
        doubtful = {
            write.key: latest
            for write in pending
            if (latest := self._latest.get(write.key)) is not None
            and latest.in_doubt
            and (write.verb == "create" or latest.digest != write.digest)
        }
        if any(entry.state == "sending" for entry in doubtful.values()):
            await asyncio.sleep(LATE_SECONDS)
        since = datetime.fromtimestamp(min([self.made, *(entry.sent for entry in doubtful.values())]), UTC) - MARGIN
        changed = await self.calls.list({**self.scope, "updated_at": gte(since)})
        self._refuse_stale(pending, changed)
        there = {key_of(row, self.binding.match): row for row in changed}
        known = {row["id"] for row in changed} | {row.id for row in self.compared.unchanged}
        known |= {write.id for write in self.compared.writes if write.id is not None}
        made_before = {row.id for row in self.journal.rows.values() if row.state == "created"}
        shows = bool(made_before & known)
        kept = list[PlannedWrite]()
        for write in pending:
            entry = doubtful.get(write.key)
            if entry is None or write.verb != "create":
                kept.append(write)
            elif (row := there.get(write.key)) is not None:
                self._found(write, entry, row["id"])
            elif entry.state == "sending" and shows:
                kept.append(write)  # its row is not there, and the list shows what this import creates
            else:
                why = entry.reason or "an earlier run ended before its answer came, and its row is not in the list"
                self._tell(write, WriteResult("unknown", "unknown", None, why))
        return kept

    def _found(self, write: PlannedWrite, entry: JournalRow, id: int) -> None:
        self.journal.settle(entry, "created", id)
        if entry.digest == write.digest:
            self._tell(write, WriteResult("created", "created", id))
        else:
            self._stopped = f"an earlier version of row {write.number} has come in as row {id}; run it again"

    def _refuse_stale(self, pending: Sequence[PlannedWrite], changed: Sequence[Mapping[str, Any]]) -> None:
        creates = {write.key for write in pending if write.verb == "create"}
        stamps = {write.id: write for write in pending if write.id is not None}
        moved = list[int]()
        for row in changed:
            key = key_of(row, self.binding.match)
            latest, write = self._latest.get(key), stamps.get(row["id"])
            if latest is not None and latest.in_doubt:
                continue
            if key in creates or (write is not None and row.get("updated_at") != write.updated_at):
                moved.append(row["id"])
        if moved:
            raise StalePlan(sorted(moved))
