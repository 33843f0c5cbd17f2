"""What a file target needs to know of a kind of file: how to write rows, find them again and copy some of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from ..columns import Column
from ..target import Batch

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Format", "Ids", "Index", "Mask", "Pick", "whole"]

Ids: TypeAlias = "pa.Int64Array"
Mask: TypeAlias = "pa.BooleanArray"
"""True for the rows that are meant; as long as the file."""


@attrs.frozen
class Index:
    """Rows of a file, in its order, by what decides their fate.

    `ids` are 64-bit integers, `seen_at` when each was read, `live` whether it was neither deleted nor vanished.
    """

    ids: Ids
    seen_at: pa.Array[Any]
    live: Mask

    @classmethod
    def of(cls, piece: pa.Table) -> Index:
        """The index of rows with the columns `id`, `_seen_at`, `_vanished_at` and maybe `deleted_at`."""
        live = pc.is_null(piece["_vanished_at"])
        if "deleted_at" in piece.column_names:
            live = pc.and_(live, pc.is_null(piece["deleted_at"]))
        return cls(*(whole(column) for column in (piece["id"], piece["_seen_at"], live)))


@attrs.frozen
class Pick:
    """Rows of a file to be copied, and which of them get `_vanished_at`: masks as long as the file; None: all, none."""

    source: Path
    keep: Mask | None = None
    mark: Mask | None = None


class Format(Protocol):
    """A kind of file. Errors of the system and of pyarrow come out as they are."""

    @property
    def suffix(self) -> str:
        """What the names of its files end with, with the dot."""

    def write(self, path: Path, columns: tuple[Column, ...], batch: Batch) -> None:
        """Writes a file of a batch. It need not be on disk when this returns."""

    def index(self, path: Path, columns: tuple[Column, ...]) -> Iterator[Index]:
        """Reads what decides the fate of the rows of a file, a piece at a time, and no more."""

    def copy(
        self, picks: Sequence[Pick], path: Path, columns: tuple[Column, ...], vanished_at: datetime | None
    ) -> Generator[None]:
        """Writes rows of several files to a new one with the columns `columns`, and yields after each piece.

        The file is whole once the generator has come to its end; closed before, it leaves half of one.
        """


def whole(array: Any) -> Any:
    """A column of a table in one piece."""
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
