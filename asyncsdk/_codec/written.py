"""Values of filters as people write them: `gte:2026-05-01`, `between:A,B`, `month:2026-05`, `today`.

The operators are those of `asyncsdk.filters`, in the API's words and in Python's. Pure: the day it is, is handed in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, cast

from .. import dates
from ..errors import ArgumentError
from ..filters import OPERATORS, Filter, Operator, Value

__all__ = ["OPERATORS_HELP", "ParameterKind", "value"]

ParameterKind: TypeAlias = Literal["integer", "integers", "boolean", "date", "date-time", "text"]

_WORDS: Final[dict[str, Operator]] = {
    **{word: word for word in OPERATORS},
    **{name.rstrip("_"): word for word, name in OPERATORS.items()},
    "ne": "neq",
}
"""What goes before a colon, and the API's operator for it."""

_RANGES: Final = ("month", "week")
_PLAIN: Final = ("integer", "boolean")

OPERATORS_HELP: Final = (
    "Dates and date-times (and projects' probability) take an operator: "
    + ", ".join("/".join(name for name in _WORDS if _WORDS[name] == word) for word in OPERATORS)
    + ", as in date=gte:2026-05-01, date=between:2026-05-01,2026-05-31, probability=in:25,50. Dates and date-times "
    "also take month:2026-05, week:2026-05-11, FROM..TO, today, yesterday, tomorrow and today-30. In a date-time a "
    "plain day is that day in UTC."
)

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_RELATIVE: Final = re.compile(r"(today|yesterday|tomorrow)([+-]\d{1,4})?", re.ASCII | re.IGNORECASE)
_WORD: Final = re.compile(r"\s*([A-Za-z][A-Za-z_-]*):(.*)", re.DOTALL)
_OFFSETS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}
_ONE_DAY: Final = dt.timedelta(days=1)


def value(name: str, text: str, kind: ParameterKind, *, today: dt.date) -> object:
    """What a text means as the value of a filter, as the client's methods take it.

    Args:
        name: of the filter, for messages.
        text: as it was written.
        kind: of the values that the filter takes.
        today: the day that `today` means.

    Raises:
        ArgumentError: it means none; the message says what to write.

    Example:
        >>> value("date", "month:2026-05", "date", today=dt.date(2026, 5, 31))
        between('2026-05-01', '2026-05-31')
    """
    if kind == "text":
        return text
    operator, rest = _parted(name, text, kind)
    if kind in _PLAIN:
        if operator not in (None, "eq"):
            raise ArgumentError(name, f"takes one plain value and no operator, not {text!r}")
        return _boolean(name, rest) if kind == "boolean" else _integer(name, rest)
    if kind == "integers":
        return _filter(name, operator, rest, lambda part: _integer(name, part))
    if operator is None and (days := _range(name, text, today)) is not None:
        return Filter("bt", (str(days.first), str(days.last))) if kind == "date" else _within(days)
    if kind == "date":
        return _filter(name, operator, rest, lambda part: str(_day(name, part, today)))
    return _of_moments(_filter(name, operator, rest, lambda part: _moment(name, part, today)), name)


def _parted(name: str, text: str, kind: ParameterKind) -> tuple[Operator | None, str]:
    """The operator before the colon, None where there is none or a range's word, and the rest."""
    found = _WORD.fullmatch(text)
    if found is None:
        return None, text
    word = found[1].lower().replace("-", "_")
    if word in _WORDS:
        return _WORDS[word], found[2]
    if word in _RANGES and kind in {"date", "date-time"}:
        return None, text
    words = [*_WORDS, *_RANGES]
    near = get_close_matches(word, words, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    known = "none, only a plain value" if kind in _PLAIN else ", ".join(words)
    raise ArgumentError(name, f"there is no operator {found[1]!r}; {hint}it takes {known}")


def _filter(name: str, operator: Operator | None, text: str, read: Callable[[str], Value]) -> object:
    if operator is None:
        return read(text)
    parts = text.split(",")
    if operator == "bt" and len(parts) != 2:
        raise ArgumentError(name, f"between takes two values: {name}=bt:FROM,TO")
    if operator not in {"bt", "in", "nin"} and len(parts) > 1:
        raise ArgumentError(name, f"{operator} takes one value; for one of several write {name}=in:{text}")
    if not all(part.strip() for part in parts):
        raise ArgumentError(name, f"a value is missing behind {operator}:")
    return Filter(operator, tuple(read(part.strip()) for part in parts))


def _range(name: str, text: str, today: dt.date) -> dates.DateRange | None:
    """The days that `month:2026-05`, `2026-05`, `week:2026-05-11` or `FROM..TO` mean; None for any other text."""
    word, colon, rest = text.strip().partition(":")
    if colon and word.lower() == "week":
        return dates.week(_day(name, rest, today))
    month = rest.strip() if colon and word.lower() == "month" else text.strip()
    if found := _MONTH.fullmatch(month):
        if not 1 <= int(found[2]) <= 12:
            raise ArgumentError(name, f"{month!r} is no month of the calendar; write YYYY-MM")
        return dates.month(int(found[1]), int(found[2]))
    if month is not text.strip():
        day = _day(name, month, today)
        return dates.month(day.year, day.month)
    first, dots, last = text.partition("..")
    if not dots:
        return None
    ends = _day(name, first, today), _day(name, last, today)
    if ends[0] > ends[1]:
        raise ArgumentError(name, f"{ends[0]} comes after {ends[1]}; write {ends[1]}..{ends[0]}")
    return dates.DateRange(*ends)


def _day(name: str, text: str, today: dt.date) -> dt.date:
    text = text.strip()
    if found := _RELATIVE.fullmatch(text):
        try:
            return today + (_OFFSETS[found[1].lower()] + int(found[2] or 0)) * _ONE_DAY
        except OverflowError:
            raise ArgumentError(name, f"{text!r} is out of the calendar") from None
    if not _DAY.fullmatch(text):
        raise ArgumentError(name, f"{text!r} is no date; dates are written YYYY-MM-DD, or today, yesterday, today-30")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentError(name, f"there is no {text} in the calendar") from None


def _moment(name: str, text: str, today: dt.date) -> dt.date | str:
    """A day where one is written, else the text: the client checks moments itself."""
    day = _DAY.fullmatch(text.strip()) or _RELATIVE.fullmatch(text.strip())
    return _day(name, text, today) if day else text.strip()


def _of_moments(given: object, name: str) -> object:
    """The filter of moments that one of days means: `lte` a day is before the next, `eq` is within it."""
    if isinstance(given, dt.date):
        return _within(dates.DateRange(given, given))
    if not isinstance(given, Filter) or not any(isinstance(each, dt.date) for each in given.values):
        return given
    values = cast("tuple[dt.date | str, ...]", given.values)
    match given.operator:
        case "eq" if isinstance(values[0], dt.date):
            return _within(dates.DateRange(values[0], values[0]))
        case "bt":
            return Filter("bt", (_begin(values[0]), _end(values[1])))
        case "gte" | "lt":
            return Filter(given.operator, (_begin(values[0]),))
        case "gt" | "lte":
            return Filter(given.operator, (_end(values[0]),))
        case operator:
            raise ArgumentError(name, f"{operator} takes moments here, such as 2026-05-31T08:30:00Z, and no whole days")


def _within(days: dates.DateRange) -> Filter[dt.date | str]:
    return Filter("bt", (_begin(days.first), _end(days.last)))


def _begin(day: dt.date | str) -> dt.date | str:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if isinstance(day, dt.date) else day


def _end(day: dt.date | str) -> dt.date | str:
    return dt.datetime.combine(day, dt.time.max, dt.UTC) if isinstance(day, dt.date) else day


def _integer(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text.strip(), re.ASCII):
        raise ArgumentError(name, f"takes a whole number, not {text!r}")
    return int(text)


def _boolean(name: str, text: str) -> bool:
    if text.strip().lower() not in {"true", "false"}:
        raise ArgumentError(name, f"takes true or false, not {text!r}")
    return text.strip().lower() == "true"
