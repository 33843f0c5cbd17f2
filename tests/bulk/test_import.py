"""`asyncsdk import`: its exit statuses, what it prints and writes, and a process that is killed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncsdk import bulk
from asyncsdk.cli import main
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.bulk.months import MATCH, month, there, write_csv

pytest.importorskip("typer")
pytest.importorskip("rich")

BY = ("--match", ",".join(MATCH))


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with beside(Sandbox(rows=50, seed=1, today="2026-04-01")) as running:
        for name, value in running.environ.items():
            monkeypatch.setenv(name, value)
        yield running


def test_a_file_is_planned_imported_and_verified(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = month(sandbox, 6)
    file = write_csv(tmp_path / "may.csv", rows)
    words = ["import", "timesheets", str(file), *BY, "--scope", "date=month:2026-05"]
    assert main([*words, "--plan"]) == 0
    assert "6 creates" in capsys.readouterr().out
    assert not there(sandbox)
    sandbox.drop("POST /api/timesheets", handled=True, after=2)
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent"] == 6
    assert there(sandbox) == [row["date"] for row in rows]
    assert main([*words, "--verify"]) == 0
    with (tmp_path / "may.csv.result.csv").open(newline="") as result:
        assert [line["outcome"] for line in csv.DictReader(result)] == ["created"] * 6


def test_refused_rows_are_3_a_stop_is_1_and_wrong_use_is_2(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_csv(tmp_path / "may.csv", month(sandbox, 6))
    words = ["import", "timesheets", str(file), *BY]
    sandbox.fail("POST /api/timesheets", status=401)
    assert main(words) == 1
    sandbox.fail("POST /api/timesheets", status=400, after=1)
    assert main(words) == 3
    assert main(words) == 0
    assert main([*words, "--scope", "colour=red"]) == 2
    assert main([*words, "--scope", "date=month:2026-05"]) == 2  # the journal is of another scope
    write_csv(file, [{**row, "hours": "many"} for row in month(sandbox, 2)])
    capsys.readouterr()
    assert main(words) == 2
    assert "row 1: hours" in capsys.readouterr().err


def test_rows_that_move_while_the_plan_is_made_stop_it(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Used rightly, so not 2: the same command makes a new plan."""
    file = write_csv(tmp_path / "may.csv", month(sandbox, 2))
    words = ["import", "timesheets", str(file), *BY]
    apply = bulk.BulkPlan.apply
    moved: list[int] = []

    async def late(plan: bulk.BulkPlan, **options: Any) -> bulk.BulkReport:
        if not moved:
            moved.append(int(str(sandbox.add("timesheets", **month(sandbox, 1)[0])["id"])))
        return await apply(plan, **options)

    monkeypatch.setattr(bulk.BulkPlan, "apply", late)
    assert main(words) == 1
    assert f"rows {moved[0]} were changed" in capsys.readouterr().err
    assert main(words) == 0


def test_a_terminal_sees_a_bar(sandbox: Sandbox, tmp_path: Path) -> None:
    """Renewed in place, with the pace and the end of it."""
    pty = pytest.importorskip("pty")
    file = write_csv(tmp_path / "may.csv", month(sandbox, 40))
    sandbox.delay("POST /api/timesheets", seconds=0.1, times=None)
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "asyncsdk", "import", "timesheets", str(file), *BY]
    with subprocess.Popen(words, stdout=slave, stderr=slave, env=os.environ | {"TERM": "xterm"}) as run:
        os.close(slave)
        data = b""
        try:
            while piece := os.read(master, 65536):
                data += piece
        except OSError:  # the other end is closed
            pass
        assert run.wait(timeout=30) == 0
    os.close(master)
    said = data.decode()
    assert "timesheets [##" in said
    assert "rows of 40, " in said
    assert "left" in said
