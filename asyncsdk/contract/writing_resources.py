"""Writes the modules of `asyncsdk.resources`: one class for each resource, and the class that holds them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from . import docstrings
from .creating import creation_of, is_found, pair_of
from .parameters import MethodCall, of_operation, rising_orders
from .reading import Contract, Operation, Resource
from .settling import mark_of

__all__ = ["class_name", "write_resources"]


def write_resources(contract: Contract) -> dict[str, str]:
    """The source of every module of the package by its file name; not formatted yet."""
    models = {model.name: model for model in contract.models}
    names = {resource.name: class_name(resource.name, models) for resource in contract.resources}
    sources = {
        f"{resource.name}.py": _module(resource, names[resource.name], contract) for resource in contract.resources
    }
    return {"__init__.py": _package(contract.resources, names), "mirrored_lists.py": _mirrored(contract), **sources}


def class_name(resource: str, models: Mapping[str, object]) -> str:
    """`ProductionPlanStreams` for production_plan_streams; with `Resource` added where a model has that name."""
    name = "".join(part.capitalize() for part in resource.split("_"))
    return f"{name}Resource" if name in models else name


def _module(resource: Resource, name: str, contract: Contract) -> str:
    calls = [(operation, of_operation(operation)) for operation in resource.operations]
    aliases = {alias: code for _, call in calls for alias, code in call.aliases.items()}
    methods = "\n\n".join(_method(operation, call) for operation, call in calls)
    used = "\n".join([*aliases.values(), *(_code(operation, call) for operation, call in calls)])
    about = docstrings.block([[f"The calls of `wethod.{resource.name}`."], [docstrings.GENERATED]])
    constants = [f"{alias}: TypeAlias = {code}" for alias, code in aliases.items()]
    if creation := creation_of(resource):
        constants.append(f"CREATION: Final = {creation}")
    exported = f"__all__ = {sorted([name, f'{name}WithResponse', *aliases])!r}"
    head = [about, *_imports(used, aliases, resource, contract), exported, *constants]
    class_ = f"""class {name}:
{docstrings.block(docstrings.of_resource(resource), indent=4)}

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

{methods}
"""
    return "\n\n".join(head) + "\n\n\n" + class_ + "\n\n" + _with_response(resource, name)


def _with_response(resource: Resource, name: str) -> str:
    """The class whose methods return whole responses; a list stays as it is."""
    methods = "\n\n".join(
        f"""    @{_declares(each)}({name}.{each.method})
    def {each.method}(self) -> None:
        \"\"\"As `{name}.{each.method}`{"" if each.paginated else ", in a `Response`"}.\"\"\""""
        for each in resource.operations
    )
    return f'''class {name}WithResponse:
    """The calls of `wethod.with_response.{resource.name}`: as those of `{name}`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

{methods}
'''


def _declares(operation: Operation) -> str:
    """The decorator that takes over a method, of a list or of another call."""
    return "listing" if operation.paginated else "responding"


def _imports(used: str, aliases: Mapping[str, str], resource: Resource, contract: Contract) -> Iterator[str]:
    """The groups of imports, each a block of lines."""
    yield "from __future__ import annotations"
    containers = [each for each in ("Mapping", "Sequence") if f"{each}[" in used]
    typing = ["TYPE_CHECKING"]
    typing += ["Final"] if "created(call" in used else []
    typing += ["Literal"] if "Literal[" in used else []
    typing += ["TypeAlias"] if aliases else []
    typing += ["get_args"] if "get_args(" in used else []
    yield _lines(
        "import datetime as dt" if "dt." in used else "",
        _from("collections.abc", containers),
        _from("typing", typing),
    )
    models = {operation.model for operation in resource.operations if operation.model}
    homes = sorted({contract.homes[model] for model in models})
    yield _lines(
        _from(".._codec", [each for each in ("arguments", "body") if f"{each}." in used]),
        _from(".._codec.omitted", ["OMITTED", "Omitted"] if "OMITTED" in used else []),
        _from(".._lists.created_rows", ["Creation"] if "created(call" in used else []),
        _from(".._lists.creating", _creating(used)),
        _from(".._lists.pager", ["Pager"] if "Pager[" in used else []),
        _from(".._sending.response", sorted({_declares(each) for each in resource.operations})),
        _from(".._sending.settle", [name for name in ("SOME", "settled") if f"{name}(" in used or f"={name})" in used]),
        *(_from(f"..models.{home}", sorted(each for each in models if contract.homes[each] == home)) for home in homes),
    )
    filters = [each for each in ("DateFilter", "DateTimeFilter", "IntegerFilter") if f": {each} " in used]
    yield _lines(
        "if TYPE_CHECKING:",
        _from(".._codec.values", ["Json"] if "Json]" in used else [], indent=4),
        _from(".._sending.sender", ["Sender"], indent=4),
        _from("..filters", filters, indent=4),
    )


def _from(module: str, names: Sequence[str], indent: int = 0) -> str:
    return f"{' ' * indent}from {module} import {', '.join(names)}" if names else ""


def _creating(used: str) -> list[str]:
    found = ["created"] if "created(call" in used else []
    return found + (["linked"] if "linked(call" in used else [])


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _method(operation: Operation, call: MethodCall) -> str:
    define = "def" if operation.paginated else "async def"
    # A comma at the end makes the formatter give each argument a line of its own, so that a new one is one line more.
    comma = "," if len(call.arguments) + _settles(operation) > 1 else ""
    signature = ", ".join(_signature(operation, call)) + comma
    return f"""    {define} {operation.method}({signature}) -> {_returns(operation)}:
{docstrings.block(docstrings.of_operation(operation), indent=8)}
        {_statement(operation, call)}
"""


def _code(operation: Operation, call: MethodCall) -> str:
    """A method without its docstring: what decides which names the module imports."""
    return f"{', '.join(_signature(operation, call))} -> {_returns(operation)}: {_statement(operation, call)}"


def _returns(operation: Operation) -> str:
    answer = operation.model or "None"
    return f"Pager[{answer}]" if operation.paginated else answer


def _signature(operation: Operation, call: MethodCall) -> Iterator[str]:
    yield "self"
    yield from (f"{name}: int" for name in call.ids)
    if call.arguments or _settles(operation):
        yield "*"
    for each in call.arguments:
        default = f" = {each.default}" if each.default else ""
        yield f"{each.name}: {each.annotation}{default}"
    if _settles(operation):
        yield "settle: bool = False"


def _statement(operation: Operation, call: MethodCall) -> str:
    query = _entries(call, "query")
    name = f"{operation.resource}.{operation.method}"
    if operation.paginated:
        given = [_path(operation), operation.model or "None", *query, "limit=limit", "offset=offset"]
        given += [f'operation="{name}"', f'route="{operation.path}"']
        # Newest first, every insertion shifts all pages: a walk that has to join them asks for the other direction.
        given += [f'stable_order="{order}"' for order in rising_orders(operation)]
        return f"return Pager(self._sender, {', '.join(given)})"
    given = [f'"{name}"', f'"{operation.verb}"', f'"{operation.path}"', operation.model or "None", *query]
    before = ""
    if operation.body:
        for entries in _entries(call, "body"):
            before = f"fields = {entries}\n        " if is_found(operation) else ""
            given.append("body=fields" if before else f"body={entries}")
    given += [f"{each}={each}" for each in operation.ids]
    call_ = f"self._sender.call({', '.join(given)})"
    if mark := mark_of(operation):
        route = operation.path.partition(":")[0]
        row, named = (
            _path(attrs.evolve(operation, path=route)),
            f'operation="{operation.resource}.get", route="{route}"',
        )
        look = f"settled(call, self._sender, {row}, {operation.model}, {named}, {mark[0]}={mark[1]})"
        return f"call = {call_}\n        if settle:\n            return await {look}\n        return await call"
    if before:
        return (
            f"{before}call = {call_}\n        return await created(call, self._sender, CREATION, fields, settle=settle)"
        )
    if is_found(operation):
        path, second = pair_of(operation)
        rows = _path(attrs.evolve(operation, path=path, ids=operation.ids[:1]))
        look = f"linked(call, self._sender, {rows}, {operation.model}, {second}={second})"
        return f"call = {call_}\n        if settle:\n            return await {look}\n        return await call"
    return f"return await {call_}"


def _settles(operation: Operation) -> bool:
    return mark_of(operation) is not None or is_found(operation)


def _entries(call: MethodCall, place: str) -> list[str]:
    """The list of what goes into the query or the body, if anything can."""
    checks = [each.check for each in call.arguments if each.place == place]
    if len(checks) == 1:
        return [checks[0].removeprefix("*") if checks[0].startswith("*") else f"[{checks[0]}]"]
    return [f"[{', '.join(checks)},]"] if checks else []


def _path(operation: Operation) -> str:
    if not operation.ids:
        return f'"{operation.path}"'
    return f'arguments.path("{operation.path}", {", ".join(f"{name}={name}" for name in operation.ids)})'


def _package(resources: Sequence[Resource], names: Mapping[str, str]) -> str:
    imports = "\n".join(
        f"    from .{resource.name} import {names[resource.name]}, {names[resource.name]}WithResponse"
        for resource in resources
    )
    properties = "\n\n".join(_property(resource, names[resource.name]) for resource in resources)
    responding = "\n\n".join(_property(resource, f"{names[resource.name]}WithResponse") for resource in resources)
    about = [
        ["The resources of the API, as attributes of the client."],
        ["Each is imported when it is first used, so that a client costs no more than what it touches."],
        [docstrings.GENERATED],
    ]
    return f"""{docstrings.block(about)}

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._sending.sender import Sender
{imports}

__all__ = ["Resources", "ResourcesWithResponse"]


class Resources:
    \"\"\"One attribute for each resource, named as its path; what a client offers besides its own methods.\"\"\"

    _sender: Sender

{properties}

class ResourcesWithResponse:
    \"\"\"The same attributes, whose calls return a `Response`; what `wethod.with_response` gives.\"\"\"

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

{responding}
"""


def _property(resource: Resource, name: str) -> str:
    return f"""    @cached_property
    def {resource.name}(self) -> {name}:
{docstrings.block(docstrings.of_resource(resource)[:1], indent=8)}
        from .{resource.name} import {name}

        return {name}(self._sender)
"""


def _mirrored(contract: Contract) -> str:
    """The module that names the lists a mirror can keep, with their models."""
    lists = {
        operation.resource: operation.model
        for resource in contract.resources
        for operation in resource.operations
        if operation.method == "list" and not operation.ids
    }
    fields = "\n".join(f"    {name}: MirroredList[models.{model}]" for name, model in sorted(lists.items()))
    about = docstrings.block([["The lists of the API that a mirror can keep."], [docstrings.GENERATED]])
    return f"""{about}

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lists.mirrored import MirroredList

if TYPE_CHECKING:
    from .. import models

__all__ = ["MirroredLists"]


class MirroredLists:
    \"\"\"One attribute for each list that a mirror can keep, named as the client's.\"\"\"

{fields}
"""
