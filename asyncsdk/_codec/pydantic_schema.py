"""Models as pydantic sees them: fields of pydantic models, response models and bodies of FastAPI, JSON schemas.

A model of asyncsdk tells pydantic how it is validated and written, by the names of the wire (`from`, `metadata_13`).
Loaded when pydantic asks a model for its schema, and by nobody else. `pydantic_trimming` leaves out what a caller wants
left out.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from types import NoneType
from typing import Annotated, Any, cast, get_args, get_origin

import attrs
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticSerializationUnexpectedValue, SchemaSerializer
from pydantic_core import core_schema as core

from ..errors import ArgumentError
from .keys import field_types, is_model, key_map
from .promises import INDISPENSABLE
from .pydantic_trimming import trimmer

__all__ = ["core_schema", "page_schema", "serializer"]


def core_schema(model: type, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The pydantic schema of a model.

    Takes the model itself, or a mapping by the keys of the wire or by the names of the attributes; unknown keys are
    ignored. A naive date-time, nan and infinity are refused. Writes by the keys of the wire, every field of the model
    among them; what pydantic is told to leave out (`include`, `exclude`, `exclude_none` ...) is left out at any depth.

    Null is taken and written where the API broke a promise, so that what was written can be read again. The JSON schema
    says what the contract promises.

    Args:
        model: an attrs class of `asyncsdk.models`.
        handler: pydantic's generator of schemas for the types inside.
    """
    incoming, outgoing = (_fields(model, handler, required=required) for required in (None, True))
    about = _about(model)
    by_key = core.typed_dict_schema(incoming, cls_name=model.__name__, extra_behavior=_extra(model), metadata=about)
    # The JSON schema is that of `by_key` in either direction.
    written = core.typed_dict_schema(outgoing, cls_name=model.__name__, extra_behavior=_extra(model))
    build = _builder(model)

    def read(value: object, inner: core.ValidatorFunctionWrapHandler) -> object:
        return value if isinstance(value, model) else build(inner(value))

    return core.no_info_wrap_validator_function(
        read,
        by_key,
        ref=f"{model.__module__}.{model.__qualname__}:{id(model)}",
        # Not a plain function: pydantic would keep include and exclude from the fields.
        serialization=core.wrap_serializer_function_ser_schema(_writer(model), info_arg=True, schema=written),
    )


def page_schema(page: type[Iterable[object]], source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The pydantic schema of a page: a list of its rows, `Page[Project]` as `list[Project]`.

    Args:
        page: the class of pages.
        source: the annotation, with the model of the rows where it names one.
        handler: pydantic's generator of schemas for the rows.
    """
    arms = get_args(source)
    rows = core.list_schema(handler.generate_schema(arms[0]) if arms else core.any_schema())

    def read(value: object, inner: core.ValidatorFunctionWrapHandler) -> object:
        return value if isinstance(value, page) else inner(value)

    def write(value: object, inner: core.SerializerFunctionWrapHandler) -> object:
        return inner(list(value) if isinstance(value, page) else value)

    return core.no_info_wrap_validator_function(
        read, rows, serialization=core.wrap_serializer_function_ser_schema(write, schema=rows)
    )


@functools.cache
def serializer(model: type) -> SchemaSerializer:
    """What pydantic writes a model with where no annotation says that it is one (`Any`, `dict`)."""
    return TypeAdapter(model).serializer


def _about(model: type) -> dict[str, Any]:
    """Title and description of the JSON schema, and what its dynamic keys look like."""
    summary = (inspect.getdoc(model) or "").split("\n\nAttributes:")[0].strip()
    updates: dict[str, Any] = {"title": model.__name__, "description": summary}
    if prefixes := key_map(model).dynamic:
        updates["patternProperties"] = {f"^{prefix}[0-9]+$": {} for prefix in prefixes}
    return {"pydantic_js_updates": updates, "pydantic_js_functions": [_all_written]}


def _all_written(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """The JSON schema of a row: what is written has every field, what is read those without a default."""
    told = handler(schema)
    if handler.mode == "serialization":
        told["required"] = list(told["properties"])
    return told


def _extra(model: type) -> core.ExtraBehavior:
    return "allow" if key_map(model).dynamic else "ignore"


def _fields(model: type, handler: GetCoreSchemaHandler, *, required: bool | None) -> dict[str, core.TypedDictField]:
    """The fields by their keys. `required` None: those without a default are."""
    keys, types = key_map(model), field_types(model)
    return {
        (key := keys.key_of(field.name)): core.typed_dict_field(
            _schema_of(types[field.name], handler) if key in INDISPENSABLE else _forgiving(types[field.name], handler),
            required=field.default is attrs.NOTHING if required is None else required,
            validation_alias=None if key == field.name else _either(key, field.name),
        )
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))
        if field.name not in keys.dynamic.values()
    }


def _either(key: str, name: str) -> list[list[str | int]]:
    """The attribute's name, too, is taken: it is what `attrs.asdict` and people who write Python say."""
    return [[key], [name]]


def _forgiving(type_: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The schema of a field's type that takes null as well, and does not say so."""
    schema = _schema_of(type_, handler)
    if schema["type"] in {"any", "nullable"}:
        return schema
    if is_model(type_):
        # What a function of a JSON schema returns is no reference any more: the model would be spelled out each time.
        return core.no_info_wrap_validator_function(
            _unless_none,
            schema,
            serialization=core.wrap_serializer_function_ser_schema(_unless_none, schema=schema),
        )
    return core.nullable_schema(schema, metadata={"pydantic_js_functions": [_as_promised]})


def _unless_none(value: object, inner: Callable[[object], object]) -> object:
    return None if value is None else inner(value)


def _as_promised(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    return handler(cast("core.NullableSchema", schema)["schema"])


def _schema_of(type_: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The schema of a field's type: scalars by the codec's rules, the rest as pydantic has them."""
    if get_origin(type_) is Annotated:
        type_ = get_args(type_)[0]
    arms = get_args(type_)
    if NoneType in arms:
        others = [arm for arm in arms if arm is not NoneType]
        return core.nullable_schema(_schema_of(others[0], handler))
    if get_origin(type_) is tuple:
        return core.tuple_schema([_forgiving(arms[0], handler)], variadic_item_index=0)
    if type_ is dt.datetime:
        return core.datetime_schema(tz_constraint="aware")
    if type_ is float:
        return core.float_schema(allow_inf_nan=False)
    if is_model(type_) or type_ in (bool, int, str, dt.date):
        return handler.generate_schema(type_)
    return core.any_schema()


def _builder(model: type) -> Callable[[dict[str, object]], object]:
    """Makes a model of validated values by the keys of the wire."""
    keys = key_map(model)

    def build(values: dict[str, object]) -> object:
        if keys.differ:
            values = dict(values)
            for prefix, name in keys.dynamic.items():
                if isinstance(by_id := values.get(name), Mapping):  # as an attribute
                    values |= {f"{prefix}{id}": value for id, value in by_id.items()}
            keys.gather(values)
        return model(**values)

    return build


def _writer(model: type) -> Callable[[object, core.SerializerFunctionWrapHandler, core.SerializationInfo], object]:
    """Takes a model apart into values by the keys of the wire, which the schema of its fields writes."""
    keys, trim = key_map(model), trimmer(model)
    names = [field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))]
    values = attrgetter(*names)
    moments = [keys.key_of(name) for name, type_ in field_types(model).items() if dt.datetime in _parts(type_)]

    def write(value: object, inner: core.SerializerFunctionWrapHandler, info: core.SerializationInfo) -> object:
        if not isinstance(value, model):
            # pydantic tries the next member of a union; without one it warns, and writes what it is given.
            raise PydanticSerializationUnexpectedValue(f"a {model.__name__} was expected, not {type(value).__name__}")
        row: dict[str, object] = dict(zip(names, values(value), strict=True))
        if keys.differ:
            row = keys.spread(row)
        for key in moments:
            if isinstance(moment := row[key], dt.datetime) and moment.tzinfo is None:
                raise ArgumentError(key, f"holds a date-time without time zone ({moment.isoformat()}); add tzinfo=UTC")
        return trim(value, row, inner(row), info)

    return write


def _parts(type_: object) -> list[object]:
    """A type and what it is made of."""
    return [type_, *(part for arm in get_args(type_) for part in _parts(arm))]
