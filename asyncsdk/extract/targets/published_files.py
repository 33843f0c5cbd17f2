"""What was published of a folder's tables: which version stands in which file, and the stamp that the file had then.

It is kept in the file with rows and states, so that a table is written anew only where it has changed, or its file has.
"""

# ruff: noqa: S608 - names stand in quotes, values never go into a statement

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from ..target import Table
from .duckdb_file import DuckDBFile
from .sql import Names

__all__ = ["NOTED", "PublishedFiles", "Stamp"]

NOTED: Final = ('"table" VARCHAR', "file VARCHAR", "version BIGINT", "size BIGINT", "changed_ns BIGINT")
"""The columns of the table for the notes."""


@attrs.frozen
class Stamp:
    """What a file looks like from outside, by which somebody else's hand shows: its size, and when it was changed."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file; zeros where it is missing."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return cls(0, 0)
        return cls(found.st_size, found.st_mtime_ns)


@attrs.frozen
class PublishedFiles:
    """The notes of one folder. Its methods are part of the transaction they are called in.

    Args:
        file: that holds them.
        names: of its tables.
    """

    file: DuckDBFile
    names: Names

    def holds(self, file: str, version: int, stamp: Stamp) -> bool:
        """Whether a version of a table is what a file was published with, and it looks as it did then."""
        rows = self.file.rows(f"SELECT version, size, changed_ns FROM {self.names.published} WHERE file = ?", [file])
        return rows == [(version, stamp.size, stamp.changed_ns)]

    def note(self, table: Table, file: str, version: int, stamp: Stamp) -> None:
        """Notes that a version of a table is in a file."""
        self.file.rows(f"DELETE FROM {self.names.published} WHERE file = ?", [file])
        self.file.rows(
            f"INSERT INTO {self.names.published} VALUES (?, ?, ?, ?, ?)",
            [table.name, file, version, stamp.size, stamp.changed_ns],
        )
