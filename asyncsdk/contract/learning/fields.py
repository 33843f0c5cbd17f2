"""What the fields of rows are seen to be, held beside what the contract calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from .contracted import PromisedField
from .kinds import Kind, kind_of
from .observed import SeenField

__all__ = ["seen_fields"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_NUMBERED: Final = re.compile(r"([A-Za-z][A-Za-z_]*_)[0-9]+")
_WORD: Final = re.compile(r"[A-Za-z#][A-Za-z0-9_. -]{0,40}")
_NO_NAME: Final = "(a key that is no name)"
_NO_WORD: Final = "(a text that is no word)"


@attrs.define
class _Tally:
    kinds: set[Kind] = attrs.field(factory=set)
    present: int = 0
    nulls: int = 0
    values: set[str] = attrs.field(factory=set)


def seen_fields(rows: Iterable[Mapping[str, object]], promised: Mapping[str, PromisedField]) -> dict[str, SeenField]:
    """What each field of some rows was, by its path; fields that no row had are there with no row present."""
    return dict(_seen([*rows], promised, ""))


def _seen(
    rows: list[Mapping[str, object]], promised: Mapping[str, PromisedField], start: str
) -> Iterator[tuple[str, SeenField]]:
    tallies = {name: _Tally() for name in promised}
    inner: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        met = set()
        for key, value in row.items():
            name = _name_of(key, promised)
            tally = tallies.setdefault(name, _Tally())
            kind = kind_of(value)
            tally.kinds |= {kind} - {"null"}
            tally.present += name not in met
            tally.nulls += kind == "null" and name not in met
            met.add(name)
            field = promised.get(name)
            if field is not None and field.values and isinstance(value, str):
                tally.values.add(value if _WORD.fullmatch(value) else _NO_WORD)
            if field is not None and field.fields:
                held = value if isinstance(value, list) else [value]
                inner.setdefault(name, []).extend(each for each in held if isinstance(each, dict))
    for name, tally in tallies.items():
        yield (
            start + name,
            SeenField(tuple(sorted(tally.kinds)), tally.present, len(rows), tally.nulls, tuple(sorted(tally.values))),
        )
        if inner.get(name):
            mark = "." if "object" in promised[name].kinds else "[]."
            yield from _seen(inner[name], promised[name].fields, f"{start}{name}{mark}")


def _name_of(key: str, promised: Mapping[str, PromisedField]) -> str:
    """The name a key is kept under: numbered ones share one, and what may be somebody's text is no name."""
    if key in promised:
        return key
    if found := _NUMBERED.fullmatch(key):
        return f"{found[1]}*"
    return key if _NAME.fullmatch(key) else _NO_NAME
