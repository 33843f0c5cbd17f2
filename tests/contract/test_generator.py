"""The generated code against the contract: all of it there, every argument sent under its name, nothing stale."""

from __future__ import annotations

import ast
import asyncio
import copy
import datetime as dt
import importlib
import inspect
import json
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from asyncsdk import models
from asyncsdk._codec import arguments
from asyncsdk._codec.omitted import OMITTED
from asyncsdk._codec.values import Field as Entry
from asyncsdk._sending.sender import Sender
from asyncsdk._sending.wire import encode_fields
from asyncsdk.contract import generate as generator
from asyncsdk.contract import words
from asyncsdk.contract.creating import is_found
from asyncsdk.contract.reading import Contract, Operation, Parameter, read
from asyncsdk.contract.schemas import Field, python_name
from asyncsdk.contract.settling import mark_of
from asyncsdk.contract.writing_resources import class_name
from asyncsdk.errors import ArgumentError
from asyncsdk.resources import Resources

CONTRACT = generator.PACKAGE / "contract" / "openapi.yaml"
DOCUMENT: Mapping[str, Any] = json.loads(CONTRACT.with_suffix(".json").read_bytes())
READ: Contract = read(DOCUMENT)
OPERATIONS = [operation for resource in READ.resources for operation in resource.operations]
IDS = [f"{operation.resource}.{operation.method}" for operation in OPERATIONS]
DYNAMIC = {"metadata_": "metadata", "custom_field_": "custom_fields"}  # names users rely on


def for_each(operations: list[Operation]) -> pytest.MarkDecorator:
    ids = [f"{operation.resource}.{operation.method}" for operation in operations]
    return pytest.mark.parametrize("operation", operations, ids=ids)


each_operation = for_each(OPERATIONS)


@attrs.define
class Sent:
    """What a call would have sent."""

    verb: str
    path: str
    model: object
    query: dict[str, object]
    body: dict[str, object] | None
    options: dict[str, object]


@attrs.define
class Recorder:
    """In the place of the session and of the pager: keeps what it is given, sends nothing."""

    sent: list[Sent] = attrs.Factory(list)
    names: list[tuple[object, object]] = attrs.Factory(list)

    async def call(
        self,
        operation: str,
        method: str,
        route: str,
        model: object,
        query: Iterable[Entry] = (),
        *,
        body: Iterable[Entry] | None = None,
        **ids: object,
    ) -> None:
        path = arguments.path(route, **ids)
        self.names.append((operation, route))
        self.sent.append(Sent(method, path, model, pairs(query), None if body is None else pairs(body), {}))

    def pager(self, session: object, path: str, model: object, query: Iterable[Entry] = (), **options: object) -> None:
        assert session is self
        self.names.append((options.pop("operation"), options.pop("route")))
        self.sent.append(Sent("GET", path, model, pairs(query), None, options))


def pairs(entries: Iterable[Entry]) -> dict[str, object]:
    kept = [entry for entry in entries if entry is not None]
    assert len(dict(kept)) == len(kept)
    return dict(kept)


async def sent_alone(call: Awaitable[object], *_given: object, **_named: object) -> object:
    return await call


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    for resource in READ.resources:
        module = importlib.import_module(f"asyncsdk.resources.{resource.name}")
        if hasattr(module, "Pager"):
            monkeypatch.setattr(module, "Pager", recorder.pager)
        for name in ("created", "linked"):
            if hasattr(module, name):  # what they do after a lost answer is tried with real answers
                monkeypatch.setattr(module, name, sent_alone)
    return recorder


def method(recorder: Recorder, operation: Operation) -> Callable[..., Any]:
    wethod = Resources()
    wethod._sender = cast("Sender", recorder)
    return cast("Callable[..., Any]", getattr(getattr(wethod, operation.resource), operation.method))


def send(recorder: Recorder, operation: Operation, *ids: int, **given: object) -> Sent:
    result = method(recorder, operation)(*ids, **given)
    if inspect.isawaitable(result):
        asyncio.run(cast("Any", result))
    (sent,) = recorder.sent
    # What events and traces call it: never the path with its ids.
    assert set(recorder.names) == {(f"{operation.resource}.{operation.method}", operation.path)}
    return sent


def ids_of(operation: Operation) -> list[int]:
    return [*range(12, 12 + len(operation.ids))]


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


def in_body(field: Field) -> tuple[object, object]:
    """A value for a field of a body, and what has to be sent for it."""
    if field.values:
        return field.values[-1].lower(), field.values[-1]
    samples: dict[str, tuple[object, object]] = {
        "integer": (field.minimum or 0, field.minimum or 0),
        "number": (0.5, 0.5),
        "boolean": (False, False),
        "string": ("x", "x"),
        "strings": (("x", "y"), ["x", "y"]),
        "date": (dt.date(2026, 5, 31), "2026-05-31"),
        "month": (dt.date(2026, 5, 31), "2026-05"),
    }
    return samples[field.kind]


def required_fields(operation: Operation) -> dict[str, object]:
    if operation.body is None:
        return {}
    if operation.body.unpublished:
        return {"fields": {"hours": 8}}
    return {python_name(field.name): in_body(field)[0] for field in operation.body.fields if field.required}


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


@each_operation
def test_the_docstring_says_what_the_contract_knows(operation: Operation, recorder: Recorder) -> None:
    text = inspect.getdoc(method(recorder, operation)) or ""
    plain = " ".join(text.split())
    assert all(permission in plain for permission in operation.permissions)
    assert operation.feature is None or operation.feature in plain
    assert ("treat as probable" in plain) is not operation.documented
    names = {
        400: "InvalidDataError",
        404: "NotFoundError",
        409: "ConflictError",
        412: "PreconditionFailedError",
        429: "RateLimitError",
    }
    assert all(
        (name in plain.partition("Raises:")[2]) is (status in operation.statuses) for status, name in names.items()
    )


def test_a_list_that_falls_by_default_rises_in_stable_walks(recorder: Recorder) -> None:
    falling = [each for each in OPERATIONS for parameter in each.query if str(parameter.default).startswith("-")]
    assert [operation.resource for operation in falling] == ["timesheet_logs"]
    assert send(recorder, falling[0]).options["stable_order"] == "created_at"


def test_resources_without_get_say_what_to_write_instead() -> None:
    for resource in READ.resources:
        if not any(operation.method == "get" for operation in resource.operations):
            module = importlib.import_module(f"asyncsdk.resources.{resource.name}")
            assert f"await wethod.{resource.name}.list(" in str(
                getattr(module, class_name(resource.name, dict.fromkeys(models.__all__))).__doc__
            )


@pytest.mark.parametrize("resource", sorted({*words.EXAMPLES, *words.INSTEAD_OF_GET}))
def test_examples_call_what_there_is(resource: str, recorder: Recorder) -> None:
    """Every call of an example binds to the signature it shows."""
    lines = [*words.EXAMPLES.get(resource, ()), words.INSTEAD_OF_GET.get(resource, "")]
    tree = compile("\n".join(lines), resource, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    operations = dict(zip(IDS, OPERATIONS, strict=True))
    called = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).removeprefix("wethod.")
            if name not in operations:
                continue
            keywords = {str(each.arg): None for each in node.keywords}
            inspect.signature(method(recorder, operations[name])).bind(*node.args, **keywords)
            called += 1
    assert called >= 1


def test_check_tells_what_differs_and_writing_settles_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generator, "PACKAGE", tmp_path)
    (tmp_path / "contract").mkdir()
    shutil.copy(CONTRACT, tmp_path / "contract")
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    (tmp_path / "models" / "streams.py").write_text("edited")
    (tmp_path / "resources" / "streams.py").unlink()
    (tmp_path / "models" / "old.py").write_text("")
    capsys.readouterr()
    assert generator.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "models/streams.py: differs",
        "resources/streams.py: missing",
        "models/old.py: no longer generated",
    ]
    assert (tmp_path / "models" / "streams.py").read_text() == "edited"
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    assert not (tmp_path / "models" / "old.py").exists()


def test_a_missing_yaml_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(SystemExit, match=r"pip install 'asyncsdk\[dev\]'"):
        generator.load(CONTRACT)


class TestRefusals:
    """What the generator does not understand it refuses, instead of writing something that looks right."""

    def changed(self, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        document = copy.deepcopy(dict(DOCUMENT))
        change(document)
        return document

    def test_a_new_model_needs_its_sentence(self) -> None:
        model = {"type": "object", "x-role": "response", "properties": {}}
        document = self.changed(lambda it: it["components"]["schemas"].update(Novelty=model))
        with pytest.raises(ValueError, match=r"words\.MODELS.*Novelty"):
            generator.generate(document)

    def test_a_sentence_without_subject_is_refused(self) -> None:
        document = self.changed(lambda it: it["components"]["schemas"]["Project"]["properties"].pop("date_start"))
        with pytest.raises(ValueError, match=r"words\.NOTES.*bodies name it start_date"):
            generator.generate(document)

    def test_an_unknown_kind_of_field_is_named(self) -> None:
        odd = {"type": ["integer", "boolean"]}
        document = self.changed(lambda it: it["components"]["schemas"]["Role"]["properties"].update(odd=odd))
        with pytest.raises(ValueError, match="field odd"):
            read(document)

    def test_arguments_that_hide_each_other_are_refused(self) -> None:
        parameter = {"name": "body", "in": "query", "required": False, "schema": {"type": "string"}}
        document = self.changed(lambda it: it["paths"]["/api/roles"]["get"]["parameters"].append(parameter))
        with pytest.raises(ValueError, match="cannot stand beside each other"):
            generator.generate(document)
