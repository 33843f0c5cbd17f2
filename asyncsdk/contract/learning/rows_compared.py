"""Holds the fields that rows were seen to have against the contract's, and against those of an earlier time."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import attrs

from ..._codec import surprises
from .contracted import ContractedList, PromisedField
from .differences import Difference
from .fields import seen_fields
from .kinds import ALL_KINDS, Kind
from .observed import SeenField, SeenList

__all__ = ["field_differences", "fields_since", "key_differences", "promised_at"]

_NUMBERS: Final = frozenset({"integer", "number", "number as text"})


@attrs.frozen
class _Group:
    """The fields of one model at one place: the contract's, and those seen, by their names."""

    model: str
    promised: Mapping[str, PromisedField]
    seen: Mapping[str, SeenField]


def promised_at(asked: ContractedList, path: str) -> PromisedField | None:
    """The contract's field at a path such as `options[].name`; None where it has none."""
    fields: Mapping[str, PromisedField] = asked.fields
    parts = path.replace("[].", ".").split(".")
    for part in parts[:-1]:
        fields = fields[part].fields if part in fields else {}
    return fields.get(parts[-1])


def field_differences(asked: ContractedList, seen: SeenList) -> Iterator[Difference]:
    """What the fields of a list are that the contract does not say."""
    if seen.rows:
        for group in _groups(asked.model, asked.fields, seen.fields, ""):
            yield from _of_group(group)


def key_differences(
    asked: ContractedList, rows: Iterable[Mapping[str, object]], lost: Collection[str]
) -> Iterator[Difference]:
    """What the keys of a list's rows say that the contract does not: fields that are new, gone, or renamed.

    Args:
        asked: the list.
        rows: some that have keys which the contract does not know.
        lost: fields that no row of the list has, though they were sent once or are promised, as the contract spells
            them. The others were met in some row or other.
    """
    met = seen_fields(rows, asked.fields)
    seen = {
        name: attrs.evolve(each, present=0 if name in lost else each.present or 1)
        for name, each in met.items()
        if "." not in name
    }
    keys = ("new field", "renamed", "gone")
    named = [each for each in _of_group(_Group(asked.model, asked.fields, seen)) if each.kind in keys]
    yield from named
    told = {each.subject for each in named}
    for subject in (f"{asked.model}.{name}" for name in sorted(lost)):
        if subject not in told:
            yield Difference("gone", subject, "sent", surprises.GONE, since="last time")


def _groups(
    model: str, promised: Mapping[str, PromisedField], seen: Mapping[str, SeenField], start: str
) -> Iterator[_Group]:
    own = {
        path.removeprefix(start): each
        for path, each in seen.items()
        if path.startswith(start) and "." not in path[len(start) :]
    }
    if own:
        yield _Group(model, promised, own)
    for name, field in promised.items():
        if field.fields:
            inner = next(iter(field.fields.values())).model
            for mark in (".", "[]."):
                yield from _groups(inner, field.fields, seen, f"{start}{name}{mark}")


def _of_group(group: _Group) -> Iterator[Difference]:
    new = {name: each for name, each in group.seen.items() if name not in group.promised and each.present}
    absent = [name for name in group.promised if name in group.seen and not group.seen[name].present]
    pairs = dict(_renamed(group, new, absent))
    for old, name in pairs.items():
        yield Difference("renamed", f"{group.model}.{old}", old, f"{name} is new and has its kind: probably renamed")
    for name in new.keys() - pairs.values():
        seen = new[name]
        yield Difference("new field", f"{group.model}.{name}", "", f"{surprises.NEW_FIELD} ({_kinds(seen.kinds)})")
    for name in absent:
        if group.promised[name].required and name not in pairs:
            yield Difference("gone", f"{group.model}.{name}", "every row has it", surprises.GONE)
    for name, field in group.promised.items():
        each = group.seen.get(name)
        if each is not None and each.present:
            yield from _of_field(field, each)


def _of_field(field: PromisedField, seen: SeenField) -> Iterator[Difference]:
    subject = f"{field.model}.{field.name}"
    if field.required and seen.present < seen.rows:
        yield Difference("missing", subject, "", f"{surprises.broken_promise('missing')} (in some rows)")
    if seen.nulls and not field.nullable:
        some = "all" if seen.nulls == seen.present else "some"
        yield Difference("null", subject, "", f"{surprises.broken_promise('null')} (in {some} rows)")
    if other := set(seen.kinds) - field.kinds:
        read = other == {"number as text"} and bool(field.kinds & _NUMBERS)
        yield Difference("number as text" if read else "kind", subject, _kinds(field.kinds), f"it is {_kinds(other)}")
    known = {value.casefold() for value in field.values}
    if news := [value for value in seen.values if value.casefold() not in known]:
        yield Difference("value", subject, ", ".join(field.values), f"it can be {', '.join(news)}")


def _kinds(kinds: Iterable[str]) -> str:
    if len({*kinds} & {"text", "date", "month", "date-time"}) == 4:
        return "text"
    return " or ".join(sorted(kinds)) or "always null"


def _renamed(group: _Group, new: Mapping[str, SeenField], absent: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a field that is gone and a new one that can be it: of its kind, promised ones and like names first."""
    left = dict.fromkeys(absent)
    for name, seen in new.items():
        fit = [old for old in left if set(seen.kinds) <= group.promised[old].kinds]
        if not fit:
            continue

        def likeness(old: str, name: str = name) -> tuple[float, bool]:
            like = difflib.SequenceMatcher(None, old, name).ratio()
            return (like if like > 0.5 else 0.0), group.promised[old].required

        best = max(fit, key=likeness)
        if likeness(best) > (0.0, False) or len(fit) == 1:
            del left[best]
            yield best, name


def fields_since(asked: ContractedList, now: SeenList, last: SeenList) -> Iterator[Difference]:
    """What the fields of a list are that they were not the last time, whatever the contract says."""
    if not now.rows or not last.rows:
        return
    for path, before in last.fields.items():
        each = now.fields.get(path)
        field = promised_at(asked, path)
        subject = f"{field.model}.{field.name}" if field else f"{asked.model}.{path}"
        if before.present and (each is None or not each.present):
            if each is None and "." in path:
                continue  # nothing of what holds it came this time
            yield Difference("gone", subject, "sent", surprises.GONE, since="last time")
        elif each is not None and each.present and not before.present:
            yield Difference("sent again", subject, "not sent", "rows have its key", since="last time")
        if each is None:
            continue
        news = {*each.kinds} - {*before.kinds}
        if field is not None and before.kinds and _matters(field, news):
            yield Difference("kind", subject, _kinds(before.kinds), f"it is {_kinds(news)}", since="last time")
        known = {value.casefold() for value in field.values} if field else set()
        if values := {value for value in {*each.values} - {*before.values} if value.casefold() not in known}:
            yield Difference("value", subject, "", f"it can be {', '.join(sorted(values))}", since="last time")


def _matters(field: PromisedField, news: set[Kind]) -> bool:
    """Whether new kinds that the contract allows are told: of texts not, and of numbers how they are written."""
    allowed = field.kinds >= news and ("text" not in field.kinds or field.kinds == ALL_KINDS)
    return allowed and bool(news & (_NUMBERS | {"object", "array", "boolean"}))
