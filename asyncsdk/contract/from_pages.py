"""Reads saved reference pages: their text, as a browser saves it, one operation a page.

A page names parameters in the sentences that tell what they filter, and fields in its example alone. So it says nothing
of whether a field is promised, and of its kind only what the example shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .described import Described, DescribedField, DescribedOperation, DescribedParameter
from .learning.kinds import ALL_KINDS, kind_of

__all__ = ["described_on", "operation_on"]

_CALL: Final = re.compile(r"(GET|POST|PUT|PATCH|DELETE)\s*(/api/\S+)")
_FILTER: Final = re.compile(r"Filter items by the (\w+) field\.")
_VALUES: Final = re.compile(r"Possible values: \[([^\]]*)\]")
_RANGE: Final = re.compile(r"Possible values: >= (\d+) and <= (\d+)")
_DEFAULT: Final = re.compile(r"Default value: (\S+)")
_PERMISSION: Final = re.compile(r"- ([a-z_]+\.[a-z_]+):")
_STATUS: Final = re.compile(r"- ([1-5]\d\d)")
_KNOWN: Final[Mapping[str, str]] = {
    "The number of items to include in the response.": "limit",
    "The offset of the first returned item.": "offset",
    "Filter items by deletion status.": "deleted",
}


def described_on(pages: Sequence[str]) -> Described:
    """What some pages say, each of its own operation.

    Raises:
        ValueError: a page names no call.
    """
    found = [operation_on(page) for page in pages]
    return Described({each.key: each for each in found}, complete=False)


def operation_on(page: str) -> DescribedOperation:
    """The operation that a page tells of.

    Raises:
        ValueError: it names no call, such as `GET/api/projects/:id`.
    """
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    call = next((found for line in lines[:5] if (found := _CALL.fullmatch(line))), None)
    if call is None:
        raise ValueError("this page names no call, such as GET/api/projects/:id, in its first lines")
    query = _between(lines, "Query Parameters", ("Header Parameters", "Responses", "Request Body"))
    responses = _between(lines, "Responses", ())
    body = _example(_between(lines, "Request Body", ("Responses",)))
    answer = _example(responses) if any(line.startswith("- 2") for line in responses[:1]) else None
    rows = answer if isinstance(answer, list) else [answer]
    return DescribedOperation(
        verb=call[1],
        path=call[2],
        summary=lines[0],
        parameters={each.name: each for each in _parameters(query)},
        body=_fields([body]) if isinstance(body, dict) else None,
        answer=_fields([row for row in rows if isinstance(row, dict)]) if answer is not None else None,
        is_list=isinstance(answer, list) if answer is not None else None,
        statuses=frozenset(int(found[1]) for line in responses if (found := _STATUS.fullmatch(line))),
        permissions=tuple(found[1] for line in lines if (found := _PERMISSION.match(line))),
    )


def _between(lines: Sequence[str], start: str, ends: Sequence[str]) -> list[str]:
    if start not in lines:
        return []
    rest = lines[lines.index(start) + 1 :]
    stops = [rest.index(end) for end in ends if end in rest]
    return list(rest[: min(stops)] if stops else rest)


def _parameters(lines: Sequence[str]) -> Iterator[DescribedParameter]:
    """Parameters by the sentence that names each; what stands right before it is its values and its default."""
    values: tuple[str, ...] | None = None
    bounds: dict[str, object] = {}
    for line in lines:
        if found := _VALUES.fullmatch(line):
            values = tuple(part.strip() for part in found[1].split(","))
        elif found := _RANGE.fullmatch(line):
            bounds |= {"minimum": int(found[1]), "maximum": int(found[2])}
        elif found := _DEFAULT.fullmatch(line):
            bounds["default"] = int(found[1]) if found[1].isdigit() else found[1]
        elif (by := _FILTER.fullmatch(line)) or line in _KNOWN:
            name = by[1] if by else _KNOWN[line]
            schema: dict[str, Any] = {"type": "string", **({"enum": list(values)} if values else {})}
            node = {"name": name, "in": "query", "required": False, "schema": schema}
            yield DescribedParameter(name, None, values, bounds, node)
            values, bounds = None, {}
        elif not line.startswith("-"):
            values, bounds = None, {}


def _example(lines: Sequence[str]) -> object:
    """The first example: from its first bracket to the line that closes it. None where there is none."""
    for start, line in enumerate(lines):
        if line in ("{", "[", "[]", "{}"):
            for end in range(start + 1, len(lines) + 1):
                if lines[end - 1] in ("}", "]", "[]", "{}"):
                    try:
                        return json.loads("\n".join(lines[start:end]))
                    except ValueError:
                        continue
    return None


def _fields(rows: Sequence[Mapping[str, object]]) -> dict[str, DescribedField]:
    found = {}
    for row in rows:
        for name, value in row.items():
            kind = kind_of(value)
            held = value if isinstance(value, list) else [value]
            found[name] = DescribedField(
                kinds=frozenset({kind}) if kind not in ("null", "empty array") else frozenset(),
                fields=_fields([each for each in held if isinstance(each, dict)]),
                node=_node(value),
            )
    return found


def _node(value: object) -> dict[str, Any]:
    """A schema that an example fits, of a field that may be null or missing."""
    kind = kind_of(value)
    if kind in ("integer", "number", "boolean"):
        return {"type": [kind, "null"]}
    if kind in ("date", "date-time"):
        return {"type": ["string", "null"], "format": kind}
    return {"type": ["string", "null"]} if kind in ("text", "number as text") and kind in ALL_KINDS else {}
