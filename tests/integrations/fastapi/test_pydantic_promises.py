"""Broken promises in pydantic: null goes out of an application and comes in again; schemas say what was promised."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from aiohttp import ClientSession
from fastapi import FastAPI
from pydantic import TypeAdapter

from asyncsdk import to_dict
from asyncsdk._codec.decode import one_decoder, to_json
from asyncsdk._codec.fields import Json
from asyncsdk.models import Project, Stream, StreamLeader
from asyncsdk.testing import Factory
from tests.integrations.fastapi.application import served


@pytest.mark.filterwarnings("error")
def test_a_broken_promise_goes_out_as_null_and_comes_in_again() -> None:
    """One row without a manager is no reason to fail, on the way out of an application or back from its cache."""
    make = Factory()
    leader = {**expect_dict(to_dict(make(StreamLeader))), "leader_id": None}
    rows = [make(Project, client_id=None, value=None, date_start=None, created_at=None), make(Stream)]
    rows += [
        one_decoder(Stream)(to_json({**expect_dict(to_dict(rows[1])), "name": None, "stream_leaders": [None, leader]}))
    ]
    for row in rows:
        adapter: TypeAdapter[object] = TypeAdapter(type(row))
        assert json.loads(adapter.dump_json(row)) == adapter.dump_python(row, mode="json") == to_dict(row)
        assert adapter.validate_json(adapter.dump_json(row)) == one_decoder(type(row))(to_json(row)) == row


@pytest.mark.filterwarnings("error")
async def test_a_response_model_bears_a_broken_promise() -> None:
    """As the model itself, as the mapping it was written to, and within a list."""
    row = Factory()(Project, client_id=None)
    app = FastAPI()

    @app.get("/row")
    async def one() -> Project:
        return row

    @app.get("/mapping", response_model=Project)
    async def mapping() -> object:
        return to_dict(row)

    @app.get("/rows")
    async def rows() -> list[Project]:
        return [row]

    async with served(app) as url, ClientSession() as session:
        for path, wanted in (("/row", to_dict(row)), ("/mapping", to_dict(row)), ("/rows", [to_dict(row)])):
            async with session.get(url + path) as answer:
                assert (answer.status, await answer.json()) == (200, wanted)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_schema_says_what_the_contract_promises(mode: Literal["validation", "serialization"]) -> None:
    properties = TypeAdapter(Project).json_schema(mode=mode)["properties"]
    assert properties["client_id"] == {"title": "Client Id", "type": "integer"}
    assert properties["account_id"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def expect_dict(value: object) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
