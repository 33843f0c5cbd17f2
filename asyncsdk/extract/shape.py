"""Classes for rows that wait to be stored: as their model, but bearing what is missing.

A list is read into a *twin* of its model, a class with the same attributes and promises. `updated_at` alone it does not
need: a table tells rows apart by their ids. So by lenient rules a field that vanished leaves nulls, which are counted,
and no refused rows. A field that is there with a wrong type still refuses its row.

Rows of a table live for a second, in thousands. So a twin is a msgspec struct: decoded in half the time of an attrs
class, smaller, and nothing for the garbage collector. It carries the attrs fields by which the codec knows a model.
"""

from __future__ import annotations

import functools
from typing import Any, Union, cast

import attrs
import msgspec

from .._codec.keys import field_types

__all__ = ["twin"]


@functools.cache
def twin(model: type) -> type[Any]:
    """A class with the attributes of `model`."""
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", _untimed(model)))
    return msgspec.defstruct(
        model.__name__,
        [(field.name, cast("type", field.type), _default(field)) for field in fields],
        namespace={"__attrs_attrs__": fields},
        frozen=True,
        gc=False,
        kw_only=True,
    )


def _untimed(model: type) -> type:
    """The model as an attrs class that may lack `updated_at`."""
    types = field_types(model)
    fields: dict[str, Any] = {}
    for field in attrs.fields(cast("type[attrs.AttrsInstance]", model)):
        if field.name != "updated_at" or field.default is not attrs.NOTHING:
            fields[field.name] = attrs.field(
                type=types[field.name],  # type: ignore[call-overload]  # a type that is known at run time only
                default=field.default,
                metadata=field.metadata,
            )
        else:
            fields[field.name] = attrs.field(
                type=Union[types[field.name], None],  # type: ignore[call-overload]  # noqa: UP007  # as above
                default=None,
                metadata=field.metadata,
            )
    return attrs.make_class(model.__name__, fields, frozen=True, slots=True, kw_only=True)


def _default(field: attrs.Attribute[Any]) -> Any:
    if field.default is attrs.NOTHING:
        return msgspec.field()
    if isinstance(field.default, attrs.Factory):  # type: ignore[arg-type]  # a function to the type checker
        return msgspec.field(default_factory=cast("Any", field.default).factory)
    return msgspec.field(default=field.default)
