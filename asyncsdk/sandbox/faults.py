"""Faults on order: which requests they meet, how often, and what they are made of. No clock and no network is here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args
from urllib.parse import parse_qsl

import attrs

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.patterns import Pattern

FaultKind = Literal[
    "fail", "drop", "cut", "garbage", "html", "hang", "late", "delay", "ignore_offset", "rename", "retype", "drift"
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
LOST: frozenset[FaultKind] = frozenset({"fail", "drop", "cut", "garbage", "html", "hang", "late"})

JSON_TYPES: tuple[str, ...] = ("string", "number", "boolean", "null", "object", "array")
CHANGES: tuple[str, ...] = ("insert", "update", "soft_delete", "hard_delete")
_LATE: tuple[str, ...] = ("html", "fail", "drop", "cut", "garbage", "hang")
_STATUS: Mapping[str, int] = MappingProxyType({"html": 502, "late": 504})

_MOST_SECONDS = 86_400.0
_MOST_CHANGES = 1_000  # rows that change behind one answer
_MOST_NUMBER = 2**53
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@attrs.define(eq=False)
class Fault:
    """One ordered fault. `seen` counts the requests its pattern met, `used` those it struck.

    `times` None is for ever; `after` requests pass first; `query` narrows it to requests with these parameters.
    `handled` says whether the work is done although its answer is lost. ArgumentError names what cannot be.
    """

    kind: FaultKind
    on: str
    times: int | None = 1
    after: int = 0
    query: Mapping[str, str] = attrs.field(factory=dict)
    handled: bool = attrs.field(default=attrs.Factory(lambda fault: fault.kind in ("cut", "delay"), takes_self=True))
    status: int = attrs.field(default=attrs.Factory(lambda fault: _STATUS.get(str(fault.kind), 503), takes_self=True))
    body: Json = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    retry_after: int | None = None
    seconds: float = 0.0
    wait: float = 0.0
    answer: str = "html"
    field: str = ""
    to: str = ""
    per_request: int = 1
    kinds: tuple[str, ...] = CHANGES
    seen: int = attrs.field(default=0, init=False)
    used: int = attrs.field(default=0, init=False)
    _pattern: Pattern = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ArgumentError("kind", f"{_short(self.kind)} is not a kind of fault; known: {', '.join(KINDS)}")
        for name, (fits, words) in _FIELDS.items():
            value = getattr(self, name)
            if not fits(value):
                raise ArgumentError(name, f"{words}, not {_short(value)}")
        self._pattern = Pattern(self.on)
        if self.kind in ("rename", "retype") and not (self.field and self.to):
            raise ArgumentError("field", f"{self.kind} needs `field` and `to`")
        if self.kind == "retype" and self.to not in JSON_TYPES:
            raise ArgumentError("to", f"one of {', '.join(JSON_TYPES)}, not {_short(self.to)}")

    @property
    def spent(self) -> bool:
        """Whether it will strike no more."""
        return self.times is not None and self.used >= self.times

    def strikes(self, method: str, path: str, query: str) -> bool:
        """Counts a request and returns whether this fault strikes it."""
        if self.spent or not self._pattern.fits(method, path):
            return False
        if self.query and not self.query.items() <= dict(parse_qsl(query, keep_blank_values=True)).items():
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.used += 1
        return True

    def describe(self) -> Object:
        """Returns the fault as the control path shows it."""
        return {"kind": self.kind, "on": self.on, "times": self.times, "seen": self.seen, "used": self.used}


def from_json(value: Json) -> list[Fault]:
    """Reads a fault, or a list of them, as a file or the control path gives it. ValueError names what is wrong."""
    return [_read(item) for item in (value if isinstance(value, list) else [value])]


def read_json(text: str | bytes) -> Json:
    """Reads the JSON of a file or a request; ValueError, in words, where it is none or nested too deeply."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON value")


def _read(value: Json) -> Fault:
    known = {field.name for field in attrs.fields(Fault) if field.init}
    fields = value if isinstance(value, dict) else {}
    if "kind" not in fields or "on" not in fields or fields.keys() - known:
        unknown = ", ".join(sorted(map(_short, fields.keys() - known))[:10]) or "nothing"
        raise ValueError(
            'a fault is an object such as {"kind": "drop", "on": "GET /api/projects"}; '
            f"unknown here: {unknown}; known: {', '.join(sorted(known))}"
        )
    kinds = fields.get("kinds")
    given = {**fields, "kinds": tuple(kinds)} if isinstance(kinds, list) else fields
    return Fault(**given)


def _short(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or nested without end
        return "that"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _whole(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _maybe(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


def _seconds(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _MOST_SECONDS  # which NaN is not


def _texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair)


def _headers(value: object) -> bool:
    if not isinstance(value, Mapping) or not _texts(value):
        return False
    return all(
        _TOKEN.fullmatch(name) and text.isprintable() and text.isascii() and name.lower() not in _FRAMING
        for name, text in value.items()
    )


_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})  # they say how long an answer is


def _json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _changes(value: object) -> bool:
    return isinstance(value, tuple) and 0 < len(value) <= 100 and all(kind in CHANGES for kind in value)


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 400


def _one_of(words: Iterable[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words


_DURATION = f"seconds from 0 to {_MOST_SECONDS:,.0f}"

# What each field may be, and the words for it.
_FIELDS: Mapping[str, tuple[Callable[[object], bool], str]] = MappingProxyType(
    {
        "on": (_text, "a text such as 'GET /api/projects'"),
        "times": (_maybe(_whole(1, _MOST_NUMBER)), "a number from 1, or null for ever"),
        "after": (_whole(0, _MOST_NUMBER), "a number from 0"),
        "query": (_texts, "an object of texts"),
        "handled": (lambda value: isinstance(value, bool), "true or false"),
        "status": (_whole(200, 599), "a status from 200 to 599"),
        "body": (_json, "a JSON value"),
        "headers": (_headers, "an object of header names and plain texts, none of which frames the answer"),
        "retry_after": (_maybe(_whole(0, _MOST_NUMBER)), "whole seconds, or null"),
        "seconds": (_seconds, _DURATION),
        "wait": (_seconds, _DURATION),
        "answer": (_one_of(_LATE), f"one of {', '.join(_LATE)}"),
        "field": (_text, "the name of a field"),
        "to": (_text, "a name, or a JSON type"),
        "per_request": (_whole(1, _MOST_CHANGES), f"a number from 1 to {_MOST_CHANGES:,}"),
        "kinds": (_changes, f"a list of {', '.join(CHANGES)}"),
    }
)
