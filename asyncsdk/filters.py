"""Filters of list calls: `F.gte(since)` and its kin, and how they are written in a query.

    from asyncsdk import filters as F

    wethod.timesheets.list(date=F.between(dt.date(2026, 5, 1), dt.date(2026, 5, 31)))
    wethod.projects.list(updated_at=F.gte(dt.datetime(2026, 5, 1, tzinfo=dt.timezone.utc)), probability=F.gt(50))

The API writes them `field=op:value`; a bare value means `eq`. Date, date-time and a few integer parameters take
them, the others take one plain value. The constructors only group values: what a value has to look like depends on
the parameter, so `encode` decides that, before anything is sent. Everything here is pure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final, Generic, Literal, TypeAlias, TypeVar, overload

import attrs

from . import dates
from .errors import ArgumentError
from .errors._checks import is_whole
from .errors._printable import shown

__all__ = [
    "DateFilter",
    "DateTimeFilter",
    "Filter",
    "IntegerFilter",
    "Operator",
    "between",
    "eq",
    "gt",
    "gte",
    "in_",
    "lt",
    "lte",
    "month",
    "ne",
    "neq",
    "not_in",
    "week",
]

LARGEST: Final = 10**100
"""What is larger is no id and no amount, and beyond some thousand digits Python itself does not write it."""

Operator: TypeAlias = Literal["eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "bt"]
Value: TypeAlias = dt.date | int | str
T = TypeVar("T", bound=Value)
T_co = TypeVar("T_co", bound=Value, covariant=True)


@attrs.frozen(repr=False)
class Filter(Generic[T_co]):
    """An operator, in the API's word for it, and its values; made by the functions of this module."""

    operator: Operator
    values: tuple[T_co, ...]

    def __repr__(self) -> str:
        return f"{OPERATORS[self.operator]}({', '.join(map(shown, self.values))})"


OPERATORS: Final[Mapping[Operator, str]] = {
    "eq": "eq",
    "neq": "neq",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "in": "in_",
    "nin": "not_in",
    "bt": "between",
}
"""Every operator in the API's word, and the function of this module that makes it."""

DateTimeFilter: TypeAlias = dt.datetime | str | Filter[dt.datetime | str]
"""An aware date-time, an ISO 8601 string with an offset, or a filter of those."""

DateFilter: TypeAlias = dt.date | str | Filter[dt.date | str]
"""A date, a string `YYYY-MM-DD`, or a filter of those."""

IntegerFilter: TypeAlias = int | Filter[int]
"""An integer, or a filter of integers."""


def eq(value: T) -> Filter[T]:
    """Equal to `value`; the bare value means the same."""
    return Filter("eq", (value,))


def neq(value: T) -> Filter[T]:
    """Anything but `value`."""
    return Filter("neq", (value,))


ne = neq  # Python's word for it


def gt(value: T) -> Filter[T]:
    """Greater than `value`; later, for dates."""
    return Filter("gt", (value,))


def gte(value: T) -> Filter[T]:
    """Greater than or equal to `value`; that moment or later, for dates."""
    return Filter("gte", (value,))


def lt(value: T) -> Filter[T]:
    """Less than `value`; earlier, for dates."""
    return Filter("lt", (value,))


def lte(value: T) -> Filter[T]:
    """Less than or equal to `value`; that moment or earlier, for dates."""
    return Filter("lte", (value,))


def in_(*values: T) -> Filter[T]:
    """One of `values`.

    Raises:
        ArgumentError: No value was given, or one list instead of its members.
    """
    return Filter("in", _some("in_", values))


def not_in(*values: T) -> Filter[T]:
    """None of `values`.

    Raises:
        ArgumentError: No value was given, or one list instead of its members.
    """
    return Filter("nin", _some("not_in", values))


def between(minimum: T, maximum: T) -> Filter[T]:
    """From `minimum` to `maximum`, both included.

    Raises:
        ArgumentError: `minimum` is greater than `maximum`. Strings are compared as the moments they name, once the
            parameter they are for is known.
    """
    if not (isinstance(minimum, str) or isinstance(maximum, str)):
        _in_order("between", minimum, maximum, minimum, maximum)
    return Filter("bt", (minimum, maximum))


@overload
def month(year: dt.date, /) -> Filter[dt.date]: ...
@overload
def month(year: int, month: int) -> Filter[dt.date]: ...
def month(year: int | dt.date, month: int | None = None) -> Filter[dt.date]:
    """Takes the days of a month, for date parameters: `F.month(2026, 5)` is from May 1 to May 31.

    `F.month(day)` is the month of a day, as `F.week(day)` is its week.

    Raises:
        ArgumentError: No such month, a date beside a month, or a moment.
    """
    days = dates.month(year, month)  # type: ignore[arg-type, call-overload, unused-ignore]  # it refuses what does not fit
    return between(days.first, days.last)


def week(day: dt.date) -> Filter[dt.date]:
    """The days of the week of `day`, Monday to Sunday, for date parameters.

    Raises:
        ArgumentError: `day` is a moment and not a date, or neither.
    """
    days = dates.week(day)
    return between(days.first, days.last)


def _some(function: str, values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise ArgumentError(function, "give at least one value; to filter nothing leave the argument out")
    if isinstance(values[0], (list, tuple, set, frozenset)):
        raise ArgumentError(function, f"give the values themselves: {function}(*values)")
    return values


def _in_order(name: str, minimum: object, maximum: object, least: object, most: object) -> None:
    try:
        reversed_ = bool(least > most)  # type: ignore[operator]  # whatever was given; what does not compare is refused
    except TypeError:
        message = (
            f"{shown(minimum)} and {shown(maximum)} do not compare; give two values of one kind, both with a time zone"
        )
        raise ArgumentError(name, message) from None
    if reversed_:
        raise ArgumentError(
            name,
            f"the minimum {shown(minimum)} is greater than the maximum {shown(maximum)}; "
            f"write between({shown(maximum)}, {shown(minimum)})",
        )


# How values are written ------------------------------------------------------------------------------------------

K = TypeVar("K", int, dt.date, dt.datetime)


def encode_date_time(name: str, value: object) -> str:
    """`value`, a date-time or a filter of date-times, as the query parameter `name` wants it: in UTC with `Z`.

    Raises:
        ArgumentError: The message says what to write instead.
    """
    return _encode(name, value, _moment, _write_moment)


def encode_date(name: str, value: object) -> str:
    """`value`, a date or a filter of dates, as the query parameter `name` wants it: `YYYY-MM-DD`.

    Raises:
        ArgumentError: The message says what to write instead.
    """
    return _encode(name, value, as_date, dt.date.isoformat)


def encode_integer(name: str, value: object) -> str:
    """`value`, an integer or a filter of integers, as the query parameter `name` wants it.

    Raises:
        ArgumentError: The message says what to write instead.
    """
    return _encode(name, value, as_integer, str)


def _encode(name: str, value: object, read: Callable[[str, object], K], write: Callable[[K], str]) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        raise ArgumentError(name, "for one of several values write F.in_(*values)")
    if not isinstance(value, Filter):
        return write(read(name, value))
    if not value.values:
        raise ArgumentError(name, "a filter holds at least one value; leave the argument out to filter nothing")
    read_values = [read(name, each) for each in value.values]
    if value.operator == "bt":
        _in_order(name, *value.values, *read_values)
    return f"{value.operator}:{','.join(map(write, read_values))}"


# RFC 3339 with an optional second: `fromisoformat` would also take week dates, and cut more than six decimals.
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_OPERATOR: Final = re.compile(rf"({'|'.join(OPERATORS)}):", re.ASCII)


def _moment(name: str, value: object) -> dt.datetime:
    if isinstance(value, str):
        moment = _parsed_moment(name, value)
    elif isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.date):
        start = f"dt.datetime({value.year}, {value.month}, {value.day}, tzinfo=dt.timezone.utc)"
        raise ArgumentError(name, f"{value} is a date and this takes a moment; write {start}")
    else:
        raise ArgumentError(name, f"takes a date-time with a time zone or a filter of those, not {shown(value)}")
    if moment.utcoffset() is None:
        raise ArgumentError(
            name,
            f"{shown(value)} has no time zone; add one, as in datetime(..., tzinfo=timezone.utc) or value.astimezone()",
        )
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ArgumentError(
            name, f"{shown(value)} is out of range in UTC; give a date between years 1 and 9999"
        ) from None


def _parsed_moment(name: str, text: str) -> dt.datetime:
    if _OPERATOR.match(text):
        raise ArgumentError(name, f"{shown(text)} holds an operator; write it as a filter, such as F.gte(...)")
    if _DATE.fullmatch(text):
        raise ArgumentError(name, f"{shown(text)} is a date and this takes a moment; write '{text}T00:00:00Z'")
    found = _MOMENT.fullmatch(text)
    if found and not found["offset"]:
        raise ArgumentError(name, f"{shown(text)} has no offset; write '{text}Z' if it is in UTC")
    try:
        if found:
            return dt.datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise ArgumentError(name, f"{shown(text)} is no ISO 8601 date-time; write it as '2026-05-31T08:30:00Z'")


def _write_moment(moment: dt.datetime) -> str:
    places = "microseconds" if moment.microsecond % 1000 else "milliseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=places) + "Z"


def as_date(name: str, value: object) -> dt.date:
    """`value` as a date: a date, or a string `YYYY-MM-DD`.

    Raises:
        ArgumentError: It is neither; of a date-time the message says to write `.date()`.
    """
    if isinstance(value, dt.datetime):
        raise ArgumentError(name, f"{shown(value)} is a moment and this takes a date; write value.date()")
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise ArgumentError(name, f"takes a date or a string YYYY-MM-DD, not {shown(value)}")
    if _OPERATOR.match(value):
        raise ArgumentError(name, f"{shown(value)} holds an operator; write it as a filter, such as F.gte(...)")
    problem = "is no date; write it as '2026-05-31'"
    if _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:  # it says which part is out of range
            problem = f"is no date of the calendar ({error}); write it as '2026-05-31'"
    elif _MOMENT.fullmatch(value):
        problem = f"is a moment and this takes a date; write '{value[:10]}'"
    raise ArgumentError(name, f"{shown(value)} {problem}")


def as_integer(name: str, value: object) -> int:
    """`value` if it is an integer; True and False are not.

    Raises:
        ArgumentError: It is none.
    """
    if not is_whole(value):
        hint = "; write int(value)" if hasattr(value, "__index__") and not isinstance(value, bool) else ""
        raise ArgumentError(name, f"takes an integer, not {shown(value)}{hint}")
    if not -LARGEST <= value <= LARGEST:
        raise ArgumentError(name, f"takes an integer of at most 100 digits, not {shown(value)}")
    return value


def __dir__() -> list[str]:
    """Names only what users write, as completion offers it, and nothing that this module imports."""
    return __all__
