"""Which actions leave a mark in their row, and which: what `settle=True` looks for after a lost answer.

The contract says it (`x-state`): the field that tells the states of an action apart, and what it holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .reading import Contract, Operation

__all__ = ["check", "mark_of"]

_ANYTHING: Final = "*"  # any value but null


def mark_of(operation: Operation) -> tuple[str, str] | None:
    """The field and the value, as code, that show an action in its row; None where nothing does."""
    if operation.after is None:
        return None
    field, value = operation.after
    if value == _ANYTHING:
        return field, "SOME"
    return field, f'"{value}"' if isinstance(value, str) else repr(value)


def check(contract: Contract) -> Iterable[str]:
    """Complaints: marks in fields or values the model does not have, rows nobody can read, actions without a mark."""
    models = {model.name: {field.name: field for field in model.fields} for model in contract.models}
    known = {(each.resource, each.method): each for resource in contract.resources for each in resource.operations}
    for (resource, method), operation in known.items():
        if operation.after is None:
            if operation.kind == "action" and operation.path.partition(":")[2]:
                yield f"x-state: does {resource}.{method} leave a mark?"
            continue
        get = known.get((resource, "get"))
        if get is None or operation.model is None or get.model != operation.model:
            yield f"x-state: {resource}.{method} cannot be looked up"
            continue
        name, value = operation.after
        field = models[operation.model].get(name)
        if field is None or (isinstance(value, str) and value != _ANYTHING and value not in field.values):
            yield f"x-state: {resource}.{method} cannot be seen in {name}"
