"""Pages that break promises and are fine otherwise, at half the speed of those that keep them all.

Where the API stops sending a field, every row of a list breaks a promise. So such pages are decoded by msgspec as well:
into a struct that takes null and missing where the model does not, of which the model is then made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar, Union, cast

import attrs
import msgspec

from .keys import field_types
from .promises import INDISPENSABLE, Misfit, admits_none, promises_of

__all__ = ["Relaxed", "relaxed"]

T = TypeVar("T")

_NONE: Final[frozenset[Misfit]] = frozenset()


@attrs.frozen
class Relaxed(Generic[T]):
    """A struct of the attributes of a model, and how rows of it become rows of the model."""

    struct: type[msgspec.Struct]
    finish: Callable[[Sequence[msgspec.Struct]], list[tuple[T, frozenset[Misfit]]]]


def relaxed(model: type[T]) -> Relaxed[T] | None:
    """The struct of a model; None where the model does more with its fields than to keep them."""
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", model))
    if any(not field.init or field.converter or field.validator for field in fields):
        return None
    if any(hasattr(model, hook) for hook in ("__attrs_post_init__", "__attrs_pre_init__", "__post_init__")):
        return None
    keys = {
        promise.attribute: promise.key
        for promise in promises_of(cast("type", model))
        if promise.key not in INDISPENSABLE
        and not promise.dynamic
        and (promise.required or not admits_none(promise.type))
    }
    if not keys:
        return None
    types = field_types(model)
    struct = msgspec.defstruct(
        model.__name__,
        [(field.name, *_relaxed_field(field, types[field.name], relax=field.name in keys)) for field in fields],
        frozen=True,
        gc=False,
        kw_only=True,
    )
    return Relaxed(struct, _finisher(model, fields, keys))


def _relaxed_field(field: attrs.Attribute[Any], type_: object, *, relax: bool) -> tuple[Any, Any]:
    if relax:
        wider: Any = Union[cast("Any", type_), None]  # noqa: UP007  # a type that is known at run time only
        if field.default is attrs.NOTHING:
            return Union[wider, msgspec.UnsetType], msgspec.field(default=msgspec.UNSET)  # noqa: UP007
        type_ = wider
    if field.default is attrs.NOTHING:
        return type_, msgspec.field()
    if isinstance(field.default, attrs.Factory):  # type: ignore[arg-type]  # a function to the type checker
        return type_, msgspec.field(default_factory=cast("Any", field.default).factory)
    return type_, msgspec.field(default=field.default)


def _finisher(
    model: type[T], fields: Sequence[attrs.Attribute[Any]], keys: dict[str, str]
) -> Callable[[Sequence[msgspec.Struct]], list[tuple[T, frozenset[Misfit]]]]:
    types = field_types(model)
    names = [field.alias or field.name for field in fields]
    watched = [
        (at, keys[field.name], not admits_none(types[field.name]))
        for at, field in enumerate(fields)
        if field.name in keys
    ]
    known: dict[tuple[Misfit, ...], frozenset[Misfit]] = {(): _NONE}

    def one(row: msgspec.Struct) -> tuple[T, frozenset[Misfit]]:
        values = list(msgspec.structs.astuple(row))
        found: list[Misfit] = []
        for at, key, promised in watched:
            if values[at] is msgspec.UNSET:
                values[at] = None
                found.append(Misfit(key, "missing"))
            elif values[at] is None and promised:
                found.append(Misfit(key, "null"))
        made = cast("Callable[..., T]", model)(**dict(zip(names, values, strict=True)))
        return made, known.setdefault(tuple(found), frozenset(found))

    return lambda rows: list(map(one, rows))
