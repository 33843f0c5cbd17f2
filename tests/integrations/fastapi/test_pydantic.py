"""Models in pydantic: their schemas, and that it reads and writes them as the client does."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import Any, Literal

import attrs
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from asyncsdk import ArgumentError, Wethod, models, to_dict
from asyncsdk._codec.fields import Json
from asyncsdk.models import PersonPayroll, ProductionPlanStream, Project, Stream
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory
from tests.integrations.fastapi.application import options


def schema_of(adapter: TypeAdapter[object], mode: Literal["validation", "serialization"]) -> Any:
    return adapter.json_schema(mode=mode)


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_has_a_schema_with_its_names_on_the_wire(name: str) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(getattr(models, name))
    for schema in (adapter.json_schema(mode="serialization"), adapter.json_schema(mode="validation")):
        assert schema["title"] == name
        assert "id" in schema["properties"]
    assert schema_of(adapter, "serialization")["required"] == list(schema_of(adapter, "serialization")["properties"])
    assert schema_of(adapter, "validation")["required"] == [
        field.name for field in attrs.fields(getattr(models, name)) if field.default is attrs.NOTHING
    ]


async def test_pydantic_reads_and_writes_what_the_client_does(sandbox: Sandbox) -> None:
    adapter = TypeAdapter(list[Project])
    async with Wethod(**options(sandbox)) as wethod:
        projects = await wethod.projects.list().all(max_items=50)
    written = adapter.dump_json(projects)
    assert json.loads(written) == [to_dict(project) for project in projects]
    assert adapter.validate_json(written) == projects
    assert adapter.validate_python(projects) == projects
    assert adapter.validate_python([{**to_dict(projects[0]), "unknown": 1}]) == projects[:1]


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


# --- what is left out ---------------------------------------------------------------------------------------------

make = Factory()
PROJECT = make(Project, name="secret", value=98.5, metadata={13: "Finance", 14: None})


class Report(BaseModel):
    """A pydantic model that holds ours, named and nameless."""

    project: Project
    rows: list[Project]
    anything: Any


REPORT = Report(project=PROJECT, rows=[PROJECT], anything={"deep": [PROJECT]})


@pytest.mark.parametrize("mode", ["python", "json"])
def test_fields_are_left_out_at_any_depth(mode: str) -> None:
    told = REPORT.model_dump(
        mode=mode,
        exclude={
            "project": {"value", "metadata_13"},
            "rows": {"__all__": {"value"}},
            "anything": {"deep": {0: {"value"}}},
        },
    )
    written = json.loads(REPORT.model_dump_json(exclude={"project": {"value"}, "anything": {"deep": {0: {"value"}}}}))
    for row in (told["project"], told["rows"][0], told["anything"]["deep"][0]):
        assert row["name"] == "secret"
        assert "value" not in row
    assert "metadata_13" not in told["project"]
    assert "metadata_14" in told["project"]
    assert "value" not in written["project"]
    assert "value" not in written["anything"]["deep"][0]
    assert "value" in written["rows"][0]


def test_only_what_is_included_is_written() -> None:
    told = REPORT.model_dump(include={"project": {"id"}, "rows": {0: {"name"}}})
    assert told == {"project": {"id": PROJECT.id}, "rows": [{"name": "secret"}]}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ({"metadata"}, {"metadata_13", "metadata_14"}),
        ({"metadata": True}, {"metadata_13", "metadata_14"}),
        ({"metadata": {13}}, {"metadata_13"}),
        ({"metadata_14"}, {"metadata_14"}),
        ({"id", "metadata"}, {"id", "metadata_13", "metadata_14"}),
    ],
)
def test_an_attribute_that_stands_for_many_keys_names_them_all(names: Any, keys: set[str]) -> None:
    adapter = TypeAdapter(Project)
    whole = adapter.dump_python(PROJECT)
    assert adapter.dump_python(PROJECT, include=names).keys() == keys
    assert adapter.dump_python(PROJECT, exclude=names).keys() == whole.keys() - keys
    assert json.loads(adapter.dump_json(PROJECT, include=names)).keys() == keys


@pytest.mark.parametrize("name", ["from", "from_"])
def test_a_renamed_field_goes_by_either_name(name: str) -> None:
    adapter = TypeAdapter(PersonPayroll)
    row = make(PersonPayroll, from_="2026-01-01")
    assert adapter.dump_python(row, include={name}) == {"from": "2026-01-01"}
    assert "from" not in adapter.dump_python(row, exclude={name})
    assert adapter.validate_python({**attrs.asdict(row), "from_": None, name: "2026-02-01"}).from_ == "2026-02-01"


def test_names_of_the_wire_unless_python_names_are_asked_for() -> None:
    adapter = TypeAdapter(PersonPayroll)
    row = make(PersonPayroll, from_="2026-01-01")
    assert "from" in adapter.dump_python(row)
    assert "from" in adapter.dump_python(row, by_alias=True)
    told = adapter.dump_python(row, by_alias=False)
    assert told["from_"] == "2026-01-01"
    assert "from" not in told


def test_what_is_none_or_a_default_is_left_out() -> None:
    adapter = TypeAdapter(Project)
    assert "metadata_14" in adapter.dump_python(PROJECT)
    assert not [key for key, value in adapter.dump_python(PROJECT, exclude_none=True).items() if value is None]
    for told in (
        adapter.dump_python(PROJECT, exclude_defaults=True),
        adapter.dump_python(PROJECT, exclude_unset=True),
        json.loads(adapter.dump_json(PROJECT, exclude_unset=True)),
    ):
        assert "description" not in told, "a row does not remember what was sent: its default counts as unset"
        assert {"id", "name", "metadata_13", "metadata_14"} <= told.keys()


@pytest.mark.filterwarnings("error")
def test_none_where_a_value_was_promised_is_written() -> None:
    row = attrs.evolve(PROJECT, name=None)  # type: ignore[arg-type]  # as the API may send it
    adapter = TypeAdapter(Project)
    assert adapter.dump_python(row)["name"] is None
    assert json.loads(adapter.dump_json(row))["name"] is None
    assert adapter.validate_json(adapter.dump_json(row)) == row
    told = {**expect_dict(to_dict(make(Stream))), "stream_leaders": [None]}
    stream = TypeAdapter(Stream).validate_python(told)
    assert TypeAdapter(Stream).dump_python(stream, mode="json")["stream_leaders"] == [None]
    schema = adapter.json_schema(mode="serialization")
    assert schema["properties"]["name"] == {"title": "Name", "type": "string"}
    assert "name" in schema["required"]


def test_a_date_time_without_an_offset_does_not_go_out() -> None:
    row = attrs.evolve(PROJECT, created_at=dt.datetime(2026, 5, 1))  # noqa: DTZ001  # on purpose
    for write in (TypeAdapter(Project).dump_json, TypeAdapter(Any).dump_json, to_dict):
        with pytest.raises((PydanticSerializationError, ArgumentError), match="time zone"):
            write(row)


def test_nested_models_are_references_in_schemas() -> None:
    for mode in ("validation", "serialization"):
        schema = schema_of(TypeAdapter(Stream), mode)
        assert {"$ref": "#/$defs/StreamLeader"} in [
            arm.get("items") for arm in schema["properties"]["stream_leaders"]["anyOf"]
        ]


def test_the_member_of_a_union_that_a_row_is_writes_it() -> None:
    stream = make(Stream, name="Design")
    told = TypeAdapter(list[Stream | Project]).dump_python([PROJECT, stream])
    assert [row["name"] for row in told] == ["secret", "Design"]
    assert "value" in told[0]


def test_attributes_of_a_row_are_taken_as_well_as_keys() -> None:
    assert TypeAdapter(Project).validate_python(attrs.asdict(PROJECT)) == PROJECT


def test_classes_do_not_import_pydantic_before_it_asks() -> None:
    script = "import sys; from asyncsdk import models; models.Project; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def expect_dict(value: object) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
