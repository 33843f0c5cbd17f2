"""Rows in files of a folder, one folder a table: the target behind `parquet:`, `csv:` and `jsonl:`.

    DIR/_asyncsdk.jsonl                  whose rows these are, which files count, the state of each key
    DIR/_asyncsdk.lock                   there while a run is writing
    DIR/_runs.jsonl                      the run log
    DIR/timesheets/part-000001.parquet   rows; each id once
    DIR/timesheets.rejects.jsonl         rows that did not fit

A batch becomes a file: written, put on disk, renamed, then named in one line of the log. Rows of new ids show at once;
rows that replace others wait under a name that readers do not look for (`_part-000002.parquet`) until `finish` merges.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Final

import attrs
import msgspec
import pyarrow as pa

from ... import clock
from ..columns import Column, stored_columns, widened
from ..target import LARGEST_SHRINK, Batch, Owner, RunLine, Shrink, Table, TargetError, TargetRefused, TargetStopped
from .drafts import Draft, early_merge, merge, rewritten
from .folder import Folder
from .formats import Format, Ids, Mask, Pick, whole
from .locks import FileLock
from .manifest import Commit, LogUncertain, Manifest, PartFile, read, sync_folder
from .merging import absent

__all__ = ["FileTarget"]

_id_of = attrgetter("id")

_NOTHING: Final = (2**63 - 1, -(2**63))
"""The bounds of no ids at all."""


class FileTarget:
    """A folder of files of one format. See `Target` for what its methods promise.

    Args:
        folder: where the tables' folders go; made where it is missing.
        format: what the files are.
        prefix: of the tables' folders and of the target's own files.
    """

    def __init__(self, folder: Path, format: Format, prefix: str = "") -> None:
        self._folder = Folder(folder, prefix, format.suffix)
        self._format = format
        self._lock: FileLock | None = None
        self._manifest: Manifest | None = None
        self._next = 1
        self._stop = threading.Event()

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, key: str) -> bytes | None:
        """See `Target.peek`."""
        with suppress(OSError, TargetError):
            content = read(self._folder.own("asyncsdk.jsonl"))
            return content.states.get(key) if content else None
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            self._folder.root.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._folder.own("asyncsdk.lock"), str(self._folder.root))
            self._manifest = Manifest(self._folder.own("asyncsdk.jsonl"), owner, self._format.suffix)
            for name in {*self._manifest.content.files, *(table.name for table in tables)}:
                highest = self._folder.recover(name, self._log.content.files.get(name))
                self._next = max(self._next, highest + 1)
            for table in tables:
                self._reshape(table)
        except OSError as error:
            self.close()
            raise TargetRefused(
                f"{self._folder.root} cannot be written ({_said(error)}); give a folder that can, or change its rights"
            ) from None
        except TargetError:
            self.close()
            raise

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`: merges look whether they may go on between two pieces; a batch is short."""
        self._stop.set()

    def close(self) -> None:
        """See `Target.close`."""
        if self._manifest is not None:
            self._manifest.close()
            self._manifest = None
        if self._lock is not None:
            with suppress(OSError):
                self._lock.release()
            self._lock = None

    def _reshape(self, table: Table) -> None:
        stored = self._log.content.columns.get(table.name)
        wanted = self._columns_wanted(table)
        try:
            columns = wanted if stored is None else widened(stored, wanted)
        except ValueError as error:
            raise TargetRefused(
                f"{self._folder.table(table.name)}: {error}; give this run another --schema or --prefix"
            ) from None
        if stored is None or _shape(stored) != _shape(columns):
            self._log.append(Commit(table=table.name, columns=columns))

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, key: str) -> bytes | None:
        """See `Target.state`."""
        return self._log.content.states.get(key)

    def save(self, key: str, state: bytes) -> None:
        """See `Target.save`."""
        with self._failing():
            self._log.append(Commit(key=key, state=state))

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> None:
        """See `Target.write`."""
        if not batch.rows:
            self.save(key, state)
            return
        self._add(table, batch, key, state)
        with suppress(TargetStopped), self._failing():  # the batch is committed
            drafts, replaced = early_merge(self._files(table))
            if replaced:
                self._write_drafts(table, drafts, replaced, {}, None)

    def _add(self, table: Table, batch: Batch, key: str | None = None, state: bytes | None = None) -> None:
        ids = list(map(_id_of, batch.rows))
        least, most = (min(ids), max(ids)) if ids else _NOTHING
        others = self._files(table)
        new = PartFile(
            self._number(),
            len(ids),
            least,
            most,
            # Only where no row can be there twice may readers see it before a merge.
            shown=all(file.most < least for file in others) and len(set(ids)) == len(ids),
        )
        with self._failing(), self._fresh(table.name, new) as path:
            self._format.write(path, self._columns(table), batch)
            _sync(path)
            path.replace(self._folder.path(table.name, new))
            sync_folder(path.parent)
            self._log.append(Commit(table=table.name, add=(new,), key=key, state=state))

    def mark_vanished(
        self, table: Table, before: datetime, at: datetime, spared: array[int], *, allow_shrink: bool
    ) -> Shrink:
        """See `Target.mark_vanished`."""
        self.finish(table)
        marks: dict[int, Mask] = {}
        live = gone = 0
        with self._failing():
            for file in filter(attrgetter("rows"), self._files(table)):
                masks: list[Mask] = []
                for index in self._format.index(self._folder.path(table.name, file), self._columns(table)):
                    self._may_go_on()
                    live += index.live.true_count
                    masks.append(absent(index, before, spared))
                if number := sum(mask.true_count for mask in masks):
                    gone += number
                    marks[file.number] = whole(pa.chunked_array(masks))
            if gone > LARGEST_SHRINK * live and not allow_shrink:
                return Shrink(live, gone, marked=False)
            changed = [file for file in self._files(table) if file.number in marks]
            for file in changed:
                self._write_drafts(table, [rewritten(file)], [file], marks, at)
        return Shrink(live, gone, marked=True)

    def finish(self, table: Table) -> None:
        """See `Target.finish`."""
        with self._failing():
            drafts, replaced = merge(self._files(table), partial(self._ids, table))
            if replaced:
                self._write_drafts(table, drafts, replaced, {}, None)
            if not self._files(table):
                # Readers want a file with the columns, also of a list that is empty.
                self._add(table, Batch((), clock.utc_now()))

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        with self._failing(), self._folder.own("runs.jsonl").open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")  # a crash cut the last line
            file.write(msgspec.json.encode(line) + b"\n")

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`: files hold whatever JSON can say."""
        return ()

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`."""
        return self._folder.rejects(table.name)

    def _ids(self, table: Table, file: PartFile) -> Ids:
        found: list[Ids] = []
        for piece in self._format.index(self._folder.path(table.name, file), self._columns(table)):
            self._may_go_on()
            found.append(piece.ids)
        ids: Ids = whole(pa.chunked_array(found, pa.int64()))
        return ids

    def _may_go_on(self) -> None:
        """Between two pieces of long work, none of which is committed yet."""
        if self._stop.is_set():
            raise TargetStopped(f"{self._folder.root}: the merge was stopped; the next run makes up for it")

    # --- files ----------------------------------------------------------------------------------------------------

    def _write_drafts(
        self,
        table: Table,
        drafts: Sequence[Draft],
        drop: Sequence[PartFile],
        marks: Mapping[int, Mask],
        at: datetime | None,
    ) -> None:
        """Puts drafts in the place of files. The log's line changes all at once; names follow."""
        path_of = partial(self._folder.path, table.name)
        fresh: list[PartFile] = []
        for draft in drafts:
            if not draft.rows:
                continue
            new = PartFile(self._number(), draft.rows, draft.least, draft.most, shown=True, place=draft.place)
            picks = [Pick(path_of(file), keep, marks.get(file.number)) for file, keep in draft.parts]
            path = self._folder.waiting(table.name, new)
            try:
                with closing(self._format.copy(picks, path, self._columns(table), at)) as pieces:
                    for _ in pieces:
                        self._may_go_on()
                _sync(path)
                self._may_go_on()
            except BaseException:
                self._discard(path, *(self._folder.waiting(table.name, file) for file in fresh))
                raise
            fresh.append(new)
        sync_folder(self._folder.table(table.name))
        self._log.append(Commit(table=table.name, add=tuple(fresh), drop=tuple(file.number for file in drop)))
        # From here on only names change: a crash is made good by the next `open`.
        for file in fresh:
            self._folder.show(table.name, file)
        for path in {path_of(file) for file in drop} - {path_of(file) for file in fresh}:
            path.unlink(missing_ok=True)

    @contextmanager
    def _fresh(self, table: str, file: PartFile) -> Iterator[Path]:
        """A path to write to; what was written is removed when the block fails."""
        path = self._folder.unwritten(table, file)
        try:
            yield path
        except LogUncertain:
            raise
        except BaseException:
            self._discard(path, self._folder.path(table, file))
            raise

    def _discard(self, *paths: Path) -> None:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _files(self, table: Table) -> list[PartFile]:
        """The files of a table, the oldest first."""
        return list(self._log.content.files.get(table.name, {}).values())

    def _number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _columns(self, table: Table) -> tuple[Column, ...]:
        """What the files of a table have: its rows' columns, and those of earlier versions."""
        return widened(self._log.content.columns.get(table.name, ()), self._columns_wanted(table))

    def _columns_wanted(self, table: Table) -> tuple[Column, ...]:
        return stored_columns(table.columns, raw=table.raw)

    @property
    def _log(self) -> Manifest:
        if self._manifest is None:
            raise TargetError(f"{self._folder.root} is not open")
        return self._manifest

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException, msgspec.MsgspecError) as error:
            raise TargetError(f"{self._folder.root}: {_said(error)}; what was committed before is kept") from None


def _shape(columns: Iterable[Column]) -> list[Column]:
    return [attrs.evolve(column, attribute=None, fields=tuple(_shape(column.fields))) for column in columns]


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _said(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
