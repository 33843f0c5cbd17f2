"""Generated docstrings say what the contract knows, and their examples call what there is."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest

from asyncsdk import models
from asyncsdk.contract import words
from asyncsdk.contract.reading import Operation
from asyncsdk.contract.writing_resources import class_name
from tests.contract.generated import OPERATIONS, READ, Recorder, each_operation, method, send

IDS = [f"{operation.resource}.{operation.method}" for operation in OPERATIONS]


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
