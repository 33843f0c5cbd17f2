"""Holds `words` and `settling` against the contract: nothing without its entry, no entry whose subject is gone."""

from __future__ import annotations

from collections.abc import Iterator

from . import settling
from .reading import Contract
from .schemas import Schema
from .words import (
    DYNAMIC,
    EXAMPLES,
    INSTEAD_OF_GET,
    MODELS,
    NOTES,
    OPEN_BODIES,
    RESOURCE_NOTES,
    UNITS,
)

__all__ = ["proofread"]


def proofread(contract: Contract) -> None:
    """Compares every table with what the contract has.

    Raises:
        ValueError: They differ; the message names the entries.
    """
    resources = {resource.name for resource in contract.resources}
    with_get = {
        resource.name for resource in contract.resources for each in resource.operations if each.method == "get"
    }
    schemas = [*_schemas(contract)]
    fields = {(schema.name, field.name) for schema in schemas for field in schema.fields}
    pairs = (
        ("MODELS", {model.name for model in contract.models}, MODELS.keys()),
        ("INSTEAD_OF_GET", resources - with_get, INSTEAD_OF_GET.keys()),
        ("RESOURCE_NOTES", resources & RESOURCE_NOTES.keys(), RESOURCE_NOTES.keys()),
        ("EXAMPLES", resources & EXAMPLES.keys(), EXAMPLES.keys()),
        ("OPEN_BODIES", {schema.name for schema in schemas if schema.unpublished}, OPEN_BODIES.keys()),
        ("DYNAMIC", {schema.prefix for schema in schemas if schema.prefix}, DYNAMIC.keys()),
        ("NOTES", {*_notes(contract)} & NOTES.keys(), NOTES.keys()),
        ("UNITS", {name for _, name in fields} & UNITS.keys(), UNITS.keys()),
    )
    for table, there, described in pairs:
        if there != described:
            names = ", ".join(sorted(str(each) for each in there ^ described))
            raise ValueError(f"words.{table} and the contract differ: {names}")
    for complaint in settling.check(contract):
        raise ValueError(complaint)


def _schemas(contract: Contract) -> Iterator[Schema]:
    yield from contract.models
    for resource in contract.resources:
        yield from (operation.body for operation in resource.operations if operation.body)


def _notes(contract: Contract) -> Iterator[str]:
    for schema in _schemas(contract):
        yield schema.note
        yield from (field.note for field in schema.fields)
    for resource in contract.resources:
        for operation in resource.operations:
            yield from (parameter.note for parameter in operation.query)
