"""What was learned is used: lists are asked for what they honour, and known nulls are warned of no more."""

from __future__ import annotations

import logging
from pathlib import Path

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk._catalog import find
from asyncsdk.contract.learning import Learned, acquaint, applied, learn
from asyncsdk.contract.learning.applying import null_fields
from asyncsdk.contract.learning.observed import SeenServer
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import extract
from asyncsdk.sandbox import Deviation, Sandbox


async def test_a_list_that_ignores_deleted_and_updated_at_is_read_whole_and_live(tmp_path: Path) -> None:
    deviations = [Deviation("ignore", "timesheets", name) for name in ("deleted", "updated_at")]
    async with (
        Sandbox(rows=120, deviations=deviations) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        known = applied(await learn(wethod))
        assert find("timesheets").soft_deletes
        assert not known(find("timesheets")).soft_deletes
        assert known(find("projects")) == find("projects")
        for _ in range(2):
            sandbox.requests.clear()
            report = await extract(wethod, ["timesheets"], f"jsonl:{tmp_path / 'out'}", known=known)
            assert report.ok, report
            whole = [request for request in sandbox.requests if "updated_at" not in request.query]
            assert len(whole) >= 2
            assert not any("deleted" in request.query for request in sandbox.requests)
        with pytest.raises(ArgumentError, match="updated_at"):
            filters = {"updated_at": "gte:2026-01-01"}
            await extract(wethod, ["timesheets"], f"jsonl:{tmp_path / 'other'}", filters=filters, known=known)


async def test_known_nulls_are_warned_of_no_more(caplog: pytest.LogCaptureFixture) -> None:
    async with Sandbox(rows=20, deviations=[Deviation("null", "Project.client_id")]) as sandbox:
        for informed in (False, True):
            async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
                learned = await learn(wethod)
                assert null_fields(learned) == {("Project", "client_id")}
                if informed:
                    acquaint(wethod, learned)
                caplog.clear()
                with caplog.at_level(logging.WARNING, "asyncsdk"):
                    assert all(row.client_id is None for row in await wethod.projects.list())
                assert ("Project.client_id" in caplog.text) is not informed


def test_a_list_that_was_not_learned_stays_as_it_is() -> None:
    learned = Learned("2026-05-20T00:00:00Z", "2024-06-15", SeenServer(), {})
    assert applied(learned)(find("timesheets")) == find("timesheets")
    assert null_fields(attrs.evolve(learned, lists={})) == frozenset()
