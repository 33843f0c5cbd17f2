"""Models in pydantic: their schemas, and that it reads and writes them as the client does."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from aiohttp import ClientSession
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from asyncsdk import Wethod, models, to_dict
from asyncsdk.codec import one_decoder, to_json
from asyncsdk.fields import Json
from asyncsdk.models import ProductionPlanStream, Project, Stream, StreamLeader
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory
from tests.fastapi.application import options, served


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_has_a_schema_with_its_names_on_the_wire(name: str) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(getattr(models, name))
    for schema in (adapter.json_schema(mode="serialization"), adapter.json_schema(mode="validation")):
        assert schema["title"] == name
        assert "id" in schema["properties"]


async def test_pydantic_reads_and_writes_what_the_client_does(sandbox: Sandbox) -> None:
    adapter = TypeAdapter(list[Project])
    async with Wethod(**options(sandbox)) as wethod:
        projects = await wethod.projects.list().all(max_items=50)
    written = adapter.dump_json(projects)
    assert json.loads(written) == [to_dict(project) for project in projects]
    assert adapter.validate_json(written) == projects
    assert adapter.validate_python(projects) == projects
    assert adapter.validate_python([{**to_dict(projects[0]), "unknown": 1}]) == projects[:1]  # type: ignore[dict-item]  # a row is a dict


@pytest.mark.parametrize("name", models.__all__)
def test_pydantic_writes_every_model_as_the_client_does(name: str) -> None:
    model = getattr(models, name)
    adapter: TypeAdapter[object] = TypeAdapter(model)
    row = Factory()(model)
    assert json.loads(adapter.dump_json(row)) == to_dict(row)
    assert adapter.validate_python(to_dict(row)) == adapter.validate_json(adapter.dump_json(row)) == row


def test_models_are_fields_of_pydantic_models() -> None:
    class Month(BaseModel):
        rows: list[ProductionPlanStream]

    row = {
        "id": 1,
        "created_at": "2026-01-09T17:32:14.550Z",
        "updated_at": "2026-01-09T17:32:14.550Z",
        "date": "2026-01-01",
        "value": "12.5",
        "project_id": 1,
        "stream_id": 1,
        "production_plan_id": 1,
    }
    month = Month.model_validate({"rows": [row]})
    assert month.rows[0].value == 12.5
    assert month.model_dump(mode="json")["rows"][0]["date"] == "2026-01-01"
    for name, bad in (("updated_at", "2026-01-09T17:32:14"), ("value", "nan"), ("id", None), ("updated_at", None)):
        with pytest.raises(ValidationError):
            Month.model_validate({"rows": [{**row, name: bad}]})
    with pytest.raises(ValidationError):
        Month.model_validate({"rows": [{name: value for name, value in row.items() if name != "date"}]})


@pytest.mark.filterwarnings("error")
def test_a_broken_promise_goes_out_as_null_and_comes_in_again() -> None:
    """One row without a manager is no reason to fail, on the way out of an application or back from its cache."""
    make = Factory()
    leader = {**expect_dict(to_dict(make(StreamLeader))), "leader_id": None}
    rows = [make(Project, pm_id=None, value=None, date_start=None, created_at=None), make(Stream)]
    rows += [
        one_decoder(Stream)(to_json({**expect_dict(to_dict(rows[1])), "name": None, "stream_leaders": [None, leader]}))
    ]
    for row in rows:
        adapter: TypeAdapter[object] = TypeAdapter(type(row))
        assert json.loads(adapter.dump_json(row)) == adapter.dump_python(row, mode="json") == to_dict(row)
        assert adapter.validate_json(adapter.dump_json(row)) == one_decoder(type(row))(to_json(row)) == row


@pytest.mark.filterwarnings("error")
async def test_a_response_model_bears_a_broken_promise() -> None:
    """As the model itself, as the mapping it was written to, and within a list."""
    row = Factory()(Project, pm_id=None)
    app = FastAPI()

    @app.get("/row")
    async def one() -> Project:
        return row

    @app.get("/mapping", response_model=Project)
    async def mapping() -> object:
        return to_dict(row)

    @app.get("/rows")
    async def rows() -> list[Project]:
        return [row]

    async with served(app) as url, ClientSession() as session:
        for path, wanted in (("/row", to_dict(row)), ("/mapping", to_dict(row)), ("/rows", [to_dict(row)])):
            async with session.get(url + path) as answer:
                assert (answer.status, await answer.json()) == (200, wanted)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_schema_says_what_the_contract_promises(mode: Literal["validation", "serialization"]) -> None:
    properties = TypeAdapter(Project).json_schema(mode=mode)["properties"]
    assert properties["pm_id"] == {"title": "Pm Id", "type": "integer"}
    assert properties["account_id"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def expect_dict(value: object) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
