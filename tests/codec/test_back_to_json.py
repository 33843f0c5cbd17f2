"""Models and what holds them are written as the API writes them; what JSON cannot say is refused."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable

import pytest

from asyncsdk._codec.decode import to_dict, to_json
from asyncsdk._codec.fields import Json
from asyncsdk.errors import ArgumentError
from tests.codec.rows import Deal, Leader


def test_wire_names_and_order() -> None:
    deal = Deal(id=1, value=1.5, probability=50, from_=dt.date(2024, 1, 2), metadata={13: "x"}, options={7: None})
    assert list(deal_dict := expect_dict(to_dict(deal))) == [
        *("id", "value", "probability", "open", "from", "leader", "metadata_13", "option_7")
    ]
    assert (deal_dict["from"], deal_dict["metadata_13"], deal_dict["option_7"]) == ("2024-01-02", "x", None)


def expect_dict(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value


def test_instants_are_utc_and_keep_microseconds() -> None:
    rome = dt.timezone(dt.timedelta(hours=2))
    assert to_dict(dt.datetime(2024, 5, 1, 1, 2, 3, 456789, rome)) == "2024-04-30T23:02:03.456789Z"
    assert to_dict([dt.datetime(2024, 5, 1, tzinfo=dt.UTC), dt.date(2024, 5, 1)]) == [
        "2024-05-01T00:00:00Z",
        "2024-05-01",
    ]


def test_lists_and_mappings_of_models() -> None:
    leader = Leader(id=1)
    plain = {"id": 1, "name": None}
    assert to_dict([leader, (leader,)]) == [plain, [plain]]
    assert to_dict({7: leader, "a": None}) == {"7": plain, "a": None}
    assert json.loads(to_json({"rows": [leader]})) == {"rows": [plain]}


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        Deal(id=1, value=math.inf, probability=1),
        Deal(id=1, value=1, probability=1, metadata={1: {"a": [math.nan]}}),
        dt.datetime(2024, 1, 1),  # noqa: DTZ001  # naive on purpose
        {"a": [math.inf]},
        {True: 1},
        object(),
        b"bytes",
    ],
)
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ArgumentError):
        to_json(value)


@pytest.mark.parametrize("write", [to_dict, to_json])
def test_what_is_nested_too_deeply_is_refused(write: Callable[[object], object]) -> None:
    deep: Json = None
    for _ in range(5000):
        deep = [deep]
    for value in (deep, Deal(id=1, value=1.0, probability=1, metadata={1: deep})):
        with pytest.raises(ArgumentError, match="nested too deeply"):
            write(value)
