"""Null or missing where the contract promises a value: None, named once, counted; refused where a client is strict."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk._codec.decode import Decoding, one_decoder, page_decoder, split_page, to_dict, to_json
from asyncsdk._codec.fields import Json
from asyncsdk._codec.promises import Misfits, WarnOnce, misfits_of
from asyncsdk.errors import ConfigurationError, DecodeError
from asyncsdk.models import JobOrderCategory, Project, Stream
from asyncsdk.testing import Factory
from tests.codec.test_decode import DEAL, PLAN, Deal, Leader, Plan, Portfolio, text
from tests.stub_server import PATH, Server, rows_json

Connect = Callable[..., Wethod]

PROMISED = ["date", "value", "name", "is_default"]


def project(id: int, **changes: object) -> dict[str, Any]:
    row = to_dict(Factory()(Project))
    assert isinstance(row, dict)
    return {**row, "id": id, **changes}


def without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def serve(server: Server, rows: list[Any]) -> None:
    """Serves a list at every path, and its rows by their ids."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if "limit" not in request.query:
            (found,) = [row for row in rows if row["id"] == int(request.path.rpartition("/")[2])]
            return web.json_response(found)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit])

    server.handler = handler


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What the client warned of."""
    said: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler = Keeping(logging.WARNING)
    logging.getLogger("asyncsdk").addHandler(handler)
    yield said
    logging.getLogger("asyncsdk").removeHandler(handler)


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


# --- clients ----------------------------------------------------------------------------------------------------------


async def test_a_list_is_read_whole_and_says_what_it_missed(
    server: Server, connect: Connect, warnings: list[str]
) -> None:
    """Every row that breaks a promise is counted once, though pages overlap."""
    rows = rows_json(0, 1000)
    for row in rows[::3]:
        row["project_id"] = None
    for row in rows[100:200]:
        del row["value"]
    serve(server, rows)
    wethod = connect()
    for limit, stable, sweep in ((100, True, False), (100, False, False), (50, True, False), (100, True, True)):
        async with wethod.production_plan_streams.list(limit=limit).items(stable=stable, sweep=sweep) as walk:
            got = [row async for row in walk]
        assert [row.id for row in got] == list(range(1, 1001))
        assert [row.project_id for row in got[:4]] == [None, 2, 3, None]
        assert walk.report.misfits == {"project_id": 334, "value": 100}
    async with wethod.production_plan_streams.list().pages() as pages:
        assert sum([len(page) async for page in pages]) == 1000
    assert pages.report.misfits == {"project_id": 334, "value": 100}
    # What is said besides is of the walk with small pages.
    assert [each.partition(":")[0] for each in warnings if each.startswith("ProductionPlanStream.")] == [
        "ProductionPlanStream.project_id",
        "ProductionPlanStream.value",
    ]
    assert await wethod.production_plan_streams.list().count() == 1000


async def test_a_good_list_has_no_misfits(server: Server, connect: Connect) -> None:
    server.serve_list(300)
    async with connect().production_plan_streams.list().items() as walk:
        assert len([row async for row in walk]) == 300
    assert walk.report.misfits == {}


async def test_copies_of_a_client_are_told_once(server: Server, connect: Connect, warnings: list[str]) -> None:
    """And another client anew."""
    serve(server, [project(7, client_id=None)])
    wethod = connect()
    for each in (wethod, wethod.with_options(company="globex"), wethod.with_options(token="another-token")):
        assert (await each.projects.get(7)).client_id is None
        assert (await each.projects.list())[0].client_id is None
    assert len(warnings) == 1
    await connect().projects.get(7)
    assert len(warnings) == 2


async def test_a_strict_client_refuses(server: Server, connect: Connect, warnings: list[str]) -> None:
    serve(server, [project(1), project(7, client_id=None)])
    strict = connect(strict=True)
    assert strict.settings.strict is True
    for call in (
        lambda: strict.projects.get(7),
        lambda: strict.projects.list().all(),
        lambda: strict.request("GET", "/api/projects/7", into=Project),
        lambda: connect().with_options(strict=True).projects.get(7),
    ):
        server.requests.clear()
        with pytest.raises(DecodeError, match="Expected `int`, got `null`") as caught:
            await call()
        assert caught.value.path.endswith(".client_id")
        assert len(server.requests) == 1, "asking again would give the same"
    assert "(row id 7)" in str(await refusal(strict))
    assert (await strict.with_options(strict=False).projects.get(7)).client_id is None
    assert (await connect().request("GET", "/api/projects/7", into=Project)).value.client_id is None
    rejects: list[Any] = []
    assert [row.id async for row in strict.projects.list().items(on_reject=rejects.append)] == [1]
    assert [(reject.id, reject.error.path) for reject in rejects] == [(7, "$[1].client_id")]
    with pytest.raises(ConfigurationError, match="strict is True or False"):
        connect(strict="yes")


async def refusal(wethod: Wethod) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        await wethod.projects.list()
    return caught.value


async def test_what_a_write_answers_is_read_as_leniently(server: Server, connect: Connect) -> None:
    server.script((201, without(to_dict(Factory()(Stream)), "name")))
    assert (await connect().streams.create(name="x")).name is None


async def test_one_broken_row_costs_one_request_and_one_row(server: Server, connect: Connect) -> None:
    """The row is a reject, or an error that names it; the answer had come whole, so it is not asked for again."""
    good = [json.dumps(row) for row in rows_json(0, 3)]
    body = f"[{good[0]}, {good[1].replace('12.5', 'NaN')}, {good[2]}]".encode()
    server.script((200, body))
    wethod = connect()
    rejects: list[Any] = []
    async with wethod.production_plan_streams.list().items(on_reject=rejects.append) as walk:
        assert [row.id async for row in walk] == [1, 3]
    assert [(reject.id, reject.error.path) for reject in rejects] == [(2, "$[1].value")]
    for call in (lambda: wethod.production_plan_streams.list().all(), lambda: wethod.list(PATH).all()):
        server.requests.clear()
        with pytest.raises(DecodeError, match=r"NaN.*row id 2") as caught:
            await call()
        assert caught.value.path == "$[1].value"
        assert len(server.requests) == 1
    server.script((200, b"\xef\xbb\xbf" + body.replace(b"NaN", b'1, "notes": "cut \\ud83d"')))
    assert [row.value async for row in wethod.production_plan_streams.list()] == [12.5, 1.0, 12.5]
    assert (await wethod.list(PATH).all())[1]["notes"] == "cut \ufffd"


async def test_a_body_that_was_cut_is_asked_for_again(server: Server, connect: Connect) -> None:
    whole = json.dumps(rows_json(0, 3)).encode()
    server.script((200, whole[:-40]), (200, whole))
    assert len(await connect().production_plan_streams.list()) == 3
    assert len(server.requests) == 2
