"""What `asyncsdk extract` hands over, and that a defect in one company's run ends no other's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.cli import main
from asyncsdk.extract import ExtractionPlan, ExtractionReport, TableReport
from asyncsdk.extract.address import shown

pytest.importorskip("typer")
pytest.importorskip("rich")

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of each run; the company `broken` meets a defect that quotes a password."""
    runs: list[dict[str, Any]] = []

    async def extract(wethod: Any, resources: Any, to: str, **options: Any) -> ExtractionReport:
        company = wethod.settings.company
        runs.append({**options, "company": company})
        if company == "broken":
            raise AttributeError("no attribute 'x' of s3cret-password")
        table = TableReport(table="levels", outcome="complete", mode="full")
        return ExtractionReport(
            run="1", company=company, target=shown(to), started=NOW, finished=NOW, tables=(table,), strict=True
        )

    async def plan(*_: Any, **options: Any) -> ExtractionPlan:
        runs.append(options)
        return ExtractionPlan(costs=(), hourly=None, remaining=None, seconds=0.0)

    monkeypatch.setattr("asyncsdk.cli.extracting.extract", extract)
    monkeypatch.setattr("asyncsdk.cli.extracting.plan", plan)
    monkeypatch.setenv("WETHOD_TOKEN", "token-of-eight")
    monkeypatch.setenv("WETHOD_COMPANY", "acme")
    return runs


def test_overlap_and_state_are_handed_over(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    words = ["extract", "levels", "-q", "--to", f"csv:{tmp_path}"]
    assert main([*words, "--overlap", "1h30m", "--state", "/var/lib/state"]) == 0
    planned, run = asked
    assert (run["overlap"], run["state"]) == (timedelta(hours=1.5), "/var/lib/state")
    assert planned["state"] == "/var/lib/state"
    asked.clear()
    assert main(words) == 0
    assert (asked[1]["overlap"], asked[1]["state"]) == (timedelta(minutes=5), None)
    assert main([*words, "--overlap", "soon"]) == 2


def test_how_often_lists_are_read_whole_is_handed_over(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    """To the plan as well, which would say something else otherwise."""
    words = ["extract", "levels", "-q", "--to", f"csv:{tmp_path}"]
    assert main([*words, "--whole-every", "90d"]) == main(words) == 0
    assert [each["whole_every"] for each in asked] == [timedelta(days=90)] * 2 + [timedelta(days=30)] * 2
    assert main([*words, "--whole-every", "400d"]) == 2


def test_a_defect_in_one_company_s_run_ends_no_other(
    asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    words = ["extract", "levels", "-q", "--json", "--to", "postgresql://me:s3cret-password@localhost/db"]
    words += [word for company in ("alpha", "broken", "gamma") for word in ("--company", company)]
    assert main(words) == 1
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["status"] == 1
    companies = told["companies"]
    assert [(each["company"], each["status"]) for each in companies] == [("alpha", 0), ("broken", 1), ("gamma", 0)]
    assert "AttributeError" in companies[1]["error"]
    assert "s3cret-password" not in said.out + said.err + caplog.text
