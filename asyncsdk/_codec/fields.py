"""What the generated models are made of: the scalar types with the API's rules, and the marks on special fields.

The models live in generated files only, so everything they share is here, once. The codec reads the marks; models
know nothing of it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import attrs
import msgspec

if TYPE_CHECKING:
    from .values import Json
else:
    # A schema that says nothing accepts anything; decoders cannot resolve the recursive alias, and need not.
    Json = Any

__all__ = [
    "Json",
    "Number",
    "Timestamp",
    "dynamic",
    "dynamic_prefix",
    "wire",
    "wire_name",
]

Timestamp: TypeAlias = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A point in time: date-times without an offset are refused."""

Number: TypeAlias = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
"""A finite float: the bounds refuse nan and both infinities."""

_WIRE = "asyncsdk.wire"
_DYNAMIC = "asyncsdk.dynamic"


def wire(name: str) -> dict[str, str]:
    """Marks a field whose name in JSON is `name` (`from`, where the attribute has to be `from_`)."""
    return {_WIRE: name}


def dynamic(prefix: str) -> dict[str, str]:
    """Marks a mapping that gathers the keys `<prefix><id>`, by id: `metadata_13` becomes `metadata[13]`."""
    return {_DYNAMIC: prefix}


def wire_name(field: attrs.Attribute[Any]) -> str:
    """The name of `field` in JSON. For a mapping of dynamic keys ask `dynamic_prefix`."""
    return _text(field.metadata, _WIRE) or field.name


def dynamic_prefix(field: attrs.Attribute[Any]) -> str | None:
    """The prefix of the keys that `field` gathers, or None for an ordinary field."""
    return _text(field.metadata, _DYNAMIC)


def _text(metadata: Mapping[Any, Any], mark: str) -> str | None:
    value = metadata.get(mark)
    return value if isinstance(value, str) else None
