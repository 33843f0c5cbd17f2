"""Which keys of the JSON belong to which attributes of a model, where the two are not called the same.

Keys that are Python keywords are renamed (`from`), keys that carry an id are gathered in one mapping (`metadata_13`).
The marks that say so stand on the fields of the models (`fields.wire`, `fields.dynamic`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast, get_args, get_type_hints

import attrs

from . import fields

__all__ = ["KeyMap", "field_types", "is_model", "key_map", "nested_models"]

_ID = re.compile(r"0|[1-9][0-9]{0,17}")  # one spelling for an id, or two keys could fight over it


def is_model(type_: object) -> bool:
    """Whether `type_` is an attrs class."""
    return isinstance(type_, type) and attrs.has(type_)


@attrs.frozen
class KeyMap:
    """Where a model's attributes are not called as its keys on the wire.

    `ordinary` are the keys that are attribute names as they stand, `renamed` leads from a key to its attribute,
    `dynamic` from a prefix to the attribute that maps ids to values (`metadata_` to `metadata`).
    """

    ordinary: frozenset[str]
    renamed: Mapping[str, str]
    dynamic: Mapping[str, str]

    @property
    def differ(self) -> bool:
        """Whether any key is not called as its attribute."""
        return bool(self.renamed or self.dynamic)

    def gather(self, row: dict[str, object]) -> None:
        """Turns the keys of `row` into attribute names, in place; unknown keys are dropped.

        `{"id": 1, "metadata_13": "x"}` becomes `{"id": 1, "metadata": {13: "x"}}`.
        """
        found: dict[str, object] = {}
        by_id: dict[int, object]
        for key in [key for key in row if key not in self.ordinary]:
            value = row.pop(key)
            if key in self.renamed:
                found[self.renamed[key]] = value
                continue
            for prefix, name in self.dynamic.items():
                if key.startswith(prefix) and _ID.fullmatch(key, len(prefix)):
                    by_id = cast("dict[int, object]", found.setdefault(name, {}))
                    by_id[int(key[len(prefix) :])] = value
        # Only now: an unknown key may be spelled like an attribute.
        row.update(found)

    def spread(self, row: dict[str, object]) -> dict[str, object]:
        """`row` by the keys of the wire, the dynamic ones last; the inverse of `gather`. Takes `row` apart."""
        if self.renamed:
            row = {self.key_of(name): value for name, value in row.items()}
        for prefix, name in self.dynamic.items():
            for key, value in cast("dict[str, object]", row.pop(name)).items():
                row[f"{prefix}{key}"] = value
        return row

    def key_of(self, name: str) -> str:
        """The key of an attribute that is not dynamic."""
        return next((key for key, attribute in self.renamed.items() if attribute == name), name)


def key_map(model: type) -> KeyMap:
    """The keys of an attrs class, as the marks on its fields say."""
    renamed: dict[str, str] = {}
    dynamic: dict[str, str] = {}
    ordinary: set[str] = set()
    for attribute in attrs.fields(cast("type[attrs.AttrsInstance]", model)):
        if prefix := fields.dynamic_prefix(attribute):
            dynamic[prefix] = attribute.name
        elif (key := fields.wire_name(attribute)) != attribute.name:
            renamed[key] = attribute.name
        else:
            ordinary.add(attribute.name)
    return KeyMap(frozenset(ordinary), renamed, dynamic)


def nested_models(model: type) -> frozenset[type]:
    """The attrs classes that the fields of `model` hold, at any depth."""
    found: set[type] = set()
    waiting = list(field_types(model).values())
    while waiting:
        type_ = waiting.pop()
        if isinstance(type_, type) and attrs.has(type_) and type_ not in found:
            found.add(type_)
            waiting += field_types(type_).values()
        waiting += get_args(type_)
    return frozenset(found)


def field_types(model: type) -> Mapping[str, object]:
    """The types of the fields of an attrs class by attribute name, with what Annotated adds."""
    return get_type_hints(model, include_extras=True)
