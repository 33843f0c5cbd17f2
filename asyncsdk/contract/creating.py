"""Which creates can be found again after a lost answer, and by what: code for `_lists.created_rows`.

The contract says how a field comes back (`x-sent-as`) and what a list can be filtered by. A create whose body is not
published cannot be found: nobody can tell what its row looks like.
"""

from __future__ import annotations

from .reading import Operation, Resource

__all__ = ["creation_of", "is_found", "pair_of"]


def is_found(operation: Operation) -> bool:
    """Whether a lost create, or link of two rows, can be looked up."""
    return _is_create(operation) or _is_link(operation)


def _is_create(operation: Operation) -> bool:
    body = operation.body
    return operation.method == "create" and operation.model is not None and body is not None and not body.unpublished


def _is_link(operation: Operation) -> bool:
    return operation.method.startswith("attach_") and operation.model is not None and len(operation.ids) == 2


def creation_of(resource: Resource) -> str | None:
    """Returns the code of the `Creation` of a resource; None where it has no create that can be found."""
    known = {operation.method: operation for operation in resource.operations}
    create, listed, get = known.get("create"), known.get("list"), known.get("get")
    if create is None or listed is None or not _is_create(create) or create.body is None:
        return None
    queries = {parameter.name: parameter.kind for parameter in listed.query}
    kinds = {"integer": "plain", "integers": "plain", "date": "date"}
    filters = {
        field.name: kinds[queries[field.name]]
        for field in create.body.fields
        if field.sent_as is None and queries.get(field.name) in kinds
    }
    spelled = {
        field.name: (field.sent_as.field, field.sent_as.spelling) for field in create.body.fields if field.sent_as
    }
    given = [f'"{resource.name}"', f'"{listed.path}"', str(create.model)]
    if get is not None:
        given.append(f'row="{get.path}"')
    if filters:
        given.append(f"filters={filters!r}")
    if spelled:
        given.append(f"spelled={spelled!r}")
    return f"Creation({', '.join(given)})"


def pair_of(operation: Operation) -> tuple[str, str]:
    """Returns the path of the list of a link, and the name of its second id: the first is in the path."""
    path, _, last = operation.path.rpartition("/")
    return path, last.strip("{}")
