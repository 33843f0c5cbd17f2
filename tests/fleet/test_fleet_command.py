"""`asyncsdk fleet`: one document, one exit status, and the cost of the night before it starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncsdk.cli import main
from asyncsdk.cli.fleet_display import company_lines
from asyncsdk.cli.fleet_telling import cost_of_token
from asyncsdk.extract import Tally
from asyncsdk.fleet import CompanyProgress, TokenCost
from asyncsdk.fleet.progress import progress_line
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

pytest.importorskip("typer")
pytest.importorskip("rich")

FILE = """
[[company]]
company = "acme"
token = "env:ACME_TOKEN"
to = "jsonl:{company}"
lists = ["levels"]

[[company]]
company = "globex"
token = "env:GLOBEX_TOKEN"
to = "jsonl:{company}"
lists = ["levels", "streams"]
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Two companies of a sandbox, and their file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "companies.toml").write_text(FILE, encoding="utf-8")
    with beside(Sandbox(rows=50)) as sandbox:
        monkeypatch.setenv("WETHOD_BASE_URL", sandbox.url)
        for name in ("acme", "globex"):
            monkeypatch.setenv(f"{name.upper()}_TOKEN", sandbox.add_token(f"token-of-{name}", company=name))
        yield sandbox


def test_a_night_is_one_document(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`companies` in the order of the file, totals, and the status that the command ends with."""
    assert main(["fleet", "companies.toml", "--json", "-q"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["company"], each["status"], len(each["tables"])) for each in told["companies"]] == [
        ("acme", 0, 1),
        ("globex", 0, 2),
    ]
    assert (told["status"], told["rows"]) == (0, sum(each["rows"] for each in told["companies"]))
    assert told["requests"] == len(served.requests)


def test_the_exit_status_is_that_of_the_worst(
    served: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each error is told with its company, and the others are complete."""
    monkeypatch.delenv("GLOBEX_TOKEN")
    assert main(["fleet", "companies.toml"]) == 2
    said = capsys.readouterr()
    assert "1 of 2 companies complete, 1 refused" in said.out
    assert "globex: token: the environment variable GLOBEX_TOKEN is not set" in said.err
    assert main(["fleet", "companies.toml", "--company", "acme", "-q"]) == 0
    monkeypatch.setenv("GLOBEX_TOKEN", "nobody-knows-it")
    assert main(["fleet", "companies.toml", "-q", "--json"]) == 1
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["status"] == 1


def test_the_cost_is_said_before_the_night_starts(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "companies.toml"]) == 0
    assert "env:ACME_TOKEN (acme): cost unknown, none of its 1 lists was ever read here" in capsys.readouterr().err
    assert main(["fleet", "companies.toml"]) == 0
    assert "env:GLOBEX_TOKEN (globex): about 2 requests, under 1 s" in capsys.readouterr().err
    assert main(["fleet", "companies.toml", "--plan", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["companies"] for each in told["tokens"]] == [["acme"], ["globex"]]


def test_a_mistake_in_the_file_is_a_document_too(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    Path("companies.toml").write_text(FILE.replace("levels", "level"), encoding="utf-8")
    assert main(["fleet", "companies.toml", "--json"]) == 2
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["companies"], told["status"]) == ([], 2)
    assert "[[company]] 2 (globex): lists: there is no 'level'" in told["error"]
    assert not served.requests
    Path("companies.toml").write_text(FILE, encoding="utf-8")
    assert main(["fleet", "companies.toml", "--company", "acne"]) == 2
    assert "it has acme, globex" in capsys.readouterr().err


def test_one_display_shows_all_companies() -> None:
    """A line for each whose turn it is, and one of all of them."""
    tally = Tally(table="levels", stage="complete", rows=7, requests=2)
    companies = [
        CompanyProgress(company="acme", place="jsonl:a", stage="reading", tallies=[tally, Tally(table="streams")]),
        CompanyProgress(company="globex", place="jsonl:g", stage="locked"),
        CompanyProgress(company="initech", place="jsonl:i"),
    ]
    assert company_lines(companies, 9) == [
        "acme    1 of 2 lists complete, 1 to go; 7 rows, 2 requests",
        "globex  its target is locked by another run",
    ]
    assert company_lines(companies * 3, 4)[-1] == "and 4 more"
    assert progress_line(companies) == (
        "0 of 3 companies done, 1 being read, 1 wait for a locked target, 1 to go; 7 rows, 2 requests"
    )


def test_hours_are_said_where_a_night_takes_some() -> None:
    cost = TokenCost(
        tokens=("env:A", "env:B"),
        companies=tuple("abcdef"),
        requests=15_000,
        lists=40,
        unknown=3,
        hourly=5000,
        hours=2.0,
    )
    assert cost_of_token(cost) == (
        "env:A = env:B (a, b, c, d and 2 more): about 15,000 requests, 2.0 h, 300% of an hour's budget; besides, 3 of "
        "40 lists were never read here"
    )
