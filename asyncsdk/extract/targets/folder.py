"""What the files of a folder are called, and how their names follow the log.

Which files count is said by the log, but readers go by names: `part-000001.parquet` is one that they look for,
`_part-000002.parquet` one that waits for a merge, and what is still being written ends with `.tmp`. A line of the log
comes first and the names after it, so a crash between the two leaves names to be put right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from ..target import TargetRefused
from .manifest import PartFile

__all__ = ["Folder"]


@attrs.frozen
class Folder:
    """Where each file has its place.

    Args:
        root: the folder.
        prefix: of the tables' folders and of the target's own files.
        suffix: of the tables' files.
    """

    root: Path
    prefix: str
    suffix: str

    def own(self, name: str) -> Path:
        """A file of the target itself."""
        return self.root / f"{self.prefix}_{name}"

    def rejects(self, table: str) -> Path:
        """The file for rows of a table that do not fit."""
        return self.root / f"{self.prefix}{table}.rejects.jsonl"

    def table(self, table: str) -> Path:
        """The folder of a table."""
        return self.root / f"{self.prefix}{table}"

    def path(self, table: str, file: PartFile) -> Path:
        """A file of a table under the name that it has once names have followed the log."""
        if not file.shown:
            return self.waiting(table, file)
        return self.table(table) / f"part-{file.named:06}{self.suffix}"

    def waiting(self, table: str, file: PartFile) -> Path:
        """The same file under a name that readers do not look for."""
        return self.table(table) / f"_part-{file.number:06}{self.suffix}"

    def unwritten(self, table: str, file: PartFile) -> Path:
        """And while it is being written."""
        return self.table(table) / f"_part-{file.number:06}{self.suffix}.tmp"

    def show(self, table: str, file: PartFile) -> None:
        """Gives a file that counts the name that readers look for."""
        if file.shown and (waiting := self.waiting(table, file)).exists():
            waiting.replace(self.path(table, file))  # readers see its rows as they were or as they are

    def recover(self, table: str, files: Mapping[int, PartFile] | None) -> int:
        """Makes a table's folder what the log says: a crash may have come before or after any line.

        Args:
            table: its name.
            files: those that count, by number; None: the log does not know the table.

        Returns:
            The highest number that a file has had, as far as log and names tell; 0 where there is none.

        Raises:
            TargetRefused: files are missing, or are of a table that the log does not know.
            OSError: the folder cannot be read or written.
        """
        folder = self.table(table)
        folder.mkdir(exist_ok=True)
        highest = 0
        for file in (files or {}).values():
            highest = max(highest, file.number)
            self.show(table, file)
        named = {self.path(table, file).name for file in (files or {}).values()}
        part = re.compile(rf"_?part-(\d{{6,}}){re.escape(self.suffix)}(\.tmp)?")
        for path in sorted(folder.iterdir()):
            if (match := part.fullmatch(path.name)) is None:
                continue
            if files is None:
                raise TargetRefused(
                    f"{path} is of no run that {self.own('asyncsdk.jsonl').name} knows; "
                    "remove its folder, or give this run another --schema or --prefix"
                )
            highest = max(highest, int(match[1]))
            if path.name not in named:
                path.unlink()
        missing = sorted(named - {path.name for path in folder.iterdir()})
        if missing:
            raise TargetRefused(
                f"{folder} lacks {missing[0]}, whose rows were delivered; put it back, "
                f"or remove {self.own('asyncsdk.jsonl')} and the folders beside it to start anew"
            )
        return highest
