"""The shape of rows overnight: which fields of a model are gone from the API, and which are new.

A list is read into a *twin* of its model, a class with the same attributes of which all but `id` may be missing: so a
field that vanished leaves nulls and no refused rows. A field that is there with a wrong type still refuses its row.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Union, cast

import attrs

from ..fields import dynamic_prefix, wire_name
from ..keys import field_types

__all__ = ["Drift", "compare", "twin"]


@functools.cache
def twin(model: type) -> type:
    """A class with the attributes of `model`, all optional but `id`."""
    types = field_types(model)
    fields: dict[str, Any] = {}
    for field in attrs.fields(cast("type[attrs.AttrsInstance]", model)):
        required = field.default is attrs.NOTHING
        if field.name == "id" or not required:
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


@attrs.frozen
class Drift:
    """How a row differs from its model: fields that always came and did not, and fields that nobody knew."""

    vanished: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def compare(model: type, row: Mapping[str, object]) -> Drift:
    """Compares a row as the API sent it with its model, by wire names."""
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", model))
    prefixes = tuple(prefix for field in fields if (prefix := dynamic_prefix(field)))
    known = {wire_name(field): field.default is attrs.NOTHING for field in fields if not dynamic_prefix(field)}
    return Drift(
        vanished=tuple(name for name, required in known.items() if required and name not in row),
        new=tuple(name for name in row if name not in known and not (prefixes and name.startswith(prefixes))),
    )
