"""Rows as they stood at a moment: on the server and in a table, and whether what is in one the server had at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from asyncsdk.extract.target import Place
from tests.extract.stored import rows_of
from tests.simulation.extractions import text_of

FIELDS: Final = {
    "production_plan_streams": "value",
    "timesheets": "hours",
    "projects": "name",
    "streams": "name",
    "clients": "name",
    "budget_days": "days",
    "timesheet_areas": "notes",
}
"""The lists, and of each the field that is renamed."""

Version = tuple[str | None, object]
"""A row as it stood: its `updated_at`, None where it was deleted or not there, and the value of its field."""

ABSENT: Final[Version] = (None, None)


def differences(
    name: str,
    stored: dict[int, Version],
    before: dict[int, Version],
    versions: dict[int, list[Version]],
    lacking: bool,
) -> list[str]:
    """Returns the first rows that a table has in none of the ways the server had them while the run went on."""
    wrong = []
    for id in sorted(stored.keys() | versions.keys()):
        there = stored.get(id, ABSENT)
        allowed = versions.get(id, [ABSENT])
        if there[0] is None and any(stamp is None for stamp, _ in allowed):
            continue
        # Without its field a row has the value from before, or none if it is new.
        old = before.get(id, ABSENT)[1]
        if there not in allowed and not (lacking and there in [(stamp, old) for stamp, _ in allowed]):
            wrong.append(f"{name}: row {id} is {there}, the server had {allowed}")
    return wrong[:3]


def version_of(name: str, text: str | None) -> Version:
    if text is None:
        return ABSENT
    row = json.loads(text)
    value = _plain(row.get(FIELDS[name]))
    return (None if row.get("deleted_at") else str(row["updated_at"]), value)


def versions_in(
    place: Place, name: str, read: Callable[[Place, str], list[dict[str, Any]]] = rows_of
) -> dict[int, Version]:
    """The rows of a table; none where there is none yet."""
    try:
        rows = read(place, name)
    except Exception:
        return {}
    found: dict[int, Version] = {}
    for row in rows:
        gone = row.get("deleted_at") or row.get("_vanished_at")
        found[int(row["id"])] = (None if gone else text_of(row["updated_at"]), _plain(row.get(FIELDS[name])))
    if len(found) != len(rows):
        raise AssertionError(f"{name}: rows are there twice")
    return found


def _plain(value: object) -> object:
    """A value as every kind of target can say it."""
    if value in (None, ""):
        return None
    try:
        return float(str(value))
    except ValueError:
        return str(value)
