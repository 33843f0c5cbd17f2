"""A fleet on one machine: every company complete, and none touched by another's failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from asyncsdk import fleet
from asyncsdk.errors import ArgumentError, ConfigurationError
from asyncsdk.extract import extract as extract_one
from asyncsdk.extract.target import Owner, Place
from asyncsdk.extract.targets import make_target
from asyncsdk.fleet import Company, CompanyProgress
from asyncsdk.fleet.agenda import Agenda
from asyncsdk.fleet.one_company import client_of, root_client
from asyncsdk.fleet.options import FleetOptions
from asyncsdk.sandbox import Sandbox
from tests.fleet.conftest import COMPANIES

LISTS = ("projects", "levels")


def company(name: str, to: str = "duckdb:{company}.duckdb", **more: object) -> Company:
    facts: dict[str, object] = {"token": f"env:{name.upper()}_TOKEN", "lists": LISTS, **more}
    return Company(company=name, to=to, **facts)  # type: ignore[arg-type]  # what a test names


def ids_in(file: str, table: str, schema: str = "main") -> list[int]:
    with duckdb.connect(file, read_only=True) as database:
        return [id for (id,) in database.execute(f"SELECT id FROM {schema}.{table} ORDER BY id").fetchall()]


async def test_every_company_is_complete(sandbox: Sandbox) -> None:
    """Each with its own token, into its own target: with exactly the rows that the API shows of it."""
    for name in COMPANIES:
        sandbox.add("projects", company=name)
    report = await fleet.extract([company(name) for name in COMPANIES])
    assert (report.ok, report.status, [each.company for each in report.companies]) == (True, 0, [*COMPANIES])
    for name in COMPANIES:
        assert ids_in(f"{name}.duckdb", "projects_live") == sorted(
            int(str(row["id"])) for row in sandbox.rows_of("projects", company=name)
        )
    assert report.rows == sum(each.rows for each in report.companies) > 0
    assert report.requests == len(sandbox.requests)
    report.raise_for_status()


async def test_a_company_that_fails_does_not_touch_the_others(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is refused, one that is not there, a target that cannot be: each ends in its own report."""
    monkeypatch.setenv("WRONG_TOKEN", "a-token-nobody-knows")
    (Path("taken")).write_text("no database", encoding="utf-8")
    report = await fleet.extract(
        [
            company("acme"),
            company("globex", token="env:WRONG_TOKEN"),
            company("globex", "jsonl:out", token="env:NO_TOKEN"),
            company("acme", "duckdb:taken"),
            company("initech"),
        ]
    )
    assert [each.status for each in report.companies] == [0, 1, 2, 2, 0]
    assert "NO_TOKEN is not set" in str(report.companies[2].error)
    assert (report.status, report.ok, len(report.failed)) == (1, False, 3)
    with pytest.raises(fleet.FleetError, match=r"3 of 5 companies were not delivered whole .globex, globex, acme."):
        report.raise_for_status()
    facts = report.to_dict()
    assert isinstance(facts, dict)
    assert isinstance(facts["companies"], list)
    assert len(facts["companies"]) == 5
    assert "a-token-nobody-knows" not in repr(report) + str(facts)
    assert "globex" in report._repr_html_()


async def test_a_defect_in_one_company_ends_no_other(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def extract(client: object, lists: object, to: str, **more: object) -> object:
        if "globex" in to:
            raise ZeroDivisionError("of the s3cret password")
        return await extract_one(client, lists, to, **more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr("asyncsdk.fleet.one_company.extract", extract)
    report = await fleet.extract([company(name) for name in COMPANIES])
    assert [each.status for each in report.companies] == [0, 1, 0]
    assert "a defect of asyncsdk" in str(report.companies[1].error)


async def test_companies_of_one_token_share_one_budget(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name the token is kept under; another token has a budget of its own."""
    monkeypatch.setenv("SAME_TOKEN", "token-of-acme")
    async with root_client(FleetOptions(base_url=sandbox.url), 4) as root:
        one, same, other = (
            client_of(root, each)
            for each in (company("acme"), company("globex", token="env:SAME_TOKEN"), company("initech"))
        )
        await one.levels.list().first_page()
        assert (one.quota.remaining, same.quota.remaining, other.quota.remaining) == (4999, 4999, 5000)


async def test_a_locked_target_is_waited_for(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the other run has ended; the others go on meanwhile."""
    monkeypatch.setattr("asyncsdk.fleet.one_company.FIRST_LOOK", 0.01)
    other = make_target(Place("duckdb:acme.duckdb"))
    other.open(Owner(sandbox.url, "acme"), [])
    seen: list[Sequence[CompanyProgress]] = []
    night = asyncio.ensure_future(fleet.extract([company("acme"), company("globex")], watch=seen.append))
    while not seen or [each.stage for each in seen[0]] != ["locked", "done"]:
        await asyncio.sleep(0.01)
    other.close()
    report = await night
    assert [each.status for each in report.companies] == [0, 0]
    assert report.companies[0].attempts > 1 == report.companies[1].attempts


async def test_patience_with_a_locked_target_ends(sandbox: Sandbox) -> None:
    other = make_target(Place("duckdb:acme.duckdb"))
    other.open(Owner(sandbox.url, "acme"), [])
    try:
        report = await fleet.extract([company("acme")], patience=0)
    finally:
        other.close()
    assert report.status == 2
    assert "another run is writing" in str(report.companies[0].error)
    assert not sandbox.requests


async def test_a_night_that_is_cancelled_leaves_nothing_behind(sandbox: Sandbox) -> None:
    """Each company stops at once, and the same call goes on."""
    sandbox.hang("GET /api/levels", times=None)
    before = asyncio.all_tasks()
    seen: list[Sequence[CompanyProgress]] = []
    night = asyncio.ensure_future(fleet.extract([company(name) for name in COMPANIES], at_once=2, watch=seen.append))
    while not seen or sum(each.requests for each in seen[0]) < 2:
        await asyncio.sleep(0.01)
    night.cancel()
    with pytest.raises(asyncio.CancelledError):
        await night
    assert {task for task in asyncio.all_tasks() - before if "asyncsdk/fleet" in str(task)} == set()
    assert [each.stage for each in seen[0]] == ["reading", "reading", "waiting"]
    sandbox.faults.clear()
    assert (await fleet.extract([company(name) for name in COMPANIES])).ok


async def test_companies_in_one_file_come_one_after_the_other(sandbox: Sandbox) -> None:
    """A DuckDB file has one writer at a time, whatever the schema: so none of them waits for a lock."""
    report = await fleet.extract([company(name, "duckdb:all.duckdb", schema="{company}") for name in COMPANIES])
    assert [(each.status, each.attempts) for each in report.companies] == [(0, 1)] * 3
    for name in COMPANIES:
        assert ids_in("all.duckdb", "levels", name)


def test_the_agenda_lets_begin_what_may() -> None:
    names = ("duckdb:one", "duckdb:one", "jsonl:two", "duckdb:one")
    agenda = Agenda([company(f"c{at}", to, schema="{company}") for at, to in enumerate(names)])
    assert [agenda.begin() for _ in range(3)] == [0, 2, None]
    agenda.end(2)
    assert agenda.begin() is None
    agenda.again(0)
    assert [agenda.begin(), agenda.begin(), len(agenda)] == [0, None, 2]


async def test_the_cost_is_said_for_each_token(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the API for it, but where lists that were never read shall be counted."""
    monkeypatch.setenv("SAME_TOKEN", "token-of-acme")
    companies = [company("acme"), company("acme", "jsonl:acme", token="env:SAME_TOKEN"), company("globex")]
    companies.append(company("initech", token="env:NO_TOKEN"))
    await fleet.extract(companies[:1])
    asked = len(sandbox.requests)
    plan = await fleet.plan(companies)
    assert len(sandbox.requests) == asked
    assert [(each.tokens, each.companies, each.lists, each.unknown) for each in plan.tokens] == [
        (("env:ACME_TOKEN", "env:SAME_TOKEN"), ("acme",), 4, 2),
        (("env:GLOBEX_TOKEN",), ("globex",), 2, 2),
        (("env:NO_TOKEN",), ("initech",), 0, 0),
    ]
    assert plan.tokens[0].requests >= 2
    assert "NO_TOKEN is not set" in plan.tokens[2].errors[0]
    counted = await fleet.plan(companies, count=True)
    assert counted.unknown == 0
    assert counted.requests > plan.requests
    assert len(sandbox.requests) > asked


async def test_what_cannot_be_is_refused_before_anything_is_sent(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigurationError, match="is the place of"):
        await fleet.extract([company("acme", "jsonl:out"), company("globex", "jsonl:out")])
    with pytest.raises(ConfigurationError, match="name at least one company"):
        await fleet.extract([])
    with pytest.raises(ConfigurationError, match=r"fleet.read"):
        await fleet.extract("companies.toml")  # type: ignore[arg-type]  # what somebody may write
    with pytest.raises(ArgumentError, match="at_once"):
        await fleet.extract([company("acme")], at_once=0)
    with pytest.raises(ArgumentError, match="patience"):
        await fleet.extract([company("acme")], patience=-1)
    with pytest.raises(ArgumentError, match="holds a password") as caught:
        await fleet.extract([company("acme")], shared_budget="redis://:s3cret@host/0")
    assert "s3cret" not in str(caught.value)
    assert not sandbox.requests
