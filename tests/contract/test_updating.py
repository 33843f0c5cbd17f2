"""Sources held against the contract: what differs is named, what callers see of it, and what is written says it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

from asyncsdk.contract import generate as generator
from asyncsdk.contract.changes import applied_to
from asyncsdk.contract.differing import changes_between
from asyncsdk.contract.from_learned import changes_learned
from asyncsdk.contract.from_openapi import described_in
from asyncsdk.contract.from_pages import described_on, operation_on
from asyncsdk.contract.learning import Learned, write
from asyncsdk.contract.learning.contracted import contracted_in
from asyncsdk.contract.learning.fields import seen_fields
from asyncsdk.contract.learning.observed import SeenList, SeenServer
from asyncsdk.contract.parsing import parsed
from asyncsdk.contract.signatures import signature_changes
from asyncsdk.contract.updating_contract import changes_from, update
from asyncsdk.contract.writing_contract import changed_text
from tests.contract.planted import PLANTED, Document

CONTRACT = generator.PACKAGE / "contract" / "openapi.yaml"
DOCUMENT: Mapping[str, Any] = json.loads(CONTRACT.with_suffix(".json").read_bytes())


def planted(*plants: Any) -> Document:
    document: Document = copy.deepcopy(dict(DOCUMENT))
    for plant in plants:
        plant(document)
    return document


def test_the_contract_does_not_differ_from_itself() -> None:
    assert changes_between(DOCUMENT, described_in(DOCUMENT)) == []
    assert signature_changes(DOCUMENT, DOCUMENT) == []


@pytest.mark.parametrize(("plant", "named", "seen"), PLANTED, ids=[each[0].__name__.strip("_") for each in PLANTED])
def test_each_planted_change_is_named_and_told_to_callers(plant: Any, named: str, seen: str | None) -> None:
    changes = changes_between(DOCUMENT, described_in(planted(plant)))
    assert any(str(each).startswith(named) for each in changes), changes
    assert len(changes) <= 3, changes  # a renamed field is one that is gone and one that is new; values have a bound
    callers = [str(each) for each in signature_changes(DOCUMENT, applied_to(DOCUMENT, changes))]
    if seen is None:
        assert not [each for each in callers if not each.startswith("added")], callers
    else:
        assert any(each.startswith(seen) for each in callers), callers


@pytest.mark.slow  # a library that keeps comments takes seconds for the whole contract
def test_twenty_planted_changes_are_written_and_nothing_else() -> None:
    """Afterwards the contract says the same, but for what somebody has to decide; other lines stay as they are."""
    theirs = planted(*(plant for plant, _, _ in PLANTED))
    changes = changes_between(DOCUMENT, described_in(theirs))
    named = [str(each) for each in changes]
    assert [start for _, start, _ in PLANTED if not any(each.startswith(start) for each in named)] == []
    text = CONTRACT.read_text(encoding="utf-8")
    written = changed_text(text, changes)
    left = changes_between(parsed(written.encode()), described_in(theirs))
    assert {str(each) for each in left} == {str(each) for each in changes if not each.edits}
    before, after = text.splitlines(), written.splitlines()
    assert len({*before} - {*after}) < 60
    assert text.count("&date_time_filter") == written.count("&date_time_filter") == 1


NULL_30: Document = {"type": "string", "nullable": True}
NULL_31: Document = {"type": ["string", "null"]}
ANY_OF: Document = {"anyOf": [{"type": "string"}, {"type": "null"}]}
BY_PARTS: Document = {
    "Role": {"allOf": [{"$ref": "#/components/schemas/Noted"}]},
    "Noted": {"properties": {"note": NULL_30}},
}
FORMS: list[tuple[str, str, Document, str]] = [
    ("3.0 JSON", "3.0.3", {"Role": {"properties": {"note": NULL_30}}}, ".json"),
    ("3.0 YAML", "3.0.3", BY_PARTS, ".yaml"),
    ("3.1 JSON", "3.1.0", {"Role": {"properties": {"note": NULL_31}}}, ".json"),
    ("3.1 YAML", "3.1.0", {"Role": {"properties": {"note": ANY_OF}}}, ".yaml"),
]


@pytest.mark.parametrize(
    ("version", "schemas", "suffix"), [each[1:] for each in FORMS], ids=[each[0] for each in FORMS]
)
def test_each_form_of_a_document_says_the_same(version: str, schemas: Document, suffix: str, tmp_path: Path) -> None:
    """References, `allOf`, and the three ways to say null, as JSON and as YAML."""
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/Role"}}
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": rows}}}}
    page = {"$ref": "#/components/parameters/Page"}
    parameter = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    document = {
        "openapi": version,
        "info": {"title": "mini", "version": "1"},
        "paths": {"/api/roles": {"get": {"parameters": [page], "responses": answer}}},
        "components": {"schemas": schemas, "parameters": {"Page": parameter}},
    }
    path = tmp_path / f"mini{suffix}"
    path.write_text(json.dumps(document) if suffix == ".json" else yaml.safe_dump(document))
    changes = [each for each in changes_from(DOCUMENT, path) if each.said.startswith("is new")]
    assert [str(each) for each in changes] == ["parameter GET /api/roles page: is new", "model Role.note: is new: text"]
    changed = applied_to(DOCUMENT, changes)
    assert "note" in changed["components"]["schemas"]["Role"]["properties"]
    (note,) = (each for each in signature_changes(DOCUMENT, changed) if each.subject == "Role.note")
    assert str(note) == "added: Role.note is new: string or None"


PAGE = """List roles
GET/api/roles
Required permissions:
- settings.people: allows view resources.
Request
Query Parameters
Possible values: >= 1 and <= 100
Default value: 100
The number of items to include in the response.
Default value: 0
The offset of the first returned item.
Filter items by the level_id field.
Possible values: [exclude, include, only]
Default value: exclude
Filter items by deletion status.
Header Parameters
Responses
- 200
- 400
Returns the roles.
- Example (from schema)
Schema
Array [
]
[
{
"id": 1,
"created_at": "2026-03-27T11:39:28.826Z",
"updated_at": "2026-03-27T11:39:28.826Z",
"name": "PM",
"rank": 3
}
]
Validation failed
{
"key": "invalid_data"
}
"""


def test_a_page_says_what_it_shows_and_nothing_of_the_rest() -> None:
    operation = operation_on(PAGE)
    assert (operation.key, operation.is_list, operation.permissions) == ("GET /api/roles", True, ("settings.people",))
    assert operation.parameters["limit"].bounds == {"minimum": 1, "maximum": 100, "default": 100}
    assert operation.parameters["deleted"].values == ("exclude", "include", "only")
    named = {str(each) for each in changes_between(DOCUMENT, described_on([PAGE]))}
    assert {"parameter GET /api/roles level_id: is new", "parameter GET /api/roles deleted: is new"} <= named
    assert "model Role.rank: is new: integer" in named
    assert not [each for each in named if "gone" in each or "mandatory" in each]


def _reference() -> Path | None:
    places = (parent / "shared" / "reference" for parent in CONTRACT.parents)
    return next((place for place in places if place.is_dir()), None)


@pytest.mark.skipif(_reference() is None, reason="the saved reference pages are not at hand")
def test_the_saved_pages_say_what_the_contract_says() -> None:
    folder = _reference()
    assert folder is not None
    pages = [page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.txt"))]
    described = described_on(pages)
    assert len(described.operations) == len(pages) == 4
    assert all(each.answer and len(each.answer) >= 8 for each in described.operations.values())
    assert changes_from(DOCUMENT, folder) == []


def test_pages_of_a_changed_api_are_named() -> None:
    """The page of an operation that is new, and one whose fields are of another kind."""
    page = PAGE.replace("/api/roles", "/api/badges").replace('"rank": 3', '"rank": "gold"')
    (change,) = changes_between(DOCUMENT, described_on([page]))
    assert str(change).startswith("operation GET /api/badges: is new: wethod.badges.list")
    changed = applied_to(DOCUMENT, [change])
    assert "wethod.badges.list" in {each.subject for each in signature_changes(DOCUMENT, changed)}
    retyped = PAGE.replace('"name": "PM"', '"name": 7')
    assert "model Role.name: is integer, not text" in {
        str(each) for each in changes_between(DOCUMENT, described_on([retyped]))
    }


def learned(table: str, *rows: Mapping[str, object]) -> Learned:
    fields = seen_fields(rows, contracted_in(DOCUMENT)[table].fields)
    seen = SeenList(status=200, rows=len(rows), fields=fields)
    return Learned("2026-05-20T00:00:00Z", "2024-06-15", SeenServer(), {table: seen})


ROW: dict[str, object] = {"id": 1, "created_at": "2026-03-27T11:39:28.826Z", "updated_at": "2026-03-27T11:39:28.826Z"}
STREAM: dict[str, object] = {**ROW, "is_default": True}


@pytest.mark.parametrize(
    ("row", "said", "seen"),
    [
        ({"name": None}, "null where the contract promises a value", "Stream.name is string or None, not string"),
        ({"name": "PM", "rank": 3}, "is new in the API (integer)", "Stream.rank is new: integer or None"),
        ({"name": 7}, "it is integer", "Stream.name is integer, not string"),
        ({}, "is gone from the API", "Stream.name is string or None, not string"),
    ],
)
def test_what_was_learned_changes_the_contract(row: dict[str, object], said: str, seen: str) -> None:
    changes = changes_learned(DOCUMENT, learned("streams", {**STREAM, **row}))
    assert [each.said.startswith(said) for each in changes] == [True], changes
    changed = applied_to(DOCUMENT, changes)
    assert any(str(each).endswith(seen) for each in signature_changes(DOCUMENT, changed))
    assert changes_learned(changed, learned("streams", {**STREAM, **row})) == []


def test_numbers_as_text_are_coerced_afterwards() -> None:
    level = {**ROW, "id": "7", "name": "Junior"}
    changes = changes_learned(DOCUMENT, learned("levels", level))
    changed = applied_to(DOCUMENT, changes)
    assert changed["components"]["schemas"]["Level"]["properties"]["id"]["x-coerce"] == "integer"


def test_what_was_learned_of_a_whole_list_is_left_to_whoever_keeps_the_contract() -> None:
    capped = SeenList(status=200, rows=50, page_cap=50, order="-id", parameters={"project_id": "ignored"})
    changes = changes_learned(DOCUMENT, attrs.evolve(learned("roles"), lists={"timesheets": capped}))
    assert len(changes) == 3
    assert all(not each.edits for each in changes)


MINI = """\
openapi: 3.1.0
info: {title: mini, version: '1'}
servers: []
tags:
- {name: roles, description: Roles of persons}
paths:
  /api/roles:
    # The one list there is.
    get:
      operationId: list_roles
      tags: [roles]
      summary: Lists roles
      x-sdk: {resource: roles, method: list}
      x-kind: list
      x-paginated: true
      x-documented: true
      parameters:
      - {name: limit,   in: query,   required: false,   schema: {type: integer}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Role'}}
components:
  responses: {}
  schemas:
    Role:
      type: object
      x-role: response
      required: [id, name]
      properties:
        id: {type: integer, minimum: 1}   # from one on
        name: {type: string}
"""


def test_the_command_writes_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What did not change keeps its lines, spaces and comments."""
    contract, file = tmp_path / "openapi.yaml", tmp_path / "api.learned"
    contract.write_text(MINI)
    write(file, learned("roles", {"id": 1, "name": None, "rank": 3}))
    assert update(contract, None, file, write=False) == 1
    said = capsys.readouterr().out
    assert "the contract differs in 2 things:\n  model Role.rank: is new in the API (integer)" in said
    assert "added: Role.rank is new: integer or None" in said
    assert contract.read_text() == MINI
    assert update(contract, None, file, write=True) == 0
    changed = MINI.replace("name: {type: string}", "name: {type: [string, 'null']}")
    assert yaml.safe_load(contract.read_text())["components"]["schemas"]["Role"]["properties"]["rank"]["type"]
    lines = contract.read_text().splitlines()
    assert [line for line in MINI.splitlines() if line not in lines] == ["        name: {type: string}"], changed
    assert update(contract, None, file, write=False) == 0


@pytest.mark.parametrize("text", ["", "[]", "swagger: '2.0'", "openapi: 3.1.0", "{", "a: [1"])
def test_what_is_no_source_is_refused_with_a_word(text: str, tmp_path: Path) -> None:
    contract, path = tmp_path / "openapi.yaml", tmp_path / "other.yaml"
    contract.write_text(MINI)
    path.write_text(text)
    with pytest.raises(SystemExit, match=r"other\.yaml"):
        update(contract, path, None, write=False)
    for empty in (tmp_path / "none", tmp_path / "nothing.yaml"):
        empty.mkdir() if empty.name == "none" else None
        with pytest.raises(SystemExit):
            update(contract, empty, None, write=False)


def test_write_alone_is_refused() -> None:
    command = [sys.executable, "-m", "asyncsdk.contract.generate", "--write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--from or --learned" in done.stderr
