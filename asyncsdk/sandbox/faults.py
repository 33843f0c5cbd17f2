"""Faults on order: which requests they meet, how often, and what they do to an answer's JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType, NoneType
from typing import Literal, get_args
from urllib.parse import parse_qsl

import attrs

from asyncsdk.sandbox.contract import Json, Object

Kind = Literal["fail", "drop", "cut", "garbage", "html", "delay", "hang", "ignore_offset", "rename", "retype", "drift"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LOST: frozenset[Kind] = frozenset({"fail", "drop", "cut", "garbage", "html", "hang"})

_TYPES: tuple[str, ...] = ("string", "number", "boolean", "null", "object", "array")
_CHANGES: tuple[str, ...] = ("insert", "update", "soft_delete", "hard_delete")
# What JSON may give for each field.
_KEPT: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {
        "on": str,
        "times": (int, NoneType),
        "after": int,
        "query": Mapping,
        "handled": bool,
        "status": int,
        "headers": Mapping,
        "retry_after": (int, NoneType),
        "seconds": (int, float),
        "field": str,
        "to": str,
        "per_request": int,
        "kinds": tuple,
    }
)


@attrs.define(eq=False)
class Fault:
    """One ordered fault. `seen` counts the requests its pattern met, `used` those it struck.

    `times` None is for ever; `after` requests pass first; `query` narrows it to requests with these parameters.
    """

    kind: Kind
    on: str
    times: int | None = 1
    after: int = 0
    query: Mapping[str, str] = attrs.field(factory=dict)
    handled: bool = False
    status: int = attrs.field(
        default=attrs.Factory(lambda fault: 502 if fault.kind == "html" else 503, takes_self=True)
    )
    body: Json = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    retry_after: int | None = None
    seconds: float = 0.0
    field: str = ""
    to: str = ""
    per_request: int = 1
    kinds: tuple[str, ...] = _CHANGES
    seen: int = attrs.field(default=0, init=False)
    used: int = attrs.field(default=0, init=False)
    _pattern: re.Pattern[str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Fault):
            if field.init and not isinstance(getattr(self, field.name), _KEPT.get(field.name, object)):
                raise ValueError(f"{field.name} of a fault cannot be {getattr(self, field.name)!r}")
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of fault; known: {', '.join(KINDS)}")
        method, _, path = self.on.partition(" ")
        if not path.startswith(("/", "*")):
            raise ValueError(f"{self.on!r} is not a pattern; write 'GET /api/projects' or '* /api/streams/*'")
        literal = re.escape(path).replace(r"\*", ".*")
        literal = re.sub(r"\\\{\w+\\\}", "[0-9]+", literal)
        self._pattern = re.compile(f"{'[A-Z]+' if method == '*' else re.escape(method)} {literal}")
        if self.kind in ("rename", "retype") and not (self.field and self.to):
            raise ValueError(f"{self.kind} needs `field` and `to`")
        if self.kind == "retype" and self.to not in _TYPES:
            raise ValueError(f"retype: `to` is one of {', '.join(_TYPES)}, not {self.to!r}")
        if unknown := [kind for kind in self.kinds if kind not in _CHANGES]:
            raise ValueError(f"drift: `kinds` are {', '.join(_CHANGES)}, not {', '.join(unknown)}")

    @property
    def spent(self) -> bool:
        """Whether it will strike no more."""
        return self.times is not None and self.used >= self.times

    def strikes(self, method: str, path: str, query: str) -> bool:
        """Counts a request and returns whether this fault strikes it."""
        if self.spent or not self._pattern.fullmatch(f"{method} {path}"):
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


def _read(value: Json) -> Fault:
    known = {field.name for field in attrs.fields(Fault) if field.init}
    fields = value if isinstance(value, dict) else {}
    if "kind" not in fields or "on" not in fields or fields.keys() - known:
        unknown = ", ".join(sorted(fields.keys() - known)) or "nothing"
        raise ValueError(
            'a fault is an object such as {"kind": "drop", "on": "GET /api/projects"}; '
            f"unknown here: {unknown}; known: {', '.join(sorted(known))}"
        )
    kinds = fields.get("kinds")
    given = {**fields, "kinds": tuple(kinds)} if isinstance(kinds, list) else fields
    return Fault(**given)


def disfigure(fault: Fault, text: str) -> str:
    """Returns an answer's JSON with a field renamed or of another type, in the row or in each row of a list."""
    value: Json = json.loads(text)
    for row in value if isinstance(value, list) else [value]:
        if not isinstance(row, dict) or fault.field not in row:
            continue
        if fault.kind == "rename":
            row[fault.to] = row.pop(fault.field)
        else:
            row[fault.field] = _retyped(row[fault.field], fault.to)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _retyped(value: Json, to: str) -> Json:
    others: dict[str, Json] = {
        "number": 4711,
        "boolean": True,
        "null": None,
        "object": {"value": value},
        "array": [value],
    }
    return str(value) if to == "string" else others[to]
