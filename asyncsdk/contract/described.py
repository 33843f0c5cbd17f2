"""What a source says of the API, in one form: an OpenAPI document, reference pages, the contract itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from .learning.kinds import Kind

__all__ = ["Described", "DescribedField", "DescribedOperation", "DescribedParameter", "shape_of"]


@attrs.frozen
class DescribedField:
    """A field of a body or an answer. What is None, or has no kinds, the source does not say.

    Args:
        kinds: its values may have, null apart.
        required, nullable: whether its key is always there, whether it may be null.
        values: of an enumeration.
        bounds: by their names in JSON Schema: minimum, maximum, maxLength.
        fields: of what it holds.
        node: its schema, as the contract would write it.
        lenient: the contract takes more than the pages say, and says why.
    """

    kinds: frozenset[Kind]
    required: bool | None = None
    nullable: bool | None = None
    values: tuple[str, ...] | None = None
    bounds: Mapping[str, object] = attrs.field(factory=dict)
    fields: Mapping[str, DescribedField] = attrs.field(factory=dict)
    node: Mapping[str, Any] = attrs.field(factory=dict)
    lenient: bool = False


@attrs.frozen
class DescribedParameter:
    """A query parameter."""

    name: str
    required: bool | None = None
    values: tuple[str, ...] | None = None
    bounds: Mapping[str, object] = attrs.field(factory=dict)
    node: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class DescribedOperation:
    """A call. `body` and `answer` are its fields; None where there is none, or the source does not say.

    `body_name`, `answer_name` are the names of their schemas, where they have some.
    """

    verb: str
    path: str
    summary: str = ""
    parameters: Mapping[str, DescribedParameter] = attrs.field(factory=dict)
    body: Mapping[str, DescribedField] | None = None
    body_name: str | None = None
    answer: Mapping[str, DescribedField] | None = None
    answer_name: str | None = None
    is_list: bool | None = None
    statuses: frozenset[int] | None = None
    permissions: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """What two sources call the same: the verb and the path without the names of its ids."""
        return f"{self.verb} {shape_of(self.path)}"


@attrs.frozen
class Described:
    """What a source says. `complete`: what it leaves out is not there; of what pages do not show nothing is said."""

    operations: Mapping[str, DescribedOperation]
    complete: bool


def shape_of(path: str) -> str:
    """A path without the names of its ids, however they are written.

    >>> shape_of("/api/streams/:id"), shape_of("/api/streams/{id}:archive")
    ('/api/streams/{}', '/api/streams/{}:archive')
    """
    return re.sub(r"\{[^}]*\}|(?<=/):\w+", "{}", path).rstrip("/")
