"""Rows with a value that no table can hold are found before they are written, the same ones for every engine."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import attrs
import pytest

from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk.extract.bounds import misfits
from asyncsdk.extract.packed_columns import packed_columns
from asyncsdk.extract.rejects import append
from asyncsdk.extract.shape import twin
from asyncsdk.extract.targets.batches import batch_table
from asyncsdk.extract.writing import fitting, unique
from asyncsdk.models import Timesheet
from tests.extract.stored import NIGHT, THINGS, Person, Thing, batch

EAST, WEST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (1, -1))
TOO_EARLY = dt.datetime(1, 1, 1, tzinfo=EAST)
TOO_LATE = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=WEST)
HALF = "cut \ud83d"

UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "a number beyond 64 bits": ({"hours": 2**63}, "$.hours"),
    "a small number beyond 64 bits": ({"hours": -(2**63) - 1}, "$.hours"),
    "nan": ({"value": math.nan}, "$.value"),
    "infinity": ({"value": -math.inf}, "$.value"),
    "a whole number no float can hold": ({"value": 10**400}, "$.value"),
    "year 0 in UTC": ({"updated_at": TOO_EARLY}, "$.updated_at"),
    "year 10000 in UTC": ({"updated_at": TOO_LATE}, "$.updated_at"),
    "a moment without a zone": ({"updated_at": NIGHT.replace(tzinfo=None)}, "$.updated_at"),
    "half a character": ({"name": HALF}, "$.name"),
    "half a character in a list": ({"tags": ("a", HALF)}, "$.tags[1]"),
    "year 0 inside": ({"owner": Person(id=1, since=TOO_EARLY)}, "$.owner.since"),
    "half a character deep inside": ({"people": (Person(id=1), Person(id=2, name=HALF))}, "$.people[1].name"),
    "nan in JSON": ({"anything": {"a": [1, {"b": math.nan}]}}, "$.anything"),
    "half a character in a key": ({"anything": {HALF: 1}}, "$.anything"),
    "a number beyond 64 bits in JSON": ({"metadata": {13: 2**64}}, "$.metadata"),
}

FIT = Thing(
    id=1,
    name="\U0001f600 whole",
    value=1e308,
    hours=-(2**63),
    updated_at=dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    deleted_at=dt.datetime.max.replace(tzinfo=dt.UTC),
    tags=(),
    people=(Person(id=2**63 - 1),),
    anything={"a": [None, True, 2**64 - 1, "x"]},
)


@pytest.mark.parametrize("name", UNFIT)
def test_a_row_that_no_table_can_hold_is_found_among_others(name: str) -> None:
    changes, path = UNFIT[name]
    rows = [FIT, Thing(id=2), attrs.evolve(FIT, id=3, **changes), Thing(id=4)]
    (found,) = misfits(rows, columns_of(Thing))
    assert (found.index, found.path) == (2, path)
    assert packed_columns(rows, columns_of(Thing)) is None, "the quick look says yes to it"
    found.reason.encode()  # it goes into reports and logs


def test_rows_at_the_edges_fit() -> None:
    assert not misfits([FIT, Thing(id=2)], columns_of(Thing))
    assert not misfits([], columns_of(Thing))
    assert packed_columns([FIT, Thing(id=2)], columns_of(Thing)) is not None


def test_columns_that_were_looked_at_are_what_a_target_would_make_of_the_rows() -> None:
    rows = [FIT, Thing(id=2), *(Thing(id=id_, value=id_, updated_at=NIGHT) for id_ in range(3, 9))]
    given, none = fitting(batch(*rows), THINGS.columns)
    assert none == []
    assert given.arrays is not None
    assert given.arrays.keys() == {column.name for column in THINGS.columns if not column.nested}
    assert batch_table(given, THINGS.columns) == batch_table(batch(*rows), THINGS.columns)
    wider = [attrs.evolve(column, kind="double") if column.name == "hours" else column for column in THINGS.columns]
    given, _ = fitting(batch(*rows[1:]), THINGS.columns)
    assert batch_table(given, wider).schema.field("hours").type == "double"


def test_rows_as_a_run_reads_them_are_looked_at_as_well() -> None:
    model = twin(Timesheet)
    rows = [model(id=1, hours=1.0), model(id=2**63), model(id=3, notes=HALF)]
    assert [found.index for found in misfits(rows, columns_of(Timesheet))] == [1, 2]


def test_such_rows_are_put_aside_and_have_not_vanished(tmp_path: Any) -> None:
    rows = [attrs.evolve(FIT, id=id, **changes) for id, (changes, _) in enumerate(UNFIT.values(), 10)]
    rest, unfit = fitting(batch(FIT, *rows, Thing(id=2**63), whole=NIGHT, spared=[5]), THINGS.columns)
    assert [row.id for row in rest.rows] == [1]  # type: ignore[attr-defined]  # rows have ids
    assert [*rest.spared] == [5, *range(10, 10 + len(UNFIT))], "an id that no table can hold need not be spared"
    append(tmp_path / "things.rejects", unfit)
    lines = [json.loads(line) for line in (tmp_path / "things.rejects").read_text(encoding="utf-8").splitlines()]
    assert [line["path"] for line in lines] == [*(path for _, path in UNFIT.values()), "$.id"]


def test_of_rows_with_one_id_the_last_wins() -> None:
    rows = [Thing(id=1, name="old"), Thing(id=2), Thing(id=1, name="new")]
    once = unique(batch(*rows, raw=[b"1", b"2", b"3"]))
    assert ([*once.rows], once.raw) == ([rows[1], rows[2]], [b"2", b"3"])
    same = batch(*rows[1:])
    assert unique(same) is same
