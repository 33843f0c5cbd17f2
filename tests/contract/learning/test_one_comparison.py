"""An extraction, a walk and `asyncsdk check --learn` say the same of the same surprise, in the same words."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from asyncsdk import Wethod
from asyncsdk.contract.learning import differences, learn
from asyncsdk.extract import extract
from asyncsdk.sandbox import Deviation, Sandbox

pytest.importorskip("duckdb")


async def said_of(
    deviation: Deviation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> tuple[list[str], list[str]]:
    """What `check --learn` says of a deviation of projects; what an extraction and its walk say."""
    async with (
        Sandbox(rows=30, deviations=[deviation]) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None) as wethod,
    ):
        found = differences(await learn(wethod))
        with caplog.at_level(logging.WARNING, "asyncsdk"):
            report = await extract(wethod, ["projects"], f"duckdb:{tmp_path / 'rows.duckdb'}")
    checked = [str(each) for each in found if each.subject.startswith("Project.")]
    return checked, [*report.tables[0].warnings, *caplog.messages]


@pytest.mark.parametrize(
    ("deviation", "words"),
    [
        (
            Deviation("rename", "Project.probability", "chance"),
            "Project.probability: chance is new and has its kind: probably renamed",
        ),
        (Deviation("rename", "Project.name", "naming"), "Project.name: naming is new and has its kind"),
        (Deviation("null", "Project.client_id"), "Project.client_id: null where the contract promises a value"),
    ],
    ids=["renamed", "renamed text", "null"],
)
async def test_a_surprise_is_said_alike_by_whoever_meets_it(
    deviation: Deviation, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (checked,), extracted = await said_of(deviation, tmp_path, caplog)
    assert checked.startswith(words)
    sentence = checked.partition(" (")[0]
    assert [line for line in extracted if sentence in line], (sentence, extracted)


async def test_what_the_contract_allows_surprises_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert await said_of(Deviation("null", "Project.pm_id"), tmp_path, caplog) == ([], [])
