"""Tables in a DuckDB file: `duckdb:FILE`, with keys, comments and views for those who read it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from .. import rejects
from ..target import Batch, Contents, Live, Owner, RunLine, Shrink, Table, TargetError, TargetRefused, Written
from .duckdb_file import remove_leftovers
from .duckdb_ids import live, mark_gone
from .duckdb_store import DuckDBStore, peek
from .locks import FileLock
from .sql import Names

__all__ = ["DuckDBTarget"]

_ONE_WRITER: Final = (
    "or give this one another file: a DuckDB file has one writer at a time, whatever the company and its schema (one "
    "command with several --company writes them one after the other)"
)


class DuckDBTarget:
    """A DuckDB file with a table per list, nested values as lists of structs. See `Target` for its methods' promises.

    Args:
        path: of the file; made where it is missing.
        schema: of the tables; None: `main`.
        prefix: of every table's name.
    """

    def __init__(self, path: Path, schema: str | None = None, prefix: str = "") -> None:
        self._path = path
        self._names = Names(schema or "main", prefix)
        self._in_schema = "" if schema is None else f"{schema}."
        self._lock: FileLock | None = None
        self._open: DuckDBStore | None = None
        self._stopped = False

    def peek(self, table: Table, key: str) -> bytes | None:
        """See `Target.peek`."""
        return peek(self._path, self._names, key)

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            path = self._path.resolve()  # a link to the file is no other file
            self._lock = FileLock(path.with_name(f"{path.name}.lock"), str(self._path), _ONE_WRITER)
            remove_leftovers(path)
            self._open = DuckDBStore(path, self._names.schema, self._names.prefix, shown=True)
            if self._stopped:
                self._open.file.stoppable.stop(writes=False)
            self._open.prepare(owner, tables, str(self._path))
        except (duckdb.Error, OSError) as error:
            self.close()
            raise TargetRefused(f"{self._path} cannot be used: {error}") from None
        except TargetError:
            self.close()
            raise

    def state(self, table: Table, key: str) -> bytes | None:
        """See `Target.state`."""
        return self._store.state(key)

    def contents(self, table: Table) -> Contents:
        """See `Target.contents`."""
        return self._store.contents(table)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """See `Target.write`."""
        return self._store.write(table, batch, key, state)

    def save(self, table: Table, key: str, state: bytes) -> None:
        """See `Target.save`."""
        self._store.save(table, key, state)

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """See `Target.mark_vanished`."""
        return self._store.mark_vanished(table, whole, at, allow_shrink=allow_shrink)

    def live(self, table: Table, *, times: bool) -> Live:
        """See `Target.live`."""
        return live(self._store, table, times=times)

    def mark_gone(self, table: Table, ids: Sequence[int], at: datetime) -> int:
        """See `Target.mark_gone`."""
        return mark_gone(self._store, table, ids, at)

    def finish(self, table: Table) -> None:
        """See `Target.finish`: readers see each commit."""
        self._store.forget_pass(table)

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""
        self._store.drop(table)
        rejects.begin(self.rejects_path(table))

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        self._store.log_run(line)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        return () if self._open is None else self._open.warnings(table)

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`: beside the file."""
        return self._path.parent / f"{self._in_schema}{self._names.bare(table.name)}.rejects"

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`."""
        self._stopped = True
        if (store := self._open) is not None:
            store.file.stoppable.stop(writes=writes)

    def lost(self) -> bool:
        """See `Target.lost`: a file has no connection."""
        return False

    def close(self) -> None:
        """See `Target.close`."""
        if self._open is not None:
            self._open.file.close()
            self._open = None
        if self._lock is not None:
            with suppress(OSError):
                self._lock.release()
            self._lock = None

    @property
    def _store(self) -> DuckDBStore:
        if self._open is None:
            raise TargetError(f"{self._path} is not open")
        return self._open
