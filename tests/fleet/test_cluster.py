"""A fleet on a Dask cluster: complete, without secrets in what travels, and again where workers died."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from asyncsdk import fleet
from asyncsdk.errors import ConfigurationError
from asyncsdk.extract import ExtractionReport, TableReport
from asyncsdk.fleet import Company, CompanyProgress, CompanyReport
from asyncsdk.fleet.options import FleetOptions
from asyncsdk.sandbox import Sandbox
from tests.fleet.conftest import COMPANIES
from tests.fleet.test_one_machine import ids_in

distributed = pytest.importorskip("distributed")

TOKENS = tuple(f"token-of-{name}" for name in COMPANIES)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of one worker with two threads, in this process."""
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp"
        ) as cluster,
    ):
        yield cluster.scheduler_address


def company(name: str, to: str = "", **more: Any) -> Company:
    facts: dict[str, Any] = {"token": f"env:{name.upper()}_TOKEN", "lists": ("projects", "levels"), "shared": True}
    return Company(company=name, to=to or f"duckdb:{Path.cwd()}/{{company}}.duckdb", **(facts | more))


async def test_every_company_is_complete(sandbox: Sandbox, scheduler: str) -> None:
    """By the address of a scheduler; a company that is refused touches no other."""
    wrong = company("acme", f"jsonl:{Path.cwd()}/none", token="env:NO_TOKEN")
    report = await fleet.extract([*(company(name) for name in COMPANIES), wrong], cluster=scheduler)
    assert [each.status for each in report.companies] == [0, 0, 0, 2]
    for name in COMPANIES:
        rows = [int(str(row["id"])) for row in sandbox.rows_of("projects", company=name)]
        assert ids_in(f"{name}.duckdb", "projects_live") == sorted(rows)
    assert report.requests == len(sandbox.requests)
    plan = await fleet.plan([company(name) for name in COMPANIES], cluster=scheduler)
    assert [(each.tokens, each.unknown) for each in plan.tokens] == [
        (("env:ACME_TOKEN",), 0),
        (("env:GLOBEX_TOKEN",), 0),
        (("env:INITECH_TOKEN",), 0),
    ]


async def test_a_synchronous_client_is_taken(sandbox: Sandbox, scheduler: str) -> None:
    """And stays the caller's: open, and no default of the process is changed."""
    with await asyncio.to_thread(lambda: distributed.Client(scheduler, set_as_default=False)) as client:
        assert (await fleet.extract([company("acme")], cluster=client)).ok
        assert client.status == "running"
        assert (await asyncio.to_thread(client.submit(abs, -7).result)) == 7
    async with distributed.Client(scheduler, asynchronous=True, set_as_default=False) as client:
        assert (await fleet.extract([company("acme")], cluster=client)).ok


async def test_no_token_travels(sandbox: Sandbox, scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a task, not in its result, not in what the scheduler tells of them on its pages."""
    from asyncsdk.fleet import cluster as module

    sent: list[bytes] = []
    submitted = module._submitted

    def spied(client: Any, function: Any, *arguments: Any) -> Any:
        sent.append(pickle.dumps((function, arguments)))
        return submitted(client, function, *arguments)

    monkeypatch.setattr(module, "_submitted", spied)
    monkeypatch.setenv("AGENCY", f"jsonl:{Path.cwd()}/with-s3cret-in-it/{{company}}")
    companies = [company("acme"), company("globex", "env:AGENCY")]
    report = await fleet.extract(companies, cluster=scheduler, shared_budget=None)
    assert (report.status, len(sent)) == (0, 2)
    async with distributed.Client(scheduler, asynchronous=True, set_as_default=False) as client:
        await client.dump_cluster_state("dump", format="yaml")
        known = Path("dump.yaml").read_bytes() + repr(await client.get_events()).encode()
    assert b"asyncsdk-fleet-acme-" in known  # what is looked through is about these tasks
    for secret in (*TOKENS, "with-s3cret-in-it"):
        assert secret.encode() not in b"".join(sent) + known + pickle.dumps(report)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"shared": False}, "acme: to: duckdb: is a path on one machine, and a cluster has several"),
        ({"to": "duckdb:here.duckdb"}, "acme: to: with shared = true write the whole path"),
        ({"to": "postgresql://me:s3cret@host/db"}, "acme: to: the address holds what may be secret"),
        ({"to": "postgresql://host/db?passfile=s3cret"}, "keep it where they find it"),
    ],
)
async def test_what_not_every_machine_finds_is_refused(
    sandbox: Sandbox, scheduler: str, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await fleet.extract([company("acme", **more)], cluster=scheduler)
    assert told in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert not sandbox.requests


async def test_a_place_that_only_workers_know_is_refused_there(
    sandbox: Sandbox, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "duckdb:here.duckdb")
    report = await fleet.extract([company("acme", "env:PLACE", shared=False)], cluster=scheduler)
    assert (report.status, "is a path on one machine" in str(report.companies[0].error)) == (2, True)


async def test_companies_of_one_token_need_one_budget(sandbox: Sandbox, scheduler: str) -> None:
    """Workers count by themselves: their budget has to be in Redis, or there is none."""
    two = [company("acme"), company("globex", token="env:ACME_TOKEN")]
    with pytest.raises(ConfigurationError, match="acme and globex have one token, env:ACME_TOKEN"):
        await fleet.extract(two, cluster=scheduler)
    sandbox.add_token("token-of-acme", company="globex")
    assert (await fleet.extract(two, cluster=scheduler, budget=None)).ok


async def test_no_cluster_is_said(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsdk.fleet.connecting.CONNECT_SECONDS", 0.2)
    with pytest.raises(ConfigurationError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        await fleet.extract([company("acme")], cluster="tcp://127.0.0.1:9")
    number: Any = 7
    with pytest.raises(ConfigurationError, match=r"cluster is a distributed.Client, or the address"):
        await fleet.extract([company("acme")], cluster=number)


async def test_a_task_that_runs_again_asks_for_nothing_twice(sandbox: Sandbox, scheduler: str) -> None:
    """What was done before its worker died is neither read nor lost: the report has every table, with its rows."""
    from asyncsdk.fleet.task import extract_one

    options = FleetOptions(base_url=sandbox.url)
    one, both = company("acme", lists=("levels",)), company("acme", lists=("projects", "levels"))
    async with distributed.Client(scheduler, asynchronous=True, set_as_default=False) as client:
        first = await client.submit(extract_one, one, options, "night-1", pure=False)
        asked = len(sandbox.requests)
        second = await client.submit(extract_one, both, options, "night-1", pure=False)
        third = await client.submit(extract_one, both, options, "night-1", pure=False)
        other = await client.submit(extract_one, one, options, "night-2", pure=False)
    assert {request.path for request in sandbox.requests[asked:-1]} == {"/api/projects"}
    assert sandbox.requests[-1].path == "/api/levels"  # of another night
    assert [table.table for table in second.tables] == ["projects", "levels"]
    assert (second.tables[1], third.tables) == (first.tables[0], second.tables)
    assert (third.status, other.status) == (0, 0)


def report_of(name: str, *, error: str | None = None) -> CompanyReport:
    table = TableReport(table="levels", outcome="failed" if error else "complete", mode="full", error=error)
    day = datetime(2026, 5, 1, tzinfo=UTC)
    extraction = ExtractionReport(
        run="1", company=name, target="duckdb:x", started=day, finished=day, tables=(table,), strict=True
    )
    return CompanyReport(company=name, target="duckdb:x", extraction=extraction)


@attrs.define(eq=False)
class Scheduler:
    """Stands for a client of Dask: workers with so many threads, and tasks that end as a test says."""

    threads: list[int]
    ends: dict[str, list[Exception | CompanyReport]]
    status: str = "running"
    out: int = 0
    most: int = 0

    async def nthreads(self) -> dict[str, int]:
        return {f"worker {at}": number for at, number in enumerate(self.threads)}

    def submit(self, function: Any, company: Company, *arguments: Any, **options: Any) -> Any:
        return self._run(company.company)

    async def _run(self, name: str) -> CompanyReport:
        self.out += 1
        self.most = max(self.most, self.out)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.out -= 1
        end = self.ends[name].pop(0) if self.ends.get(name) else report_of(name)
        if isinstance(end, Exception):
            raise end
        return end


@pytest.fixture
async def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Extracts companies on a cluster that a test plays."""
    from asyncsdk.fleet import cluster as module

    async def run(scheduler: Scheduler, names: str, patience: float = 600.0) -> tuple[Any, list[CompanyProgress]]:
        @asynccontextmanager
        async def connected(_: object) -> AsyncIterator[Any]:
            yield scheduler

        monkeypatch.setattr(module, "connected", connected)
        seen: list[Any] = []
        companies = [
            Company(company=name, token=f"env:{name}", to="postgresql://host/db", schema="{company}") for name in names
        ]
        report = await fleet.extract(companies, cluster="played", patience=patience, watch=seen.append)
        return report, seen[0]

    return run


async def test_no_more_tasks_are_out_than_there_are_threads(on: Any) -> None:
    """A worker that dies counts against every task that waits on it, not against those that nobody has yet."""
    scheduler = Scheduler([2, 1], {})
    report, progress = await on(scheduler, "abcdefgh")
    assert (report.ok, scheduler.most) == (True, 3)
    assert [each.stage for each in progress] == ["done"] * 8


async def test_a_company_whose_workers_died_is_handed_out_again(on: Any) -> None:
    died = distributed.scheduler.KilledWorker("key", SimpleNamespace(address="tcp://127.0.0.1:1"), 3)
    report, _ = await on(Scheduler([1], {"b": [died, died]}), "abc")
    assert [(each.status, each.attempts) for each in report.companies] == [(0, 1), (0, 3), (0, 1)]
    report, _ = await on(Scheduler([1], {"b": [died] * 99}), "abc")
    assert [each.status for each in report.companies] == [0, 1, 0]
    assert "its workers died 11 times over" in str(report.companies[1].error)


async def test_what_a_worker_lacks_is_said(on: Any) -> None:
    """And touches no other company."""
    missing = ModuleNotFoundError("No module named 'asyncsdk'")
    report, _ = await on(Scheduler([1], {"a": [missing]}), "ab")
    assert [each.status for each in report.companies] == [1, 0]
    assert "install asyncsdk on the workers" in str(report.companies[0].error)


async def test_a_cluster_without_workers_is_given_up(on: Any) -> None:
    report, _ = await on(Scheduler([], {}), "ab", patience=0)
    assert [each.error for each in report.companies] == [
        "no worker came to the cluster; start some, the same call goes on"
    ] * 2


async def test_whoever_finds_its_tables_moved_gives_up_and_looks_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs in one bucket: the commit that comes second fails, and its run begins anew once the other has ended."""
    from asyncsdk.extract.target import RIVAL

    moved = report_of("acme", error=f"{RIVAL} s3://lake/levels meanwhile").extraction
    done = report_of("acme").extraction
    assert moved is not None
    assert done is not None
    answers = [moved, moved, done]

    async def extract(*_: Any, **__: Any) -> ExtractionReport:
        return answers.pop(0)

    monkeypatch.setattr("asyncsdk.fleet.one_company.extract", extract)
    monkeypatch.setattr("asyncsdk.fleet.one_company.FIRST_LOOK", 0.0)
    report = await fleet.extract([company("acme")])
    assert [(each.status, each.attempts) for each in report.companies] == [(0, 3)]


def test_tasks_are_values() -> None:
    """What travels is pickled as it is, and comes back equal."""
    for value in (company("acme"), FleetOptions(), CompanyReport(company="acme", target="duckdb:a", error="no")):
        assert pickle.loads(pickle.dumps(value)) == value
