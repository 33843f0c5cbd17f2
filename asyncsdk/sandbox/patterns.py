"""Patterns of requests: `GET /api/projects`, `* /api/streams/*`, `PATCH /api/projects/{id}`.

A path is read once, from left to right, with all readings of the pattern followed at the same time: no pattern and no
path, however made, can take long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from asyncsdk.errors import ArgumentError

_MOST = 400  # characters of a pattern
_PART = re.compile(r"\{\w+\}|\*+|.", re.DOTALL)
_METHOD = re.compile(r"[A-Z]{1,20}|\*")


@attrs.frozen
class _Path:
    """A pattern's parts as bits of numbers: where a part stands, there its bit is set."""

    literal: Mapping[str, int]
    any: int
    digits: int
    end: int


@attrs.frozen
class Pattern:
    """A method, or `*`, and a path in which `*` stands for any characters and `{id}` for digits."""

    text: str
    _method: str = attrs.field(init=False, repr=False, eq=False)
    _path: _Path = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        method, _, path = self.text.partition(" ")
        if len(self.text) > _MOST or not _METHOD.fullmatch(method) or not path.startswith(("/", "*")):
            advice = f"write 'GET /api/projects' or '* /api/streams/*', at most {_MOST} characters"
            raise ArgumentError("on", f"{self.text[:80]!r} is not a pattern; {advice}")
        object.__setattr__(self, "_method", method)
        object.__setattr__(self, "_path", _read(path))

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is one of those meant."""
        return self._method in ("*", method) and _fits(self._path, path)


def _read(path: str) -> _Path:
    literal: dict[str, int] = {}
    any_, digits, bit = 0, 0, 1
    for part in _PART.findall(path):
        if part.startswith("*"):
            any_ |= bit
        elif len(part) > 1:
            digits |= bit
        else:
            literal[part] = literal.get(part, 0) | bit
        bit <<= 1
    return _Path(literal, any_, digits, bit)


def _fits(pattern: _Path, path: str) -> bool:
    # A set bit is a part that may be read next. A `*` may stand for nothing, so what follows it may be read as well.
    places = 1 | (pattern.any & 1) << 1
    for character in path:
        reached = places & pattern.any | (places & pattern.literal.get(character, 0)) << 1
        if character in "0123456789":
            reached |= (places & pattern.digits) | (places & pattern.digits) << 1
        if not reached:
            return False
        places = reached | (reached & pattern.any) << 1
    return bool(places & pattern.end)
