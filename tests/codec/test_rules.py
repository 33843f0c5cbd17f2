"""Properties of the codec: both ways into a model agree, nothing is read wrongly, and what goes out comes back."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from types import NoneType
from typing import Annotated, get_args, get_origin

import attrs
import hypothesis.strategies as st
import msgspec
import pytest
from cattrs import BaseValidationError
from hypothesis import HealthCheck, given, settings

from asyncsdk._codec import keys, rules
from asyncsdk._codec.decode import one_decoder, page_decoder, split_page, to_dict, to_json
from asyncsdk._codec.fields import Json
from asyncsdk._codec.promises import misfits_of
from asyncsdk.errors import DecodeError
from asyncsdk.models import Project
from tests.codec.rows import PLAN, Plan

UNTIMED = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def dump(value: object) -> bytes:
    return json.dumps(value).encode()


# --- what rows and fields look like ---------------------------------------------------------------------------------

jsons: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
odd_texts = st.sampled_from(
    [
        *("", " ", "0", "1", "1.0", "1.5", "-1", "01", "1e3", "1e400", "17", "1_0", "\u0661", "9007199254740993.0"),
        *("1.0000000000000000001", "nan", "inf", "-Infinity", "null", "None", "true", "False", "no", "yes"),
        *("2024-01-01", "2024-13-01", "0000-00-00", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z"),
        *("2024-01-01T24:00:00Z", "2024-01-01T00:00:00.123456+02:00"),
    ]
)
digits = st.integers().map(str) | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)
anything = (
    jsons | odd_texts | digits | st.sampled_from([0, 1, 2, 1.0, 1.5, 2.0**53, [], {}, [{}], [None], ["a"], {"id": 1}])
)


def all_models() -> list[type]:
    package = importlib.import_module("asyncsdk.models")
    return [getattr(package, name) for name in package.__all__]


def values(type_: object) -> st.SearchStrategy[object]:
    """Values of a field's type."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return values(arguments[0])
    if type_ is dt.datetime:
        offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
        return st.datetimes(timezones=st.just(dt.UTC) | offsets)
    if type_ is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if type_ is bool or type_ is int or type_ is str or type_ is dt.date:
        return st.from_type(type_)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        ids = st.integers(0, 10**17) if arguments[0] is int else st.text()
        return st.dictionaries(ids, values(arguments[1]), max_size=3)
    if NoneType in arguments:
        return st.one_of(st.none(), *(values(arm) for arm in arguments if arm is not NoneType))
    if isinstance(type_, type) and keys.is_model(type_):
        return instances(type_)
    return jsons


def instances(model: type) -> st.SearchStrategy[object]:
    return st.builds(model, **{name: values(type_) for name, type_ in keys.field_types(model).items()})


MODELS = all_models()


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[type, bytes]:
    """A model and a row of it, of which some fields may be replaced by anything, null at times, or be missing."""
    model = draw(st.sampled_from([Plan, *MODELS]) | st.sampled_from([Plan, Project]))
    row = to_dict(draw(instances(model)))
    assert isinstance(row, dict)
    change = draw(
        st.dictionaries(
            st.sampled_from([*row, "metadata_1", "metadata_x", "brand_new"]), anything | st.just([]), max_size=2
        )
    )
    gone = draw(st.sets(st.sampled_from([*row]), max_size=2))
    return model, dump({key: value for key, value in {**row, **change}.items() if key not in gone})


def slowly(model: type, row: bytes, *, strict: bool = False) -> object:
    """The rules alone: no fast way. A refused row gives the path of the field."""
    try:
        return rules.converter(strict=strict).structure(msgspec.json.decode(row), model)
    except (BaseValidationError, msgspec.ValidationError) as error:
        return rules.locate(error)[0]


def attempt(model: type, row: bytes, *, strict: bool = False) -> object:
    """The row as a page of one gives it. A refused row gives the path of the field."""
    try:
        return page_decoder(model, strict=strict)(b"[" + row + b"]")[0]
    except DecodeError as error:
        return error.path.replace("$[0]", "$")


def same(left: object, right: object) -> bool:
    """Equal and of equal types all through: 1 is not True and not 1.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if keys.is_model(type(left)):
        return all(same(getattr(left, name), getattr(right, name)) for name in keys.field_types(type(left)))
    return left == right


# --- both ways agree ------------------------------------------------------------------------------------------------


@UNTIMED
@given(disturbed(), st.booleans())
def test_fast_and_slow_agree(case: tuple[type, bytes], strict: bool) -> None:  # drawn
    """The page decoder gives what the rules alone give: the same model, or a refusal at the same field."""
    model, row = case
    assert same(attempt(model, row, strict=strict), slowly(model, row, strict=strict))


@UNTIMED
@given(disturbed())
def test_lenient_rules_take_all_that_strict_ones_take(case: tuple[type, bytes]) -> None:
    """What is lenient gives None where a value was promised, and changes nothing else."""
    model, row = case
    strictly = slowly(model, row, strict=True)
    leniently = slowly(model, row)
    if not isinstance(strictly, str):
        assert same(leniently, strictly)
        assert misfits_of(model, json.loads(row)) == misfits_of(model, leniently) == frozenset()
    elif not isinstance(leniently, str):
        found = misfits_of(model, json.loads(row))
        assert strictly.removeprefix("$.").partition("[")[0] in {
            field.partition("[")[0] for field, _ in map(attrs.astuple, found)
        }


@UNTIMED
@given(disturbed())
def test_rules_take_what_msgspec_takes_to_the_letter(case: tuple[type, bytes]) -> None:
    """What the fast way accepts never gets to the rules, so they must make the same of it."""
    model, row = case
    if keys.key_map(model).differ:
        return
    try:
        fast: object = msgspec.json.Decoder(model).decode(row)
    except msgspec.ValidationError:
        return
    assert same(fast, slowly(model, row))
    assert same(fast, slowly(model, row, strict=True))


def means(value: Json, made: object) -> bool:
    """Whether a scalar was read as the documented leniencies allow, worked out without msgspec."""
    if made is None or isinstance(made, str):
        return same(value, made)
    if isinstance(made, bool):
        spelled = value.lower() if isinstance(value, str) else value
        return spelled in ([True, 1, "1", "true"] if made else [False, 0, "0", "false"])
    if isinstance(made, (int, float)):
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or not math.isfinite(made):
            return False
        return Decimal(value) == made if isinstance(made, int) else float(value) == made
    if isinstance(made, dt.datetime):
        return made.tzinfo is not None and isinstance(value, str) and made == dt.datetime.fromisoformat(value)
    return isinstance(made, dt.date) and value == made.isoformat()


SCALARS = ["id", "updated_at", "date", "value", "name", "is_default", "hours", "count", "note", "open", "day", "at"]


@settings(UNTIMED, max_examples=400)
@given(st.sampled_from(SCALARS), anything)
def test_nothing_is_silently_wrong(name: str, value: Json) -> None:
    """A field is what the row said, or the row is refused at that field; null stays None, whatever was promised."""
    result = attempt(Plan, dump({**PLAN, name: value}))
    if isinstance(result, str):
        assert result == f"$.{name}"
    else:
        assert means(value, getattr(result, name))
    if value is None and name in PLAN:
        assert isinstance(attempt(Plan, dump({**PLAN, name: value}), strict=True), str)


@UNTIMED
@given(
    st.lists(st.sampled_from(SCALARS), max_size=4).flatmap(
        lambda names: st.tuples(*(st.tuples(st.just(n), anything) for n in names))
    )
)
def test_split_page_loses_no_row(changes: tuple[tuple[str, Json], ...]) -> None:
    """Rows and rejects are the page, each row where it was."""
    page = [{**PLAN, name: value} for name, value in changes]
    rows, rejects = split_page(Plan, dump(page))
    results = [attempt(Plan, dump(row)) for row in page]
    assert same(rows, [result for result in results if isinstance(result, Plan)])
    assert [reject.index for reject in rejects] == [n for n, result in enumerate(results) if isinstance(result, str)]


@UNTIMED
@given(st.binary(max_size=40) | st.text(alphabet='[]{}",:01.e-ntrfalsu\\', max_size=40).map(str.encode))
def test_no_bytes_give_another_error(body: bytes) -> None:
    """Whatever arrives, it is decoded or it is a DecodeError."""
    for model in (Plan, Project, dict):
        with contextlib.suppress(DecodeError):
            page_decoder(model)(body)


# --- back to JSON ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Plan, *MODELS], ids=lambda model: str(model.__name__))
@settings(UNTIMED, max_examples=8)
@given(data=st.data())
def test_decoding_what_was_encoded(model: type[object], data: st.DataObject) -> None:
    instance = data.draw(instances(model))
    body = to_json(instance)
    assert one_decoder(model)(body) == instance
    assert page_decoder(model)(b"[" + body + b"]") == [instance]
    assert slowly(model, body) == instance
    assert json.loads(body) == to_dict(instance)
    assert to_json(one_decoder(model)(body)) == body
