"""Output that ends before the command does: pipes, full disks, closed streams, and sets that lack characters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.scripted_api import Api, project, slow

pytest.importorskip("typer")

pytest.importorskip("rich")


def shell(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell, in which $A is the command; PIPESTATUS of its first part is the last line of stderr."""
    command = ["bash", "-c", f'A="{sys.executable} -m asyncsdk"; {line}']
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | environ, check=False, errors="replace"
    )


@pytest.mark.parametrize("format_", ["csv", "table", slow("json"), slow("jsonl")])
def test_a_reader_that_has_had_enough_ends_a_list_as_it_ends_cat(format_: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 1001)]
    done = shell(f"$A list projects --max 5000 --format {format_} | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) in {(141, ""), (0, "")}


def test_a_reader_that_reads_nothing_ends_a_list_as_it_ends_cat(api: Api) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 1001)]
    done = shell("$A list projects --format jsonl | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (141, "")


def test_what_was_extracted_counts_whoever_reads_the_report(api: Api, tmp_path: Path) -> None:
    line = f"$A extract levels -q --to jsonl:{tmp_path}"
    for rest in ("| true", "--json | true", ">&- 2>&-"):
        done = shell(f"{line} {rest}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, done.stderr) == (0, ""), rest
    done = shell(f"{line} --json > /dev/full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(
    "words", ["list projects", "--help", *map(slow, ["list projects --format csv", "count projects", "resources"])]
)
def test_a_full_disk_and_a_closed_output_are_one_line(words: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(1)]
    for rest, why in (("> /dev/full", "No space left on device"), (">&-", "it is closed")):
        done = shell(f"$A {words} {rest}")
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("asyncsdk: standard output cannot be written: ")
        assert why in line


def test_a_closed_stderr_changes_nothing(api: Api) -> None:
    api.lists["/api/projects"] = [project(1)]
    done = shell("$A list projects --max 1 2>&-")
    assert done.returncode == 0
    assert "P1" in done.stdout
    assert shell("$A list nonsense 2>&-").returncode == 2


@pytest.mark.parametrize(
    ("encoding", "format_"), [("cp1252", "csv"), ("cp1252", "jsonl"), ("cp1252", "table"), ("utf-8", "csv")]
)
def test_a_character_set_that_lacks_characters_gets_escapes(encoding: str, format_: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(1, name="\u65e5 \u20ac x")]
    done = shell(f"$A list projects --columns id,name --format {format_}", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    if format_ == "jsonl":
        assert json.loads(done.stdout)["name"].startswith("\u65e5 ")
    else:
        assert ("\u65e5" if encoding == "utf-8" else r"\u65e5") in done.stdout
