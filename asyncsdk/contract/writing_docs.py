"""Writes `docs/api.md`: every call of the client in one line, as it is written in code."""

from __future__ import annotations

from collections.abc import Iterator

from .creating import is_found
from .parameters import of_operation
from .reading import Contract, Operation, Resource
from .settling import mark_of

__all__ = ["write_api_page"]


def write_api_page(contract: Contract) -> str:
    """Returns the page, in Markdown: a section for each resource, a line for each of its calls."""
    calls = sum(len(resource.operations) for resource in contract.resources)
    return "\n".join([*_head(calls, len(contract.resources)), *_sections(contract)]) + "\n"


def _head(calls: int, resources: int) -> Iterator[str]:
    yield "# Every call"
    yield ""
    yield f"{calls} calls of {resources} resources, generated from the contract. `*` stands before arguments by name;"
    yield "those in brackets may be left out. Lists give a pager (`asyncsdk docs lists`), everything else is awaited."
    yield "`help(wethod.projects.get)` tells arguments, units, permissions and errors of a call."


def _sections(contract: Contract) -> Iterator[str]:
    for resource in sorted(contract.resources, key=lambda each: each.name):
        yield ""
        yield f"## {resource.name}"
        yield ""
        yield from (_line(resource, operation) for operation in resource.operations)


def _line(resource: Resource, operation: Operation) -> str:
    call = of_operation(operation)
    by_name = [each.name if not each.default else f"[{each.name}]" for each in call.arguments]
    if mark_of(operation) or is_found(operation):
        by_name.append("[settle]")
    written = ", ".join([*call.ids, *(["*", *by_name] if by_name else [])])
    answer = f"pager of {operation.model}" if operation.paginated else operation.model or "None"
    return f"- `wethod.{resource.name}.{operation.method}({written})` → {answer}: {operation.summary}"
