"""A change of the contract: what it says in words, and the edits of the document that make it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence
from typing import Any, Literal, TypeAlias

import attrs

__all__ = ["Area", "ContractChange", "Edit", "applied_to", "edit"]

Area: TypeAlias = Literal["operation", "parameter", "body", "model"]


@attrs.frozen
class Edit:
    """One edit of the document at a place.

    Args:
        what: `set` or `remove` a key; `append` to a list, `drop` from it what is equal to `value` or has it as name.
        at: keys from the root to what is set, removed, or to the list; `name=limit` is an item of a list.
        value: see `what`.
    """

    what: Literal["set", "remove", "append", "drop"]
    at: tuple[str, ...]
    value: Any = None


@attrs.frozen
class ContractChange:
    """One difference between the contract and what is said or seen elsewhere.

    Args:
        area: of the contract.
        subject: `GET /api/projects`, `GET /api/projects limit`, `UpdateProject.name`, `Project.name`.
        said: what is otherwise.
        edits: that make the contract say it; none where somebody has to decide.
    """

    area: Area
    subject: str
    said: str
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return f"{self.area} {self.subject}: {self.said}"


def applied_to(document: Mapping[str, Any], changes: Iterable[ContractChange]) -> dict[str, Any]:
    """A copy of the contract's document with changes made."""
    changed = copy.deepcopy(dict(document))
    for change in changes:
        for each in change.edits:
            edit(changed, each)
    return changed


def edit(document: MutableMapping[str, Any], each: Edit) -> None:
    """Makes one edit in place. What two places share is changed in both: set whole what stands in one of them."""
    *way, last = each.at
    node: Any = document
    for key in way:
        node = _step(node, key)
    match each.what:
        case "set":
            node[last] = each.value
        case "remove":
            node.pop(last, None)
        case "append":
            held: MutableSequence[Any] = node.setdefault(last, [])
            if each.value not in held:
                held.append(each.value)
        case "drop":
            left = [it for it in node.get(last, ()) if it != each.value and _name(it) != each.value]
            if left:
                node[last][:] = left
            else:
                node.pop(last, None)


def _step(node: Any, key: str) -> Any:
    """What lies at a key; `name=x` is the item of that name in a list."""
    if key.startswith("name=") and not isinstance(node, Mapping):
        return next(item for item in node if _name(item) == key.removeprefix("name="))
    return node.setdefault(key, {})


def _name(item: object) -> object:
    return item.get("name") if isinstance(item, Mapping) else None
