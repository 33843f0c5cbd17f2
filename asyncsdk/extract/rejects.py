"""Rows that do not fit their model: written to a file with the reason, and counted, so that a run can go on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard

import msgspec

from .._codec import json_text
from .._limits import clock
from .target import TargetError

if TYPE_CHECKING:
    from .._codec.decode import Reject
    from .exclusions import Hidden

__all__ = ["LARGEST_SHARE", "SMALLEST_NUMBER", "append", "begin", "id_of", "is_storable", "live_id_of", "too_many"]

LARGEST_SHARE: Final = 0.05
"""Share of rejected rows beyond which the API has changed, and not the odd row."""

SMALLEST_NUMBER: Final = 20
"""Rejected rows up to which that share does not count: of a few rows that changed, one is soon a twentieth."""


def too_many(rows: int, rejected: int) -> bool:
    """Whether so many rows were rejected that the table must be left as it was.

    >>> too_many(500, 25), too_many(500, 30), too_many(1, 2)
    (False, True, False)
    """
    return rejected > SMALLEST_NUMBER and rejected > LARGEST_SHARE * (rows + rejected)


def id_of(reject: Reject) -> int | None:
    """The id a rejected row carries, where it carries one."""
    id_ = json_text.facts(reject.raw, "id").get("id") if reject.id is None else reject.id
    return id_ if type(id_) is int else None


def live_id_of(reject: Reject) -> int | None:
    """The id of a rejected row that its list shows without being asked for deleted ones; None where there is none."""
    id_ = id_of(reject)
    return id_ if is_storable(id_) and json_text.facts(reject.raw, "deleted_at").get("deleted_at") is None else None


def is_storable(id_: int | None) -> TypeGuard[int]:
    """Whether a table may hold a row of this id: it is one of 64 bits."""
    return id_ is not None and -(2**63) <= id_ < 2**63


def begin(path: Path) -> None:
    """Removes what an earlier run left. Blocking."""
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise TargetError(f"{path} cannot be replaced: {problem.strerror}") from problem


def append(path: Path, rejects: Sequence[Reject], hidden: Hidden | None = None) -> None:
    """Adds rows to a file of rejected rows, one JSON object a line: `row`, `path`, `reason`, `at`. Blocking.

    Keys that are `hidden` are left out of the rows; of a row that cannot be taken apart nothing is written but why.
    """
    at = clock.utc_now().isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [
        msgspec.json.encode(
            {
                "at": at,
                "path": "$" + reject.error.path.removeprefix(f"$[{reject.index}]"),
                "reason": str(reject.error.args[0]),
                "row": _row(reject.raw) if not hidden else _row(text) if (text := hidden.strip(reject.raw)) else None,
            }
        )
        for reject in rejects
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
    except OSError as problem:
        raise TargetError(f"rejected rows cannot be written to {path}: {problem.strerror}") from problem


def _row(raw: bytes) -> object:
    """The row as data, on one line; as text where it is no JSON."""
    if json_text.fault(raw) is None:
        with suppress(msgspec.MsgspecError, RecursionError):
            return msgspec.Raw(msgspec.json.format(raw, indent=-1))
    return raw.decode(errors="replace")
