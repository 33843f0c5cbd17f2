"""Compares rows of the input with rows of the API by content: what is to be created, changed, deleted. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, cast

import attrs

from .._lists.created_rows import Creation, matches, spelled
from ..errors import ArgumentError

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["Comparison", "PlanConflict", "PlannedWrite", "UnchangedRow", "compare", "input_row", "key_of", "named"]


@attrs.frozen
class InputRow:
    """A row of the input that passed the checks: its key and content, what a create would send, what its row holds."""

    number: int
    key: str
    digest: str
    body: Mapping[str, Json]
    held: Mapping[str, Json]


@attrs.frozen
class PlannedWrite:
    """One write of a plan.

    Args:
        number: of the row in the input, from 1; None for a delete.
        verb: what it does.
        key: the values of the match fields, as JSON.
        digest: a hash of the row's content.
        body: what is sent; of an update the changed fields alone.
        held: what the row holds afterwards, by the names of its fields.
        id, updated_at: of the row that is changed or deleted.
    """

    number: int | None
    verb: Literal["create", "update", "delete"]
    key: str
    digest: str
    body: Mapping[str, Json]
    held: Mapping[str, Json]
    id: int | None = None
    updated_at: str | None = None


@attrs.frozen
class UnchangedRow:
    """A row of the input that is there as it says."""

    number: int
    key: str
    digest: str
    id: int
    updated_at: str | None = None


@attrs.frozen
class PlanConflict:
    """A row of the input that nothing is sent for, and why."""

    number: int
    key: str
    reason: str


@attrs.frozen
class Comparison:
    """What comparing came to, and whether rows that the input does not have were to be deleted."""

    writes: Sequence[PlannedWrite]
    unchanged: Sequence[UnchangedRow]
    conflicts: Sequence[PlanConflict]
    delete: bool = False


def named(creation: Creation, match: Sequence[str], fields: Collection[str]) -> tuple[str, ...]:
    """Returns the match fields by the names that they have in rows.

    Args:
        creation: of the resource.
        match: as the caller wrote them.
        fields: that a create takes.

    Raises:
        ArgumentError: there are none, one twice, or one that does not come back in rows.
    """
    if isinstance(match, str) or not match:
        raise ArgumentError("match", 'names the fields that tell rows apart, such as ("person_id", "date")')
    found = list[str]()
    known = {spelt: name for name in fields if (spelt := creation.spelled.get(name, (name, ""))[0]) is not None}
    for name in match:
        field = creation.spelled[name][0] if name in creation.spelled and name in fields else name
        if field is None or field not in known or field in found:
            raise ArgumentError(
                "match", f"{name} is given twice, or is no field of a create that its rows show: {', '.join(known)}"
            )
        found.append(field)
    return tuple(found)


def input_row(number: int, body: Mapping[str, Json], creation: Creation, match: Sequence[str]) -> InputRow:
    """Makes a row of the input of what a create would send.

    Raises:
        ArgumentError: it lacks a field that rows are matched by.
    """
    held = spelled(creation, body)
    for name in match:
        if held.get(name) is None:
            raise ArgumentError(name, "is missing, and rows are matched by it")
    content = json.dumps(sorted((name, _plain(value)) for name, value in body.items()))
    return InputRow(number, key_of(held, match), hashlib.sha256(content.encode()).hexdigest()[:32], body, held)


def key_of(row: Mapping[str, object], match: Sequence[str]) -> str:
    """Returns what a row is matched by: texts trimmed, numbers to two decimals.

    >>> key_of({"person_id": 3, "date": " 2026-05-04", "hours": 1.004}, ("person_id", "date", "hours"))
    '["3","2026-05-04","1"]'
    """
    return json.dumps([_plain(row.get(name)) for name in match], separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return value.strip() if isinstance(value, str) else json.dumps(value, sort_keys=True)


def compare(
    rows: Iterable[InputRow],
    there: Iterable[Mapping[str, object]],
    match: Sequence[str],
    creation: Creation,
    *,
    checked_update: Callable[[Mapping[str, Json]], Mapping[str, Json]] | None,
    delete: bool,
) -> Comparison:
    """Compares the input with what is there.

    Args:
        rows: of the input.
        there: rows of the API, as plain data.
        match: names of the fields that tell rows apart.
        creation: of the resource.
        checked_update: returns what an update would send of some fields, or raises ArgumentError; None: no update.
        delete: whether to delete rows that the input does not have.
    """
    existing, given = defaultdict[str, list[Mapping[str, object]]](list), defaultdict[str, list[InputRow]](list)
    for each in there:
        existing[key_of(each, match)].append(each)
    for row in rows:
        given[row.key].append(row)
    writes, unchanged, conflicts = list[PlannedWrite](), list[UnchangedRow](), list[PlanConflict]()
    for key, same in given.items():
        found = existing.get(key, [])
        if len(same) > 1 or len(found) > 1:
            reason = (
                f"its key is in the input {len(same)} times: rows {', '.join(str(row.number) for row in same)}"
                if len(same) > 1
                else f"its key is in the API {len(found)} times: ids {', '.join(str(each['id']) for each in found)}"
            )
            conflicts += [PlanConflict(row.number, key, reason) for row in same]
            continue
        row = same[0]
        if not found:
            writes.append(PlannedWrite(row.number, "create", key, row.digest, row.body, row.held))
            continue
        there_now = found[0]
        id = cast("int", there_now["id"])
        changed = _changed(row, cast("Mapping[str, Json]", there_now), creation)
        stamp = cast("str | None", there_now.get("updated_at"))
        if not changed:
            unchanged.append(UnchangedRow(row.number, key, row.digest, id, stamp))
            continue
        try:
            if checked_update is None:
                raise ArgumentError(next(iter(changed)), "these rows cannot be changed")
            body = checked_update(changed)
        except ArgumentError as error:
            conflicts.append(PlanConflict(row.number, key, f"row {id} differs, and an update is refused: {error}"))
            continue
        writes.append(PlannedWrite(row.number, "update", key, row.digest, body, row.held, id, stamp))
    if delete:
        for key, found in existing.items():
            for each in found if key not in given else ():
                stamp = cast("str | None", each.get("updated_at"))
                digest = f"delete {each['id']}"
                writes.append(PlannedWrite(None, "delete", key, digest, {}, {}, cast("int", each["id"]), stamp))
    return Comparison(writes, unchanged, conflicts, delete)


def _changed(row: InputRow, there: Mapping[str, Json], creation: Creation) -> dict[str, Json]:
    """The fields of the body whose value in the row is another one."""
    changed: dict[str, Json] = {}
    for name, value in row.body.items():
        held = spelled(creation, {name: value})
        if held and matches(there, held) != "equal":
            changed[name] = value
    return changed
