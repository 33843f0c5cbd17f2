"""Models: their shape, not their decoding. Frozen, slotted, hashable, picklable, complete, loaded when asked for."""

from __future__ import annotations

import inspect
import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from importlib import resources
from typing import Any

import attrs
import msgspec
import pytest

from asyncsdk import models
from asyncsdk._codec import fields

CONTRACT: Mapping[str, Any] = json.loads(resources.files("asyncsdk.contract").joinpath("openapi.json").read_bytes())
SCHEMAS: Mapping[str, Mapping[str, Any]] = CONTRACT["components"]["schemas"]
RESPONSES = sorted(name for name, schema in SCHEMAS.items() if schema.get("x-role") == "response")
MARKED = {"PersonPayroll", "Project", "ProjectPlanTask"}


def model(name: str) -> Any:
    return getattr(models, name)


def sample(schema: Mapping[str, Any]) -> object:
    """A value that fits `schema`, never null."""
    if "$ref" in schema:
        target = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        return {name: sample(each) for name, each in target["properties"].items()}
    if "oneOf" in schema:
        return sample(schema["oneOf"][0])
    types = [schema["type"]] if isinstance(schema.get("type"), str) else [*schema.get("type", ["string"])]
    match types[0]:
        case "array":
            return [sample(schema["items"])]
        case "integer":
            return 1
        case "number":
            return 1.5
        case "boolean":
            return True
    formats = {"date-time": "2026-05-31T12:00:00.123456Z", "date": "2026-05-31", "YYYY-MM": "2026-05"}
    return formats.get(schema.get("format", ""), "text")


def test_every_response_schema_has_its_model() -> None:
    assert sorted(models.__all__) == RESPONSES
    assert len(RESPONSES) == 53


@pytest.mark.parametrize("name", RESPONSES)
class TestShape:
    def test_attributes_are_the_fields_of_the_contract(self, name: str) -> None:
        found = attrs.fields(model(name))
        plain = [fields.wire_name(each) for each in found if fields.dynamic_prefix(each) is None]
        assert plain == [*SCHEMAS[name]["properties"]]
        prefixes = [prefix for each in found if (prefix := fields.dynamic_prefix(each))]
        assert prefixes == [prefix for prefix in [SCHEMAS[name].get("x-dynamic-prefix")] if prefix]

    def test_what_the_contract_does_not_require_defaults_to_none(self, name: str) -> None:
        required = {fields.wire_name(each) for each in attrs.fields(model(name)) if each.default is attrs.NOTHING}
        assert required == {*SCHEMAS[name].get("required", ())}

    def test_it_is_a_frozen_slotted_value(self, name: str) -> None:
        class_ = model(name)
        row = class_(**{each.name: 1 for each in attrs.fields(class_) if each.default is attrs.NOTHING})
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            row.id = 2
        assert not hasattr(row, "__dict__")
        assert row == attrs.evolve(row)
        assert hash(row) == hash(attrs.evolve(row))
        assert pickle.loads(pickle.dumps(row)) == row

    def test_the_compiled_decoder_reads_it(self, name: str) -> None:
        """Models with dynamic or renamed keys need the codec; their other fields are read all the same."""
        decoder = msgspec.json.Decoder(list[model(name)])  # type: ignore[misc]  # a class known only by its name
        wanted = sample({"$ref": f"#/components/schemas/{name}"})
        (row,) = decoder.decode(msgspec.json.encode([wanted]))
        assert hash(row) == hash(attrs.evolve(row))
        if name not in MARKED:
            assert None not in attrs.astuple(row, recurse=False)

    def test_it_is_documented(self, name: str) -> None:
        text = inspect.cleandoc(model(name).__doc__)  # from Python 3.13 on the compiler takes the indent away
        assert text
        for line in text.partition("Attributes:\n")[2].splitlines():
            if not line.startswith(" " * 5):
                assert line.strip().partition(":")[0] in {each.name for each in attrs.fields(model(name))}


def test_only_the_models_known_to_be_special_are() -> None:
    marked = {name for name in RESPONSES if any(each.metadata for each in attrs.fields(model(name)))}
    assert marked == MARKED


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (fields.Timestamp, '"2026-05-31T12:00:00"'),
        (fields.Timestamp, "1780000000"),
        (fields.Number, "1e999"),
        (fields.Number, '"1.5"'),
    ],
)
def test_scalars_have_the_apis_rules(type_: object, text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.Decoder(type_).decode(text.encode())


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity"])
def test_numbers_are_finite_in_lenient_decoding_too(value: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, fields.Number, strict=False)


def test_a_name_that_is_no_model_is_refused() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        model("Nothing")
    assert {*models.__all__} <= {*dir(models)}


def test_a_model_is_imported_alone() -> None:
    """Two hundred attrs classes cost a third of a second to make; most programs use a few."""
    code = "import sys; from asyncsdk.models import Project; print(*(m for m in sys.modules if '.models.' in m))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(run.stdout.split()) == ["asyncsdk.models.job_order_categories", "asyncsdk.models.projects"]
