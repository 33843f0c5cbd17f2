"""A folder with one file a table: the target behind `parquet:`, `csv:` and `jsonl:`.

    DIR/timesheets/timesheets.parquet    the rows of a table, each once; nothing else of ours is ever in its folder
    DIR/.asyncsdk/staging.duckdb         rows and states, committed together
    DIR/.asyncsdk/timesheets.rejects     rows that did not fit, as JSON lines
    DIR/.asyncsdk/lock                   there while a run is writing

A table is published when it is done, and where it changed: written in the hidden folder, put on disk, renamed. So
whatever a reader looks for, it finds each table as it was or as it is.
"""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from .. import rejects
from ..target import Batch, Contents, Live, Owner, RunLine, Shrink, Table, TargetError, TargetRefused, Written
from .duckdb_file import is_damage, remove_leftovers
from .duckdb_ids import live, mark_gone
from .duckdb_store import DuckDBStore, peek
from .folder_check import check_folder
from .locks import FileLock
from .mounts import network_mount
from .published_files import PublishedFiles, Stamp
from .publishing import Format, copying, described, published_rows
from .sql import Names
from .syncing import sync

__all__ = ["FolderTarget"]


class FolderTarget:
    """A folder of one file a table. See `Target` for what its methods promise.

    Args:
        folder: where the tables' folders go; made where it is missing.
        format: of the files.
        prefix: of the tables' folders and files.
        state: the folder for the staging file, where it is not the hidden one.
    """

    def __init__(self, folder: Path, format: Format, prefix: str = "", state: Path | None = None) -> None:
        self._folder = folder
        self._hidden = folder / ".asyncsdk"
        self._format = format
        self._prefix = prefix
        self._names = Names("main", prefix)
        self._given_state = state
        self._staging = (state or self._hidden) / f"{prefix}staging.duckdb"
        self._lock: FileLock | None = None
        self._open: DuckDBStore | None = None
        self._lost = False
        self._stopped = False

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, table: Table, key: str) -> bytes | None:
        """See `Target.peek`."""
        return peek(self._staging, self._names, key)

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            self._check_mount()
            check_folder(self._folder, self._format, self._prefix, [self._names.bare(table.name) for table in tables])
            self._hidden.mkdir(parents=True, exist_ok=True)
            self._staging.parent.mkdir(parents=True, exist_ok=True)
            staging = self._staging.resolve()
            self._lock = FileLock(staging.with_name(f"{self._prefix}lock"), str(self._folder))
            remove_leftovers(staging)
            self._draft.unlink(missing_ok=True)
            self._open = self._opened(staging, owner, tables)
        except (duckdb.Error, OSError) as error:
            self.close()
            said = (error.strerror or error) if isinstance(error, OSError) else error
            raise TargetRefused(
                f"{self._folder} cannot be written ({said}); give a folder that can, or change its rights"
            ) from None
        except TargetError:
            self.close()
            raise

    def _check_mount(self) -> None:
        if (kind := network_mount(self._staging.parent)) is not None:
            raise TargetRefused(
                f"{self._staging.parent} is on a network file system ({kind}), where the file with rows and states "
                "would not be safe; write --state PATH, a folder on this machine that is there for every run"
            )

    def _opened(self, staging: Path, owner: Owner, tables: Sequence[Table]) -> DuckDBStore:
        """The store; where its file is unreadable, a new one, and the tables are read whole."""
        try:
            if _damaged(staging).exists():
                raise duckdb.SerializationException("a run found it damaged")
            return self._prepared(staging, owner, tables)
        except (duckdb.Error, TargetError) as error:
            if not is_damage(error):
                raise
        for path in (staging, staging.with_name(f"{staging.name}.wal")):
            with suppress(FileNotFoundError):
                path.replace(path.with_name(f"{path.name}.unreadable"))
        _damaged(staging).unlink(missing_ok=True)
        self._lost = True
        return self._prepared(staging, owner, tables)

    def _prepared(self, staging: Path, owner: Owner, tables: Sequence[Table]) -> DuckDBStore:
        mark = _to_be_rewritten(staging).touch
        store = DuckDBStore(staging, self._names.schema, self._prefix, shown=False, removing=mark)
        try:
            self._open = store  # so that `stop` finds it
            if self._stopped:
                store.file.stoppable.stop(writes=False)
            store.prepare(owner, tables, str(self._folder))
            self._rewrite(store)
        except BaseException:
            self._open = None
            store.file.close()
            raise
        return store

    def _rewrite(self, store: DuckDBStore) -> None:
        """Writes the staging file anew, where something was removed from it that shall be stored nowhere."""
        mark = _to_be_rewritten(self._staging.resolve())
        if mark.exists():
            with store.file.stoppable.long(), store.file.failing():
                store.file.roomy(store.file.rewrite)
                mark.unlink()

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

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, table: Table, key: str) -> bytes | None:
        """See `Target.state`."""
        return self._store.state(key)

    def contents(self, table: Table) -> Contents:
        """See `Target.contents`."""
        return self._store.contents(table)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """See `Target.write`."""
        try:
            return self._store.write(table, batch, key, state)
        except TargetError as error:
            if is_damage(error):
                with suppress(OSError):
                    _damaged(self._staging.resolve()).touch()
            raise

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

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        self._store.log_run(line)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        if self._open is None:
            return ()
        lost = f"{table.name}: the file with rows and states was unreadable, so the list was read whole"
        return (*((lost,) if self._lost else ()), *self._open.warnings(table))

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`: in the hidden folder."""
        return self._hidden / f"{self._names.bare(table.name)}.rejects"

    # --- what readers see -----------------------------------------------------------------------------------------

    def finish(self, table: Table) -> None:
        """See `Target.finish`."""
        store, path = self._store, self._published(table)
        notes, version = PublishedFiles(store.file, store.names), store.version(table)
        with store.file.failing():
            if notes.holds(self._named(path), version, Stamp.of(path)):
                store.forget_pass(table)
                return
        draft = self._draft
        try:
            with store.file.stoppable.long(), store.file.failing():
                store.file.roomy(partial(self._write, store, table, draft))
                sync(draft)
                path.parent.mkdir(exist_ok=True)
                sync(self._folder)
                draft.replace(path)
                sync(path.parent)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        with store.file.failing(), store.file.transaction():
            notes.note(table, self._named(path), version, Stamp.of(path))
            store.forget_pass(table)

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""
        path = self._published(table)
        with self._store.file.failing():
            path.unlink(missing_ok=True)
            with suppress(OSError):  # somebody else's files are in it
                path.parent.rmdir()
        self._store.drop(table)
        self._rewrite(self._store)
        rejects.begin(self.rejects_path(table))

    def _write(self, store: DuckDBStore, table: Table, draft: Path) -> None:
        name, file = store.names.table(table.name), store.file
        # What was inserted in the order of its ids, as most lists are read, stands and is copied in it: sorting a
        # million rows takes longer than writing them.
        stands = file.first(f"SELECT bool_and(id > before) FROM (SELECT id, lag(id) OVER () AS before FROM {name})")[0]
        query = published_rows(name, table, store.columns(table), self._format, sort=stands is False)
        schema = described(file.arrow(f"FROM ({query}) LIMIT 0").schema, table) if self._format == "parquet" else None
        file.rows(copying(query, self._format, draft, schema))

    def _published(self, table: Table) -> Path:
        name = self._names.bare(table.name)
        return self._folder / name / f"{name}.{self._format}"

    @property
    def _draft(self) -> Path:
        """What becomes a table's file; without its name, which a reader may look for with whatever is around it."""
        return self._hidden / f"{self._prefix}draft.tmp"

    def _named(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    @property
    def _store(self) -> DuckDBStore:
        if self._open is None:
            raise TargetError(f"{self._folder} is not open")
        return self._open


def _to_be_rewritten(staging: Path) -> Path:
    """A file that is there while the staging file still has, in free space, what was removed from it."""
    return staging.with_name(f"{staging.name}.rewrite")


def _damaged(staging: Path) -> Path:
    """A file that is there where a run found that the staging file is spoilt."""
    return staging.with_name(f"{staging.name}.damaged")
