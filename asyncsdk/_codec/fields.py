"""What the generated models are made of: the scalar types with the API's rules, and the marks on special fields.

The models live in generated files only, so everything they share is here, once. The codec reads the marks; models
know nothing of it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import attrs
import msgspec

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, SchemaSerializer

    from .values import Json
else:
    # A schema that says nothing accepts anything; decoders cannot resolve the recursive alias, and need not.
    Json = Any

__all__ = [
    "Json",
    "Number",
    "PydanticSerializer",
    "Timestamp",
    "dynamic",
    "dynamic_prefix",
    "pydantic_schema",
    "wire",
    "wire_name",
]

Timestamp: TypeAlias = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A point in time: date-times without an offset are refused."""

Number: TypeAlias = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
"""A finite float: the bounds refuse nan and both infinities."""

_WIRE = "asyncsdk._sending.wire"
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


class PydanticSerializer:
    """What pydantic looks for on a value that no annotation describes: `-> dict` writes rows as `-> Project` does."""

    def __get__(self, instance: object, owner: type) -> SchemaSerializer:
        try:
            from ..integrations.pydantic import serializer
        except ImportError:
            raise AttributeError("__pydantic_serializer__") from None
        return serializer(owner)


class _PydanticSchema:
    """What pydantic calls on a model that is a response model of FastAPI or a field of a pydantic model.

    pydantic is imported when it does, never before.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        # setattr: the attribute is pydantic's business and not one that users of the model should see.
        setattr(owner, "__pydantic_serializer__", PydanticSerializer())  # noqa: B010

    def __get__(self, instance: object, owner: type) -> Callable[[type, GetCoreSchemaHandler], CoreSchema]:
        def schema(source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
            from ..integrations.pydantic import core_schema

            return core_schema(owner, handler)

        return schema


pydantic_schema: _PydanticSchema = _PydanticSchema()
"""Makes an attrs class a type of pydantic: `__get_pydantic_core_schema__ = pydantic_schema`, in its body."""
