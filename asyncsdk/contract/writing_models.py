"""Writes the modules of `asyncsdk.models`: one for each resource, and the package that loads them when asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from . import docstrings
from .reading import Contract
from .schemas import Field, Schema, python_name
from .words import DYNAMIC

__all__ = ["write_models"]

_TYPES: Final = {
    "integer": "int",
    "number": "Number",
    "boolean": "bool",
    "string": "str",
    "month": "str",
    "date": "dt.date",
    "date-time": "Timestamp",
    "strings": "tuple[str, ...]",
    "any": "Json",
}


def write_models(contract: Contract) -> dict[str, str]:
    """The source of every module of the package by its file name; not formatted yet."""
    modules: dict[str, list[Schema]] = {}
    for model in contract.models:
        modules.setdefault(contract.homes[model.name], []).append(model)
    sources = {f"{name}.py": _module(name, models, contract) for name, models in modules.items()}
    return {"__init__.py": _package(contract), **sources}


def _module(name: str, models: Sequence[Schema], contract: Contract) -> str:
    classes = [_class(model) for model in _nested_first(models)]
    used = "\n".join(classes)
    own = {model.name for model in models}
    nested = sorted({field.model for model in models for field in model.fields if field.model} - own)
    standard = ["import datetime as dt"] if "dt." in used else []
    standard += ["from collections.abc import Mapping"] if "Mapping[" in used else []
    groups = [
        docstrings.block([[f"Models of `wethod.{name}`."], [docstrings.GENERATED]]),
        "from __future__ import annotations",
        "\n".join(standard),
        "import attrs",
        "\n".join(
            [
                *([f"from .._codec.fields import {', '.join(borrowed)}"] if (borrowed := _borrowed(models)) else []),
                "from .._codec.pydantic_hook import pydantic_schema",
                *(f"from .{contract.homes[model]} import {model}" for model in nested),
            ]
        ),
        f"__all__ = {sorted(own)!r}",
    ]
    return "\n\n".join(group for group in groups if group) + "\n\n\n" + "\n\n\n".join(classes) + "\n"


def _borrowed(models: Sequence[Schema]) -> list[str]:
    types = {_type(field) for model in models for field in model.fields}
    marks = {"wire" for model in models for field in model.fields if python_name(field.name) != field.name}
    if any(model.prefix for model in models):
        types, marks = types | {"Json"}, marks | {"dynamic"}
    return sorted(types & {"Json", "Number", "Timestamp"}) + sorted(marks)


def _nested_first(models: Sequence[Schema]) -> list[Schema]:
    """The models in an order in which each comes after those it contains."""
    nested = {field.model for model in models for field in model.fields}
    return sorted(models, key=lambda model: model.name not in nested)


def _class(model: Schema) -> str:
    lines = ["@attrs.frozen(kw_only=True)", f"class {model.name}:"]
    lines += [docstrings.block(docstrings.of_model(model), indent=4), ""]
    lines += [f"    {_attribute(field)}" for field in model.fields]
    if model.prefix:
        name = DYNAMIC[model.prefix][0]
        mark = f'attrs.field(factory=dict, hash=False, metadata=dynamic("{model.prefix}"))'
        lines.append(f"    {name}: Mapping[int, Json] = {mark}")
    lines += ["", "    __get_pydantic_core_schema__ = pydantic_schema"]
    return "\n".join(lines)


def _attribute(field: Field) -> str:
    name = python_name(field.name)
    type_ = _type(field)
    optional = field.nullable or not field.required
    if optional and field.kind != "any":
        type_ = f"{type_} | None"
    options = ["default=None"] if not field.required else []
    if name != field.name:
        options.append(f'metadata=wire("{field.name}")')
    if field.kind == "any":
        options.append("hash=False")
    if options == ["default=None"]:
        return f"{name}: {type_} = None"
    return f"{name}: {type_} = attrs.field({', '.join(options)})" if options else f"{name}: {type_}"


def _type(field: Field) -> str:
    if field.kind == "model":
        return str(field.model)
    if field.kind == "models":
        return f"tuple[{field.model}, ...]"
    return _TYPES[field.kind]


def _package(contract: Contract) -> str:
    names = sorted(contract.homes)
    by_home = {home: [name for name in names if contract.homes[name] == home] for home in contract.homes.values()}
    imports = "\n".join(f"    from .{home} import {', '.join(by_home[home])}" for home in sorted(by_home))
    table = "\n".join(f"    {model!r}: {contract.homes[model]!r}," for model in names)
    values = (
        "Date-times are aware, dates are dates, arrays are tuples. Values of enumerations are plain strings, since the "
        "API adds to them. A class is imported when it is first asked for."
    )
    about = [["What the API answers with: one frozen class for each kind of row."], [values], [docstrings.GENERATED]]
    return f"""{docstrings.block(about)}

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
{imports}

__all__ = {names!r}

_HOMES: Final = {{
{table}
}}

if not TYPE_CHECKING:  # so that type checkers know exactly the names above

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        return getattr(import_module(f".{{_HOMES[name]}}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
"""
