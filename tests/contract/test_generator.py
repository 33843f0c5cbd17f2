"""The generator: nothing of it is stale, what differs is told and settled, and what has no words is refused."""

from __future__ import annotations

import copy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.contract import generate as generator
from asyncsdk.contract.reading import read
from tests.contract.generated import CONTRACT, DOCUMENT


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
