"""The contract itself: valid, the same for tools, users and the sandbox, and open about what it only assumes."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from asyncsdk import filters as F  # noqa: N812  # the name users are told to give it
from asyncsdk import models
from asyncsdk._codec import arguments, body
from asyncsdk._sending.settings import DEFAULT_VERSION
from asyncsdk.contract.schemas import python_name
from asyncsdk.errors import ArgumentError
from asyncsdk.resources import Resources
from asyncsdk.sandbox import Sandbox

Node = Mapping[str, Any]

DOCUMENT: Node = json.loads(resources.files("asyncsdk.contract").joinpath("openapi.json").read_bytes())
SCHEMAS: Mapping[str, Node] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, Node] = {
    f"{verb.upper()} {path}": node
    for path, item in DOCUMENT["paths"].items()
    for verb, node in item.items()
    if verb != "parameters"
}
CREATES = {name: node for name, node in OPERATIONS.items() if node["x-kind"] == "create"}
WRITES = {name: node for name, node in OPERATIONS.items() if "requestBody" in node}


def body_of(operation: Node) -> Node:
    return SCHEMAS[operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]


def answer_of(operation: Node) -> Node:
    done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    schema = done["content"]["application/json"]["schema"]
    return SCHEMAS[schema.get("items", schema)["$ref"].rpartition("/")[2]]


def docstring_of(operation: Node) -> str:
    sdk = operation["x-sdk"]
    resource = getattr(Resources, sdk["resource"]).func.__annotations__["return"]
    module = importlib.import_module(f"asyncsdk.resources.{sdk['resource']}")
    text = inspect.getdoc(getattr(getattr(module, resource), sdk["method"]))
    return " ".join((text or "").split())


def fits(schema: Node, value: object) -> bool:
    whole = {**schema, "components": DOCUMENT["components"]}
    return bool(Draft202012Validator(whole).is_valid(value))


def parameters(name: str) -> Iterator[Node]:
    for operation in OPERATIONS.values():
        yield from (each for each in operation["parameters"] if each["in"] == "query" and each["name"] == name)


def test_it_is_valid_openapi() -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed")
    validator.validate(dict(DOCUMENT))


def test_any_call_may_answer_412_and_says_whether_a_page_knows_it() -> None:
    answers = {name: node["responses"]["412"]["$ref"].rpartition("/")[2] for name, node in OPERATIONS.items()}
    assert {*answers.values()} == {"Error412", "AssumedError412"}
    assert DOCUMENT["components"]["responses"]["AssumedError412"]["x-assumed"]
    assert [*answers.values()].count("Error412") == 67  # as the pages have it
    assert all("PreconditionFailedError:" in docstring_of(operation) for operation in OPERATIONS.values())


def test_the_version_is_the_one_the_client_sends() -> None:
    known = DOCUMENT["components"]["parameters"]["Version"]["schema"]["default"]
    assert known == DOCUMENT["info"]["version"] == DEFAULT_VERSION


def test_what_is_assumed_of_a_call_is_in_its_docstring() -> None:
    missing = {name: absent for name, operation in OPERATIONS.items() if (absent := unsaid(operation))}
    assert missing == {}


def test_every_operation_is_described_for_tools_that_know_no_words_of_ours() -> None:
    """They show `description`, and nothing of what begins with `x-`."""
    assert OPERATIONS["POST /api/timesheets"]["description"] == (
        "Logs hours of a person on a project.\n\nNo reference page says which fields are mandatory. Assumed to be "
        "mandatory: hours, project_id. An answer of 400 names what is missing.\n\nPermissions: timetracking.view."
    )
    assert OPERATIONS["POST /api/budgets/{id}:approve"]["description"] == (
        "Approves a submitted budget.\n\nAssumed: only a submitted budget can be approved; any other is answered 412."
        "\n\nPermissions: budget.approve, budget.approve_other."
    )
    for name, operation in OPERATIONS.items():
        text = operation["description"]
        assert operation["summary"].split(" ", 1)[1] in text.split("\n")[0], name
        said = (*operation.get("x-permissions", ()), operation.get("x-requires-feature", ""))
        assert [word for word in said if word not in text] == [], name
        assert operation.get("x-assumed", "")[1:] in text, name
        assert ("treat as probable" in text) is not operation["x-documented"], name


def unsaid(operation: Mapping[str, Any]) -> list[str]:
    """What is assumed of a call, where its docstring does not say so."""
    assumed = [operation, *operation["parameters"]]
    if "requestBody" in operation:
        shape = body_of(operation)
        assumed += [shape, *shape.get("properties", {}).values()]
    text = docstring_of(operation)
    return [each["x-assumed"] for each in assumed if "x-assumed" in each and each["x-assumed"][1:] not in text]


@pytest.mark.parametrize("model", sorted(models.__all__))
def test_what_is_assumed_of_a_field_is_in_its_docstring(model: str) -> None:
    text = " ".join(str(getattr(models, model).__doc__).split())
    fields = SCHEMAS[model]["properties"].items()
    assumed = [(python_name(field), node["x-assumed"]) for field, node in fields if "x-assumed" in node]
    assert [field for field, why in assumed if f"{field}: " not in text or why[1:] not in text] == []


@pytest.mark.parametrize("name", WRITES)
def test_what_is_sent_comes_back_under_its_name_or_says_how(name: str) -> None:
    back = answer_of(WRITES[name])["properties"]
    for field, node in body_of(WRITES[name]).get("properties", {}).items():
        returned = node.get("x-sent-as", {"field": field})
        assert returned["field"] is None or returned["field"] in back, field
        assert returned.keys() <= {"field", "as"}
        assert returned.get("as", "lower-case") in {"first-of-month", "lower-case", "number-or-string"}


def test_what_an_action_leaves_is_a_value_its_row_can_have() -> None:
    states = {name: node for name, node in OPERATIONS.items() if "x-state" in node}
    assert [name for name, node in OPERATIONS.items() if node["x-kind"] == "action"] == [*states]
    for operation in states.values():
        row = answer_of(operation)["properties"]
        held = [*operation["x-state"]["after"].items()]
        held += [(field, value) for field, values in operation["x-state"]["before"].items() for value in values]
        assert all(value == "*" or fits(row[field], value) for field, value in held)
        assert operation["x-assumed"]


class TestNewRows:
    """What a new row is assumed to need is in the schema, where every tool reads it, and the sandbox asks no more."""

    @pytest.mark.parametrize("name", CREATES)
    def test_a_reason_belongs_to_a_required_field(self, name: str) -> None:
        shape = body_of(CREATES[name])
        assert shape.get("x-assumed-required", {}).keys() <= {*shape.get("required", ())}
        text = docstring_of(CREATES[name])
        assert all(field in text for field in shape.get("x-assumed-required", {}))

    async def test_the_sandbox_agrees(self) -> None:
        samples: dict[str, object] = {
            "date": "2026-05-04", "exact_date": "2026-05-04", "issue_date": "2026-05-04", "starts_at": "2026-05-04",
            "domain": "project_plan", "type": "single_option", "hours": 4, "value": 1.5,
        }  # fmt: skip
        async with Sandbox(rows=40, validate_responses=True) as sandbox, aiohttp.ClientSession() as session:
            headers = {
                "Authorization": f"Bearer {sandbox.token}",
                "Wethod-Company": sandbox.company,
                "Wethod-Version": "2024-06-15",
            }
            for name, operation in CREATES.items():
                shape = body_of(operation)
                needed = [*shape.get("required", ()), *shape.get("else", {}).get("required", ())]
                row = {field: samples.get(field, 3 if field.endswith("_id") else "x") for field in needed}
                assert fits(shape, row)
                for missing in needed:
                    assert not fits(shape, {field: value for field, value in row.items() if field != missing})
                url = sandbox.url + name.partition(" ")[2]
                async with session.post(url, json={}, headers=headers) as refused:
                    assert (refused.status == 400) is bool(needed), name
                    failures = (await refused.json()).get("failures", ())
                    assert {failure["field"] for failure in failures} == {*needed}, name
                async with session.post(url, json=row, headers=headers) as made:
                    assert made.status in (201, 409), (name, await made.text())


class TestQueries:
    """The patterns of filters, orders and includes take what the client sends, and nothing that is no filter."""

    moments = st.datetimes(timezones=st.just(dt.UTC))

    @given(st.data(), st.sampled_from(["date", "date-time", "integer"]))
    def test_every_filter_of_the_client_fits(self, data: st.DataObject, kind: str) -> None:
        values: Any = {"date": st.dates(), "date-time": self.moments, "integer": st.integers(-(10**14), 10**14)}[kind]
        send: Any = {"date": arguments.date, "date-time": arguments.date_time, "integer": arguments.integers}[kind]
        one, several = data.draw(values), data.draw(st.lists(values, min_size=1, max_size=3))
        least, most = sorted([one, several[0]])
        made = [one, F.eq(one), F.neq(one), F.gt(one), F.gte(one), F.lt(one), F.lte(one), F.in_(*several)]
        made += [F.not_in(*several), F.between(least, most)]
        (schema,) = {
            json.dumps(each["schema"])
            for operation in OPERATIONS.values()
            for each in operation["parameters"]
            if each.get("x-filter", {}).get("type") == kind
        }
        assert [text for value in made if not fits(json.loads(schema), text := send("x", value)[1])] == []

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("updated_at", ["", "gte:", "2026-05-01", "like:2026-05-01T00:00:00Z", "bt:2026-05-01T00:00:00Z"]),
            ("issue_date", ["", "2026-13-01", "in:", "bt:2026-05-01", "2026-05-01,2026-05-02", "x2026-05-01"]),
            ("probability", ["", "gte:x", "1.5", "bt:1,2,3", "in:1,"]),
            ("is_archived", ["", "yes", "True"]),
            ("order", ["", "-", "name,", ",name", "name desc", "--name"]),
            ("include", ["", "options,", "Options.", "stream_leaders"]),
        ],
    )
    def test_what_is_no_filter_does_not(self, name: str, words: list[str]) -> None:
        found = [*parameters(name)]
        assert found
        assert [(word, each["schema"]) for each in found for word in words if fits(each["schema"], word)] == []

    def test_orders_and_includes_of_the_client_fit(self) -> None:
        for each in parameters("order"):
            for word in each.get("x-values", ["created_at"]):
                for given_ in (word, f"-{word}", [f"-{word}"]):
                    assert fits(each["schema"], dict([arguments.order("order", given_) or ("", "")])["order"])
        for each in parameters("include"):
            both = arguments.include("include", each["x-values"], each["x-values"]) or ("", "")
            assert fits(each["schema"], both[1])

    def test_patterns_mean_the_same_in_every_language(self) -> None:
        """No look-around, no classes beyond ASCII: ECMA 262, Python and RE2 read them alike."""
        for operation in OPERATIONS.values():
            for each in operation["parameters"]:
                assert not re.search(r"\\[dwsDWS]|\(\?[=!<]", each["schema"].get("pattern", ""))


@pytest.mark.parametrize("value", [4.5, 4.0, "4"])
def test_days_left_are_whole_in_bodies_and_may_be_a_fraction_in_rows(value: object) -> None:
    for name in ("CreateProjectStatus", "UpdateProjectStatus"):
        assert SCHEMAS[name]["properties"]["days_left"]["type"] == "integer"
    assert fits(SCHEMAS["ProjectStatus"]["properties"]["days_left"], 4.5)
    with pytest.raises(ArgumentError, match=r"days_left: takes an integer"):
        body.integer("days_left", value)


def test_quantities_that_pages_call_integers_are_read_with_a_fraction_too() -> None:
    for model, field in [("PeopleAllocation", "hours"), ("PriceListLevel", "cost"), ("PersonPayroll", "taxes")]:
        assert fits(SCHEMAS[model]["properties"][field], 4.5)


def test_an_empty_array_is_an_empty_body() -> None:
    optional = [node["requestBody"] for node in WRITES.values() if not node["requestBody"]["required"]]
    assert len(optional) == 5
    assert all("empty array" in each["description"] for each in optional)
    assert "empty_array_body" in DOCUMENT["x-assumed"]
