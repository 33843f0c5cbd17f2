"""What endpoints may return, and take: rows with an annotation or none, alone or inside of something, and as bodies."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from typing import Annotated, Any

import attrs
import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Header, Query, WebSocket
from fastapi.encoders import jsonable_encoder
from fastapi.testclient import TestClient

from asyncsdk import ConfigurationError, Mirror, Wethod, to_dict
from asyncsdk._lists.page import Page
from asyncsdk.integrations.fastapi import wethod_lifespan
from asyncsdk.models import JobTitle, Project
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory

make = Factory()
ROWS = [make(Project, name="one", value=98.5, metadata={13: "x"}), make(Project, name="two", value=1.5)]
PLAIN = [to_dict(row) for row in ROWS]
PAGE = Page(ROWS, offset=0, is_last=True, bookmark=lambda: "")


class Colour(enum.Enum):
    RED = "red"


def ask(endpoint: Any, **options: Any) -> Any:
    """What an application answers whose only endpoint this is."""
    app = FastAPI()
    app.get("/", **options)(endpoint)
    response = TestClient(app).get("/")
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ROWS[0], PLAIN[0]),
        (ROWS, PLAIN),
        (tuple(ROWS), PLAIN),
        (PAGE, PLAIN),
        ({"rows": ROWS}, {"rows": PLAIN}),
        ({"page": PAGE, "first": [{"row": ROWS[0]}]}, {"page": PLAIN, "first": [{"row": PLAIN[0]}]}),
        ({1: ROWS[0], "day": dt.date(2026, 5, 31)}, {"1": PLAIN[0], "day": "2026-05-31"}),
        ({"colour": Colour.RED, "row": ROWS[1]}, {"colour": "red", "row": PLAIN[1]}),
    ],
)
def test_rows_are_written_alike_whatever_the_annotation(value: Any, expected: object) -> None:
    def without():  # type: ignore[no-untyped-def]  # on purpose
        return value

    def anything() -> Any:
        return value

    async def inside() -> dict[str, Any]:
        return {"value": value}

    assert ask(without) == expected
    assert ask(anything) == expected
    assert ask(inside) == {"value": expected}


def test_a_generator_of_rows_is_a_list() -> None:
    def rows():  # type: ignore[no-untyped-def]  # on purpose
        return (row for row in ROWS)

    assert ask(rows) == PLAIN


def test_a_page_is_a_response_model() -> None:
    def page() -> Page[Project]:
        return PAGE

    assert ask(page) == PLAIN
    app = FastAPI()
    app.get("/")(page)
    answer = app.openapi()["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["items"] == {"$ref": "#/components/schemas/Project"}


def test_excluded_fields_do_not_go_out() -> None:
    def row() -> Project:
        return ROWS[0]

    def rows() -> list[Project]:
        return ROWS

    def nameless() -> dict[str, Any]:
        return {"rows": ROWS}

    excluded = ask(row, response_model_exclude={"value", "metadata"})
    assert excluded == {key: value for key, value in to_dict(ROWS[0]).items() if key not in {"value", "metadata_13"}}
    assert ask(row, response_model_include={"id", "name"}) == {"id": 1, "name": "one"}
    assert "value" not in ask(rows, response_model_exclude={"__all__": {"value"}})[1]
    assert "value" not in ask(nameless, response_model_exclude={"rows": {0: {"value"}}})["rows"][0]
    assert None not in ask(row, response_model_exclude_none=True).values()
    assert "description" not in ask(row, response_model_exclude_defaults=True)
    assert "description" not in ask(row, response_model_exclude_unset=True)


@attrs.frozen
class Mine:
    """A class of an application's own, as `pager.into(Mine)` makes its rows."""

    id: int
    day: dt.date


async def test_lists_in_memory_and_classes_of_ones_own_are_written_too(sandbox: Sandbox) -> None:
    async with (
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
        Mirror(wethod, ["streams"]) as mirror,
    ):
        rows = [to_dict(row) for row in mirror.streams.values()]
        assert jsonable_encoder(mirror.streams.values()) == rows
        assert jsonable_encoder({"streams": mirror.streams.values()}) == {"streams": rows}
    assert jsonable_encoder([Mine(1, dt.date(2026, 5, 31))]) == [{"id": 1, "day": "2026-05-31"}]
    assert jsonable_encoder(Mine(1, dt.date(2026, 5, 31)), exclude={"day"}) == {"id": 1}


def test_fields_are_left_out_by_hand() -> None:
    assert jsonable_encoder(ROWS[0]) == PLAIN[0]
    assert "value" not in jsonable_encoder(ROWS[0], exclude={"value"})
    assert jsonable_encoder({"rows": ROWS}, exclude={"rows"}) == {}
    assert [row.keys() for row in jsonable_encoder(ROWS, include={"id", "metadata"})] == [{"id", "metadata_13"}, {"id"}]
    assert None not in jsonable_encoder({"rows": ROWS}, exclude_none=True)["rows"][0].values()


# --- bodies -------------------------------------------------------------------------------------------------------


def test_a_marked_model_is_a_body() -> None:
    app = FastAPI()

    @app.post("/")
    def create(title: Annotated[JobTitle, Body()], other: Annotated[JobTitle | None, Body()] = None) -> JobTitle:
        assert other is None
        return title

    response = TestClient(app).post("/", json={"title": {"id": 1, "name": "Designer"}})
    assert response.json()["name"] == "Designer"


def needs(title: JobTitle) -> None:
    """A dependency with a model that is not marked."""


def _applications() -> Iterator[tuple[str, FastAPI]]:
    app = FastAPI()
    app.post("/titles")(needs)
    yield "POST /titles", app

    app = FastAPI()

    @app.post("/titles")
    def optional(title: JobTitle | None = None) -> None: ...

    yield "POST /titles", app

    app = FastAPI()

    @app.post("/titles")
    def through(found: Annotated[None, Depends(needs)]) -> None: ...

    yield "POST /titles", app

    app, router, inner = FastAPI(), APIRouter(), APIRouter()
    inner.post("/titles")(needs)
    router.include_router(inner, prefix="/inner")
    app.include_router(router, prefix="/outer")
    yield "POST /outer/inner/titles", app

    app, mounted = FastAPI(), FastAPI()
    mounted.post("/titles")(needs)
    app.mount("/mounted", mounted)
    yield "POST /mounted/titles", app

    app = FastAPI()

    @app.websocket("/socket")
    async def socket(socket: WebSocket, title: JobTitle) -> None: ...

    yield "WEBSOCKET /socket", app

    app = FastAPI()

    @app.get("/titles")
    def marked(title: Annotated[JobTitle, Query()], other: Annotated[JobTitle, Header()]) -> None: ...

    yield "GET /titles", app

    app = FastAPI(dependencies=[Depends(needs)])
    app.get("/")(lambda: 1)
    yield "", app


@pytest.mark.parametrize(("place", "app"), list(_applications()))
async def test_a_model_that_would_be_a_query_parameter_is_refused_at_the_start(place: str, app: FastAPI) -> None:
    with pytest.raises(ConfigurationError, match=r"title: Annotated\[JobTitle, Body\(\)\]") as refusal:
        async with wethod_lifespan(token="t", company="acme")(app):
            pass
    assert str(refusal.value).startswith(place)


async def test_filters_without_anything_to_work_on_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    router = APIRouter(prefix="/inner")

    @router.get("/bare", response_model_exclude={"value"})
    def bare():  # type: ignore[no-untyped-def]  # on purpose
        return ROWS[0]

    @router.get("/told", response_model_exclude={"value"})
    def told() -> Project:
        return ROWS[0]

    app.include_router(router)
    async with wethod_lifespan(token="t", company="acme")(app):
        pass
    (record,) = caplog.records
    assert record.getMessage().startswith("GET /inner/bare: response_model_exclude")
