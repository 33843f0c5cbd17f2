"""One Delta table every commit of which carries what runs remember of it, so that rows and state are of one moment.

The state is in the commit's metadata, and a number in its application transaction. Somebody's clean-up of the log may
take the first and never the second: a number without its state says that the state was lost. A MERGE that changes
nothing, and maintenance, make no commit of ours: an empty append then carries the state.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeVar, cast

import attrs
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, QueryBuilder, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from ..target import RIVAL, STATES_KEPT, TargetError

__all__ = ["Remembered", "StateTable", "appending", "failing"]

T = TypeVar("T")

_APP: Final = "asyncsdk"
_STATE: Final = "asyncsdk.state"
_RETENTION: Final = "delta.logRetentionDuration"
_ATTEMPTS: Final = 5
_SMALL_FILE: Final = 4_000_000
_MANY_FILES: Final = 32
_TARGET_FILE: Final = 16_000_000
_ERRORS: Final = (DeltaError, OSError, ValueError, TypeError, RuntimeError, pa.ArrowException)


@attrs.frozen
class Remembered:
    """What a table remembers beside its rows.

    Args:
        states: by key, as JSON values, the one saved last at the end.
        rows: after the last commit; None: no run has written yet.
    """

    states: Mapping[str, object] = attrs.field(factory=dict)
    rows: int | None = None

    def saved(self, key: str, state: bytes) -> Remembered:
        """With another state of a key."""
        others = {name: each for name, each in self.states.items() if name != key}
        newest = list(others.items())[-(STATES_KEPT - 1) :]
        return attrs.evolve(self, states=dict([*newest, (key, json.loads(state))]))

    def state(self, key: str) -> bytes | None:
        """The state of a key."""
        if key not in self.states:
            return None
        return json.dumps(self.states[key], separators=(",", ":"), ensure_ascii=False).encode()


@contextmanager
def failing() -> Iterator[None]:
    """Turns what the engine raises into a TargetError."""
    try:
        yield
    except _ERRORS as error:
        raise TargetError(f"Delta: {said(error)}; what was committed before is kept") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a defect of the engine, which no `except Exception` meets
            raise
        raise TargetError(f"Delta: the engine broke off ({said(error)}); what was committed before is kept") from None


def appending(
    rows: pa.Table, mode: Literal["append", "overwrite"] = "append"
) -> Callable[[DeltaTable, CommitProperties], None]:
    """A commit that writes rows, for `StateTable.commit`."""

    def apply(table: DeltaTable, properties: CommitProperties) -> None:
        write_deltalake(table, rows, mode=mode, commit_properties=properties)

    return apply


def said(error: BaseException) -> str:
    """What the engine said, in one line."""
    return " ".join(str(error).split())[:500] or type(error).__name__


class StateTable:
    """A Delta table at a place. `overtaken`: another run has written to it meanwhile.

    Args:
        uri: a folder, or `s3://bucket/prefix/table`.
        options: for the store it is in.
    """

    def __init__(self, uri: str, options: Mapping[str, str]) -> None:
        self.where = uri
        self._options = dict(options)
        self._writer = uuid.uuid4().hex
        self._open: DeltaTable | None = None
        self._number = 0
        self.overtaken: bool = False
        self.remembered: Remembered = Remembered()
        self.lost: bool = False

    def load(self) -> bool:
        """Reads the table as it is now; whether it is there."""
        try:
            self._open = DeltaTable(self.where, storage_options=self._options)
        except TableNotFoundError:
            return False
        self.overtaken = False
        self._recall()
        return True

    def make(self, schema: pa.Schema, properties: Mapping[str, str]) -> bool:
        """Loads the table, made where it is missing; whether it was there. Another run may make it in this moment."""
        if self.load():
            return True
        try:
            self._create(schema, properties)
        except DeltaError:
            if not self.load():
                raise
            return True
        return False

    def _create(self, schema: pa.Schema, properties: Mapping[str, str]) -> None:
        self.remembered, self._number = Remembered(), 0
        self._open = DeltaTable.create(
            self.where,
            schema,
            mode="error",
            configuration=dict(properties),
            storage_options=self._options,
            commit_properties=self._properties(self.remembered),
            raise_if_key_not_exists=False,
        )
        self._number = 1

    @property
    def table(self) -> DeltaTable:
        """The table as it was after the last commit or load."""
        if self._open is None:
            raise TargetError("Delta: the table is not open")
        return self._open

    @property
    def properties(self) -> Mapping[str, str]:
        """Of the table, as it was made with."""
        found: Mapping[str, str | None] = self.table.metadata().configuration
        return {name: value for name, value in found.items() if value is not None}

    @property
    def schema(self) -> pa.Schema:
        """Of its rows."""
        return pa.schema(self.table.schema().to_arrow())  # type: ignore[arg-type]  # it has the Arrow interface

    def query(self, select: str) -> pa.RecordBatchReader:
        """Reads rows of the table, called `t`."""
        builder = QueryBuilder().register("t", self.table)
        return pa.RecordBatchReader.from_stream(builder.execute(select))

    def ids(self, where: str) -> pa.Array[pa.Int64Scalar]:
        """The ids of rows."""
        chunks = [batch.column(0) for batch in self.query(f'SELECT "id" FROM t WHERE {where}')]  # noqa: S608  # no values
        return pa.chunked_array(chunks, pa.int64()).combine_chunks()

    def commit(self, apply: Callable[[DeltaTable, CommitProperties], T], remembered: Remembered) -> T | None:
        """Makes one commit that carries what is remembered from then on.

        Somebody's maintenance that comes in between is no rival: the commit is made again on top of it.

        Args:
            apply: changes the table, and gives the properties to the commit that does. It may find nothing to do.
            remembered: from then on.

        Returns:
            What `apply` did; None where only the log tells that it was done.

        Raises:
            TargetError: another run has written to the table.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self._check_rival()
            before = self.table.version()
            properties = self._properties(remembered)
            result: T | None = None
            try:
                result = apply(self.table, properties)
                if self.table.version() == before:
                    self._append_nothing(properties)
            except _ERRORS:
                self._reload()
                if not self._was_committed():
                    # A commit of somebody's, or files that their maintenance has removed: once more, on top of it.
                    if attempt == _ATTEMPTS or self.table.version() == before:
                        raise
                    continue
            self._number += 1
            self.remembered, self.lost, self.overtaken = remembered, False, False
            return result
        raise AssertionError("every attempt ends in a return or a raise")

    def add(self, rows: pa.Table) -> None:
        """Adds rows that say nothing of others, so that what another run has added meanwhile is no reason to give up.

        Raises:
            TargetError: others were at it at each attempt.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self.commit(appending(rows), self.remembered)
            except TargetError:
                if not self.overtaken or attempt == _ATTEMPTS:
                    raise
                self.load()
            else:
                return

    def refresh(self) -> None:
        """Looks at the table as it is now.

        Raises:
            TargetError: another run has written to it.
        """
        self._reload()
        self._check_rival()

    def carry(self) -> None:
        """Makes a commit that changes nothing and carries what is remembered, as the newest one."""
        self.commit(lambda _table, _properties: None, self.remembered)

    def last_metrics(self) -> Mapping[str, object]:
        """What the last commit that changed rows did, as the log tells."""
        for entry in self.table.history(2):
            if (metrics := entry.get("operationMetrics")) and "num_target_rows_inserted" in metrics:
                return cast("Mapping[str, object]", metrics)
        return {}

    def compact(self) -> None:
        """Puts small files together where there are many, and removes what nobody can read any more."""
        sizes = pa.table(self.table.get_add_actions()).column("size_bytes").to_pylist()
        if sum(int(cast("int", size)) < _SMALL_FILE for size in sizes) < _MANY_FILES:
            return
        self.table.optimize.compact(target_size=_TARGET_FILE, max_concurrent_tasks=1)
        self.table.vacuum(dry_run=False)
        self.carry()

    def rewrite(self, schema: pa.Schema) -> None:
        """Writes every row anew, with less columns or wider ones, a few thousand at a time."""
        listed = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in schema.names)
        stream = self.query(f"SELECT {listed} FROM t")  # noqa: S608  # names in quotes

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in stream:
                yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

        rows = pa.RecordBatchReader.from_batches(schema, batches())
        self.commit(
            lambda table, properties: write_deltalake(
                table, rows, mode="overwrite", schema_mode="overwrite", commit_properties=properties
            ),
            self.remembered,
        )

    def erase_history(self) -> None:
        """Removes what earlier versions held, from the files and from the log, where the least and most values are."""
        self.table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
        kept = self.properties.get(_RETENTION, "interval 30 days")
        self.table.alter.set_table_properties({_RETENTION: "interval 0 days"})
        self.table.create_checkpoint()
        self.table.cleanup_metadata()
        self.table.alter.set_table_properties({_RETENTION: kept})
        self.carry()

    def _append_nothing(self, properties: CommitProperties) -> None:
        write_deltalake(self.table, self.schema.empty_table(), mode="append", commit_properties=properties)

    def _properties(self, remembered: Remembered) -> CommitProperties:
        number = self._number + 1
        facts = {"number": number, "writer": self._writer, "rows": remembered.rows, "states": remembered.states}
        return CommitProperties(
            custom_metadata={_STATE: json.dumps(facts, separators=(",", ":"), ensure_ascii=False)},
            max_commit_retries=0,
            app_transactions=[Transaction(_APP, number)],
        )

    def _reload(self) -> None:
        self._open = DeltaTable(self.where, storage_options=self._options)
        self.overtaken = (self._open.transaction_version(_APP) or 0) != self._number

    def _check_rival(self) -> None:
        """The engine refuses what two write at once; a number that was used already it takes."""
        if self.overtaken:
            raise TargetError(f"{RIVAL} {self.where} meanwhile; run this one again when it has ended")

    def _was_committed(self) -> bool:
        """Looks in the log whether the commit that failed was made all the same."""
        number = self._number + 1
        return self.table.transaction_version(_APP) == number and self._told(number).get("writer") == self._writer

    def _recall(self) -> None:
        number = self.table.transaction_version(_APP)
        self._number = number or 0
        facts = {} if number is None else self._told(number)
        self.lost = number is not None and not facts
        self.remembered = Remembered(facts.get("states") or {}, facts.get("rows"))

    def _told(self, number: int) -> dict[str, Any]:
        """What the commit of a number carries, as far as the log has it; by its number, for the log may have grown."""
        for limit in (2, 10, 100, None):
            entries = self.table.history(limit)
            for entry in entries:
                if (text := entry.get(_STATE)) is not None:
                    facts: dict[str, Any] = json.loads(text)
                    if facts["number"] <= number:
                        return facts if facts["number"] == number else {}
            if limit is not None and len(entries) < limit:
                break
        return {}
