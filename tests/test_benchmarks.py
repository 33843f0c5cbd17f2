"""The command of the benchmarks works without the extra that brings the peers, and says what it left out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import contenders as names
from benchmarks.bounds import bounds
from benchmarks.measure import Cost
from benchmarks.records import Record, Records
from benchmarks.server import Rows, row
from benchmarks.tables import tables

ROOT = Path(__file__).parent.parent


def record(section: str, client: str, seconds: float, items: int = 100_000) -> Record:
    cost = Cost(seconds, seconds, seconds)
    return Record(section=section, client=client, items=items, latency_ms=0, in_flight=8, rounds=3, wall=cost, cpu=cost)


@pytest.mark.slow
def test_the_command_measures_prints_and_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "get", "memory", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path)], cwd=ROOT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "asyncsdk get" in done.stdout
    assert "not measured" in done.stdout
    facts = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert {each["section"] for each in facts["records"]} == {"get", "memory"}
    assert "| asyncsdk get |" in (tmp_path / "results.md").read_text(encoding="utf-8")


def test_bounds_hold_or_do_not_and_short_lists_show_nothing() -> None:
    records = Records(
        [
            record("cpu", names.FLOOR, 1.0),
            record("cpu", names.PAGES, 1.1),
            record("cpu", names.ROWS, 1.3),
            record("clients", names.HTTPX, 6.0, items=10_000),
            record("clients", names.ROWS, 1.0, items=10_000),
        ]
    )
    shown = {bound.what: bound.holds for bound in bounds(records)}
    assert {what: holds for what, holds in shown.items() if holds is not None} == {
        f"CPU a row, 100,000 rows, no latency, 8 in flight, in one process: {names.PAGES} / floor": True,
        f"CPU a row, 100,000 rows, no latency, 8 in flight, in one process: {names.ROWS} / floor": False,
    }
    assert len(list(tables(records))) == 2


@pytest.mark.parametrize(("offset", "limit"), [(0, 100), (199, 100), (249, 1), (250, 100), (1000, 5)])
def test_the_server_serves_the_rows_it_is_asked_for(offset: int, limit: int) -> None:
    rows = Rows(250)
    assert json.loads(rows.page(offset, limit)) == [row(n) for n in range(offset, min(offset + limit, 250))]
    assert json.loads(rows.one(7)) == row(6)
