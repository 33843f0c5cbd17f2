"""Checks of what a call is given for its path and its query: one function for each kind of parameter.

Every generated method goes through these before anything is sent. A function takes the parameter's name and the
value given, and returns the pair to send or None where nothing was given (None means not sent). What the contract
does not allow is an `ArgumentError` whose message says what to write instead. Bodies have their own rules: see `body`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from .. import filters
from ..errors import ArgumentError
from ..errors._printable import shown
from .values import Field

__all__ = [
    "choice",
    "date",
    "date_time",
    "flag",
    "include",
    "integer",
    "integers",
    "match_case",
    "order",
    "path",
    "path_id",
    "text",
]


def path_id(name: str, value: object) -> str:
    """An id as it stands in a path: a positive integer, in digits."""
    if isinstance(value, bool) or not isinstance(value, int):
        hint = f"; write row.{name}" if hasattr(value, name) else ""
        hint = "; write int(value)" if hasattr(value, "__index__") and not isinstance(value, bool) else hint
        raise ArgumentError(name, f"takes the id as an integer, not {shown(value)}{hint}")
    if not 1 <= value <= filters.LARGEST:
        raise ArgumentError(name, f"ids start at 1 and have a few digits, {shown(value)} is none")
    return str(int(value))


def path(template: str, /, **ids: object) -> str:
    """`template` with its ids put in: `path("/api/streams/{id}:archive", id=12)`."""
    return template.format_map({name: path_id(name, value) for name, value in ids.items()})


def integer(name: str, value: object, *, minimum: int | None = None) -> Field:
    """One plain integer, at least `minimum`; operators are refused."""
    if value is None:
        return None
    _plain(name, value, "one integer")
    number = filters.as_integer(name, value)
    if minimum is not None and number < minimum:
        raise ArgumentError(name, f"has to be {minimum} or more, not {shown(number)}")
    return name, int(number)


def integers(name: str, value: object) -> Field:
    """An integer, or a filter of integers such as `F.gt(50)`."""
    return None if value is None else (name, filters.encode_integer(name, value))


def date_time(name: str, value: object) -> Field:
    """An aware date-time, an ISO 8601 string with its offset, or a filter of those; sent in UTC."""
    return None if value is None else (name, filters.encode_date_time(name, value))


def date(name: str, value: object) -> Field:
    """A date, a string `YYYY-MM-DD`, or a filter of those."""
    return None if value is None else (name, filters.encode_date(name, value))


def text(name: str, value: object) -> Field:
    """Any text, sent as it is."""
    if value is None:
        return None
    _plain(name, value, "one string")
    if not isinstance(value, str):
        raise ArgumentError(name, f"takes a string, not {shown(value)}")
    return name, value


def flag(name: str, value: object) -> Field:
    """True or False."""
    if value is None:
        return None
    _plain(name, value, "True or False")
    if not isinstance(value, bool):
        raise ArgumentError(name, f"takes True or False, not {shown(value)}")
    return name, value


def choice(name: str, value: object, values: Collection[str]) -> Field:
    """One of `values`, given in either case and sent as the API spells it."""
    if value is None:
        return None
    _plain(name, value, f"one of {_listed(values)}")
    return name, match_case(name, value, values)


def include(name: str, value: object, values: Collection[str]) -> Field:
    """Relations to read along, one or several, in snake_case or camelCase; `values` are those known.

    A dot goes on into a relation (`options.icons`): what follows it is not known, so only the first part is checked.
    """
    if value is None:
        return None
    known = {_folded(each): each for each in values}
    relations = []
    for item in _items(name, value):
        head, *rest = item.split(".")
        if _folded(head) not in known or not all(rest):
            raise ArgumentError(name, f"{shown(item)} is not known here; write one or several of {_listed(values)}")
        relations.append(".".join([known[_folded(head)], *map(_camel, rest)]))
    _once(name, relations)
    return name, ",".join(relations)


def order(name: str, value: object, values: Collection[str] | None = None) -> Field:
    """Fields to sort by, one or several, each descending after `-`; `values` are those known, None where unknown."""
    if value is None:
        return None
    fields = []
    for item in _items(name, value):
        sign, field = ("-", item[1:]) if item.startswith("-") else ("", item.removeprefix("+"))
        if not re.fullmatch(r"[A-Za-z]\w*", field, re.ASCII):
            raise ArgumentError(
                name, f"{shown(item)} names no field; write 'created_at', or '-created_at' for descending"
            )
        if values is not None and field.lower() not in values:
            raise ArgumentError(
                name, f"cannot sort by {shown(item)}; write {_listed(values)}, after '-' for descending"
            )
        fields.append(sign + (field if values is None else field.lower()))
    _once(name, [field.lstrip("-") for field in fields])
    return name, ",".join(fields)


def match_case(name: str, value: object, values: Collection[str]) -> str:
    """The one of `values` that `value` names, whatever its case.

    Raises:
        ArgumentError: None of them.
    """
    if not isinstance(value, str):
        raise ArgumentError(name, f"takes one of {_listed(values)}, not {shown(value)}")
    if value in values:
        return value
    for each in values:
        if each.casefold() == value.casefold():
            return each
    raise ArgumentError(name, f"{shown(value)} is not allowed; write one of {_listed(values)}")


_COMMA: Final = re.compile(r"\s*,\s*")


def _items(name: str, value: object) -> Sequence[str]:
    if isinstance(value, str):
        items: list[object] = [*_COMMA.split(value.strip())]
    elif isinstance(value, Sequence):
        items = [*value]
    else:
        raise ArgumentError(name, f"takes a string or a sequence of strings, not {shown(value)}")
    texts = [item for item in items if isinstance(item, str) and item]
    if not texts or len(texts) < len(items):
        raise ArgumentError(name, f"takes one or several names, not {shown(value)}; leave it out for none")
    return texts


def _once(name: str, items: Sequence[str]) -> None:
    twice = next((item for index, item in enumerate(items) if item in items[:index]), None)
    if twice is not None:
        raise ArgumentError(name, f"names {twice!r} twice; write it once")


def _plain(name: str, value: object, takes: str) -> None:
    if isinstance(value, filters.Filter):
        hint = f"; write {name}={shown(value.values[0])}" if value.operator == "eq" else ""
        raise ArgumentError(name, f"takes {takes}, without an operator such as {shown(value)}{hint}")
    if isinstance(value, (list, tuple, set, frozenset)):
        raise ArgumentError(name, f"takes {takes}, not several; make one call for each")


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(repr, values))
