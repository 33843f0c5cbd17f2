"""Which actions leave a mark in their row, and which: what `settle=True` looks for after a lost answer.

Taken from the contract's models: the field that tells the states of an action apart, and what it holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .reading import Contract, Operation

__all__ = ["SETTLED", "check", "mark_of"]

SOME: Final = "SOME"

SETTLED: Final = {
    # (resource, method): the field of the model, and what it holds once the action was carried out, as code.
    ("budgets", "approve"): ("status", '"APPROVED"'),
    ("budgets", "draft"): ("status", '"DRAFT"'),
    ("budgets", "recall"): ("status", '"DRAFT"'),
    ("budgets", "reject"): ("status", '"DRAFT"'),
    ("budgets", "set_baseline"): ("is_baseline", "True"),
    ("budgets", "submit"): ("status", '"SUBMITTED"'),
    ("custom_fields", "archive"): ("archived_at", SOME),
    ("custom_fields", "unarchive"): ("archived_at", "None"),
    ("invoices", "send"): ("status", '"sent"'),
    ("invoices", "set_paid"): ("status", '"paid"'),
    ("invoices", "set_unpaid"): ("status", '"sent"'),
    ("projects", "archive"): ("is_archived", "True"),
    ("projects", "unarchive"): ("is_archived", "False"),
    ("streams", "archive"): ("archived_at", SOME),
    ("streams", "unarchive"): ("archived_at", "None"),
}


def mark_of(operation: Operation) -> tuple[str, str] | None:
    """The field and the value, as code, that show an action in its row; None where nothing does."""
    return SETTLED.get((operation.resource, operation.method))


def check(contract: Contract) -> Iterable[str]:
    """Complaints: marks of actions, fields or values the contract does not have, and actions without a mark."""
    models = {model.name: {field.name: field for field in model.fields} for model in contract.models}
    known = {(each.resource, each.method): each for resource in contract.resources for each in resource.operations}
    for (resource, method), (name, value) in SETTLED.items():
        operation, get = known.get((resource, method)), known.get((resource, "get"))
        if operation is None or get is None or operation.model is None or get.model != operation.model:
            yield f"settling: {resource}.{method} cannot be looked up"
            continue
        field = models[operation.model].get(name)
        if field is None or (value.startswith('"') and value.strip('"') not in field.values):
            yield f"settling: {resource}.{method} cannot be seen in {name}"
    for place, operation in known.items():
        if operation.kind == "action" and operation.path.partition(":")[2] and place not in SETTLED:
            yield f"settling: does {place[0]}.{place[1]} leave a mark?"
