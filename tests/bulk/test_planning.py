"""Planning: what is compared how, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from asyncsdk import Wethod, bulk
from asyncsdk._lists.created_rows import Creation
from asyncsdk.bulk.comparing import Comparison, compare, input_row, key_of
from asyncsdk.bulk.scope import contains
from asyncsdk.errors import ArgumentError
from asyncsdk.filters import gt, in_
from asyncsdk.filters import month as whole_month
from asyncsdk.sandbox import Sandbox
from tests.bulk.months import MATCH, month, write_csv

CREATION = Creation("rows", "/rows", dict, spelled={"mode": ("mode", "lower-case")})


def compared(
    rows: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]], *, delete: bool = False
) -> Comparison:
    given = [input_row(number, row, CREATION, ("a",)) for number, row in enumerate(rows, 1)]
    return compare(given, there, ("a",), CREATION, checked_update=lambda fields: fields, delete=delete)


def test_only_changed_fields_are_sent() -> None:
    there = [{"id": 7, "a": 1, "b": "x", "c": 2, "updated_at": "s"}]
    (write,) = compared([{"a": 1, "b": "x ", "c": 3}], there).writes
    assert (write.verb, write.id, write.body, write.updated_at) == ("update", 7, {"c": 3}, "s")


def test_what_the_server_trims_rounds_and_spells_its_way_is_no_change() -> None:
    there = [{"id": 7, "a": 1, "b": "x", "c": "2.35", "mode": "daily"}]
    assert [row.id for row in compared([{"a": 1, "b": " x ", "c": 2.349, "mode": "DAILY"}], there).unchanged] == [7]


def test_a_key_that_is_twice_is_a_conflict_in_the_input_and_in_the_api() -> None:
    result = compared([{"a": 1}, {"a": 1}, {"a": 2}], [{"id": 5, "a": 2}, {"id": 6, "a": 2}])
    assert [(each.number, each.reason) for each in result.conflicts] == [
        (1, "its key is in the input 2 times: rows 1, 2"),
        (2, "its key is in the input 2 times: rows 1, 2"),
        (3, "its key is in the API 2 times: ids 5, 6"),
    ]
    assert not result.writes


def test_rows_are_deleted_only_where_asked() -> None:
    there = [{"id": 5, "a": 1}, {"id": 6, "a": 2}]
    assert not compared([{"a": 1}], there).writes
    assert [(each.verb, each.id) for each in compared([{"a": 1}], there, delete=True).writes] == [("delete", 6)]


def test_keys_are_told_apart_by_content_and_not_by_spelling() -> None:
    assert key_of({"a": 1.0, "b": " x"}, ("a", "b")) == key_of({"a": 1, "b": "x "}, ("a", "b"))
    assert key_of({"a": "1,2", "b": "3"}, ("a", "b")) != key_of({"a": "1", "b": "2,3"}, ("a", "b"))


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        ({"date": whole_month(2026, 5)}, True),
        ({"date": gt("2026-05-04")}, False),
        ({"date": "2026-05-04"}, True),
        ({"date": in_("2026-05-05", "2026-05-06")}, False),
        ({"person_id": 3}, True),
        ({"person_id": 4}, False),
        ({"project_id": 9}, True),  # the row does not say
    ],
)
def test_rows_outside_of_the_scope_are_known(scope: Mapping[str, object], inside: bool) -> None:
    assert (contains(scope, {"date": "2026-05-04", "person_id": 3}) is None) is inside


async def test_every_bad_row_is_named_and_nothing_is_sent(sandbox: Sandbox, wethod: Wethod) -> None:
    good = month(sandbox, 1)[0]
    rows = [good, {**good, "hours": "many"}, {**good, "colour": "red"}, {"hours": 3}, {**good, "date": "2026-13-01"}]
    with pytest.raises(bulk.RowsRefused) as caught:
        await bulk.plan(wethod.timesheets, rows, match=MATCH)
    assert [number for number, _ in caught.value.problems] == [2, 3, 4, 5]
    assert not len(sandbox.requests)


async def test_files_and_models_are_read_as_mappings_are(sandbox: Sandbox, wethod: Wethod, tmp_path: Path) -> None:
    rows = month(sandbox, 3)
    plain = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    of_file = await bulk.plan(wethod.timesheets, write_csv(tmp_path / "may.csv", rows), match=MATCH)
    assert [write.digest for write in plain.creates] == [write.digest for write in of_file.creates]
    models = (await wethod.timesheets.list())[:3]
    assert len((await bulk.plan(wethod.timesheets, models, match=("person_id", "project_id", "date"))).creates) == 0


async def test_a_saved_plan_is_the_same_plan(sandbox: Sandbox, wethod: Wethod, tmp_path: Path) -> None:
    plan = await bulk.plan(wethod.timesheets, month(sandbox, 2), match=MATCH, scope={"date": whole_month(2026, 5)})
    plan.save(tmp_path / "may.plan")
    assert bulk.load(wethod.timesheets, tmp_path / "may.plan").to_dict() == plan.to_dict()
    assert "2 creates" in str(plan)
    with pytest.raises(ArgumentError, match="plan is of timesheets"):
        bulk.load(wethod.streams, tmp_path / "may.plan")


async def test_deleting_needs_a_scope_and_resources_that_can_be_settled(sandbox: Sandbox, wethod: Wethod) -> None:
    with pytest.raises(ArgumentError, match="needs a scope"):
        await bulk.plan(wethod.timesheets, month(sandbox, 1), match=MATCH, delete=True)
    with pytest.raises(ArgumentError, match="found again"):
        await bulk.plan(wethod.project_plan_task_assignees, [], match=("employee_id",))
    with pytest.raises(ArgumentError, match="day is given twice, or is no field"):
        await bulk.plan(wethod.timesheets, [], match=("day",))
