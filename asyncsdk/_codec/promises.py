"""Values that a model promises and the API did not send: what counts as one, where they are, how many.

A field promises a value where its type has no None. In a row where it is null or missing, it is None all the same, so
that one such row does not cost a list; and it is named, once for each client, and counted in every walk. `id` and
`updated_at` are not let off: by them rows are told apart, and versions of a row.

`forgiving` says it in types, `misfits_of` finds it in rows, `WarnOnce` says it, `Misfits` counts. The rules that
make such rows are in `rules`.
"""

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin

import attrs

from .keys import field_types, is_model, key_map

__all__ = ["INDISPENSABLE", "Misfit", "Misfits", "Promise", "WarnOnce", "forgiving", "misfits_of", "promises_of"]

logger: logging.Logger = logging.getLogger("asyncsdk")

INDISPENSABLE: Final = frozenset({"id", "updated_at"})
"""Keys without whose value a row is refused."""

Found: TypeAlias = Literal["null", "missing", "an empty array"]


@attrs.frozen
class Misfit:
    """A promise that a row broke: the field's path by names of the wire (`leaders[].role_id`), and what was there."""

    field: str
    found: Found


# --- types ----------------------------------------------------------------------------------------------------------


def admits_none(type_: object) -> bool:
    """Whether a value of this type may be None."""
    if get_origin(type_) is Annotated:
        return admits_none(get_args(type_)[0])
    if get_origin(type_) in (Union, UnionType):
        return any(map(admits_none, get_args(type_)))
    return type_ in (None, NoneType, Any, object) or isinstance(type_, TypeVar)


def forgiving(type_: object) -> object:
    """The type with None where it has none: itself, and what its collections hold. What models hold is theirs."""
    origin, arguments = cast("Any", get_origin(type_)), get_args(type_)
    wider: Any = type_
    if origin in (Union, UnionType):
        return Union[tuple(map(forgiving, arguments))]  # noqa: UP007  # its arms are known at run time only
    if origin is tuple and arguments[1:] == (...,):
        wider = origin[forgiving(arguments[0]), ...]
    elif origin is list:
        wider = origin[forgiving(arguments[0])]
    elif _is_mapping(type_) and arguments:
        generic: Any = Mapping
        wider = generic[arguments[0], forgiving(arguments[1])]
    return wider if admits_none(wider) else Union[wider, None]  # noqa: UP007  # as above


@attrs.frozen
class Promise:
    """A field as promises see it.

    `key` is its name on the wire, or the prefix of its dynamic keys; `required` says that it has no default.
    """

    key: str
    attribute: str
    type: object
    required: bool
    dynamic: bool


@functools.cache
def promises_of(model: type) -> tuple[Promise, ...]:
    """The fields of an attrs class that can break a promise: their own, or one of what they hold."""
    keys, types = key_map(model), field_types(model)
    prefixes = {name: prefix for prefix, name in keys.dynamic.items()}
    found = []
    for field in attrs.fields(cast("type[attrs.AttrsInstance]", model)):
        if not field.init:
            continue
        type_, required = types[field.name], field.default is attrs.NOTHING
        if required or not admits_none(type_) or _holds_promises(type_):
            key = prefixes.get(field.name) or keys.key_of(field.name)
            found.append(Promise(key, field.name, type_, required, field.name in prefixes))
    return tuple(found)


def _holds_promises(type_: object) -> bool:
    return any(
        is_model(each) or get_origin(each) in (tuple, list) or _is_mapping(each) for each in (type_, *get_args(type_))
    )


def _is_mapping(type_: object) -> bool:
    return (get_origin(type_) or type_) in (dict, Mapping)


def _bare(type_: object) -> object:
    """The type without None and without what Annotated adds; a union of several others as it is."""
    if get_origin(type_) is Annotated:
        return _bare(get_args(type_)[0])
    if get_origin(type_) in (Union, UnionType):
        arms = [arm for arm in get_args(type_) if arm is not NoneType]
        return _bare(arms[0]) if len(arms) == 1 else type_
    return type_


# --- rows -----------------------------------------------------------------------------------------------------------


def misfits_of(model: type, row: object) -> frozenset[Misfit]:
    """The promises that a row breaks: as plain JSON by the names of the wire, or as `model` made of it.

    In a row that was made nothing is missing, but null.
    """
    return frozenset(_in_row(model, row, ""))


def _in_row(model: type, row: object, start: str) -> Iterator[Misfit]:
    sent = row if isinstance(row, dict) else None
    for promise in promises_of(model):
        path = start + promise.key
        if sent is not None and promise.dynamic:
            values = [value for key, value in sent.items() if key.startswith(promise.key)]
            yield from _in_elements(get_args(promise.type)[1], values, f"{path}*")
        elif promise.dynamic:
            mapping = cast("Mapping[object, object]", getattr(row, promise.attribute))
            yield from _in_elements(get_args(promise.type)[1], mapping.values(), f"{path}*")
        elif sent is None:
            yield from _in_value(promise.type, getattr(row, promise.attribute), path)
        elif promise.key in sent:
            yield from _in_value(promise.type, sent[promise.key], path)
        elif promise.required:
            yield Misfit(path, "missing")


def _in_value(type_: object, value: object, path: str) -> Iterator[Misfit]:
    if value is None:
        if not admits_none(type_):
            yield Misfit(path, "null")
        return
    type_ = _bare(type_)
    arguments = get_args(type_)
    if is_model(type_):
        if value == []:
            yield Misfit(path, "an empty array")
        elif isinstance(value, (dict, cast("type", type_))):
            yield from _in_row(cast("type", type_), value, f"{path}.")
    elif get_origin(type_) in (tuple, list) and isinstance(value, (tuple, list)):
        yield from _in_elements(arguments[0], value, f"{path}[]")
    elif _is_mapping(type_) and isinstance(value, Mapping) and arguments:
        yield from _in_elements(arguments[1], value.values(), f"{path}.*")


def _in_elements(type_: object, values: Iterable[object], path: str) -> Iterator[Misfit]:
    for value in values:
        yield from _in_value(type_, value, path)


def _fields_of(model: type) -> Callable[[object], Collection[str]]:
    """The fields in which a row made of `model` breaks promises: `misfits_of`, but quick where it holds no others."""
    promises = promises_of(model)
    promised = [each for each in promises if not admits_none(each.type) and not each.dynamic]
    holders = [each.attribute for each in promises if _holds_promises(each.type)]
    names = [each.key for each in promised]
    # Two more, so that there is always a tuple.
    values = attrgetter(*(each.attribute for each in promised), "__class__", "__class__")
    held = attrgetter(*holders, "__class__", "__class__")

    def fields(row: object) -> Collection[str]:
        if holders and any(held(row)[:-2]):
            return {misfit.field for misfit in misfits_of(model, row)}
        found = values(row)
        return [name for name, value in zip(names, found, strict=False) if value is None] if None in found else ()

    return fields


# --- warnings and counts ----------------------------------------------------------------------------------------------


class WarnOnce:
    """Warns of fields that do not keep to their model, of each once. A client and its copies share one."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()

    def know(self, fields: Iterable[tuple[str, str]]) -> None:
        """Takes fields of models as known: they are warned of no more."""
        self._said.update(fields)

    def warn(self, model: str, field: str, sentence: str) -> None:
        """Warns of a field of a model, unless that was done before."""
        if (model, field) not in self._said:
            self._said.add((model, field))
            logger.warning("%s", sentence, extra={"wethod_model": model, "wethod_field": field})


class Misfits:
    """How many rows of one walk broke which promise of their model.

    A page that fits to the letter has none, so nothing is looked at before the first one is met.
    """

    def __init__(self, model: type) -> None:
        self._model = model
        self._counts: Counter[str] = Counter()
        self._fields: Callable[[object], Collection[str]] | None = None
        self.met: bool = False
        """Whether a row that broke a promise was decoded; what `count` is given before that need not be looked at."""

    def meet(self) -> None:
        """Takes in that a row that broke a promise was decoded."""
        self.met = True

    def count(self, rows: Iterable[object]) -> None:
        """Counts rows that are handed out; what is no row of the model is passed over."""
        fields = self._fields = self._fields or _fields_of(self._model)
        for row in rows:
            if type(row) is self._model and (found := fields(row)):
                self._counts.update(found)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by the field that was null or missing, as a copy."""
        return dict(self._counts)
