"""Makes a plan of a bulk write: reads and checks the rows, walks what is there once, and compares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from .._codec.html_table import html_table
from .._limits import clock
from ..errors import ArgumentError
from ..errors._checks import check_whole_number
from .applying import apply_plan
from .checking import Calls, calls_of
from .comparing import Comparison, InputRow, PlanConflict, PlannedWrite, UnchangedRow, compare, input_row, named
from .journal import Binding
from .reading import Rows, body_kinds, read
from .refusals import RowsRefused
from .report import BulkReport
from .scope import contains, read_scope, write_scope

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["BulkPlan", "load", "plan"]

_FORMAT: Final = 1
_SHOWN: Final = 20


@attrs.frozen(eq=False, repr=False)
class BulkPlan:
    """What is to be sent so that a list holds the rows of the input. `plan` makes it; `print` shows it as a table.

    Args:
        made: when the list was read, in seconds of the epoch.
    """

    _calls: Calls
    _binding: Binding
    _compared: Comparison
    made: float

    @property
    def creates(self) -> Sequence[PlannedWrite]:
        """Rows that are not there."""
        return [write for write in self._compared.writes if write.verb == "create"]

    @property
    def updates(self) -> Sequence[PlannedWrite]:
        """Rows that are there with other content; `body` has the changed fields alone."""
        return [write for write in self._compared.writes if write.verb == "update"]

    @property
    def deletes(self) -> Sequence[PlannedWrite]:
        """Rows of the scope that the input does not have, where deletes were asked for."""
        return [write for write in self._compared.writes if write.verb == "delete"]

    @property
    def unchanged(self) -> Sequence[UnchangedRow]:
        """Rows that are there as the input says."""
        return self._compared.unchanged

    @property
    def conflicts(self) -> Sequence[PlanConflict]:
        """Rows that nothing is sent for: a key that is twice in the input or the API, a field that cannot change."""
        return self._compared.conflicts

    @property
    def requests(self) -> int:
        """What it costs: the writes, and one look where there are any. Lost answers cost looks besides."""
        return len(self._compared.writes) + bool(self._compared.writes)

    @property
    def minutes(self) -> float:
        """How long the hourly budget lets it take at the least, in minutes; 0 without a budget."""
        budget = self._calls.sender.settings.budget
        return self.requests * 60 / budget if budget else 0.0

    def __repr__(self) -> str:
        return f"<BulkPlan {self._binding.resource}: {self._counts()}>"

    def _counts(self) -> str:
        counted = [(each, len(getattr(self, each))) for each in ("creates", "updates", "deletes")]
        counted += [(each, len(getattr(self, each))) for each in ("unchanged", "conflicts")]
        return ", ".join(f"{number} {name}" for name, number in counted)

    def __str__(self) -> str:
        lines = self._lines()
        if not lines:
            return self._head()
        table = [self._names(), *lines]
        widths = [max(len(str(line[at])) for line in table) for at in range(4)]
        text = [
            "  ".join([*(str(line[at]).ljust(widths[at]) for at in range(4)), str(line[4])[:100]]) for line in table
        ]
        more = len(self._compared.writes) + len(self.conflicts) - len(lines)
        return "\n".join([self._head(), *text, *([f"and {more} more"] if more else [])])

    def _repr_html_(self) -> str:
        """Returns the plan as a table, which a notebook shows: its first writes, and conflicts."""
        total = len(self._compared.writes) + len(self.conflicts)
        return html_table(self._head(), self._names(), self._lines(), total=total)

    def _head(self) -> str:
        return f"{self._binding.resource}: {self._counts()}; {self.requests} requests, {self.minutes:.1f} minutes"

    def _names(self) -> tuple[str, ...]:
        return ("row", "what", "id", ", ".join(self._binding.match), "fields")

    def _lines(self) -> list[tuple[object, ...]]:
        conflicts = [(each.number, "conflict", "-", each.key, each.reason) for each in self.conflicts[:_SHOWN]]
        writes = [
            (write.number or "-", write.verb, write.id or "-", write.key, json.dumps(dict(write.body)))
            for write in self._compared.writes[:_SHOWN]
        ]
        return [*conflicts, *writes]

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "format": _FORMAT,
            "made": self.made,
            **attrs.asdict(self._binding),
            "requests": self.requests,
            "delete": self._compared.delete,
            "writes": [attrs.asdict(each) for each in self._compared.writes],
            "unchanged": [attrs.asdict(each) for each in self.unchanged],
            "conflicts": [attrs.asdict(each) for each in self.conflicts],
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the plan to a file, for `load`."""
        Path(path).write_text(json.dumps(self.to_dict()), encoding="utf-8")

    async def apply(
        self,
        *,
        journal: str | PathLike[str],
        concurrency: int = 8,
        watch: Callable[[int, int], None] | None = None,
    ) -> BulkReport:
        """Sends what the plan has, each row once, also over crashes and several runs with one journal.

        Args:
            journal: path of the file that keeps what was sent and what came of it; made where there is none. It
                belongs to one company, resource, match and scope.
            concurrency: writes in flight at the most, 1 to 100.
            watch: is called after each row with the number of rows that are settled, and of all.

        Raises:
            JournalRefused: another process has the journal, or it belongs to another import.
            StalePlan: rows were changed since the plan was made.
            WethodError: what changed since could not be read.

        Example:
            report = await plan.apply(journal="may.journal")
            print(report)
        """
        check_whole_number("concurrency", concurrency, 1, 100, "it is the number of writes in flight")
        scope = read_scope(self._binding.resource, self._binding.scope)
        return await apply_plan(
            self._calls,
            self._binding,
            scope,
            self._compared,
            self.made,
            path=journal,
            concurrency=concurrency,
            watch=watch,
        )


async def plan(
    resource: object,
    rows: Rows,
    *,
    match: Sequence[str],
    scope: Mapping[str, object] | None = None,
    delete: bool = False,
) -> BulkPlan:
    """Plans a bulk write: one walk of the list, nothing is written.

    Args:
        resource: such as `wethod.timesheets`; one whose creates take `settle`.
        rows: mappings or models, or the path of a CSV or JSON lines file; with the names of the API.
        match: the fields that tell rows apart, such as `("person_id", "project_id", "date")`.
        scope: filters of the list, such as `{"date": F.month(2026, 5)}`: what the rows are compared with. Rows that
            lie outside of it are refused.
        delete: whether rows of the scope that the input does not have are to be deleted. Needs a scope.

    Raises:
        ArgumentError: an argument is refused.
        RowsRefused: rows break a rule of the call they are meant for; all of them are named.
        WethodError: the list could not be read.

    Example:
        plan = await bulk.plan(wethod.timesheets, "may.csv", match=("person_id", "project_id", "date"))
    """
    calls = calls_of(resource)
    creation = calls.creation
    fields = calls.takes("create")
    names = named(creation, match, fields)
    written = write_scope(scope or {})
    within = read_scope(creation.resource, written)
    if delete and not within:
        raise ArgumentError("delete", "needs a scope: else every row that the input does not have would be deleted")
    if delete and not calls.has("delete"):
        raise ArgumentError("delete", f"rows of {creation.resource} cannot be deleted")
    given = _checked(calls, read(rows, body_kinds(creation.resource)), names, within)
    made = clock.utc_now().timestamp()
    there: list[dict[str, Any]] = await calls.list(within)
    update = (lambda changed: _update_of(calls, changed)) if calls.has("update") else None
    compared = compare(given, there, names, creation, checked_update=update, delete=delete)
    return BulkPlan(calls, Binding(calls.company, creation.resource, names, written), compared, made)


def _update_of(calls: Calls, changed: Mapping[str, Json]) -> Mapping[str, Json]:
    return calls.checked("update", changed)


def _checked(
    calls: Calls, rows: Sequence[Mapping[str, object]], match: Sequence[str], scope: Mapping[str, object]
) -> list[InputRow]:
    good, bad = list[InputRow](), list[tuple[int, str]]()
    for number, row in enumerate(rows, 1):
        try:
            each = input_row(number, calls.checked("create", row), calls.creation, match)
        except ArgumentError as error:
            bad.append((number, str(error)))
            continue
        if (outside := contains(scope, each.held)) is not None:
            bad.append((number, f"lies outside of the scope {outside}"))
        else:
            good.append(each)
    if bad:
        raise RowsRefused(bad)
    return good


def load(resource: object, path: str | PathLike[str]) -> BulkPlan:
    """Reads a plan that `BulkPlan.save` wrote.

    Args:
        resource: the one it was made for, such as `wethod.timesheets`.
        path: of the file.

    Raises:
        ArgumentError: it is no such file, or a plan of another company or resource.
    """
    calls = calls_of(resource)
    try:
        kept = json.loads(Path(path).read_text(encoding="utf-8"))
        if kept["format"] != _FORMAT:
            raise ValueError("another format")
        binding = Binding(kept["company"], kept["resource"], tuple(kept["match"]), kept["scope"])
        compared = Comparison(
            [PlannedWrite(**each) for each in kept["writes"]],
            [UnchangedRow(**each) for each in kept["unchanged"]],
            [PlanConflict(**each) for each in kept["conflicts"]],
            bool(kept["delete"]),
        )
        made = float(kept["made"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArgumentError("path", f"{path} is no plan that was saved ({error})") from None
    if (binding.company, binding.resource) != (calls.company, calls.creation.resource):
        raise ArgumentError("resource", f"the plan is of {binding.resource} of {binding.company}")
    return BulkPlan(calls, binding, compared, made)
