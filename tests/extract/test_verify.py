"""What `verify` says of tables that are as their lists, and of those that are not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import duckdb
import pytest

from asyncsdk import Wethod
from asyncsdk.cli import main
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import ExtractionVerification, TableCheck, extract, verify
from asyncsdk.extract.target import Place
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, client
from tests.extract.served import ServedList
from tests.stub_server import Server

LISTS = [STREAMS, "timesheets", "budget_days", "levels", "streams_leaders"]
"""One that marks deletions, one whose rows cannot be read by themselves, one without marks, a page, one in others."""


@pytest.fixture
async def company() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=300, seed=3) as sandbox:
        yield sandbox


async def one(wethod: Wethod, to: str, name: str) -> TableCheck:
    (table,) = (await verify(wethod, to, [name])).tables
    return table


async def test_tables_that_are_as_their_lists_cost_a_request_each(company: Sandbox, tmp_path: Path) -> None:
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    async with client(company) as wethod:
        await extract(wethod, LISTS, to)
        verification = await verify(wethod, to)
    assert (verification.ok, verification.status, verification.requests) == (True, 0, 5)
    assert {each.table: (each.outcome, each.by) for each in verification.tables} == dict.fromkeys(
        LISTS, ("same", "ids")
    )
    assert all(each.listed == each.stored for each in verification.tables)


async def test_rows_that_are_missing_or_too_many_are_named(company: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "plan.duckdb"
    to = f"duckdb:{path}"
    async with client(company) as wethod:
        await extract(wethod, LISTS, to)
        gone = {name: {change.id for change in company.mutate(name, "hard_delete", 2)} for name in LISTS[:4]}
        new = {name: {change.id for change in company.mutate(name, "insert", 1)} for name in LISTS[:4]}
        leaders = {change.id for change in company.mutate("stream_leaders", "soft_delete", 1)}
        marked = {change.id for change in company.mutate(STREAMS, "soft_delete", 1)}
        verification = await verify(wethod, to)
        checks = {each.table: each for each in verification.tables}
        for name in LISTS[:4]:
            check = checks[name]
            assert (check.outcome, check.listed, check.stored) == (
                "different",
                company.count(name),
                company.count(name) + 1 + (name == STREAMS),
            )
            assert set(check.extra) == gone[name] | (marked if name == STREAMS else set())
            assert set(check.missing) == new[name]
        assert (checks[LISTS[4]].extra, checks[LISTS[4]].missing) == (tuple(leaders), ())
        assert verification.status == 1
        await extract(wethod, LISTS, to)
        assert (await verify(wethod, to)).ok


async def test_rows_that_somebody_took_away_or_brought_back_are_named(company: Sandbox, tmp_path: Path) -> None:
    """Among many, not at the end: a count would do for the first, and not for both together."""
    path = tmp_path / "plan.duckdb"
    async with client(company) as wethod:
        await extract(wethod, ["budget_days"], f"duckdb:{path}")
        with duckdb.connect(str(path)) as database:
            database.execute("DELETE FROM budget_days WHERE id = 5").fetchall()
            database.execute("INSERT INTO budget_days (id) VALUES (100000)").fetchall()
        check = await one(wethod, f"duckdb:{path}", "budget_days")
    assert check.outcome == "different"
    assert check.extra == (100_000,)


async def test_a_list_that_no_run_has_read_or_that_is_refused_is_not_the_same(company: Sandbox, tmp_path: Path) -> None:
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    async with client(company) as wethod:
        with pytest.raises(ArgumentError, match="run `extract` first"):
            await verify(wethod, to)
        assert not (tmp_path / "plan.duckdb").exists()
        await extract(wethod, ["levels", "roles"], to)
        assert (await one(wethod, to, "persons")).outcome == "unread"
        company.fail("GET /api/levels", status=403, times=None)
        verification = await verify(wethod, to)
    assert [each.outcome for each in verification.tables] == ["failed", "same"]
    assert "403" in (verification.tables[0].error or "")
    assert verification.status == 1


async def test_a_long_list_in_another_order_is_compared_by_number(
    server: Server, connect: Callable[..., Wethod], tmp_path: Path
) -> None:
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    served = ServedList.of("levels", range(1200, 0, -1))
    server.handler = served.answer
    await extract(connect(), ["levels"], to)
    check = await one(connect(), to, "levels")
    assert (check.outcome, check.by, check.listed) == ("same", "number", 1200)
    served.remove([7])
    check = await one(connect(), to, "levels")
    assert (check.outcome, check.listed, check.stored) == ("different", 1199, 1200)


@pytest.mark.slow
async def test_every_kind_of_target_can_be_verified(place: Place, company: Sandbox) -> None:
    async with client(company) as wethod:
        await extract(wethod, ["levels", "budget_days"], place.text, schema=place.schema)
        assert (await verify(wethod, place.text, schema=place.schema)).ok
        company.mutate("budget_days", "hard_delete", 1)
        assert not (await verify(wethod, place.text, schema=place.schema)).ok


def test_the_command_says_what_differs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1 where something does; one document with --json."""
    pytest.importorskip("typer")
    same = TableCheck(table="levels", outcome="same", listed=6, stored=6, requests=1)
    other = TableCheck(
        table="budget_days",
        outcome="different",
        listed=4,
        stored=26,
        missing=(1,),
        extra=tuple(range(100, 123)),
        requests=7,
    )
    gone = TableCheck(table="persons", outcome="failed", error="403 forbidden", requests=1)
    tables = [same]

    async def verified(wethod: Wethod, to: str, resources: object, **_: object) -> ExtractionVerification:
        assert (to, resources) == ("duckdb:plan.duckdb", None)
        return ExtractionVerification(company=wethod.settings.company, target=to, tables=tuple(tables))

    monkeypatch.setattr("asyncsdk.cli.verifying.verify", verified)
    for name, value in (("TOKEN", "token-of-eight"), ("COMPANY", "acme"), ("BASE_URL", "http://127.0.0.1:9")):
        monkeypatch.setenv(f"WETHOD_{name}", value)
    assert main(["verify", "--to", "duckdb:plan.duckdb"]) == 0
    assert capsys.readouterr().out == "1 of 1 tables are as their lists; 1 requests\n"
    tables += [other, gone]
    assert main(["verify", "--to", "duckdb:plan.duckdb"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "budget_days: missing: 1" in lines
    assert any(line.startswith("budget_days: too many: 100, 101") and line.endswith("and 3 more") for line in lines)
    assert "persons: 403 forbidden" in lines
    assert lines[-1] == "1 of 3 tables are as their lists, 1 different, 1 failed; 9 requests"
    assert main(["verify", "--to", "duckdb:plan.duckdb", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["tables"][1]["extra"]) == (1, list(range(100, 123)))
