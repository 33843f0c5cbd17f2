"""Bytes to models and back, case by case: what is read, what is refused, and where the error points."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys

import attrs
import pytest

from asyncsdk._codec import readers, rules
from asyncsdk._codec.decode import one_decoder, page_decoder, split_page
from asyncsdk._codec.fields import Json
from asyncsdk.errors import DecodeError
from tests.codec.rows import DEAL, PLAN, Deal, Leader, Plan, Portfolio, text


def refusal(model: type, body: bytes, *, strict: bool = False) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        page_decoder(model, strict=strict)(body)
    return caught.value


# --- pages --------------------------------------------------------------------------------------------------------


def test_page_keeps_rows_and_order() -> None:
    rows = page_decoder(Plan)(text([{**PLAN, "id": id} for id in (3, 1, 2)]))
    assert [row.id for row in rows] == [3, 1, 2]
    assert rows[0].updated_at == dt.datetime(2026, 3, 27, 11, 39, 28, 826001, dt.UTC)


def test_page_may_be_empty() -> None:
    assert page_decoder(Plan)(b" [] ") == []


def test_decoders_are_compiled_once() -> None:
    assert page_decoder(Plan) is page_decoder(Plan)
    assert one_decoder(Plan) is one_decoder(Plan)


def test_only_refused_rows_go_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with one odd row costs one odd row."""

    @attrs.frozen
    class Fresh:  # compiled here, so that the hook below is the one it gets
        id: int

    slow: list[object] = []
    structure = rules.converter().get_structure_hook(Fresh)

    class Watching:
        def get_structure_hook(self, model: type) -> object:
            def watched(value: object, type_: object) -> object:
                slow.append(value)
                return structure(value, type_)

            return watched

    monkeypatch.setattr(rules, "converter", Watching)
    rows = page_decoder(Fresh)(b'[{"id": 1}, {"id": "2"}, {"id": 3}]')
    assert rows == [Fresh(1), Fresh(2), Fresh(3)]
    assert slow == [{"id": "2"}]


def test_unknown_fields_are_ignored_both_ways() -> None:
    odd = {**PLAN, "brand_new": {"a": [1]}}
    assert page_decoder(Plan)(text([odd, {**odd, "id": "1"}])) == page_decoder(Plan)(text([PLAN, PLAN]))


def test_rows_of_unknown_shape_are_dicts() -> None:
    assert page_decoder(dict)(b'[{"a": 1}, {}]') == [{"a": 1}, {}]
    assert refusal(dict, b'[{"a": 1}, 3]').path == "$[1]"


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"value": "much"}, "$[1].value", "Expected `float`, got `str`"),
        ({"value": "nan"}, "$[1].value", "finite"),
        ({"value": "-inf"}, "$[1].value", "finite"),
        ({"id": 1.5}, "$[1].id", "Expected `int`, got `float`"),
        ({"id": True}, "$[1].id", "Expected `int`, got `bool`"),
        ({"id": "9007199254740993.0"}, "$[1].id", "no exact whole number"),
        ({"id": 9007199254740993.0}, "$[1].id", "no exact whole number"),
        ({"name": 7}, "$[1].name", "Expected `str`, got `int`"),
        ({"id": None}, "$[1].id", "Expected `int`, got `null`"),
        ({"updated_at": None}, "$[1].updated_at", "Expected `datetime`, got `null`"),
        ({"leader": {"id": None}}, "$[1].leader.id", "Expected `int`, got `null`"),
        ({"is_default": "no"}, "$[1].is_default", "Expected `bool`, got `str`"),
        ({"is_default": 2}, "$[1].is_default", "Expected `bool`, got `int`"),
        ({"open": "null"}, "$[1].open", "Expected `bool`, got `str`"),
        ({"count": "null"}, "$[1].count", "Expected `int`, got `str`"),
        ({"updated_at": "2026-03-27T11:39:28"}, "$[1].updated_at", "timezone"),
        ({"at": "2026-01-01 10:00:00"}, "$[1].at", "got '2026-01-01 10:00:00'"),
        ({"updated_at": 17}, "$[1].updated_at", "Expected `datetime`, got `int`"),
        ({"updated_at": "17"}, "$[1].updated_at", "datetime"),
        ({"at": 17.5}, "$[1].at", "Expected `datetime`, got `float`"),
        ({"at": "null"}, "$[1].at", "datetime"),
        ({"date": "2024-02-30"}, "$[1].date", "date"),
        ({"date": "2024-02-01T00:00:00Z"}, "$[1].date", "date"),
        ({"leader": {"name": "x"}}, "$[1].leader.id", "missing"),
        ({"leader": [1]}, "$[1].leader", "Expected `object`, got `array`"),
        ({"leaders": [{"id": 1}, {"id": "x"}]}, "$[1].leaders[1].id", "Expected `int`, got `str`"),
        ({"leaders": {"id": 1}}, "$[1].leaders", "Expected `array`, got `object`"),
        ({"tags": "abc"}, "$[1].tags", "Expected `array`, got `str`"),
        ({"tags": ["a", 7]}, "$[1].tags[1]", "Expected `str`, got `int`"),
    ],
)
def test_error_names_row_and_field(change: dict[str, Json], path: str, says: str) -> None:
    """Whatever is refused is refused by name, never turned into something else."""
    bad = {**PLAN, **change}
    for strict in (False, True):
        error = refusal(Plan, text([PLAN, bad]), strict=strict)
        assert error.path == path
        assert says in str(error)
        assert str(error).startswith("Plan: ")
        assert error.body == text(bad)[: readers.EXCERPT]


@pytest.mark.parametrize("key", ["id", "updated_at"])
def test_missing_field_without_which_no_row_can_be_told_is_named(key: str) -> None:
    row = {name: value for name, value in PLAN.items() if name != key}
    error = refusal(Plan, text([row]))
    assert (error.path, "missing" in str(error)) == (f"$[0].{key}", True)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\n<!doctype html><title>Bad gateway</title>", "HTML"),
        (b"upstream timed out", "not JSON"),
        (b'[{"id": 1', "truncated"),
        (b'{"data": []}', "Expected `array`, got `object`"),
        (b"null", "Expected `array`, got `null`"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("model", [Plan, Deal, Portfolio, dict])
def test_body_that_is_no_page(model: type, body: bytes, says: str) -> None:
    error = refusal(model, body)
    assert error.path == "$"
    assert says in str(error)
    assert error.body == body[: readers.EXCERPT]


def test_body_that_is_no_text() -> None:
    assert refusal(Plan, b'[{"id": 1, "name": "\xff"}]').path == "$[0].name"


def test_error_is_alone_and_pickles() -> None:
    """No chain of other errors in the traceback, nothing that keeps it from crossing a process."""
    error = refusal(Deal, text([{**DEAL, "probability": "50.5"}]))
    assert error.__context__ is None
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.path, again.body) == (str(error), error.path, error.body)


# --- special keys -------------------------------------------------------------------------------------------------


def test_dynamic_and_renamed_keys() -> None:
    row = {**DEAL, "from": "2024-01-01", "metadata_13": {"a": 1}, "metadata_2": None, "option_7": None, "option_8": 4}
    (deal,) = page_decoder(Deal)(text([row]))
    assert deal == Deal(
        id=1,
        value=1.5,
        probability=50,
        from_=dt.date(2024, 1, 1),
        metadata={13: {"a": 1}, 2: None},
        options={7: None, 8: 4},
    )


@pytest.mark.parametrize(
    "stranger", ["metadata_x", "metadata_", "metadata_01", "metadata_-1", "metadata_1٢", "metadata"]
)
def test_key_without_an_id_is_an_unknown_field(stranger: str) -> None:
    assert page_decoder(Deal)(text([{**DEAL, stranger: 7}])) == page_decoder(Deal)(text([DEAL]))


def test_attribute_names_are_no_keys() -> None:
    """`from_` and `metadata` on the wire are not what Python calls so."""
    row = {"from_": "2025-05-05", **DEAL, "from": "2024-01-01", "metadata": {"13": "x"}, "options": 7}
    (deal,) = page_decoder(Deal)(text([row]))
    assert (deal.from_, deal.metadata, deal.options) == (dt.date(2024, 1, 1), {}, {})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"from": 3}, "$[0].from"),
        ({"option_3": "a"}, "$[0].option_3"),
        ({"leader": {}}, "$[0].leader.id"),
        ({"value": "inf"}, "$[0].value"),
        ({"probability": "50.5"}, "$[0].probability"),
        ({"probability": ""}, "$[0].probability"),
    ],
)
def test_paths_are_in_names_of_the_wire(change: dict[str, Json], path: str) -> None:
    assert refusal(Deal, text([{**DEAL, **change}])).path == path
    inside = refusal(Portfolio, text([{"id": 1, "deals": [DEAL, {**DEAL, **change}]}]))
    assert inside.path == path.replace("$[0]", "$[0].deals[1]")


def test_special_keys_inside_another_model() -> None:
    fits = {"id": 1, "value": 1.5, "probability": 50, "metadata_3": "x"}  # to the letter, so nothing makes it go slow
    body = text([{"id": 1, "deals": [fits]}])
    assert page_decoder(Portfolio)(body)[0].deals[0].metadata == {3: "x"}


# --- one ----------------------------------------------------------------------------------------------------------


def test_one_row() -> None:
    assert one_decoder(Plan)(text({**PLAN, "count": "7"})).count == 7
    assert one_decoder(Deal)(text({**DEAL, "metadata_5": 1})).metadata == {5: 1}
    with pytest.raises(DecodeError) as caught:
        one_decoder(Plan)(text({**PLAN, "count": "x"}))
    assert caught.value.path == "$.count"


def test_one_of_other_kinds() -> None:
    assert one_decoder(list[Leader])(b'[{"id": "3"}]') == [Leader(id=3)]
    assert one_decoder(dict)(b'{"a": [1]}') == {"a": [1]}
    assert one_decoder(object)(b"[1, null]") == [1, None]


@pytest.mark.parametrize(("body", "says"), [(b"", "empty"), (b"<html>", "HTML"), (b"[]", "Expected `object`")])
@pytest.mark.parametrize("model", [Plan, Deal, dict])
def test_one_that_is_none(model: type, body: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=says) as caught:
        one_decoder(model)(body)
    assert caught.value.path == "$"


# --- rejects ------------------------------------------------------------------------------------------------------


def test_split_page_reports_rows_one_by_one() -> None:
    bad = {**DEAL, "probability": "half"}
    rows, rejects = split_page(Deal, text([DEAL, bad, {**DEAL, "id": 3}, 7]))
    assert [row.id for row in rows] == [1, 3]
    assert [(reject.index, reject.error.path) for reject in rejects] == [(1, "$[1].probability"), (3, "$[3]")]
    assert rejects[0].raw == text(bad)


def test_split_page_of_good_rows() -> None:
    assert split_page(Plan, text([PLAN])) == (page_decoder(Plan)(text([PLAN])), [])


def test_split_page_wants_a_page() -> None:
    with pytest.raises(DecodeError, match="HTML"):
        split_page(Plan, b"<html>")


# --- import cost --------------------------------------------------------------------------------------------------


def test_package_does_not_import_the_codec() -> None:
    """cattrs costs more to import than the rest of the package; it waits for the first answer."""
    late = "'cattrs' in sys.modules or 'asyncsdk._codec.decode' in sys.modules"
    check = f"import sys, asyncsdk; asyncsdk.Wethod; sys.exit({late})"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
