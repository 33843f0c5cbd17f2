"""A target in memory that can fail where a test says, and runs against the sandbox that end in it."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from asyncsdk import Wethod
from asyncsdk.extract import ExtractionReport, TargetError, TargetRefused, extract
from asyncsdk.extract.target import Batch, Contents, Live, Owner, RunLine, Shrink, Table, Written, shrinks_too_much
from asyncsdk.sandbox import Sandbox

PATH = "GET /api/production-plan-streams"
STREAMS = "production_plan_streams"


@attrs.define(eq=False)
class Memory:
    """A target in memory. `fail_at` lets the write of that number fail, before it commits anything."""

    folder: Path
    tables: dict[str, dict[int, dict[str, Any]]] = attrs.field(factory=dict)
    states: dict[str, bytes] = attrs.field(factory=dict)
    lines: list[RunLine] = attrs.field(factory=list)
    owner: Owner | None = None
    committed: dict[str, int] = attrs.field(factory=dict)
    met: dict[str, tuple[dt.datetime, set[int]]] = attrs.field(factory=dict)
    writes: int = 0
    fail_at: int | None = None
    is_open: bool = False
    finished: list[str] = attrs.field(factory=list)
    stops: list[bool] = attrs.field(factory=list)
    odd: bool = False

    def peek(self, table: Table, key: str) -> bytes | None:
        return self.states.get(key)

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        if self.owner not in {None, owner}:
            raise TargetRefused("holds another company's rows")
        assert not self.is_open
        self.owner, self.is_open = owner, True
        for table in tables:
            self.tables.setdefault(table.name, {})

    def state(self, table: Table, key: str) -> bytes | None:
        return self.states.get(key)

    def contents(self, table: Table) -> Contents:
        return Contents(len(self.tables[table.name]), self.committed.get(table.name))

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        self.writes += 1
        if self.writes == self.fail_at:
            raise TargetError("no space left on device")
        ids = [row.id for row in batch.rows]  # type: ignore[attr-defined]  # rows have ids
        assert len(set(ids)) == len(ids)
        stored, new, changed = self.tables[table.name], 0, 0
        for at, row in enumerate(batch.rows):
            old = stored.get(ids[at])
            facts = {field.name: getattr(row, field.name) for field in attrs.fields(type(row))}  # type: ignore[arg-type]
            facts |= {name: old and old[name] for name in batch.kept} | {"_vanished_at": None}
            if batch.raw is not None:
                facts["_raw"] = batch.raw[at]
            stored[ids[at]] = facts
            new, changed = new + (old is None), changed + (old is not None and old != facts)
        if batch.whole is not None:
            began, met = self.met.get(table.name, (batch.whole, set()))
            self.met[table.name] = (batch.whole, (met if began == batch.whole else set()) | {*ids, *batch.spared})
        self.states[key] = state
        self.committed[table.name] = len(stored)
        return Written(new, changed)

    def save(self, table: Table, key: str, state: bytes) -> None:
        self.states[key] = state

    def mark_vanished(self, table: Table, whole: dt.datetime, at: dt.datetime, *, allow_shrink: bool) -> Shrink:
        live = [row for row in self.tables[table.name].values() if is_live(row)]
        began, met = self.met.get(table.name, (whole, set()))
        absent = [row for row in live if began != whole or row["id"] not in met]
        marked = allow_shrink or not shrinks_too_much(len(live), len(absent))
        for row in absent if marked else ():
            row["_vanished_at"] = at
        return Shrink(len(live), len(absent), marked)

    def live(self, table: Table, *, times: bool) -> Live:
        rows = sorted((row for row in self.tables[table.name].values() if is_live(row)), key=lambda row: int(row["id"]))
        seconds = [int(row["updated_at"].timestamp()) for row in rows if times]
        return Live(array("q", [row["id"] for row in rows]), array("q", seconds))

    def mark_gone(self, table: Table, ids: Sequence[int], at: dt.datetime) -> int:
        gone = [row for id_, row in self.tables[table.name].items() if is_live(row) and id_ in set(ids)]
        for row in gone:
            row["_vanished_at"] = at
        return len(gone)

    def finish(self, table: Table) -> None:
        self.finished.append(table.name)
        self.met.pop(table.name, None)

    def drop(self, table: Table) -> None:
        self.tables.pop(table.name, None)
        self.committed.pop(table.name, None)
        self.states = {key: state for key, state in self.states.items() if key.partition("?")[0] != table.name}

    def log_run(self, line: RunLine) -> None:
        self.lines.append(line)

    def warnings(self, table: Table) -> Sequence[str]:
        return [f"{table.name}: odd"] if self.odd else []

    def rejects_path(self, table: Table) -> Path:
        return self.folder / f"{table.name}.rejects"

    def lost(self) -> bool:
        return False

    def stop(self, *, writes: bool = False) -> None:
        self.stops.append(writes)

    def close(self) -> None:
        self.is_open = False


def client(sandbox: Sandbox, token: str | None = None) -> Wethod:
    return Wethod(token=token or sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None)


async def pull(wethod: Wethod, *resources: str, **options: Any) -> ExtractionReport:
    """One run; where the API fails it is tried a few times, and not for minutes."""
    return await extract(wethod, resources or [STREAMS], "memory", **{"patience": 0, **options})


def shown(target: Memory, table: str = STREAMS) -> set[int]:
    """Ids of the rows that are neither deleted nor gone."""
    return {id_ for id_, row in target.tables[table].items() if is_live(row)}


def is_live(row: dict[str, Any]) -> bool:
    """Whether a row of a table is neither deleted nor gone."""
    return row["_vanished_at"] is None and row.get("deleted_at") is None


def living(sandbox: Sandbox, resource: str = STREAMS) -> set[int]:
    """Ids of the rows that a plain list shows now."""
    return sandbox.survivors(resource, since=sandbox.mark())
