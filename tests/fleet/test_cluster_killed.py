"""Sixty companies on three workers that are killed and frozen at any time: each complete, and once.

Rounds: `ASYNCSDK_FLEET_ROUNDS` (1), each with a seed of its own from `ASYNCSDK_FLEET_SEED` (1) on.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import duckdb
import pytest

from asyncsdk import Wethod, fleet
from asyncsdk.fleet import Company, CompanyProgress, FleetReport
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.extract.stored import POSTGRES
from tests.fleet.noting import commits
from tests.fleet.repeats import Night, Repeat, history_of, reason_of, repeats_of
from tests.fleet.workers import Workers

pytest.importorskip("distributed")
psycopg = pytest.importorskip("psycopg")

COMPANIES: Final = int(os.environ.get("ASYNCSDK_FLEET_COMPANIES", "60"))
TOKENS: Final = 6
HOURLY: Final = 60
"""Requests in an "hour" of some seconds and token: ten companies of one token come up against it."""

ROWS: Final = 800
"""Of the longest list of a company: some commits of a page or two each."""

LISTS: Final = ("timesheets", "projects", "persons", "levels", "streams", "clients")
REDIS: Final = os.environ.get("ASYNCSDK_TEST_REDIS", "redis://127.0.0.1:6379/0")
ROUNDS: Final = int(os.environ.get("ASYNCSDK_FLEET_ROUNDS", "1"))
FIRST: Final = int(os.environ.get("ASYNCSDK_FLEET_SEED", "1"))


def made(night: str, folder: Path) -> list[Company]:
    """The companies of a night: a third in schemas of PostgreSQL, the others in files that all workers share."""
    return [
        Company(
            company=f"{night}-{at}",
            token=f"env:TOKEN_{at % TOKENS}",
            to=f"duckdb:{folder}/{{company}}.duckdb" if at % 3 else POSTGRES,
            schema=None if at % 3 else "{company}",
            lists=LISTS,
            shared=True,
        )
        for at in range(COMPANIES)
    ]


@pytest.mark.slow
@pytest.mark.redis
@pytest.mark.postgresql
@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
async def test_every_company_is_complete_once(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No table is written by two, none twice; no request is sent twice without a kill or a freeze; no 429.

    Each request tells which process sent it, and each process writes down what it committed. Where the same page of the
    same company was asked for twice, one of these must hold (`repeats.reason_of`):

    - in flight: its process was frozen while the answer was on its way, and asked again when it woke.
    - not committed: its process was killed or frozen behind it, and of what the answer held nothing was committed when
      another process asked: it was in flight, or read and not yet in a batch that was written.
    - not told: its process committed the end of the list, and the scheduler never knew: it died or froze in the same
      half second, or it had been frozen for so long that the scheduler had taken it for dead.
    - place: the rows of a list were committed, and its end was not. Who goes on there reads the last `TAIL_ROWS` rows
      once more, to find the place; of a list that has no more than these it is the same page.
    - since: who has gone on with a list that another process began asks what has changed since that began.

    The last three are of lists of one page, of which every question is the same page. So a page that was committed is
    not asked for again where its list has more than one, and nothing is asked for twice of a process to which nothing
    was done.
    """
    night = f"n{uuid.uuid4().hex[:8]}"
    companies = made(night, tmp_path)
    with beside(
        Sandbox(rows=ROWS, seed=seed, latency_ms=20, rate_limit=HOURLY, rate_window=5.5, log_size=10**6)
    ) as sandbox:
        environ = {"WETHOD_BASE_URL": sandbox.url, "WETHOD_SHARED_BUDGET": REDIS}
        for at, company in enumerate(companies):
            token = sandbox.add_token(f"{night}-token-{at % TOKENS}", company=company.company)
            environ[f"TOKEN_{at % TOKENS}"] = token
        for name in ("WETHOD_BASE_URL", "WETHOD_SHARED_BUDGET"):
            monkeypatch.setenv(name, environ[name])
        workers = Workers(tmp_path, 3, environ)
        try:
            report = await _night(workers, companies, random.Random(seed))
            assert [each.status for each in report.companies] == [0] * COMPANIES, [
                (each.company, each.reason) for each in report.companies if not each.ok
            ]
            for company in companies:
                _check_company(company, sandbox)
            statuses = Counter(sandbox.statuses)
            seen = Night(list(sandbox.requests), workers.disturbances, workers.ended, commits(tmp_path))
            found = list(repeats_of(seen.requests))
            reasons = [reason_of(each, seen, await _ids_of(each, sandbox)) for each in found]
            kills, freezes = workers.number_of("kill"), workers.number_of("freeze")
            sys.stderr.write(
                f"seed {seed}: {report.seconds:.0f} s, {kills} kills, {freezes} freezes, {len(workers.ended)} deaths, "
                f"{len(seen.requests)} requests, {len(found)} sent twice: {dict(Counter(reasons))}, {dict(statuses)}\n"
            )
            assert set(statuses) <= {200, None}
            unexplained = [history_of(each, seen) for each, why in zip(found, reasons, strict=True) if why is None]
            assert not unexplained, "\n".join(unexplained)
            assert found, "no worker was at work when it was killed"
            assert kills >= COMPANIES // 6
            assert freezes >= COMPANIES // 30
        finally:
            with psycopg.connect(POSTGRES, autocommit=True) as database:
                for company in companies:
                    database.execute(f'DROP SCHEMA IF EXISTS "{company.schema_name or company.company}" CASCADE')


async def _night(workers: Workers, companies: list[Company], chance: random.Random) -> FleetReport:
    async with workers.up() as address, asyncio.timeout(500):
        seen: list[Sequence[CompanyProgress]] = []

        def ended() -> int:
            return sum(each.stage == "done" for each in seen[0]) if seen else 0

        disturbing = asyncio.ensure_future(workers.disturb(address, chance, ended))
        try:
            return await fleet.extract(companies, cluster=address, budget=HOURLY, patience=120, watch=seen.append)
        finally:
            disturbing.cancel()
            await asyncio.wait({disturbing})


def _check_company(company: Company, sandbox: Sandbox) -> None:
    """Its tables hold each row once, and were completed by one run after the other."""
    tell = dict[str, Any]()
    for table in LISTS:
        stored = _rows(company, f'SELECT id FROM "{table}_live"')
        ids = sorted(int(id) for (id,) in stored)
        assert ids == sorted(int(str(row["id"])) for row in sandbox.rows_of(table, company=company.company)), table
        tell[table] = _rows(
            company, f"SELECT started, finished FROM _asyncsdk_runs WHERE \"table\" = '{table}' ORDER BY started"
        )
        for (_, earlier), (later, _) in zip(tell[table], tell[table][1:], strict=False):
            assert earlier <= later, f"two runs wrote {table} of {company.company} at the same time"


def _rows(company: Company, query: str) -> list[tuple[Any, ...]]:
    if company.schema is None:
        with duckdb.connect(company.place.partition(":")[2], read_only=True) as file:
            return file.execute(query).fetchall()
    with psycopg.connect(POSTGRES, options=f'-c search_path="{company.schema_name}"') as database:
        found: list[tuple[Any, ...]] = database.execute(query).fetchall()
        return found


async def _ids_of(repeat: Repeat, sandbox: Sandbox) -> frozenset[int]:
    """The rows that a request was answered with: those that it still gives, as nothing changes at night."""
    token = sandbox.add_token(f"look-{repeat.company}", company=repeat.company)
    async with Wethod(token=token, company=repeat.company, base_url=sandbox.url, budget=None) as wethod:
        answer = await wethod.request("GET", repeat.first.path, params=dict(parse_qsl(repeat.first.query)))
    rows: Any = answer.json()
    return frozenset(int(row["id"]) for row in rows)
