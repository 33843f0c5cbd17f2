"""Sixty companies on three workers that are killed and frozen at any time: each complete, and once.

Rounds: `ASYNCSDK_FLEET_ROUNDS` (1), each with a seed of its own from `ASYNCSDK_FLEET_SEED` (1) on.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from asyncsdk import fleet
from asyncsdk.fleet import Company, CompanyProgress, FleetReport
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.extract.stored import POSTGRES
from tests.fleet.workers import Workers

pytest.importorskip("distributed")
psycopg = pytest.importorskip("psycopg")

COMPANIES: Final = int(os.environ.get("ASYNCSDK_FLEET_COMPANIES", "60"))
TOKENS: Final = 6
HOURLY: Final = 60
"""Requests in an "hour" of some seconds and token: ten companies of one token come up against it."""

LISTS: Final = ("timesheets", "projects", "persons", "levels", "streams", "clients")
AT_ONCE: Final = 4
"""Tables of one company that are read at the same time."""

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
    """No table is written by two, none twice; no request is sent twice but those in flight at a death; no 429."""
    night = f"n{uuid.uuid4().hex[:8]}"
    companies = made(night, tmp_path)
    with beside(
        Sandbox(rows=250, seed=seed, latency_ms=20, rate_limit=HOURLY, rate_window=5.5, log_size=10**6)
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
            again, twice = _again(sandbox)
            sys.stderr.write(
                f"seed {seed}: {report.seconds:.0f} s, {workers.kills} kills, {workers.freezes} freezes, "
                f"{workers.deaths} deaths, {len(sandbox.requests)} requests, {twice} sent twice in {again} walks, "
                f"{dict(sandbox.statuses)}\n"
            )
            assert set(sandbox.statuses) <= {200, None}
            assert again <= AT_ONCE * (workers.kills + workers.freezes)
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


def _again(sandbox: Sandbox) -> tuple[int, int]:
    """How many lists of companies were asked for a page more often than once, and for how many pages in all."""
    asked = Counter(_pages(sandbox))
    twice: dict[tuple[str, str], int] = defaultdict(int)
    for (company, path, _), times in asked.items():
        if times > 1:
            twice[company, path] += times - 1
    return len(twice), sum(twice.values())


def _pages(sandbox: Sandbox) -> Iterator[tuple[str, str, str]]:
    for request in sandbox.requests:
        yield request.headers["wethod-company"], request.path, request.query
