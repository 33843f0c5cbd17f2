from __future__ import annotations

import datetime as dt
import importlib
import pkgutil

import attrs
import pyarrow as pa
import pytest

import asyncsdk.models
from asyncsdk._codec.arrow.columns import Column, columns_of, widened
from asyncsdk._codec.arrow.tables import ArrowValueError, schema_of, to_arrow
from asyncsdk.errors import ArgumentError
from asyncsdk.models.projects import Project
from asyncsdk.models.streams import Stream
from tests.extract.stored import NIGHT, Person, Thing

BERLIN = dt.timezone(dt.timedelta(hours=2))


def test_every_model_of_the_contract_has_columns() -> None:
    """A new kind of field in the contract must not wait for the night to be found."""
    seen = 0
    for module in pkgutil.iter_modules(asyncsdk.models.__path__):
        models = importlib.import_module(f"asyncsdk.models.{module.name}")
        for name in models.__all__:
            columns = columns_of(getattr(models, name))
            assert len({column.name for column in columns}) == len(columns)
            assert columns[0] == Column("id", "bigint", "id")
            schema_of(columns)
            seen += 1
    assert seen > 50


def test_real_types_and_names_of_the_wire() -> None:
    schema = schema_of(columns_of(Thing))
    assert {field.name: str(field.type) for field in schema} == {
        "id": "int64",
        "name": "string",
        "value": "double",
        "hours": "int64",
        "flag": "bool",
        "day": "date32[day]",
        "updated_at": "timestamp[us, tz=UTC]",
        "deleted_at": "timestamp[us, tz=UTC]",
        "from": "string",
        "tags": "list<item: string>",
        "owner": "struct<id: int64, name: string, since: timestamp[us, tz=UTC]>",
        "people": "list<item: struct<id: int64, name: string, since: timestamp[us, tz=UTC]>>",
        "anything": "string",
        "metadata": "string",
    }


def test_projects_and_streams_as_the_contract_has_them() -> None:
    assert Column("metadata", "json", "metadata") in columns_of(Project)
    leaders = next(column for column in columns_of(Stream) if column.name == "stream_leaders")
    assert leaders.many
    assert leaders.kind == "struct"


def test_rows_become_arrow_with_every_value_in_place() -> None:
    rows = [
        Thing(
            id=1,
            name="a",
            value=1.5,
            flag=False,
            day=dt.date(2024, 1, 2),
            updated_at=dt.datetime(2024, 1, 1, 12, 0, 0, 123456, tzinfo=BERLIN),
            from_="x",
            tags=("p", "q"),
            owner=Person(id=7, since=NIGHT),
            people=(Person(id=8, name="b"), Person(id=9)),
            anything=[1, {"k": None}],
            metadata={13: "x", 14: None},
        ),
        Thing(id=2),
    ]
    first, second = to_arrow(rows, Thing).to_pylist()
    assert first == {
        "id": 1,
        "name": "a",
        "value": 1.5,
        "hours": None,
        "flag": False,
        "day": dt.date(2024, 1, 2),
        "updated_at": dt.datetime(2024, 1, 1, 10, 0, 0, 123456, tzinfo=dt.UTC),
        "deleted_at": None,
        "from": "x",
        "tags": ["p", "q"],
        "owner": {"id": 7, "name": None, "since": NIGHT},
        "people": [{"id": 8, "name": "b", "since": None}, {"id": 9, "name": None, "since": None}],
        "anything": '[1,{"k":null}]',
        "metadata": '{"13":"x","14":null}',
    }
    assert second == {**dict.fromkeys(first), "id": 2, "metadata": "{}"}


def test_no_rows_still_have_types() -> None:
    assert to_arrow([], Thing).schema == schema_of(columns_of(Thing))


def test_plain_dictionaries_become_arrow_as_they_are() -> None:
    assert to_arrow([{"id": 1, "x": "a"}], dict).to_pylist() == [{"id": 1, "x": "a"}]


def test_every_key_of_any_dictionary_is_a_column() -> None:
    rows: list[dict[str, object]] = [{"id": 1}, {"id": 2, "metadata_13": "Finance"}, {"name": "x"}]
    table = to_arrow(rows, dict)
    assert table.column_names == ["id", "metadata_13", "name"]
    assert table.to_pylist() == [{**dict.fromkeys(table.column_names), **row} for row in rows]
    assert to_arrow([], dict).num_rows == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "x", None, [2], {"b": 3}], ["1", '"x"', None, "[2]", '{"b":3}']),
        ([98.5, "98.5"], ["98.5", '"98.5"']),  # as the API writes numbers, now and then
        ([1, 2**70], ["1", "1180591620717411303424"]),
        ([{"a": 1}, {"a": "x"}], ['{"a":1}', '{"a":"x"}']),
        ([1, 2.5], [1.0, 2.5]),
    ],
)
def test_values_of_several_kinds_are_json_text(values: list[object], expected: list[object]) -> None:
    assert to_arrow([{"a": value} for value in values], dict).to_pydict() == {"a": expected}


def test_a_text_that_arrow_cannot_hold_is_an_error_of_ours() -> None:
    with pytest.raises(ArrowValueError, match=r"^\$\.a: "):
        to_arrow([{"a": "\ud83d"}], dict)


def test_a_value_beyond_64_bits_names_row_and_field() -> None:
    with pytest.raises(ArrowValueError, match=r"\$\.hours: a bigint cannot hold 9223372036854775808") as caught:
        to_arrow([Thing(id=1), Thing(id=2, hours=2**63)], Thing)
    assert (caught.value.index, caught.value.path) == (1, "$.hours")


def test_a_date_time_outside_the_calendar_in_utc_is_named() -> None:
    first_hour = dt.datetime(1, 1, 1, 0, 30, tzinfo=BERLIN)
    assert (
        to_arrow([Thing(id=1, updated_at=first_hour)], Thing)["updated_at"].cast(pa.int64())[0].as_py()
        < -62135596800 * 10**6
    )


def test_a_type_that_no_column_can_hold_is_refused() -> None:
    @attrs.frozen
    class Odd:
        id: int
        blob: bytes

    with pytest.raises(ArgumentError, match="blob"):
        columns_of(Odd)


def test_a_table_widens_and_loses_nothing() -> None:
    stored = (Column("id", "bigint", "id"), Column("n", "bigint", "n"), Column("old", "text", "old"))
    wanted = (Column("id", "bigint", "id"), Column("new", "date", "new"), Column("n", "double", "n"))
    assert widened(stored, wanted) == (*wanted, Column("old", "text"))
    assert widened(wanted, stored)[1] == Column("n", "double", "n")


def test_what_does_not_go_together_is_named() -> None:
    with pytest.raises(ValueError, match='column "n" holds text, the rows have a list of text'):
        widened((Column("n", "text", "n"),), (Column("n", "text", "n", many=True),))
