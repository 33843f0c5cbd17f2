"""`asyncsdk sandbox` from a shell."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from asyncsdk.sandbox.command import add_arguments, run

SERVE = """
import argparse, sys
from asyncsdk.sandbox.command import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_it_prints_what_a_shell_needs_and_ends_when_told(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"kind": "fail", "on": "GET /api/projects"}]))
    words = ["--port", "0", "--rows", "120", "--faults", str(faults), "--without", "streams"]
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        environ = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        with urllib.request.urlopen(f"{environ['WETHOD_BASE_URL']}/_sandbox") as answer:
            state = json.load(answer)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert list(environ) == ["WETHOD_TOKEN", "WETHOD_COMPANY", "WETHOD_VERSION", "WETHOD_BASE_URL"]
    assert (state["rows"], state["faults"]) == (120, 1)


@pytest.mark.parametrize(
    "words",
    [
        ("--rows", "-1"),
        ("--faults", "/does/not/exist.json"),
        ("--port", "99999"),
        ("--today", "soon"),
        ("--without", "strems"),
        ("--host", "host.invalid"),
    ],
)
def test_what_it_cannot_do_is_said_in_a_line(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse("--port", "0", *words)) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"kind": "fail", "on": "GET /*", "status": 9}', "[[]]"])
def test_a_file_of_faults_that_means_nothing_is_said_in_a_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faults.json").write_text(text)
    assert run(parse("--port", "0", "--faults", str(tmp_path / "faults.json"))) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("asyncsdk sandbox: ")


def test_the_parser_costs_no_server() -> None:
    script = "import sys, asyncsdk.sandbox.command; sys.exit(any(m in sys.modules for m in ('aiohttp', 'jsonschema')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_demo_walks_every_row() -> None:
    command = [sys.executable, "-m", "asyncsdk.sandbox.demo", "--rows", "2000", "--latency-ms", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "8 pages in flight:        2,000 rows" in done.stdout
    assert "one page at a time:       2,000 rows" in done.stdout
    assert "planned, % of a month" in done.stdout
