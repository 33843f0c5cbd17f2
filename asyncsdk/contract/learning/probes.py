"""Which request tells whether a parameter of a list is honoured, and how its answer is judged.

A probe asks for what only some rows are, or none; rows that are otherwise show that the parameter changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import attrs

from .contracted import ContractedList, ContractedParameter
from .observed import Verdict
from .paging import Rows, latest, moment_in

__all__ = ["Probe", "judged", "most_probes", "probes_of", "refused"]

Demand: TypeAlias = Literal["equal", "after", "set", "nothing", "turned", "keys", "deleted"]

_NO_ID: Final = 2_000_000_000
_NO_TEXT: Final = "no-row-is-called-this-7f3a"
_LONG_AGO: Final = "2000-01-01"


@attrs.frozen
class Probe:
    """One request: the parameter it is about, its query, and what every row of the answer has to be.

    Args:
        parameter: of the list.
        query: of the request, `limit` apart.
        demand: `equal` to `value` in `field`, `after` it, with any value (`set`, `deleted`), in another order than the
            first page (`turned`), with the `keys` named in `value`; `nothing` where no row may come.
        field: of the rows.
        value: see `demand`.
    """

    parameter: str
    query: Mapping[str, str]
    demand: Demand
    field: str = ""
    value: object = None


def most_probes(asked: ContractedList) -> int:
    """Requests that the parameters of a list cost at the most."""
    return len(asked.parameters)


def probes_of(asked: ContractedList, rows: Rows) -> list[Probe]:
    """The probes of a list, after its first page; none for an empty page, which could tell nothing."""
    return [probe for each in asked.parameters for probe in _probe(asked, each, rows)] if rows else []


def _probe(asked: ContractedList, each: ContractedParameter, rows: Rows) -> Iterator[Probe]:
    name = each.name
    match name, each.form:
        case "deleted", _:
            if "deleted_at" in asked.fields:
                yield Probe(name, {name: "only"}, "deleted", "deleted_at")
        case "deleted_at", _:
            yield Probe(name, {"deleted": "include", name: f"gte:{_LONG_AGO}T00:00:00Z"}, "set", name)
        case "archived", _:
            yield Probe(name, {name: "only"}, "set", "archived_at")
        case "is_archived", _:
            if "archived_at" in asked.fields:
                yield Probe(name, {name: "true"}, "set", "archived_at")
        case "order", _:
            field = each.values[0] if each.values else "id"
            values = [row.get(field) for row in rows]
            falls = values == sorted(
                values, key=_comparable, reverse=True
            )  # then the other way shows that it is followed
            yield Probe(name, {name: field if falls else f"-{field}"}, "turned", field)
        case "include", _:
            yield Probe(name, {name: ",".join(each.values)}, "keys", value=tuple(map(_snake, each.values)))
        case _, "date-time":
            moment = latest(rows, name)
            text = (
                (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else f"{_LONG_AGO}T00:00:00Z"
            )
            yield Probe(name, {name: f"gt:{text}"}, "after", name, moment)
        case _, "date":
            last = max((value for row in rows if isinstance(value := row.get(name), str)), default=None)
            yield Probe(name, {name: f"gt:{last or _LONG_AGO}"}, "after", name, last)
        case _ if name in asked.fields and (value := _splitting(rows, name, each)) is not None:
            yield Probe(name, {name: str(value)}, "equal", name, value)
        case _, "integer":
            yield Probe(name, {name: str(_NO_ID)}, "nothing")
        case _, "string" if not each.values:
            yield Probe(name, {name: _NO_TEXT}, "nothing")
        case _, "string":
            yield Probe(name, {name: each.values[0]}, "equal", name, each.values[0])


def _splitting(rows: Rows, name: str, each: ContractedParameter) -> object:
    """A value that some rows of a page have and others have not; None where all are alike."""
    values = [row.get(name) for row in rows]
    if each.values:
        return each.values[0]
    kinds = (int, str) if each.form == "string" else (int,)
    plain = [value for value in values if isinstance(value, kinds) and not isinstance(value, bool)]
    counts = Counter(plain)
    return next((value for value, count in counts.most_common() if count < len(values)), None)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def judged(probe: Probe, first: Rows, answer: Rows) -> Verdict:
    """What an answer says of a probe.

    Args:
        probe: that was sent.
        first: the page of the same list without it.
        answer: the rows that came.
    """
    if probe.demand == "nothing":
        return "ignored" if answer else "honoured"
    if probe.demand == "turned":
        return _turned(probe.field, first, answer)
    if probe.demand == "keys":
        names = probe.value if isinstance(probe.value, tuple) else ()
        met = {key for row in answer for key in row}
        return "not told" if not answer else "honoured" if met.issuperset(names) else "ignored"
    if answer and not any(_is_readable(row, probe) for row in answer):
        return "not told"  # the field itself is gone, or of another kind
    return "honoured" if all(_fits(row, probe) for row in answer) else "ignored"


def refused(probe: Probe, status: int | None) -> Verdict:
    """What an answer without rows says of a probe: an id or a text that no row has may be refused for its value."""
    return "refused" if status in {400, 404, 422} and probe.demand != "nothing" else "not told"


def _is_readable(row: Mapping[str, object], probe: Probe) -> bool:
    if probe.demand != "after" or row.get(probe.field) is None:
        return probe.field in row
    return isinstance(row[probe.field], str)


def _fits(row: Mapping[str, object], probe: Probe) -> bool:
    if probe.demand == "equal":
        return _same(row.get(probe.field), probe.value)
    return _after(row, probe) if probe.demand == "after" else row.get(probe.field) is not None


def _comparable(value: object) -> tuple[str, float, str]:
    number = float(value) if isinstance(value, int | float) else 0.0
    return type(value).__name__, number, value.casefold() if isinstance(value, str) else ""


def _same(value: object, wanted: object) -> bool:
    return value == wanted or str(value).casefold() == str(wanted).casefold()


def _after(row: Mapping[str, object], probe: Probe) -> bool:
    if probe.value is None:
        return row.get(probe.field) is not None
    if isinstance(probe.value, str):
        value = row.get(probe.field)
        return isinstance(value, str) and _day(value) > _day(probe.value)
    moment = moment_in(row, probe.field)
    return moment is not None and moment > probe.value  # type: ignore[operator]  # what is no text is a date-time


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return date.min


def _turned(field: str, first: Rows, answer: Rows) -> Verdict:
    """Whether an order was followed. Collations differ, so that it is not the values but the rows that tell."""
    if len(answer) < 2 or len({str(row.get(field)) for row in first}) < 2:
        return "not told"
    same = [row.get("id") for row in first] == [row.get("id") for row in answer]
    return "ignored" if same else "honoured"
