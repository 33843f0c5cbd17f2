"""What pages of a list tell of its order, of the largest page and of `offset`; and what rows tell of deletions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from .contracted import LARGEST_PAGE
from .observed import Verdict

__all__ = ["Rows", "latest", "moment_in", "moved_by_deletion", "order_of", "page_cap_of", "repeated", "second_offset"]

Rows: TypeAlias = Sequence[Mapping[str, object]]

_ORDERS: Final = (
    "id",
    "-id",
    "updated_at",
    "-updated_at",
    "created_at",
    "-created_at",
    "date",
    "-date",
    "name",
    "sort",
)
_ENOUGH: Final = 3
_GRACE: Final = timedelta(seconds=2)


def order_of(rows: Rows, expected: str) -> str | None:
    """The field by which rows are ordered, with `-` where it falls: `expected` if they can be, or the first that fits.

    None for too few rows to tell; `none` where no field fits.
    """
    if len(rows) < _ENOUGH:
        return None
    if _is_ordered(rows, expected, strictly=False):
        return expected
    return next((order for order in _ORDERS if _is_ordered(rows, order)), "none")


def _is_ordered(rows: Rows, order: str, *, strictly: bool = True) -> bool:
    """Whether rows are in an order; `strictly`: and not just all alike, which says nothing for it."""
    values = [row.get(order.removeprefix("-")) for row in rows]
    kinds = set(map(type, values))
    if len(kinds) != 1 or not kinds <= {int, float, str}:
        return False
    ordered = sorted(values, reverse=order.startswith("-"))  # type: ignore[type-var]  # all of one kind that has an order
    return values == ordered and (not strictly or values[0] != values[-1])


def second_offset(count: int) -> int:
    """Where a second page begins so that it shares rows with a first one of `count` rows."""
    return count // 2


def repeated(first: Rows, second: Rows) -> tuple[bool | None, Verdict]:
    """Whether rows that two overlapping pages share have the same order in both, and whether `offset` was honoured."""
    before = [row.get("id") for row in first]
    again = [row.get("id") for row in second]
    start = second_offset(len(before))
    if not start or None in before or None in again:
        return None, "not told"
    if again and again[0] == before[0]:
        return None, "ignored"
    shared = {*before} & {*again}
    same = [id for id in before if id in shared] == [id for id in again if id in shared]
    return same and bool(shared), "honoured"


def page_cap_of(first: Rows, second: Rows) -> int | None:
    """Rows a page at the most, where the second page shows that a first one of fewer than 100 was not the end.

    Rows that were made between the two are not counted: they say nothing of the first page.
    """
    count = len(first)
    if not 0 < count < LARGEST_PAGE:
        return None if not count else LARGEST_PAGE
    before = {row.get("id") for row in first}
    made = latest(first, "created_at")
    beyond = [row for row in second if row.get("id") not in before]
    old = [row for row in beyond if made is None or (at := moment_in(row, "created_at")) is None or at <= made]
    return count if old or len(beyond) >= max(count // 2, 2) else None


def latest(rows: Rows, field: str) -> datetime | None:
    """The latest moment that a field of some rows holds."""
    moments = [moment for row in rows if (moment := moment_in(row, field)) is not None]
    return max(moments, default=None)


def moment_in(row: Mapping[str, object], field: str) -> datetime | None:
    """The moment in a field; one without a zone is read as UTC. None where it holds none."""
    value = row.get(field)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moved_by_deletion(rows: Rows) -> bool | None:
    """Whether deleted rows carry an `updated_at` not before their `deleted_at`; None where no row tells."""
    told = [
        updated >= deleted - _GRACE
        for row in rows
        if (deleted := moment_in(row, "deleted_at")) and (updated := moment_in(row, "updated_at"))
    ]
    return all(told) if told else None
