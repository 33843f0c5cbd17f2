"""Generated calls against the contract: every argument is sent under its name, and what is wrong never leaves."""

from __future__ import annotations

import datetime as dt
import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest

from asyncsdk import models
from asyncsdk._codec.omitted import OMITTED
from asyncsdk._codec.values import Field as Entry
from asyncsdk._sending.wire import encode_fields
from asyncsdk.contract import generate as generator
from asyncsdk.contract.creating import is_found
from asyncsdk.contract.reading import Operation, Parameter
from asyncsdk.contract.schemas import Field, python_name
from asyncsdk.contract.settling import mark_of
from asyncsdk.errors import ArgumentError
from asyncsdk.resources import Resources
from tests.contract.generated import (
    CONTRACT,
    DOCUMENT,
    OPERATIONS,
    READ,
    Recorder,
    each_operation,
    for_each,
    ids_of,
    in_body,
    method,
    required_fields,
    send,
)

DYNAMIC = {"metadata_": "metadata", "custom_field_": "custom_fields"}  # names users rely on


def in_query(parameter: Parameter) -> tuple[object, object]:
    """A value for a query parameter, and what has to be sent for it."""
    match parameter.kind:
        case "integer" | "integers":
            return 7, ("7" if parameter.kind == "integers" else 7)
        case "date-time":
            return dt.datetime(2026, 5, 31, tzinfo=dt.UTC), "2026-05-31T00:00:00Z"
        case "date":
            return dt.date(2026, 5, 31), "2026-05-31"
        case "flag":
            return False, False
        case "choice":
            return parameter.values[-1].upper(), parameter.values[-1]
        case "include":
            return [*parameter.values], ",".join(parameter.values)
        case "order" if parameter.values:
            return f"-{parameter.values[0]}", f"-{parameter.values[0]}"
    return "name", "name"


def test_the_tree_is_what_the_contract_gives_and_twice_the_same() -> None:
    files = generator.generate(generator.load(CONTRACT))
    assert generator.differences(files, generator.PACKAGE) == []
    assert generator.generate(generator.load(CONTRACT)) == files


def test_all_of_the_contract_is_there() -> None:
    counted = [key for item in DOCUMENT["paths"].values() for key in item if key != "parameters"]
    assert len(OPERATIONS) == len(counted) == 192
    assert len(READ.resources) == 49
    assert len(READ.models) == 53
    assert {resource.name for resource in READ.resources} <= {*vars(Resources)}


@each_operation
def test_the_signature_is_that_of_the_contract(operation: Operation, recorder: Recorder) -> None:
    parameters = inspect.signature(method(recorder, operation)).parameters
    by_position = [each.name for each in parameters.values() if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert by_position == [*operation.ids]

    query = {python_name(each.name) for each in operation.query}
    paging = {"limit", "offset"} if operation.paginated else set()
    fields = {python_name(each.name) for each in operation.body.fields} if operation.body else set()
    if operation.body and operation.body.unpublished:
        fields |= {"fields"}
    if operation.body and operation.body.prefix:
        fields |= {DYNAMIC[operation.body.prefix]}
    settle = {"settle"} if mark_of(operation) or is_found(operation) else set()
    given = {each.name for each in parameters.values() if each.kind is each.KEYWORD_ONLY}
    assert given == query | paging | fields | settle
    assert all(parameters[name].default is False for name in settle)

    assert all(parameters[name].default is None for name in query)
    mandatory = {name for name in fields if parameters[name].default is inspect.Parameter.empty}
    assert mandatory == required_fields(operation).keys()
    assert all(parameters[name].default is OMITTED for name in fields - mandatory)


@each_operation
def test_what_is_left_out_is_not_sent(operation: Operation, recorder: Recorder) -> None:
    sent = send(recorder, operation, *ids_of(operation), **required_fields(operation))
    assert sent.query == {}
    required = {field.name for field in operation.body.fields if field.required} if operation.body else set()
    if operation.body is None:
        assert sent.body is None
    else:
        assert sent.body is not None
        assert sent.body.keys() == required | ({"hours"} if operation.body.unpublished else set())


@each_operation
def test_every_argument_is_sent_under_its_name(operation: Operation, recorder: Recorder) -> None:
    query = {each.name: in_query(each) for each in operation.query}
    fields = {each.name: in_body(each) for each in operation.body.fields} if operation.body else {}
    given = {python_name(name): value for name, (value, _) in (query | fields).items()}
    body = {name: wanted for name, (_, wanted) in fields.items()}
    if operation.body and operation.body.unpublished:
        given["fields"] = body = {"hours": 8}
    if operation.body and operation.body.prefix:
        given[DYNAMIC[operation.body.prefix]] = {13: 2, 14: None}
        body |= {f"{operation.body.prefix}13": 2, f"{operation.body.prefix}14": None}
    if operation.paginated:
        given |= {"limit": 50, "offset": 0}

    sent = send(recorder, operation, *ids_of(operation), **given)

    path = operation.path
    for name, id in zip(operation.ids, ids_of(operation), strict=True):
        path = path.replace(f"{{{name}}}", str(id))
    assert (sent.verb, sent.path) == (operation.verb, path)
    assert sent.model is (getattr(models, operation.model) if operation.model else None)
    assert sent.query == {name: wanted for name, (_, wanted) in query.items()}
    assert sent.body == (body if operation.body else None)
    if operation.paginated:
        assert (sent.options["limit"], sent.options["offset"]) == (50, 0)


@for_each([operation for operation in OPERATIONS if operation.ids])
def test_ids_can_be_named_and_wrong_ones_never_leave(operation: Operation, recorder: Recorder) -> None:
    named = dict(zip(operation.ids, ids_of(operation), strict=True))
    for name in operation.ids:
        with pytest.raises(ArgumentError) as caught:
            send(recorder, operation, **(named | {name: 0}), **required_fields(operation))
        assert caught.value.argument == name
    assert recorder.sent == []
    send(recorder, operation, **named, **required_fields(operation))


def named(operation: Operation) -> list[str]:
    """The arguments that are given by name."""
    names = [each.name for each in operation.query]
    names += [each.name for each in operation.body.fields] if operation.body else []
    return [*map(python_name, names)]


@for_each([operation for operation in OPERATIONS if named(operation)])
def test_wrong_arguments_never_leave(operation: Operation, recorder: Recorder) -> None:
    """An object is no value of any parameter or field, so each of them has to have its check."""
    for name in named(operation):
        with pytest.raises(ArgumentError) as caught:
            send(recorder, operation, *ids_of(operation), **(required_fields(operation) | {name: object()}))
        assert caught.value.argument.rstrip("_") == name.rstrip("_")
    assert recorder.sent == []


FIELDS = [(operation, field) for operation in OPERATIONS if operation.body for field in operation.body.fields]


def declared(*, nullable: bool) -> set[tuple[str, str, str]]:
    """The fields of bodies that the contract lets be null, or not: read from its text alone, by verb and path."""
    found = set()
    for path, item in DOCUMENT["paths"].items():
        for verb, operation in item.items():
            schema = resolved(operation.get("requestBody", {}) if isinstance(operation, dict) else {})
            schema = resolved(schema.get("content", {}).get("application/json", {}).get("schema", {}))
            for name, each in schema.get("properties", {}).items():
                type_ = resolved(each).get("type")
                if (isinstance(type_, list) and "null" in type_) is nullable:
                    found.add((verb.upper(), path, name))
    return found


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        target: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def test_null_is_a_value_of_exactly_the_fields_that_the_contract_says() -> None:
    for nullable in (True, False):
        wanted = declared(nullable=nullable)
        assert {(op.verb, op.path, field.name) for op, field in FIELDS if field.nullable is nullable} == wanted
        assert len(wanted) > 10


@for_each([operation for operation in OPERATIONS if operation.body and operation.body.fields])
def test_null_of_each_field(operation: Operation, recorder: Recorder) -> None:
    """The text of the body that leaves: null where the contract has it, and nothing leaves where it has not."""
    assert operation.body is not None
    for field in operation.body.fields:
        recorder.sent.clear()
        check_null(operation, field, recorder)


def check_null(operation: Operation, field: Field, recorder: Recorder) -> None:
    given = required_fields(operation) | {python_name(field.name): None}
    if not field.nullable:
        with pytest.raises(ArgumentError, match="leave the argument out") as caught:
            send(recorder, operation, *ids_of(operation), **given)
        assert caught.value.argument == field.name
        assert recorder.sent == []
        return
    sent = send(recorder, operation, *ids_of(operation), **given)
    assert sent.body is not None
    others = {each.name: in_body(each)[1] for each in operation.body.fields if each.required} if operation.body else {}
    assert json.loads(encode_fields(cast("Iterable[Entry]", sent.body.items()))) == others | {field.name: None}
