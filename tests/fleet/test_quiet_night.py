"""A night in which nothing changed: what forty companies of 25 lists cost on one machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from asyncsdk import fleet
from asyncsdk._catalog import listings
from asyncsdk.sandbox import Sandbox

COMPANIES: Final = 40
LISTS: Final = 25


@pytest.mark.slow
async def test_a_quiet_night_costs_two_requests_a_list_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of lists that are in no other: those are asked for parent by parent."""
    monkeypatch.chdir(tmp_path)
    lists = [name for name, listing in listings().items() if listing.parent is None][:LISTS]
    async with Sandbox(rows=60, seed=5, log_size=10**6) as sandbox:
        monkeypatch.setenv("WETHOD_BASE_URL", sandbox.url)
        companies = []
        for at in range(COMPANIES):
            name = f"company-{at}"
            monkeypatch.setenv(f"TOKEN_{at}", sandbox.add_token(f"token-of-{name}", company=name))
            companies.append(
                fleet.Company(company=name, token=f"env:TOKEN_{at}", to="duckdb:{company}.duckdb", lists=lists)
            )
        first = await fleet.extract(companies)
        second = await fleet.extract(companies)
    assert (first.status, second.status) == (0, 0)
    costs = {(each.company, table.table): table.requests for each in second.companies for table in each.tables}
    most = max(costs.values())
    sys.stderr.write(
        f"first night {first.requests} requests in {first.seconds:.0f} s, second {second.requests} requests in "
        f"{second.seconds:.0f} s, at most {most} a list\n"
    )
    assert len(costs) == COMPANIES * LISTS
    assert second.rows == 0
    assert most <= 2, {key: cost for key, cost in costs.items() if cost > 2}
