"""Rows where no annotation says what they are: `return rows`, `return {"rows": rows}`, a page, a generator of rows.

FastAPI then asks `jsonable_encoder`, which has one registry of encoders for the whole process. What is entered there
concerns rows and pages of asyncsdk alone, which FastAPI would refuse otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import ValuesView
from typing import Any, Final

from fastapi import encoders

from ..._codec.decode import to_dict
from ..._codec.keys import is_model
from ..._lists.mirrored import MirroredList
from ..._lists.page import Page

__all__ = ["register_encoders"]


_FILTERS: Final = ("include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none")


class _WritableType(type):
    """Answers `isinstance(value, _Writable)`: the models are many, loaded when first used, and share no class."""

    def __instancecheck__(cls, value: object) -> bool:
        kind = type(value)
        if isinstance(value, ValuesView):
            return isinstance(getattr(value, "_mapping", None), MirroredList)
        # Classes of an application's own (`pager.into(Mine)`) as far as FastAPI cannot take them apart itself.
        return kind is Page or (is_model(kind) and (_is_ours(kind) or not hasattr(value, "__dict__")))


def _is_ours(kind: type) -> bool:
    return hasattr(kind, "__pydantic_serializer__")


class _Writable(metaclass=_WritableType):
    """A row of any model, a page of them, or the rows of a list in memory."""


def _encode(value: Any) -> object:
    # The registry hands over the value alone. What is to be left out of it is looked up where it was asked for: fields
    # that somebody excludes must not go out because FastAPI has no way to say so.
    caller = sys._getframe(1)
    asked = caller.f_locals if caller.f_code is encoders.jsonable_encoder.__code__ else {}
    filters = {name: asked[name] for name in _FILTERS if name in asked}
    if _is_ours(type(value)):
        return type(value).__pydantic_serializer__.to_python(value, mode="json", **filters)
    plain = list(value) if isinstance(value, ValuesView) else to_dict(value)
    return encoders.jsonable_encoder(plain, **filters)


def register_encoders() -> None:
    """Lets FastAPI answer with rows and pages that no annotation describes, written as their annotated form would be.

    Importing `asyncsdk.integrations.fastapi` does this. Only an annotation (or `response_model=`) brings the fields to
    the OpenAPI page, and only with one does FastAPI heed `response_model_exclude`, as for every other class; a lifespan
    of this package warns of it. `jsonable_encoder(row, exclude=...)`, called by hand, leaves out what it is told to.
    """
    encoders.encoders_by_class_tuples[_encode] = (_Writable,)
