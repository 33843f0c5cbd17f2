"""The rules by which JSON becomes models and models become JSON again: one cattrs converter.

What a field means is said here once: which spellings of a number are taken, which dates are refused, which keys
carry an id in their name. `codec` has a faster way for rows that fit to the letter; a property test holds both equal.

Every leaf is converted by msgspec, not by Python's constructors: `bool("false")` is true and `str(None)` is "None".

- A number may come as a string (`"1.5"`), a whole number as a float (`50.0`); a bool as 0 or 1, in quotes or not, or as
  `"true"` or `"false"` in any case. Nothing is rounded to a whole number: `1.5` and `"1.0000000000000000001"` are none.
- A string is a string: numbers and null are not turned into text, and `"null"` is not null.
- Date-times carry an offset; naive ones and epochs (17, "17") are refused. Dates are `YYYY-MM-DD`.
- nan and infinity are refused, also as strings.
- Unknown fields are ignored.
- A field that is null where the model has no `None`, or missing where it has no default, is None; `[]`, PHP's empty
  object, is None where a model stands and an empty mapping where one does. By the strict rules all that is refused, and
  by both a null or missing `id` or `updated_at`.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, Union, cast, get_args, get_origin

import msgspec
from cattrs import BaseValidationError, ClassValidationError, Converter, IterableValidationError
from cattrs.cols import homogenous_tuple_structure_factory, list_structure_factory, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ..errors import ArgumentError
from . import fields
from .keys import field_types, is_model, key_map
from .promises import INDISPENSABLE, forgiving, promises_of

__all__ = ["converter", "locate", "number_hooks", "plain"]

Hook: TypeAlias = "Callable[[object, object], object]"

_EXACT = 2**53  # from here on a float no longer tells neighbouring whole numbers apart
_SCALARS: tuple[type, ...] = (bool, int, float, str, dt.date, dt.datetime)


# --- leaves -------------------------------------------------------------------------------------------------------


def scalar_of(type_: object) -> type | None:
    """The scalar behind a type (`float` behind `Annotated[float, ...]`); None where it is no scalar."""
    bare = get_args(type_)[0] if get_origin(type_) is Annotated else type_
    return bare if bare in _SCALARS else None


def leaf_hook(type_: object) -> Hook:
    """How a value becomes the scalar `type_`; the hook raises msgspec.ValidationError."""
    scalar = scalar_of(type_)
    if scalar is bool or scalar is int or scalar is float:
        read: Hook = {bool: _to_bool, int: _to_int, float: _to_float}[scalar]
        if type_ is scalar or type_ == fields.Number:
            return read
        return lambda value, _: msgspec.convert(read(value, scalar), type_)
    # Strict, or 17 and "17" would be date-times.
    target = fields.Timestamp if type_ is dt.datetime else type_

    def read_text(value: object, _: object) -> object:
        try:
            return msgspec.convert(value, target)
        except msgspec.ValidationError as problem:
            if type(value) is not str:
                raise
            raise msgspec.ValidationError(f"{problem}, got {value[:40]!r}") from None

    return read_text


def _to_bool(value: object, _: object) -> bool:
    return msgspec.convert(value, bool, strict=False)


def _to_float(value: object, _: object) -> float:
    number = msgspec.convert(value, float, strict=False)
    if not math.isfinite(number):
        raise msgspec.ValidationError("Expected a finite `float`")
    return number


def _to_int(value: object, _: object) -> int:
    number = msgspec.convert(value, int, strict=False)
    if type(value) is str:
        # Text with a point or an exponent goes through a float, which rounds in silence.
        exact = value.isdecimal() or Decimal(value) == number
    else:
        exact = type(value) is not float or abs(value) < _EXACT
    if not exact:
        raise msgspec.ValidationError(f"Expected `int`, got `{type(value).__name__}`, and no exact whole number")
    return number


def number_hooks(model: type) -> list[tuple[str, Hook]]:
    """The attributes that hold a number or a bool, each with the hook that reads one."""
    return [
        (name, leaf_hook(arm))
        for name, type_ in field_types(model).items()
        for arm in (get_args(type_) if _is_union(type_) else (type_,))
        if scalar_of(arm) in (bool, int, float)
    ]


# --- structuring --------------------------------------------------------------------------------------------------


@functools.cache
def converter(*, strict: bool = False) -> Converter:
    """The one converter for lenient and the one for strict rules.

    Its `structure` takes decoded JSON, its `unstructure` gives JSON-safe data.
    """
    rules = Converter(detailed_validation=True)
    for scalar in _SCALARS:
        rules.register_structure_hook(scalar, leaf_hook(scalar))
    rules.register_structure_hook_factory(_is_annotated_scalar, leaf_hook)
    rules.register_structure_hook_factory(_is_tuple, _tuple_hook)
    rules.register_structure_hook_factory(_is_list, _list_hook)
    rules.register_structure_hook_factory(_is_mapping, functools.partial(_mapping_hook, strict=strict))
    rules.register_structure_hook_factory(is_model, _strict_model_hook if strict else _lenient_model_hook)
    rules.register_structure_hook_func(_is_anything, _as_it_is)

    rules.register_unstructure_hook(float, _finite)
    rules.register_unstructure_hook(dt.datetime, _utc)
    rules.register_unstructure_hook(dt.date, _day)
    rules.register_unstructure_hook_factory(_is_open, lambda _: plain)
    rules.register_unstructure_hook_factory(is_model, _model_unhook)
    return rules


def _is_anything(type_: object) -> bool:
    return type_ is object


def _as_it_is(value: object, _: object) -> object:
    return value


def _is_annotated_scalar(type_: object) -> bool:
    return get_origin(type_) is Annotated and scalar_of(type_) is not None


def _is_list(type_: object) -> bool:
    return type_ is list or get_origin(type_) is list


def _is_tuple(type_: object) -> bool:
    return type_ is tuple or get_origin(type_) is tuple


def _is_mapping(type_: object) -> bool:
    return (get_origin(type_) or type_) in (dict, Mapping)


def _is_union(type_: object) -> bool:
    return get_origin(type_) in (Union, UnionType)


def _is_open(type_: object) -> bool:
    """Neither a model, nor a scalar, nor one of these or None: JSON of any shape, or a collection."""
    arms = [arm for arm in get_args(type_) if arm is not NoneType] if _is_union(type_) else []
    return not is_model(type_) and scalar_of(type_) is None and len(arms) != 1


# cattrs iterates whatever it is given: "abc" would become ("a", "b", "c"), an object its keys.


def _tuple_hook(type_: type, rules: Converter) -> Hook:
    return _after_check(list, homogenous_tuple_structure_factory(type_, rules))


def _list_hook(type_: type, rules: Converter) -> Hook:
    return _after_check(list, list_structure_factory(type_, rules))


def _mapping_hook(type_: type, rules: Converter, *, strict: bool) -> Hook:
    structure = _after_check(dict, cast("Hook", mapping_structure_factory(type_, rules)))
    return structure if strict else lambda value, type_: structure({} if value == [] else value, type_)


def _lenient_model_hook(model: type, rules: Converter) -> Hook:
    """As the strict one, but None stands where a promised value does not."""
    promises = [promise for promise in promises_of(model) if promise.key not in INDISPENSABLE]
    absent = dict.fromkeys(promise.key for promise in promises if promise.required and not promise.dynamic)

    def reading(type_: object) -> Hook:
        return lambda value, _: rules.structure(value, cast("type[object]", type_))

    hooks: Any = {each.attribute: override(struct_hook=reading(forgiving(each.type))) for each in promises}
    structure = _model_hook(model, cast("Hook", make_dict_structure_fn(model, rules, **hooks)))

    def lenient(value: object, type_: object) -> object:
        if isinstance(value, dict):
            return structure(absent | value, type_)
        return None if value == [] else structure(value, type_)

    return lenient


def _strict_model_hook(model: type, rules: Converter) -> Hook:
    return _model_hook(model, cast("Hook", make_dict_structure_fn(model, rules)))


def _model_hook(model: type, structure: Hook) -> Hook:
    keys = key_map(model)
    if not keys.differ:
        return _after_check(dict, structure)

    def by_attribute(value: object, type_: object) -> object:
        row = dict(cast("dict[str, object]", value))
        keys.gather(row)
        return structure(row, type_)

    return _after_check(dict, by_attribute)


def _after_check(kind: type, structure: Hook) -> Hook:
    def checked(value: object, type_: object) -> object:
        if not isinstance(value, kind):
            msgspec.convert(value, kind)  # raises, in the words of the fast way
        return structure(value, type_)

    return checked


# --- unstructuring ------------------------------------------------------------------------------------------------


# Wherever a type has no None there may be one: the API broke its promise.


def _model_unhook(model: type, rules: Converter) -> Callable[[object], object]:
    keys = key_map(model)
    unstructure = cast("Callable[[object], dict[str, object]]", make_dict_unstructure_fn(model, rules))

    def by_key(value: object) -> object:
        if value is None:
            return None
        return keys.spread(unstructure(value)) if keys.differ else unstructure(value)

    return by_key


def plain(value: object) -> object:
    """JSON-safe data for a model, or for lists and mappings of them, however nested.

    Raises:
        ArgumentError: a naive date-time, nan, infinity, or an object that has no place in JSON.
    """
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, dt.date) or is_model(type(value)):
        return converter().unstructure(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [plain(entry) for entry in value]
    raise ArgumentError("obj", f"a model, or lists and mappings of models, not {type(value).__name__}")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise ArgumentError("obj", f"the keys of a mapping are text or ids, not {type(key).__name__}")


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise ArgumentError("obj", f"holds {value}, which JSON cannot say")
    return value


def _day(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _utc(value: dt.datetime | None) -> str | None:
    if value is not None and value.tzinfo is not dt.UTC:
        if value.utcoffset() is None:
            raise ArgumentError("obj", f"holds a date-time without time zone ({value.isoformat()}); add tzinfo=UTC")
        # The first and the last hours of the calendar are outside it in UTC: they keep their offset.
        with suppress(OverflowError):
            value = value.astimezone(dt.UTC)
    return cast("str | None", msgspec.to_builtins(value))


# --- refusals -----------------------------------------------------------------------------------------------------


def locate(refusal: BaseException) -> tuple[str, str]:
    """Where and why data was refused: a path from `$` on with the names of the wire, and a sentence.

    Takes what `converter().structure` or msgspec raised; of several refused fields it names the first.
    """
    path = "$"
    while isinstance(refusal, BaseValidationError):
        step, refusal = _descend(refusal)
        path += step
    if isinstance(refusal, KeyError):
        return path, "required field is missing"
    if isinstance(refusal, UnicodeDecodeError):
        return path, "not valid UTF-8"
    if isinstance(refusal, RecursionError):
        return path, "nested too deeply"
    reason, _, inside = str(refusal).partition(" - at `")
    return path + inside.removesuffix("`").removeprefix("$"), reason


def _descend(group: BaseValidationError) -> tuple[str, BaseException]:
    if isinstance(group, IterableValidationError):
        for child, element in group.group_exceptions()[0]:
            return (f"[{element.index}]" if isinstance(element.index, int) else f".{element.index}"), child
    if isinstance(group, ClassValidationError):
        for child, attribute in group.group_exceptions()[0]:
            keys = key_map(group.cl)
            for prefix, name in keys.dynamic.items():
                if name == attribute.name and isinstance(child, IterableValidationError):
                    entry, key = child.group_exceptions()[0][0]
                    return f".{prefix}{key.index}", entry
            return f".{keys.key_of(attribute.name)}", child
    return "", group.exceptions[0]
