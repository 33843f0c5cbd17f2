"""What a command says of the cost of a run before it begins, and of what is left while it goes on."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk.extract import Cost, ExtractionPlan, Tally

pytest.importorskip("typer")
pytest.importorskip("rich")

NIGHTLY = Cost(table="timesheets", mode="incremental", rows=None, requests=2, basis="last run", answer_seconds=0.1)
WHOLE = Cost(table="levels", mode="full", rows=300, requests=8, basis="counted")
NEVER = Cost(table="roles", mode="full", rows=None, requests=None, basis="unknown")


def told(*costs: Cost, **facts: Any) -> str:
    from asyncsdk.cli.telling import cost_of

    return cost_of(ExtractionPlan(**{"costs": costs, "hourly": None, "remaining": None, "seconds": 90.0, **facts}))


def test_what_is_a_guess_or_holds_for_a_quiet_night_is_said_to_be() -> None:
    assert told(WHOLE) == "about 8 requests, 2 min at a guess"
    assert told(WHOLE, measured=True) == "about 8 requests, 2 min"
    assert told(NIGHTLY, measured=True) == "about 2 requests where little has changed, 2 min"


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    """A first run: no number is made up, and what it would take to know is told."""
    assert told(NEVER) == ("cost unknown: this list was never read here; --plan counts them (1 to 17 requests a list)")
    assert told(NIGHTLY, NEVER, measured=True).startswith(
        "about 2 requests where little has changed, 2 min; besides, 1 of"
    )


async def test_the_time_that_is_left_is_told_from_the_answers_so_far() -> None:
    """Eight requests to come, two in flight, half a second an answer; nothing where a list's cost is not known."""
    from asyncsdk.cli.display import Display

    tallies = [
        Tally(table="timesheets", stage="complete", requests=4, answering=2.0),
        Tally(table="levels", stage="waiting"),
    ]
    plan = ExtractionPlan(costs=(NIGHTLY, WHOLE), hourly=None, remaining=None, seconds=1.0, concurrency=2)
    async with Wethod(token="token-of-eight", company="acme", budget=None) as wethod:
        display = Display(quiet=True)
        display.watch(tallies)
        assert display.left(wethod) == ""
        display.plan(plan)
        assert display.left(wethod) == "8 requests and 2 s to go"
        display.plan(attrs.evolve(plan, costs=(NIGHTLY, attrs.evolve(NEVER, table="levels"))))
        assert display.left(wethod) == ""


@pytest.mark.parametrize("name", ["progress", "plan", "deletions", "states", "reading", "incremental"])
def test_examples_of_extraction_are_right(name: str) -> None:
    assert not doctest.testmod(importlib.import_module(f"asyncsdk.extract.{name}")).failed
