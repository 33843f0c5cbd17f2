"""Rows where no annotation says what they are: `return rows`, `return {"rows": rows}`, a page, a generator of rows.

FastAPI then asks `jsonable_encoder`, which has one registry of encoders for the whole process. What is entered there
concerns rows and pages of asyncsdk alone, which FastAPI would refuse otherwise.
"""

from __future__ import annotations

from typing import Any

from fastapi import encoders

from ...keys import is_model
from ...walking.page import Page

__all__ = ["register_encoders"]


class _WritableType(type):
    """Answers `isinstance(value, _Writable)`: the models are many, loaded when first used, and share no class."""

    def __instancecheck__(cls, value: object) -> bool:
        kind = type(value)
        return (is_model(kind) or kind is Page) and hasattr(kind, "__pydantic_serializer__")


class _Writable(metaclass=_WritableType):
    """A row of any model of asyncsdk, or a page of them."""


def _encode(value: Any) -> object:
    return type(value).__pydantic_serializer__.to_python(value, mode="json")


def register_encoders() -> None:
    """Lets FastAPI answer with rows and pages that no annotation describes, written as their annotated form would be.

    Importing `asyncsdk.integrations.fastapi` does this. Only an annotation (or `response_model=`) brings the fields to
    the OpenAPI page, and only with one is `response_model_exclude` heeded, as for every other class; a lifespan of this
    package warns of it. An encoder is not told what `jsonable_encoder(row, exclude=...)` leaves out, where it is called
    by hand: write `TypeAdapter(Project).dump_python(row, mode="json", exclude=...)`.
    """
    encoders.encoders_by_class_tuples[_encode] = (_Writable,)
