"""Every way of extracting lists takes the same options: the same names, the same defaults, in the same order."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from asyncsdk import errors, fleet
from asyncsdk.extract import extract, plan, verify
from asyncsdk.extract.options import ExtractionOptions, words_of

DEFAULTS = ExtractionOptions().spelled()
PLANNED = ExtractionOptions().planned()
FLEET = ("full", "reconcile", "concurrency", "raw", "strict", "allow_shrink", "patience", "overlap")
TARGET = ("concurrency", "schema", "prefix", "state")
COMMANDS = [("extract", tuple(DEFAULTS)), ("fleet", FLEET), ("verify", TARGET)]


def taken(door: Callable[..., object]) -> dict[str, object]:
    """The options that a function takes by name, and their defaults."""
    parameters = inspect.signature(door).parameters.values()
    return {each.name: each.default for each in parameters if each.name in DEFAULTS}


def test_extract_spells_out_every_option_in_its_order() -> None:
    assert list(taken(extract).items()) == list(DEFAULTS.items())


def test_a_plan_takes_those_that_change_the_cost() -> None:
    assert list(taken(plan).items()) == list(PLANNED.items())


@pytest.mark.parametrize(
    ("door", "names"),
    [(fleet.extract, FLEET), (fleet.plan, tuple(name for name in FLEET if name in PLANNED)), (verify, TARGET)],
    ids=["fleet.extract", "fleet.plan", "verify"],
)
def test_other_doors_take_some_by_the_same_names(door: Callable[..., object], names: tuple[str, ...]) -> None:
    assert taken(door) == {name: DEFAULTS[name] for name in names}


@pytest.mark.parametrize(("command", "names"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_the_command_line_is_made_of_the_same_value(command: str, names: tuple[str, ...]) -> None:
    """What is not written is what a call without it has, also where it is written another way, as 10m is 600."""
    pytest.importorskip("typer")
    from typer.main import get_command

    from asyncsdk.cli.app import app
    from asyncsdk.cli.extraction_options import value_of

    made: Any = get_command(app)
    options = {each.name: each for each in made.commands[command].params if each.name in DEFAULTS}
    assert set(options) == set(names)
    written = {name: value_of(name, option.default) for name, option in options.items()}
    assert {name: value or None for name, value in written.items()} == {name: DEFAULTS[name] or None for name in names}
    assert all(option.help for option in options.values())
    if command == "extract":
        assert {name: option.help for name, option in options.items()} == {name: words_of(name).help for name in names}


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 17}, "concurrency"),
        ({"concurrency": True}, "concurrency"),
        ({"patience": -1}, "patience"),
        ({"patience": float("nan")}, "patience"),
        ({"patience": "10m"}, "patience"),
        ({"overlap": timedelta(seconds=-1)}, "overlap"),
        ({"overlap": 300}, "overlap"),
        ({"whole_every": timedelta(minutes=59)}, "whole_every"),
        ({"whole_every": timedelta(days=367)}, "whole_every"),
    ],
    ids=str,
)
def test_an_option_that_cannot_be_is_named(odd: dict[str, Any], named: str) -> None:
    with pytest.raises(errors.ArgumentError) as caught:
        ExtractionOptions(**odd).check(16)
    assert caught.value.argument == named
