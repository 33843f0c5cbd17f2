"""Settles what earlier starts left in doubt: together, by one wait and one look at what changed since.

A start that dies leaves writes whose answers nobody has read, and a proxy may deliver them after the plan was made. So
they are settled before anything is sent: a row that has come in is done, one that surely has not is sent again, and
where a row of the plan has moved the plan is stale.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from .._lists.created_rows import matches
from ..filters import gte
from .comparing import Comparison, PlannedWrite, key_of
from .journal import Journal, JournalRow
from .refusals import StalePlan
from .sending import WriteResult

if TYPE_CHECKING:
    from .checking import Calls

__all__ = ["MARGIN", "Doubts"]

_Row: TypeAlias = "Mapping[str, Any]"

MARGIN: Final = timedelta(minutes=10)
"""How much earlier than a moment of our clock the list is asked for what changed: the server's may be behind."""

LATE_SECONDS: Final = 30.0
"""How long after a process has died what it sent may still be carried out: a proxy delivers what it holds."""

NOT_THERE: Final = "an earlier run ended before its answer came, and its row is not in the list"
OVERTAKEN: Final = "an earlier run ended before its answer came; the row is not as it says"


@attrs.define(eq=False)
class Doubts:
    """What earlier starts left in doubt, and how it compares with a plan.

    Args:
        calls: what the look is sent with.
        match, scope: of the plan.
        compared: what the plan has.
        made: when its list was read.
        journal: of the earlier starts.
        tell: is called with each write that is settled, and what came of it.
        stopped: why nothing may be sent.
    """

    calls: Calls
    match: Sequence[str]
    scope: Mapping[str, object]
    compared: Comparison
    made: float
    journal: Journal
    tell: Callable[[PlannedWrite, WriteResult], None]
    stopped: str = ""
    _moved: set[int] = attrs.field(factory=set)

    async def settle(self, pending: Sequence[PlannedWrite]) -> list[PlannedWrite]:
        """Returns those of the pending writes that are to be sent. One look, and none where there is nothing to do.

        Raises:
            StalePlan: rows of the plan moved since it was made.
            WethodError: the list could not be read.
        """
        doubtful = self._doubtful(pending)
        if not pending and not doubtful:
            return []
        if any(entry.state == "sending" or entry.verb != "create" for entry in doubtful.values()):
            await asyncio.sleep(LATE_SECONDS)
        changed = await self.calls.list(self._filters(doubtful))
        by_id = {row["id"]: row for row in changed}
        by_key = {key_of(row, self.match): row for row in changed}
        shows = self._shows_ours(by_id)
        kept = list[PlannedWrite]()
        for write in pending:
            if write.verb == "create":
                send = self._send_create(write, doubtful.pop(write.key, None), by_key.get(write.key), shows=shows)
            else:
                send = self._send_change(write, by_id.get(write.id or 0))
            if send:
                kept.append(write)
        self._settle_rest(doubtful, by_key, by_id, shows=shows)
        if self._moved:
            raise StalePlan(sorted(self._moved))
        return kept

    def _doubtful(self, pending: Sequence[PlannedWrite]) -> dict[str, JournalRow]:
        """The last write of each key where it may still be carried out, and where that would make a difference."""
        creates = {write.key for write in pending if write.verb == "create"}
        wanted = {write.key: (write.digest, write.id) for write in pending}
        wanted |= {row.key: (row.digest, row.id) for row in self.compared.unchanged}
        doubtful = dict[str, JournalRow]()
        for key, entry in self.journal.latest().items():
            if not entry.in_doubt:
                continue
            if key not in wanted:  # the input has it no more: it matters where that deletes it
                if self.compared.delete and entry.verb == "delete":
                    self.journal.settle(entry, "deleted", entry.id)
                elif self.compared.delete and entry.state == "sending":
                    doubtful[key] = entry
                continue
            digest, id = wanted[key]
            if key in creates:
                if entry.verb == "delete":
                    self.journal.settle(entry, "deleted", entry.id)
                else:
                    doubtful[key] = entry
            elif entry.verb == "create":  # the plan has seen its row
                self.journal.settle(entry, "created", id)
            elif entry.digest != digest:
                doubtful[key] = entry
        return doubtful

    def _filters(self, doubtful: Mapping[str, JournalRow]) -> Mapping[str, object]:
        if any(entry.verb == "delete" for entry in doubtful.values()):
            return self.scope  # that a row has gone shows in the whole of it alone
        since = datetime.fromtimestamp(min([self.made, *(entry.sent for entry in doubtful.values())]), UTC) - MARGIN
        return {**self.scope, "updated_at": gte(since)}

    def _shows_ours(self, by_id: Mapping[int, _Row]) -> bool:
        """Whether the list shows rows that this import made."""
        known = {row.id for row in self.compared.unchanged} | {write.id for write in self.compared.writes} | {*by_id}
        made = {row.id for row in self.journal.rows.values() if row.state == "created"} - {None}
        return not made.isdisjoint(known)

    def _send_create(self, write: PlannedWrite, entry: JournalRow | None, row: _Row | None, *, shows: bool) -> bool:
        if entry is None:
            if row is not None:
                self._moved.add(row["id"])
            return row is None
        if row is not None:
            self.journal.settle(entry, "created", row["id"])
            if entry.digest == write.digest:
                self.tell(write, WriteResult("created", "created", row["id"]))
                return False
            self.stopped = f"an earlier version of row {write.number} has come in as row {row['id']}; run it again"
            return True
        if entry.state == "sending" and shows:  # its row is not there, and the list shows what this import creates
            self.journal.settle(entry, "not sent", None, NOT_THERE)
            return True
        # It stays as it is: a start that finds the list to show this import's rows can tell.
        self.tell(write, WriteResult("unknown", "unknown", None, entry.reason or NOT_THERE))
        return False

    def _send_change(self, write: PlannedWrite, row: _Row | None) -> bool:
        if row is None or row.get("updated_at") == write.updated_at:
            return True
        entry = self.journal.rows.get((write.key, write.digest))
        if entry is not None and entry.in_doubt and write.verb == "update" and matches(row, write.held) == "equal":
            self.journal.settle(entry, "updated", write.id)
            self.tell(write, WriteResult("updated", "updated", write.id))
        else:
            self._moved.add(row["id"])
        return False

    def _settle_rest(
        self,
        doubtful: Mapping[str, JournalRow],
        by_key: Mapping[str, _Row],
        by_id: Mapping[int, _Row],
        *,
        shows: bool,
    ) -> None:
        """Settles writes of content that the input has no more; notes rows that they moved under the plan."""
        whole = any(entry.verb == "delete" for entry in doubtful.values())
        for unchanged in self.compared.unchanged:
            if unchanged.key in doubtful:
                row = by_id.get(unchanged.id)
                if (row is None and whole) or (row is not None and row.get("updated_at") != unchanged.updated_at):
                    self._moved.add(unchanged.id)
        for key, entry in doubtful.items():
            row = by_key.get(key)
            if entry.verb != "create":
                gone = entry.verb == "delete" and entry.id not in by_id
                self.journal.settle(entry, "deleted" if gone else "not sent", entry.id, "" if gone else OVERTAKEN)
            elif row is not None:
                self.journal.settle(entry, "created", row["id"])
                self._moved.add(row["id"])
            elif shows:
                self.journal.settle(entry, "not sent", None, NOT_THERE)
