"""What a call takes: for each path id, query parameter and body field its name, type, default and check in Python."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import attrs

from .reading import Operation, Parameter
from .schemas import Field, Schema, python_name
from .words import DYNAMIC

__all__ = ["Argument", "MethodCall", "of_operation", "rising_orders"]

_SHORT: Final = 3  # a list of values up to this length is written where it is used, a longer one gets a name

_FIELD_TYPES: Final = {
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "str",
    "date": "dt.date | str",
    "month": "dt.date | str",
    "strings": "Sequence[str]",
}


@attrs.frozen
class Argument:
    """One keyword argument. `check` is the expression that gives its entry in the query or body."""

    name: str
    annotation: str
    default: str | None
    check: str
    place: Literal["query", "body", "page"]


@attrs.frozen
class MethodCall:
    """The arguments of one method. `aliases` are the names given to long types, and the types as code."""

    ids: tuple[str, ...]
    arguments: tuple[Argument, ...]
    aliases: Mapping[str, str]


def of_operation(operation: Operation) -> MethodCall:
    """The arguments of `operation` in the order of its signature.

    Raises:
        ValueError: Two of them have the same name, or one that the generated module needs itself.
    """
    found = [_of_parameter(parameter) for parameter in operation.query]
    body = operation.body
    if body:
        found += [_of_field(field) for field in body.fields]
        found += _of_open_body(body)
    if operation.paginated:
        found += [Argument("limit", "int", "100", "", "page"), Argument("offset", "int", "0", "", "page")]
    names = [*operation.ids, *(each.name for each in found)]
    if len({*names}) < len(names) or {*names} & {"self", "arguments", "body", "dt"}:
        raise ValueError(f"{operation.path}: the arguments {names} cannot stand beside each other")
    aliases: dict[str, str] = {}
    for parameter in operation.query:
        if parameter.kind in ("order", "include") and parameter.values:
            aliases |= _listed(parameter)
    for field in body.fields if body else ():
        if len(field.values) > _SHORT:
            aliases[_alias(field.name)] = _literal(field.values)
    return MethodCall(operation.ids, tuple(found), aliases)


def rising_orders(operation: Operation) -> list[str]:
    """The rising order of a list whose default order is documented and falls; none for any other list."""
    defaults = [parameter.default or "" for parameter in operation.query if parameter.kind == "order"]
    return [default.removeprefix("-") for default in defaults if default.startswith("-")]


def _of_parameter(parameter: Parameter) -> Argument:
    name = python_name(parameter.name)
    given = f'"{parameter.name}", {name}'
    values = _tuple(parameter.values)
    match parameter.kind:
        case "date-time":
            annotation, check = "DateTimeFilter", f"date_time({given})"
        case "date":
            annotation, check = "DateFilter", f"date({given})"
        case "integers":
            annotation, check = "IntegerFilter", f"integers({given})"
        case "integer":
            minimum = f", minimum={parameter.minimum}" if parameter.minimum is not None else ""
            annotation, check = "int", f"integer({given}{minimum})"
        case "choice":
            annotation, check = _literal(_either_case(parameter.values)), f"choice({given}, {values})"
        case "flag":
            annotation, check = "bool", f"flag({given})"
        case "include":
            annotation, check = _alias(name), f"include({given}, {values})"
        case "order" if parameter.values:
            annotation, check = _alias(name), f"order({given}, {values})"
        case "order":
            annotation, check = "str | Sequence[str]", f"order({given})"
        case "text":
            annotation, check = "str", f"text({given})"
    return Argument(name, f"{annotation} | None", "None", f"arguments.{check}", "query")


def _of_field(field: Field) -> Argument:
    name = python_name(field.name)
    given = [f'"{field.name}"', name]
    if field.values:
        kind = "choice"
        short = len(field.values) <= _SHORT
        annotation = _literal(_either_case(field.values)) if short else _alias(field.name)
        given.append(_tuple(field.values) if short else f"get_args({annotation})")
    else:
        kind = {"string": "text", "strings": "texts"}.get(field.kind, field.kind)
        annotation = _FIELD_TYPES[field.kind]
    bounds = (("minimum", field.minimum), ("maximum", field.maximum), ("max_length", field.max_length))
    given += [f"{option}={bound}" for option, bound in bounds if bound is not None]
    if field.nullable:
        given.append("nullable=True")
    annotation += ("" if field.required else " | Omitted") + (" | None" if field.nullable else "")
    default = None if field.required else "OMITTED"
    return Argument(name, annotation, default, f"body.{kind}({', '.join(given)})", "body")


def _of_open_body(body: Schema) -> list[Argument]:
    if body.unpublished:
        return [Argument("fields", "Mapping[str, Json]", None, '*body.open_fields("fields", fields)', "body")]
    if body.prefix:
        name = DYNAMIC[body.prefix][0]
        check = f'*body.numbered("{name}", {name}, "{body.prefix}")'
        return [Argument(name, "Mapping[int, Json] | Omitted", "OMITTED", check, "body")]
    return []


def _alias(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _listed(parameter: Parameter) -> dict[str, str]:
    """The types of one item of a comma list, and of the whole: an item, several of them, two joined by a comma.

    More than two joined have too many forms to name; as a sequence they can be given all the same.
    """
    if parameter.kind == "order":
        spellings = {value: [value, f"-{value}"] for value in parameter.values}
    else:
        spellings = {value: _both_spellings([value]) for value in parameter.values}
    single, whole = f"{_alias(parameter.name)}Item", _alias(parameter.name)
    items = [item for forms in spellings.values() for item in forms]
    pairs = [
        f"{left},{right}"
        for one, other in itertools.permutations(parameter.values, 2)
        for left, right in itertools.product(spellings[one], spellings[other])
    ]
    joined = f" | {_literal(pairs)}" if len(parameter.values) == 2 else ""
    return {single: _literal(items), whole: f"{single} | Sequence[{single}]{joined}"}


def _either_case(values: Sequence[str]) -> list[str]:
    """`values`, and in lower case those the API shouts: answers have them so, and a check takes both."""
    return [*values, *(value.lower() for value in values if value.isupper())]


def _both_spellings(values: Sequence[str]) -> list[str]:
    snake = ["".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in value) for value in values]
    return [*dict.fromkeys([*values, *snake])]


def _literal(values: Sequence[str]) -> str:
    listed = ", ".join(f'"{value}"' for value in values)
    return f"Literal[{listed}]"


def _tuple(values: Sequence[str]) -> str:
    listed = "".join(f'"{value}", ' for value in values)
    return f"({listed.strip() if len(values) == 1 else listed.removesuffix(', ')})"
