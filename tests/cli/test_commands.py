"""The command line: what it prints, and the exit status it ends with."""

from __future__ import annotations

import builtins
import csv
import gc
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from asyncsdk.cli import _COMMANDS, main
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

pytest.importorskip("typer")
pytest.importorskip("rich")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own; the WETHOD_* variables that lead to it."""
    command = [sys.executable, "-m", "asyncsdk", "sandbox", "--port", "0", "--rows", "400"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().removeprefix("export ").strip() for _ in range(4)]
        yield dict(line.split("=", 1) for line in lines)
        process.terminate()


@pytest.fixture
def environment(sandbox: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")


Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """An extraction keeps the collector from looking at what is there: right for a process that does nothing else."""
    yield
    gc.set_threshold(700, 10, 10)


@pytest.fixture
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra `cli` were not there."""
    find, load = importlib.util.find_spec, builtins.__import__

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in {"typer", "rich"} else find(name, package)

    def import_(name: str, *rest: object, **more: object) -> object:
        assert name.partition(".")[0] not in {"typer", "rich"}
        return load(name, *rest, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    monkeypatch.setattr(builtins, "__import__", import_)


@pytest.mark.usefixtures("_nothing_installed")
@pytest.mark.parametrize("words", [[], ["list", "projects"], ["extract", "projects"], ["count", "projects"]])
def test_without_the_extra_a_command_says_how_to_install_it(words: list[str], capsys: Capture) -> None:
    assert main(words) == 2
    assert 'pip install "asyncsdk[cli]"' in capsys.readouterr().err


@pytest.mark.usefixtures("_nothing_installed")
def test_help_needs_no_extra(capsys: Capture) -> None:
    for words in (["--help"], ["-h"], ["help"]):
        assert main(words) == 0
        said = capsys.readouterr()
        assert not said.err
        for command in ("sandbox", "demo", "docs", "list", "count", "get", "resources", "quota", "check", "extract"):
            assert f"  {command} " in said.out
        assert 'pip install "asyncsdk[cli]"' in said.out
        assert 'pip install "asyncsdk[extract]"' in said.out
    assert main(["lst"]) == 2
    assert "did you mean list?" in capsys.readouterr().err


def test_help_is_of_the_same_commands_whatever_is_installed(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    _, _, listed = said.partition("Commands:")
    lines = listed.partition("Exit status")[0].splitlines()
    assert {line.split()[0] for line in lines if line.strip()} == {*_COMMANDS}


@pytest.mark.usefixtures("_nothing_installed")
def test_the_sandbox_and_the_demo_need_no_extra(capfd: Capture) -> None:
    assert main(["sandbox", "--help"]) == 0
    assert main(["sandbox", "--port", "no"]) == 2
    assert main(["--version"]) == 0
    assert main(["demo", "--rows", "200", "--latency-ms", "0"]) == 0
    assert capfd.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["extract", "--to", "jsonl:out"],
        ["extract", "projects", "--all", "--to", "jsonl:out"],
        ["extract", "projects"],
        ["extract", "projects", "--to", "nowhere:out"],
        ["extract", "no-such-list", "--to", "jsonl:out"],
        ["extract", "projects", "--to", "jsonl:out", "--filter", "nonsense"],
        ["extract", "projects", "--to", "jsonl:out", "--filter", "no_such=1"],
        ["extract", "projects", "--to", "jsonl:out", "--since", "yesterday"],
        ["extract", "projects", "--to", "jsonl:out", "--company", "a", "--company", "b", "--schema", "s"],
        ["list", "projects", "nonsense"],
        ["list", "streams_leaders"],
        ["get", "projects", "seven"],
        ["get", "streams_leaders", "7"],
    ],
)
@pytest.mark.usefixtures("environment")
def test_wrong_usage_is_status_2_and_says_why_without_a_traceback(
    words: list[str], capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.err
    assert not said.out
    assert "Traceback" not in said.err
    assert not list(tmp_path.iterdir())


def test_no_token_is_status_2(capsys: Capture) -> None:
    assert main(["list", "projects"]) == 2
    assert "WETHOD_TOKEN" in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_a_list_in_every_format(capsys: Capture) -> None:
    base = ["list", "production-plan-streams", "project_id=7"]
    assert main([*base, "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    assert {row["project_id"] for row in rows} == {7}
    assert main([*base, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows
    assert main([*base, "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [int(row["id"]) for row in table] == [row["id"] for row in rows]
    assert main([*base, "--max-items", "2"]) == 0
    assert "the first 2 rows" in capsys.readouterr().err
    assert main(["list", "production-plan-streams", "project_id=999999", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("environment")
def test_a_nested_list_and_a_single_row(capsys: Capture) -> None:
    assert main(["list", "streams_leaders", "stream_id=1", "--format", "json"]) == 0
    assert {row["stream_id"] for row in json.loads(capsys.readouterr().out)} <= {1}
    assert main(["get", "projects", "7"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 7
    assert main(["get", "projects", "999999"]) == 1
    assert "404 not_found" in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_resources_quota_and_check(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["resources"]) == 0
    assert "production_plan_streams" in capsys.readouterr().out
    assert main(["resources", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 52
    assert main(["quota", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["limit"] == 5000
    assert main(["check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["token"], told["requests"], len(told["lists"])) == (True, 49, 49)
    assert abs(told["clock_skew_seconds"]) < 60
    assert main(["check"]) == 0
    monkeypatch.setenv("WETHOD_TOKEN", "no-such-token")
    assert main(["check"]) == 1
    assert "not usable" in capsys.readouterr().out


@pytest.mark.usefixtures("environment")
def test_a_plan_touches_nothing(capsys: Capture, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert main(["extract", "production_plan_streams", "--to", f"jsonl:{target}", "--plan", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["costs"][0]["rows"] == 408
    assert not target.exists()


@pytest.mark.usefixtures("environment")
def test_an_extraction_and_the_next(capsys: Capture, tmp_path: Path) -> None:
    words = ["extract", "production-plan-streams", "streams", "--to", f"jsonl:{tmp_path}", "--json", "--quiet"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [table["outcome"] for table in told["tables"]] == ["complete", "complete"]
    assert told["tables"][0]["rows"] == 408
    assert main(words[:-2]) == 0
    said = capsys.readouterr()
    assert "incremental" in said.out
    assert "of the hourly budget" in said.err


@pytest.mark.usefixtures("environment")
def test_several_companies_go_into_a_folder_each(capsys: Capture, tmp_path: Path) -> None:
    words = ["extract", "streams", "--to", f"jsonl:{tmp_path}", "--json", "--quiet"]
    assert main([*words, "--company", "acme", "--company", "no-such-company"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == 1
    assert [(each["company"], each["status"]) for each in told["companies"]] == [("acme", 0), ("no-such-company", 1)]
    assert {path.name for path in tmp_path.iterdir()} >= {"acme", "no_such_company"}


def test_an_interrupted_extraction_ends_at_once_and_the_next_goes_on(tmp_path: Path) -> None:
    """Ctrl-C while answers are slow: the process ends by itself, and what it had read is not asked for again."""
    words = [sys.executable, "-m", "asyncsdk", "extract", "production-plan-streams", "--concurrency", "1"]
    words += ["--to", f"jsonl:{tmp_path}", "--json", "--quiet"]
    with beside(Sandbox(rows=3000, latency_ms=60)) as slow:
        environ = os.environ | slow.environ
        with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as run:
            patience = time.monotonic() + 60
            while len(slow.requests) < 8:
                assert run.poll() is None
                assert time.monotonic() < patience
                time.sleep(0.01)  # between two looks at another process
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=60)
        assert run.returncode == 130
        assert "the same command goes on" in said
        assert "Traceback" not in said
        done = subprocess.run(words, env=environ, check=True, capture_output=True, text=True, timeout=60)
        told = json.loads(done.stdout)
        assert told["tables"][0]["outcome"] == "complete"
        assert 0 < told["rows"] < 3060
