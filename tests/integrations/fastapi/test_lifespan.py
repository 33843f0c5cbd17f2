"""Lifespans that run twice, inside of each other, for two companies, and on an event loop that is not asyncio's."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient

from asyncsdk import ArgumentError, ConfigurationError, Wethod
from asyncsdk.integrations.fastapi import (
    UserWethodDep,
    WethodDep,
    get_user_wethod,
    get_wethod,
    wethod_lifespan,
    wethod_of,
)
from asyncsdk.integrations.fastapi.lifespan import Lifespan

ACME = wethod_lifespan(token="t", company="acme")


def application(lifespan: Lifespan) -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def company(wethod: WethodDep) -> str:
        return wethod.settings.company

    return app


def test_an_application_runs_twice_at_the_same_time() -> None:
    app = application(ACME)
    with TestClient(app) as first:
        with TestClient(app) as second:
            assert first.get("/").json() == second.get("/").json() == "acme"
        assert first.get("/").json() == "acme"
        assert app.state.wethod.settings.company == "acme"
        app.state.wethod.with_options()  # it is open
    assert not hasattr(app.state, "wethod")


async def test_runs_may_end_in_any_order_and_restore_what_was_there() -> None:
    app = FastAPI()
    app.state.wethod = "mine"
    first, second = ACME(app), ACME(app)
    await first.__aenter__()
    own = app.state.wethod
    await second.__aenter__()
    latest = app.state.wethod
    assert latest is not own
    await first.__aexit__(None, None, None)
    assert app.state.wethod is latest
    latest.with_options()
    await second.__aexit__(None, None, None)
    assert app.state.wethod == "mine"


def test_an_application_and_its_router_may_both_have_one() -> None:
    app = application(ACME)
    app.include_router(APIRouter(lifespan=ACME))
    with TestClient(app) as client:
        assert client.get("/").json() == "acme"
    assert not hasattr(app.state, "wethod")


def test_two_companies_are_two_lifespans_with_keys_of_their_own() -> None:
    app = application(
        wethod_lifespan(wethod_lifespan(token="t", company="globex", state_key="globex"), token="t", company="acme")
    )

    @app.get("/globex")
    async def company(wethod: Annotated[Wethod, Depends(wethod_of("globex"))]) -> str:
        return wethod.settings.company

    with TestClient(app) as client:
        assert (client.get("/").json(), client.get("/globex").json()) == ("acme", "globex")
        assert (app.state.wethod.settings.company, app.state.globex.settings.company) == ("acme", "globex")
    assert not hasattr(app.state, "globex")


def test_one_inside_of_another_takes_its_place_for_a_while() -> None:
    app = application(wethod_lifespan(wethod_lifespan(token="t", company="globex"), token="t", company="acme"))
    with TestClient(app) as client:
        assert client.get("/").json() == "globex"
    assert not hasattr(app.state, "wethod")


def test_a_state_key_is_a_name() -> None:
    for name in ("", "two words", "_hidden", 7):
        with pytest.raises(ArgumentError, match="state_key"):
            wethod_lifespan(state_key=name)  # type: ignore[arg-type]  # on purpose


def test_tests_put_clients_of_their_own_in_place() -> None:
    app = application(wethod_lifespan())

    @app.get("/mine")
    async def mine(wethod: UserWethodDep) -> str:
        return wethod.settings.company

    app.dependency_overrides[get_wethod] = lambda: Wethod(token="t", company="fake")
    app.dependency_overrides[get_user_wethod] = lambda: Wethod(token="t", company="hers")
    client = TestClient(app)
    assert client.get("/").json() == "fake"
    assert client.get("/mine").json() == "hers"


def test_without_its_lifespan_an_application_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match=r"wethod_lifespan\(\).*with TestClient\(app\)"):
        TestClient(application(wethod_lifespan())).get("/")


def test_another_event_loop_than_asyncios_is_named() -> None:
    trio = pytest.importorskip("trio")

    async def run() -> None:
        async with ACME(FastAPI()):
            pass

    with pytest.raises(ConfigurationError, match="needs asyncio"):
        trio.run(run)
