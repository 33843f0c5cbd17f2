"""`asyncsdk check --learn FILE`: what it says before, what it writes, what it refuses."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncsdk.cli import main
from asyncsdk.sandbox import Deviation, Sandbox
from asyncsdk.testing import beside

pytest.importorskip("typer")

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with beside(Sandbox(rows=30)) as sandbox:
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        yield sandbox


def test_it_says_its_cost_learns_and_compares_with_last_time(sandbox: Sandbox, capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "api.learned"
    assert main(["check", "--learn", str(path)]) == 0
    said = capsys.readouterr()
    assert "learning with at most 284 requests of the 5,000 left this hour" in said.err
    assert "everything is as the contract says" in said.out
    assert "52 of 52 lists could be read" in said.out
    before = path.read_text()
    sandbox.service.deviations.append(Deviation("null", "Project.client_id"))
    assert main(["check", "--learn", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Project.client_id: null where the contract promises a value (in all rows)"
    assert lines[1].strip() == "it is read as None; Wethod(strict=True) refuses such rows"
    assert path.read_text() != before
    assert main(["check", "--learn", str(path), "--json"]) == 0
    (known,) = json.loads(capsys.readouterr().out)["differences"]
    assert (known["subject"], known["known"]) == ("Project.client_id", True)


def test_what_is_no_such_file_is_refused_before_anything_is_sent(
    sandbox: Sandbox, capsys: Capture, tmp_path: Path
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (other, tmp_path / "nowhere" / "file", tmp_path, pipe):
        assert main(["check", "--learn", str(path)]) == 2, path
        assert capsys.readouterr().err
    assert other.read_text() == "mine"
    assert pipe.is_fifo()
    assert len(sandbox.requests) == 0


def test_a_refused_token_leaves_the_file_as_it_was(
    sandbox: Sandbox, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WETHOD_TOKEN", "no-such-token")
    path = tmp_path / "api.learned"
    assert main(["check", "--learn", str(path)]) == 1
    assert "401" in capsys.readouterr().err
    assert not path.exists()
    assert len(sandbox.requests) == 1
