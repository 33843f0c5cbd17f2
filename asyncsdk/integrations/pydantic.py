"""Models as pydantic sees them: fields of pydantic models, response models and bodies of FastAPI, JSON schemas.

A model of asyncsdk tells pydantic how it is validated and written, by the names of the wire (`from`, `metadata_13`).
Loaded when pydantic asks a model for its schema, and by nobody else.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import NoneType
from typing import Annotated, Any, cast, get_args, get_origin

import attrs
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core import core_schema as core

from ..errors import ArgumentError
from ..keys import field_types, is_model, key_map
from ..promises import INDISPENSABLE

__all__ = ["core_schema"]


def core_schema(model: type, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The pydantic schema of a model.

    Takes the model itself, or a mapping by the keys of the wire; unknown keys are ignored. Writes by the keys of the
    wire, every field of the model among them. A naive date-time, nan and infinity are refused.

    Null is taken and written where the API broke a promise (`promises`), so that what was written can be read again.
    The JSON schema says what the contract promises.

    Args:
        model: an attrs class of `asyncsdk.models`.
        handler: pydantic's generator of schemas for the types inside.
    """
    about = _about(model)
    incoming, outgoing = (_fields(model, handler, required=required) for required in (None, True))
    by_key = core.typed_dict_schema(incoming, cls_name=model.__name__, extra_behavior=_extra(model), metadata=about)
    written = core.typed_dict_schema(outgoing, cls_name=model.__name__, extra_behavior=_extra(model), metadata=about)
    build = _builder(model)

    def read(value: object, inner: core.ValidatorFunctionWrapHandler) -> object:
        return value if isinstance(value, model) else build(inner(value))

    return core.no_info_wrap_validator_function(
        read,
        by_key,
        ref=f"{model.__module__}.{model.__qualname__}:{id(model)}",
        serialization=core.plain_serializer_function_ser_schema(_spreader(model), return_schema=written),
    )


def _about(model: type) -> dict[str, Any]:
    """Title and description of the JSON schema, and what its dynamic keys look like."""
    summary = (inspect.getdoc(model) or "").split("\n\nAttributes:")[0].strip()
    updates: dict[str, Any] = {"title": model.__name__, "description": summary}
    if prefixes := key_map(model).dynamic:
        updates["patternProperties"] = {f"^{prefix}[0-9]+$": {} for prefix in prefixes}
    return {"pydantic_js_updates": updates}


def _extra(model: type) -> core.ExtraBehavior:
    return "allow" if key_map(model).dynamic else "ignore"


def _fields(model: type, handler: GetCoreSchemaHandler, *, required: bool | None) -> dict[str, core.TypedDictField]:
    """The fields by their keys. `required` None: those without a default are."""
    keys, types = key_map(model), field_types(model)
    return {
        keys.key_of(field.name): core.typed_dict_field(
            _schema_of(types[field.name], handler)
            if keys.key_of(field.name) in INDISPENSABLE
            else _forgiving(types[field.name], handler),
            required=field.default is attrs.NOTHING if required is None else required,
        )
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))
        if field.name not in keys.dynamic.values()
    }


def _forgiving(type_: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The schema of a field's type that takes null as well, and does not say so."""
    schema = _schema_of(type_, handler)
    if schema["type"] in {"any", "nullable"}:
        return schema
    return core.nullable_schema(schema, metadata={"pydantic_js_functions": [_as_promised]})


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
            keys.gather(values)
        return model(**values)

    return build


def _spreader(model: type) -> Callable[[object], Mapping[str, object]]:
    """Takes a model apart into values by the keys of the wire; what is nested is taken apart in its turn."""
    keys = key_map(model)
    names = [field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))]
    values = attrgetter(*names)

    def spread(value: object) -> Mapping[str, object]:
        if not isinstance(value, model):
            raise ArgumentError("value", f"a {model.__name__}, not {type(value).__name__}")
        row: dict[str, object] = dict(zip(names, values(value), strict=True))
        return keys.spread(row) if keys.differ else row

    return spread
