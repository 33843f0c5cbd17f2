"""What is in a folder before a run writes to it: another version's files, or somebody's own, are refused with words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..target import TargetRefused

if TYPE_CHECKING:
    from .publishing import Format

__all__ = ["check_folder"]

_HEAD: Final = 1 << 20
_MAGIC: Final = b"PAR1"


def check_folder(folder: Path, format: Format, prefix: str, names: Sequence[str]) -> None:
    """Looks at a folder without changing it.

    Args:
        folder: of the target.
        format: of its files.
        prefix: of its tables.
        names: of the tables that will be written, with the prefix.

    Raises:
        TargetRefused: files of an earlier version, files that readers would take for rows of these tables, or a file
            in the place of one of theirs that no extraction has made.
        OSError: it cannot be looked at.
    """
    old = folder / f"_{prefix}asyncsdk.jsonl"
    ours = any((folder / name / f"{name}.{format}").exists() for name in names)
    if old.exists() or (not ours and any(_has_parts(folder / name) for name in names)):
        raise TargetRefused(
            f"{folder} was written by an earlier asyncsdk, in files of another kind; give another folder, "
            f"or remove {old.name} and the folders of its tables: the lists are then read whole"
        )
    for name in names:
        place = folder / name / f"{name}.{format}"
        if not place.parent.is_dir():
            continue
        for path in place.parent.iterdir():
            if path != place and path.suffix == place.suffix:
                raise TargetRefused(
                    f"{path} would be read as rows of {name}, and asyncsdk has not made it; move it away, "
                    "or give this run another --schema or --prefix"
                )
        if place.exists() and "_vanished_at" not in _columns(place, format):
            raise TargetRefused(
                f"{place} is there, and asyncsdk has not made it; move it away, or give this run another --schema or "
                "--prefix"
            )


def _has_parts(folder: Path) -> bool:
    return any(folder.glob("part-[0-9][0-9][0-9][0-9][0-9][0-9].*"))


def _columns(path: Path, format: Format) -> str:
    """A text that has the names of a file's columns; where it has no row to name them, of those it should have.

    Of Parquet it is the end of the file, where they stand as they are: to ask an engine takes a hundred times as long,
    for each table of each run.
    """
    with path.open("rb") as file:
        if format != "parquet":
            return file.read(_HEAD).decode(errors="replace") or "_vanished_at"
        try:
            file.seek(-len(_MAGIC) - 4, os.SEEK_END)
            length, magic = int.from_bytes(file.read(4), "little"), file.read()
            file.seek(-len(_MAGIC) - 4 - length, os.SEEK_END)
        except OSError:  # it is too short
            return ""
        return file.read(length).decode(errors="replace") if magic == _MAGIC else ""
