"""How pydantic finds out what models and pages look like: hooks that load it when it asks, and never before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, SchemaSerializer

__all__ = ["PydanticSerializer", "page_hook", "pydantic_schema"]


class PydanticSerializer:
    """Gives pydantic what writes a value that no annotation describes: `-> dict` writes rows as `-> Project` does."""

    def __get__(self, instance: object, owner: type) -> SchemaSerializer:
        try:
            from .pydantic_schema import serializer
        except ImportError:
            raise AttributeError("__pydantic_serializer__") from None
        return serializer(owner)


class PydanticSchema:
    """Gives pydantic the schema of a model that is a response model of FastAPI or a field of a pydantic model."""

    def __set_name__(self, owner: type, name: str) -> None:
        # setattr: the attribute is pydantic's business and not one that users of the model should see.
        setattr(owner, "__pydantic_serializer__", PydanticSerializer())  # noqa: B010

    def __get__(self, instance: object, owner: type) -> Callable[[type, GetCoreSchemaHandler], CoreSchema]:
        def schema(source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
            from .pydantic_schema import core_schema

            return core_schema(owner, handler)

        return schema


pydantic_schema: PydanticSchema = PydanticSchema()
"""Makes an attrs class a type of pydantic: `__get_pydantic_core_schema__ = pydantic_schema`, in its body."""


class PydanticPageSchema:
    """Gives pydantic the schema of a class of pages: a list of its rows."""

    def __get__(self, instance: object, owner: type) -> Callable[[object, GetCoreSchemaHandler], CoreSchema]:
        def schema(source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
            from .pydantic_schema import page_schema

            return page_schema(owner, source, handler)

        return schema


page_hook: PydanticPageSchema = PydanticPageSchema()
"""Makes a class of pages a type of pydantic: `__get_pydantic_core_schema__ = page_hook`, in its body."""
