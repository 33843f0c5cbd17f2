"""Checks of what a call is given for its body: one function for each kind of field.

A field that is left out stays out of the body, and None means null, so leaving out has a value of its own:
`OMITTED`. Null is sent only where the contract has it. As in `arguments`, each function takes the field's name and the
value given, returns the pair to send (None for nothing), and raises `ArgumentError` with what to write instead.

Texts are refused where they hold half a character, which no UTF-8 can say, or control characters but for tabs and line
breaks; whole numbers beyond 64 bits, which no column holds, are refused as well.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from .. import filters
from ..errors import ArgumentError
from .arguments import match_case
from .omitted import OMITTED
from .values import Field, Json

__all__ = [
    "boolean",
    "choice",
    "date",
    "integer",
    "month",
    "number",
    "numbered",
    "open_fields",
    "text",
    "texts",
]


def text(name: str, value: object, *, max_length: int | None = None, nullable: bool = False) -> Field:
    """A string of at most `max_length` characters."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if not isinstance(value, str):
        raise ArgumentError(name, f"takes a string, not {_shown(value)}")
    _check_text(name, value)
    if max_length is not None and len(value) > max_length:
        raise ArgumentError(name, f"takes at most {max_length} characters, this has {len(value)}")
    return name, value


def integer(
    name: str, value: object, *, minimum: int | None = None, maximum: int | None = None, nullable: bool = False
) -> Field:
    """An integer from `minimum` to `maximum`; sent as a JSON number."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if isinstance(value, int):
        _check_size(name, value)
    whole = filters.as_integer(name, value)
    _within(name, whole, minimum, maximum)
    return name, int(whole)


def number(
    name: str, value: object, *, minimum: float | None = None, maximum: float | None = None, nullable: bool = False
) -> Field:
    """A finite number from `minimum` to `maximum`."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        hint = "; write float(value)" if hasattr(value, "__float__") and not isinstance(value, bool) else ""
        raise ArgumentError(name, f"takes a number, not {_shown(value)}{hint}")
    _check_number(name, value)
    _within(name, value, minimum, maximum)
    return name, value


def boolean(name: str, value: object, *, nullable: bool = False) -> Field:
    """True or False."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if not isinstance(value, bool):
        raise ArgumentError(name, f"takes True or False, not {_shown(value)}")
    return name, value


def date(name: str, value: object, *, nullable: bool = False) -> Field:
    """A date, or a string `YYYY-MM-DD`."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    _no_filter(name, value)
    return name, filters.as_date(name, value).isoformat()


def month(name: str, value: object, *, nullable: bool = False) -> Field:
    """A month: a string `YYYY-MM`, or any date in it."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if isinstance(value, dt.datetime):
        raise ArgumentError(name, f"{value!r} is a moment, whose month depends on the time zone; write value.date()")
    if isinstance(value, dt.date):
        return name, f"{value.year:04}-{value.month:02}"
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value, re.ASCII):
        raise ArgumentError(name, f"takes a month as 'YYYY-MM' or a date in it, not {_shown(value)}")
    return name, value


def choice(name: str, value: object, values: Collection[str], *, nullable: bool = False) -> Field:
    """One of `values`, given in either case and sent as the API spells it."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    return name, match_case(name, value, values)


def texts(name: str, value: object, *, nullable: bool = False) -> Field:
    """Several strings, as a list or another sequence; a single string is refused."""
    if _absent(name, value, nullable=nullable):
        return _nothing(name, value)
    if isinstance(value, str):
        raise ArgumentError(name, f"takes several strings; write [{_shown(value)}] for one")
    if not isinstance(value, Sequence):
        raise ArgumentError(name, f"takes a sequence of strings, not {_shown(value)}")
    for each in value:
        if not isinstance(each, str):
            raise ArgumentError(name, f"takes strings, and {_shown(each)} is none")
        _check_text(name, each)
    return name, [*value]


def numbered(name: str, value: object, prefix: str) -> list[Field]:
    """Values by id, `{13: "x"}`, as the fields `<prefix>13` of the body."""
    if _absent(name, value, nullable=False):
        return []
    if not isinstance(value, Mapping):
        raise ArgumentError(name, f"takes a mapping of ids to values, such as {{13: ...}}, not {_shown(value)}")
    entries: list[Field] = []
    for key, each in value.items():
        if isinstance(key, bool) or not isinstance(key, int) or key < 1:
            raise ArgumentError(name, f"its keys are ids, such as 13, not {_shown(key)}")
        _check_size(name, key)
        entries.append((f"{prefix}{key}", _json(f"{name}[{key}]", each)))
    return entries


def open_fields(name: str, value: object) -> list[Field]:
    """All fields of a body that has no published schema, by their names."""
    if not isinstance(value, Mapping):
        raise ArgumentError(name, f"takes a mapping of field names to values, not {_shown(value)}")
    entries: list[Field] = []
    for key, each in value.items():
        if not isinstance(key, str) or not key:
            raise ArgumentError(name, f"its keys are field names, not {_shown(key)}")
        _check_text(name, key)
        entries.append((key, _json(f"{name}[{_shown(key)}]", each)))
    return entries


def _absent(name: str, value: object, *, nullable: bool) -> bool:
    if value is None and not nullable:
        raise ArgumentError(name, "cannot be None here; leave the argument out to leave the field alone")
    return value is None or value is OMITTED


def _nothing(name: str, value: object) -> Field:
    return (name, None) if value is None else None


def _within(name: str, value: float, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and value < minimum:
        raise ArgumentError(name, f"has to be {minimum} or more, not {value}")
    if maximum is not None and value > maximum:
        raise ArgumentError(name, f"has to be {maximum} or less, not {value}")


def _no_filter(name: str, value: object) -> None:
    if isinstance(value, filters.Filter):
        raise ArgumentError(name, f"takes one value; filters such as {value!r} are for lists")


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_DEEPEST: Final = 64


def _check_text(name: str, value: str) -> None:
    if found := _HALF.search(value):
        raise ArgumentError(
            name,
            f"holds half a character ({found.group()!a} at {found.start()}), left where a text was cut within an "
            'emoji; write value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")',
        )
    if found := _CONTROL.search(value):
        raise ArgumentError(
            name, f"holds the control character {found.group()!a} at {found.start()}; remove it from the text"
        )


def _check_size(name: str, value: int) -> None:
    if not -(2**63) <= value < 2**63:
        raise ArgumentError(name, f"has {value.bit_length()} bits; whole numbers have 64 at the most")


def _check_number(name: str, value: float) -> None:
    if isinstance(value, int):
        _check_size(name, value)
    elif not math.isfinite(value):
        raise ArgumentError(name, f"takes a finite number, not {value!r}")


def _shown(value: object) -> str:
    """A value as a message shows it, whatever it is: short, and on one line."""
    if isinstance(value, int) and abs(value) >= 2**64:
        return f"a whole number of {value.bit_length()} bits"
    try:
        text = repr(value)
    except Exception:  # of an object that is the caller's own
        return f"a {type(value).__name__}"
    text = text if len(text) <= 200 else f"{text[:197]}..."
    return text if text.isprintable() else ascii(text)[1:-1]


def _json(name: str, value: object, depth: int = 0) -> Json:
    """`value` as JSON has it; what JSON has not is refused with what to write."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _check_text(name, value)
        return value
    if isinstance(value, (int, float)):
        _check_number(name, value)
        return value
    if depth == _DEEPEST and isinstance(value, (list, tuple, Mapping)):
        raise ArgumentError(name.partition("[")[0], f"is nested more than {_DEEPEST} levels deep, or holds itself")
    if isinstance(value, (list, tuple)):
        return [_json(f"{name}[{index}]", each, depth + 1) for index, each in enumerate(value)]
    if isinstance(value, Mapping):
        members: dict[str, Json] = {}
        for key, each in value.items():
            if not isinstance(key, str):
                raise ArgumentError(name, f"its keys are strings, not {_shown(key)}")
            _check_text(name, key)
            members[key] = _json(f"{name}[{_shown(key)}]", each, depth + 1)
        return members
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ArgumentError(name, f"{value!r} has no time zone and is not JSON; write value.astimezone().isoformat()")
    if isinstance(value, (dt.date, dt.time)):
        raise ArgumentError(name, f"{value!r} is not JSON; write value.isoformat()")
    if value is OMITTED:
        raise ArgumentError(name, "leave the key out instead")
    raise ArgumentError(name, f"{_shown(value)} is not JSON; give None, bool, int, float, str, list or dict")
