"""What pydantic leaves out of a model it writes, where the names and the memory of our models are not those of its own.

The fields themselves are filtered by pydantic. Left to do is what it cannot know: that an attribute is called otherwise
on the wire (`from_`), that one stands for many keys (`metadata` for `metadata_13`), and which fields hold defaults.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

import attrs
from pydantic_core import SchemaSerializer
from pydantic_core import core_schema as core

from .keys import key_map

__all__ = ["trimmer"]

Row: TypeAlias = dict[str, object]
Trim: TypeAlias = Callable[[object, Row, object, core.SerializationInfo], object]
Names: TypeAlias = Any
"""pydantic's `include` and `exclude`: a set of names, or a mapping from names to what holds inside them."""


def trimmer(model: type) -> Trim:
    """A function that finishes a row which pydantic has written: from the model, its whole row, what was written."""
    keys = key_map(model)
    defaults = {
        keys.key_of(field.name): field.default
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))
        if field.default is not attrs.NOTHING and not isinstance(field.default, attrs.Factory)  # type: ignore[arg-type]  # a class at run time
    }

    def trim(value: object, row: Row, written: object, info: core.SerializationInfo) -> object:
        if not isinstance(written, dict):
            return written
        if info.exclude_unset or info.exclude_defaults:
            # A row does not remember what was sent: a field that holds its default counts as unset.
            written = {key: entry for key, entry in written.items() if key not in defaults or row[key] != defaults[key]}
        if not keys.differ:
            return written
        if info.include is not None:
            for key in _keys_of(info.include, keys.renamed, keys.dynamic, row):
                if row[key] is not None or not info.exclude_none:
                    written.setdefault(key, row[key])
        if info.exclude is not None:
            for key in _keys_of(info.exclude, keys.renamed, keys.dynamic, row):
                written.pop(key, None)
        if info.include is not None:
            written = {key: written[key] for key in row if key in written}
        if info.by_alias is False and _unspecified_is_none():
            written = {keys.renamed.get(key, key): entry for key, entry in written.items()}
        return written

    return trim


def _keys_of(names: Names, renamed: Mapping[str, str], dynamic: Mapping[str, str], row: Row) -> list[str]:
    """The keys of a row that are named by their attributes."""
    found = [key for key, name in renamed.items() if name in names and key in row]
    for prefix, name in dynamic.items():
        if name not in names:
            continue
        chosen: Any = names[name] if isinstance(names, Mapping) else True
        ids = {str(id) for id in chosen} if isinstance(chosen, (set, Mapping)) else None
        found += [
            key
            for key in row
            if key.startswith(prefix) and key[len(prefix) :].isdecimal() and (ids is None or key[len(prefix) :] in ids)
        ]
    return found


@functools.cache
def _unspecified_is_none() -> bool:
    """Whether this pydantic tells `by_alias=False` from saying nothing; older ones say False for both."""
    told = core.plain_serializer_function_ser_schema(lambda _, info: info.by_alias, info_arg=True)
    return SchemaSerializer(core.any_schema(serialization=told)).to_python(0) is None
