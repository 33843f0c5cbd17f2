"""What a folder holds, as a log: whose rows, which files belong to each table, and the state of each key.

A file counts once a line of the log names it, and a line counts once its end is on disk. So rows and state are
committed together: by one line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
import msgspec

from ..columns import Column
from ..target import Owner, TargetError, TargetRefused

__all__ = ["Commit", "Content", "Head", "LogUncertain", "Manifest", "PartFile", "read", "replace", "sync_folder"]

LAYOUT: Final = 1
"""Of the files and of this log. A reader refuses what is newer and knows how to read what is older."""


@attrs.frozen
class PartFile:
    """A file of a table.

    Args:
        number: rises with age.
        place: the number in its name where that is of the file that it replaced; None: its own.
        rows: in it.
        least, most: the bounds of their ids.
        shown: readers of the folder see it; False: it waits to be merged, under a name they do not look for.
        stale: it was written before the table got the columns it has now.
    """

    number: int
    rows: int
    least: int
    most: int
    shown: bool
    stale: bool = False
    place: int | None = None

    @property
    def named(self) -> int:
        """The number in its name."""
        return self.number if self.place is None else self.place


@attrs.frozen(kw_only=True)
class Commit:
    """One line of the log: all of it happened, or nothing.

    Args:
        table: whose files change; None where only a state does.
        add: files that belong to the table from now on.
        drop: numbers of files that do not any more.
        columns: of the table from now on; files written before are stale.
        key, state: the state of a key from now on.
    """

    table: str | None = None
    add: tuple[PartFile, ...] = ()
    drop: tuple[int, ...] = ()
    columns: tuple[Column, ...] | None = None
    key: str | None = None
    state: bytes | None = None


@attrs.frozen
class Head:
    """The first line of the log."""

    layout: int
    base_url: str
    company: str
    suffix: str


@attrs.define
class Content:
    """What the log says when it is read to its end."""

    head: Head
    files: dict[str, dict[int, PartFile]] = attrs.field(factory=dict)
    columns: dict[str, tuple[Column, ...]] = attrs.field(factory=dict)
    states: dict[str, bytes] = attrs.field(factory=dict)

    def apply(self, commit: Commit) -> None:
        """Takes in one more line."""
        if commit.table is not None:
            files = self.files.setdefault(commit.table, {})
            if commit.columns is not None:
                self.columns[commit.table] = commit.columns
                files.update({number: attrs.evolve(file, stale=True) for number, file in files.items()})
            for number in commit.drop:
                files.pop(number, None)
            files.update({file.number: file for file in commit.add})
        if commit.key is not None and commit.state is not None:
            self.states[commit.key] = commit.state

    def lines(self) -> list[Commit]:
        """The shortest log with this content."""
        tables = [
            Commit(table=table, columns=self.columns.get(table), add=tuple(files.values()))
            for table, files in self.files.items()
        ]
        return [*tables, *(Commit(key=key, state=state) for key, state in self.states.items())]


class LogUncertain(TargetError):
    """A line of the log may or may not be on disk: what it names must stay."""


class Manifest:
    """The log of a folder, open for appending. Whoever opens it holds the folder's lock.

    Args:
        path: of the log.
        owner: whose rows shall be in the folder.
        suffix: of its files.

    Raises:
        TargetRefused: the folder is another owner's, of another format or of a newer layout, or the log is damaged.
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path, owner: Owner, suffix: str) -> None:
        self.content: Content = read(path) or Content(Head(LAYOUT, owner.base_url, owner.company, suffix))
        head = self.content.head
        if (head.base_url, head.company) != (owner.base_url, owner.company):
            raise TargetRefused(
                f"{path.parent} holds rows of {head.company} at {head.base_url}, not of {owner.company} at "
                f"{owner.base_url}; give these another --schema or --prefix"
            )
        if head.suffix != suffix:
            raise TargetRefused(
                f"{path.parent} holds {head.suffix} files, not {suffix}; "
                "give these another folder, --schema or --prefix"
            )
        lines: Sequence[object] = [self.content.head, *self.content.lines()]
        # Written anew each time: that drops a torn last line and keeps the log short.
        replace(path, b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        self.content = read(path) or self.content
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        self._length = os.fstat(self._descriptor).st_size

    def append(self, commit: Commit) -> None:
        """Commits a line.

        Raises:
            OSError: it is not on disk; what the log said before still holds.
            LogUncertain: nobody knows whether it is on disk. The next `open` will tell.
        """
        line = memoryview(msgspec.json.encode(commit) + b"\n")
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            try:
                # Half a line would spoil the next one.
                os.ftruncate(self._descriptor, self._length)
                os.fsync(self._descriptor)
            except OSError:
                self.close()
                raise LogUncertain(f"the log cannot be written: {error.strerror}; run it again") from None
            raise
        self._length += len(line)
        self.content.apply(commit)

    def close(self) -> None:
        """Closes the file. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def read(path: Path) -> Content | None:
    """What a log says; None where there is none. A last line without an end was never committed and is left out.

    Raises:
        TargetRefused: the log is of a newer layout or damaged.
        OSError: it cannot be read.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    lines = text.split(b"\n")[:-1]
    if not lines:
        return None
    try:
        head = msgspec.json.decode(lines[0], type=Head)
    except msgspec.MsgspecError as error:
        raise _damaged(path, 1, error) from None
    if head.layout > LAYOUT:
        raise TargetRefused(
            f"{path.parent} was written by a newer asyncsdk (layout {head.layout}, this one knows {LAYOUT}); "
            "upgrade asyncsdk, or give this run another --schema or --prefix"
        )
    content = Content(attrs.evolve(head, layout=LAYOUT))
    for number, line in enumerate(lines[1:], 2):
        try:
            content.apply(msgspec.json.decode(line, type=Commit))
        except msgspec.MsgspecError as error:
            if number == len(lines):
                break  # after a power failure the end of a line may be there and its middle not
            raise _damaged(path, number, error) from None
    return content


def replace(path: Path, content: bytes) -> None:
    """Writes a file as a whole: after a crash it is the old one or the new one.

    Raises:
        OSError: the old one is still there.
    """
    fresh = path.with_name(f"{path.name}.tmp")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Puts the names in a folder on disk, where the system has a way to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(path: Path, line: int, error: Exception) -> TargetError:
    return TargetRefused(f"{path} is damaged in line {line} ({error}); restore it, or extract into another folder")
