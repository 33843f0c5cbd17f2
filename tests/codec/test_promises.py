"""Null or missing where the contract promises a value: None, named once, counted; refused where a client is strict."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from asyncsdk._codec.decode import Decoding, one_decoder, page_decoder, split_page, to_dict, to_json
from asyncsdk._codec.fields import Json
from asyncsdk._codec.promises import Misfits, WarnOnce, misfits_of
from asyncsdk.errors import DecodeError
from asyncsdk.models import JobOrderCategory, Project, Stream
from asyncsdk.testing import Factory
from tests.codec.promised import project, without
from tests.codec.rows import DEAL, PLAN, Deal, Leader, Plan, Portfolio, text

PROMISED = ["date", "value", "name", "is_default"]


# --- one row --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROMISED)
@pytest.mark.parametrize("how", ["null", "missing"])
def test_the_value_is_none_and_the_rest_as_ever(name: str, how: str) -> None:
    fits = one_decoder(Plan)(text(PLAN))
    bad = {**PLAN, name: None} if how == "null" else without(PLAN, name)
    changes: Any = {name: None}
    wanted = attrs.evolve(fits, **changes)
    assert page_decoder(Plan)(text([PLAN, bad])) == [fits, wanted]
    assert one_decoder(Plan)(text(bad)) == wanted
    assert one_decoder(list[Plan])(text([bad])) == [wanted]
    assert split_page(Plan, text([bad, 7]))[0] == [wanted]
    assert {(each.field, each.found) for each in misfits_of(Plan, bad)} == {(name, how)}
    assert {each.field for each in misfits_of(Plan, wanted)} == {name}

    for decode in (page_decoder(Plan, strict=True), one_decoder(list[Plan], strict=True)):
        with pytest.raises(DecodeError, match="got `null`" if how == "null" else "missing") as caught:
            decode(text([PLAN, bad]))
        assert caught.value.path == f"$[1].{name}"
    with pytest.raises(DecodeError) as caught:
        one_decoder(Plan, strict=True)(text(bad))
    assert caught.value.path == f"$.{name}"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", ["id", "updated_at"])
def test_what_tells_rows_apart_is_never_let_off(name: str, strict: bool) -> None:
    for bad in ({**PLAN, name: None}, without(PLAN, name)):
        with pytest.raises(DecodeError) as caught:
            page_decoder(Plan, strict=strict)(text([PLAN, bad]))
        assert caught.value.path == f"$[1].{name}"


@pytest.mark.parametrize(
    ("model", "row", "field", "get"),
    [
        (Deal, {**DEAL, "value": None}, "value", lambda row: row.value),
        (Deal, without(DEAL, "probability"), "probability", lambda row: row.probability),
        (Portfolio, {"id": 1, "deals": None}, "deals", lambda row: row.deals),
        (Portfolio, {"id": 1}, "deals", lambda row: row.deals),
        (
            Portfolio,
            {"id": 1, "deals": [DEAL, {**DEAL, "value": None}]},
            "deals[].value",
            lambda row: row.deals[1].value,
        ),
        (Portfolio, {"id": 1, "deals": [without(DEAL, "value")]}, "deals[].value", lambda row: row.deals[0].value),
        (Portfolio, {"id": 1, "deals": [DEAL, None]}, "deals[]", lambda row: row.deals[1]),
        (Plan, {**PLAN, "tags": ["a", None]}, "tags[]", lambda row: row.tags[1]),
        (Plan, {**PLAN, "leaders": [None]}, "leaders[]", lambda row: row.leaders[0]),
    ],
)
def test_so_it_is_wherever_a_value_stands(
    model: type, row: Mapping[str, Json], field: str, get: Callable[[Any], object]
) -> None:
    """In models with other keys than attributes, in what they hold, in lists; and what is written is read again."""
    made: Any = one_decoder(model)(text(row))
    assert page_decoder(model)(text([row])) == [made]
    assert get(made) is None
    assert (
        {each.field for each in misfits_of(model, row)} == {each.field for each in misfits_of(model, made)} == {field}
    )
    assert one_decoder(model)(to_json(made)) == made
    with pytest.raises(DecodeError) as caught:
        page_decoder(model, strict=True)(text([row]))
    path = caught.value.path
    assert path.startswith("$[0].")
    assert "".join(each for each in path.removeprefix("$[0].") if not each.isdigit()) == field


def test_a_whole_number_that_is_a_default_is_no_promise_kept_by_null() -> None:
    @attrs.frozen
    class Counted:
        id: int
        count: int = 0

    assert page_decoder(Counted)(b'[{"id": 1}, {"id": 2, "count": null}]') == [Counted(1), Counted(2, None)]  # type: ignore[arg-type]  # a broken promise
    assert {each.field for each in misfits_of(Counted, {"id": 2, "count": None})} == {"count"}
    assert misfits_of(Counted, {"id": 1}) == frozenset()


def test_a_model_that_checks_its_values_refuses_none() -> None:
    """A class of the user's own with validators is built by its own rules."""

    @attrs.frozen
    class Checked:
        id: int
        name: str = attrs.field(validator=attrs.validators.instance_of(str))

    assert page_decoder(Checked)(b'[{"id": 1, "name": "a"}]') == [Checked(1, "a")]
    with pytest.raises(DecodeError):
        page_decoder(Checked)(b'[{"id": 1, "name": null}]')


@pytest.mark.parametrize("value", ["x", 7.5, [], {}, [1], True])
def test_a_value_of_the_wrong_kind_is_refused_as_ever(value: Json) -> None:
    with pytest.raises(DecodeError) as caught:
        one_decoder(Project)(text(project(7, client_id=value)))
    assert caught.value.path == "$.client_id"


# --- an empty array for an empty object -------------------------------------------------------------------------------


def test_an_empty_array_for_an_object_is_none() -> None:
    """As PHP writes an object that has nothing in it."""
    row = project(7, job_order_category=[])
    assert one_decoder(Project)(text(row)).job_order_category is None
    assert page_decoder(Project)(text([row]))[0] == page_decoder(Project)(text([project(7)]))[0]
    assert {each.found for each in misfits_of(Project, row)} == {"an empty array"}
    inside: dict[str, Any] = {**PLAN, "leader": [], "leaders": [[], {"id": 1}]}
    plan: Any = one_decoder(Plan)(text(inside))
    assert (plan.leader, plan.leaders) == (None, (None, Leader(id=1)))
    with pytest.raises(DecodeError, match="Expected `object"):
        one_decoder(Project, strict=True)(text(row))
    with pytest.raises(DecodeError, match="Expected `object"):
        one_decoder(JobOrderCategory)(b"[]")


def test_an_empty_array_for_a_mapping_is_empty() -> None:
    @attrs.frozen
    class Table:
        id: int
        cells: dict[str, int]

    assert page_decoder(Table)(b'[{"id": 1, "cells": []}]') == [Table(1, {})]
    for body, strict in ((b'[{"id": 1, "cells": []}]', True), (b'[{"id": 1, "cells": [1]}]', False)):
        with pytest.raises(DecodeError) as caught:
            page_decoder(Table, strict=strict)(body)
        assert caught.value.path == "$[0].cells"


# --- rows like others -------------------------------------------------------------------------------------------------


def test_such_a_row_is_a_row_like_others() -> None:
    row = one_decoder(Project)(text(project(7, client_id=None, value=None, date_start=None, created_at=None)))
    assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row
    assert hash(row) == hash(copy.copy(row))
    assert attrs.evolve(row, name="other").client_id is None
    assert "client_id=None" in repr(row)
    assert json.loads(to_json([row])) == to_dict([row])
    assert json.loads(to_json(row))["date_start"] is None


def test_a_factory_makes_such_rows() -> None:
    make = Factory()
    assert make(Project, client_id=None).client_id is None
    with pytest.raises(DecodeError):
        make(Project, updated_at=None)


# --- said once --------------------------------------------------------------------------------------------------------


def test_each_field_is_named_once(warnings: list[str]) -> None:
    decoding = Decoding(warn_once=WarnOnce())
    for id in (7, 8):
        decoding.page(Project)(text([project(1), project(id, client_id=None)]))
        decoding.one(Project)(text(project(id, client_id=None)))
    (first,) = warnings
    assert first.startswith("Project.client_id: null where the contract promises a value (row id 7)")
    assert "strict=True" in first
    decoding.page(Project)(text([project(1), project(9, value=None, client_id=None)]))
    decoding.page(Stream)(text([without(to_dict(Factory()(Stream)), "name")]))
    assert [each.partition(" where")[0] for each in warnings[1:]] == ["Project.value: null", "Stream.name: missing"]
    Decoding().page(Project)(text([project(1, duration=None)]))
    assert len(warnings) == 3, "who belongs to no client is told nothing"


def test_a_field_that_no_row_has_is_named_so(warnings: list[str]) -> None:
    rows = [without(project(id), "client_id") for id in range(1, 101)]
    Decoding(warn_once=WarnOnce()).page(Project)(text(rows))
    (said,) = warnings
    assert said.startswith("Project.client_id: missing where the contract promises a value (in all 100 rows of a page)")


def test_counting_begins_with_the_first_misfit() -> None:
    misfits = Misfits(Project)
    decode = Decoding().page(Project, misfits)
    met = [misfits.met]
    decode(text([project(1)]))
    met.append(misfits.met)
    rows = decode(text([project(1, client_id=None), project(2), project(3, client_id=None, value=None)]))
    assert [*met, misfits.met] == [False, False, True]
    misfits.count([*rows, "a reject", None])
    assert misfits.counts == {"client_id": 2, "value": 1}
