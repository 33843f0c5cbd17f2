"""The fast ways into Arrow give what Arrow itself gives."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import pyarrow as pa
import pytest

from asyncsdk._codec.arrow.columns import Kind
from asyncsdk._codec.arrow.packing import TIMESTAMP, packed

EAST = dt.timezone(dt.timedelta(hours=14))
WEST = dt.timezone(-dt.timedelta(hours=12, minutes=30))
EDGES = [
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(1, 1, 1, tzinfo=EAST),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=WEST),
    dt.datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=dt.UTC),
    dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
]


def moments(seed: int) -> list[dt.datetime]:
    chance = random.Random(seed)
    start = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
    return [start + dt.timedelta(microseconds=chance.randrange(10**16)) for _ in range(200)]


@pytest.mark.parametrize(
    ("kind", "type_", "values"),
    [
        ("timestamptz", TIMESTAMP, []),
        ("timestamptz", TIMESTAMP, [None, None]),
        ("timestamptz", TIMESTAMP, EDGES),
        ("timestamptz", TIMESTAMP, [*EDGES, None]),
        ("timestamptz", TIMESTAMP, moments(1)),
        ("timestamptz", TIMESTAMP, tuple(moment.astimezone(EAST) for moment in moments(2))),
        ("bigint", pa.int64(), []),
        ("bigint", pa.int64(), (1, -1, 0, 2**63 - 1, -(2**63))),
    ],
)
def test_what_is_packed_is_what_arrow_makes(kind: Kind, type_: pa.DataType, values: Sequence[object]) -> None:
    array = packed(kind, values)
    assert array is not None
    array.validate(full=True)
    assert array.equals(pa.array(values, type_))
    assert (array.type, array.null_count) == (type_, sum(value is None for value in values))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None]),
        ("bigint", [2**63]),
        ("bigint", ["1"]),
        ("bigint", [1.0]),
        ("timestamptz", [dt.datetime(2024, 3, 1)]),  # noqa: DTZ001  # without a zone it is no moment
        ("timestamptz", ["2024-03-01"]),
        ("double", [1.0]),
        ("text", ["a"]),
    ],
)
def test_the_rest_is_left_to_arrow(kind: Kind, values: Sequence[object]) -> None:
    assert packed(kind, values) is None
