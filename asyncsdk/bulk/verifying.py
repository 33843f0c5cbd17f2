"""Proves the result of a bulk write: whether every row of its journal is there as it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from typing import Any

import attrs

from .._codec.html_table import html_table
from .._lists.created_rows import matches
from ..filters import gte
from .checking import calls_of
from .comparing import key_of
from .doubts import MARGIN
from .journal import Journal, JournalRow
from .refusals import JournalRefused
from .scope import read_scope

__all__ = ["Verification", "verify"]


@attrs.frozen
class Verification:
    """How a list compares with a journal. Rows are named by their key, as JSON.

    Args:
        present: how many rows are there as the journal says; deleted ones that are gone count.
        missing: keys of rows that should be there.
        different: keys of rows that are there with other content.
        left: keys of rows that should be gone.
        twice: keys that several rows have, with their ids: two imports with a journal each, for example.
        unknown: keys of rows that the journal does not know the outcome of.
    """

    present: int
    missing: Sequence[str]
    different: Sequence[str]
    left: Sequence[str]
    twice: Mapping[str, Sequence[int]]
    unknown: Sequence[str]

    @property
    def proved(self) -> bool:
        """Whether everything is as the journal says."""
        return not (self.missing or self.different or self.left or self.twice or self.unknown)

    def __str__(self) -> str:
        lines = [f"{self.present} rows are as the journal says"]
        for name in ("missing", "different", "left", "unknown"):
            lines += [f"{name}: {key}" for key in getattr(self, name)]
        lines += [f"twice: {key}: ids {', '.join(map(str, ids))}" for key, ids in self.twice.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Returns what is not as the journal says as a table, which a notebook shows."""
        odd = [(name, key, "") for name in ("missing", "different", "left", "unknown") for key in getattr(self, name)]
        odd += [("twice", key, ", ".join(map(str, ids))) for key, ids in self.twice.items()]
        caption = f"{self.present} rows are as the journal says"
        return html_table(caption, ("what", "key", "ids"), odd, total=len(odd))

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {"proved": self.proved, **attrs.asdict(self)}


async def verify(resource: object, *, journal: str | PathLike[str]) -> Verification:
    """Compares a list with a journal: one walk of what changed since it began, of the whole scope where it deleted.

    Args:
        resource: the one the journal was written for, such as `wethod.timesheets`.
        journal: path of the file.

    Raises:
        JournalRefused: it is none, it belongs to another company or resource, or another process has it.
        WethodError: the list could not be read.

    Example:
        proof = await bulk.verify(wethod.timesheets, journal="may.journal")
        assert proof.proved, proof
    """
    calls = calls_of(resource)
    opened = Journal.open(journal, None)
    opened.close()
    binding, rows = opened.binding, opened.rows.values()
    if (binding.company, binding.resource) != (calls.company, calls.creation.resource):
        raise JournalRefused(f"journal {journal}: it is of {binding.resource} of {binding.company}")
    scope = read_scope(binding.resource, binding.scope)
    latest = opened.latest()
    if not latest:
        return Verification(0, (), (), (), {}, ())
    if not any(row.verb == "delete" for row in latest.values()):
        scope["updated_at"] = gte(datetime.fromtimestamp(min(row.sent for row in rows), UTC) - MARGIN)
    there = defaultdict[str, list[dict[str, Any]]](list)
    for each in await calls.list(scope):
        there[key_of(each, binding.match)].append(each)
    return _compared(latest, there)


def _compared(latest: Mapping[str, JournalRow], there: Mapping[str, Sequence[Mapping[str, Any]]]) -> Verification:
    present, twice = 0, dict[str, Sequence[int]]()
    missing, different, left, unknown = list[str](), list[str](), list[str](), list[str]()
    for key, row in latest.items():
        found = there.get(key, ())
        if row.in_doubt:
            unknown.append(key)
        elif row.state == "deleted":
            if any(each["id"] == row.id for each in found):
                left.append(key)
            else:
                present += 1
            continue
        elif not found:
            missing.append(key)
        elif any(matches(each, row.held) == "equal" for each in found):
            present += 1
        else:
            different.append(key)
        if len(found) > 1:
            twice[key] = [each["id"] for each in found]
    return Verification(present, missing, different, left, twice, unknown)
