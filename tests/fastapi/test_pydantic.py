"""Models in pydantic: their schemas, and that it reads and writes them as the client does."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from asyncsdk import Wethod, models, to_dict
from asyncsdk.models import ProductionPlanStream, Project
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory
from tests.fastapi.application import options


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
