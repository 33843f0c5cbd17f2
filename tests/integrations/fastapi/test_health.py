"""How an application stands with Wethod, told without asking Wethod."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.testclient import TestClient

from asyncsdk import Mirror, Wethod
from asyncsdk.integrations.fastapi import WethodHealthDep, wethod_health, wethod_lifespan
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.integrations.fastapi.application import options

SECRET = "SECRET-token-of-somebody"


@asynccontextmanager
async def mirrored(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    async with Mirror(app.state.wethod, ["streams", "projects"]) as mirror:
        app.state.refresh = mirror.refresh
        yield {"mirror": mirror}


def application(sandbox: Sandbox) -> FastAPI:
    app = FastAPI(lifespan=wethod_lifespan(mirrored, **options(sandbox)))
    app.get("/health")(wethod_health)

    @app.get("/own")
    async def own(health: WethodHealthDep) -> str:
        return health.status

    @app.post("/refresh")
    async def refresh() -> None:
        try:
            await app.state.refresh()
        except Exception:
            return

    @app.post("/close")
    async def close() -> None:
        await app.state.wethod_clients.root.aclose()

    return app


def test_quota_mirrors_and_client_are_told_without_a_request() -> None:
    with beside(Sandbox(rows=50)) as sandbox, TestClient(application(sandbox)) as client:
        sandbox.requests.clear()
        told = client.get("/health")
        assert told.status_code == 200
        body = told.json()
        assert client.get("/own").json() == "ok"
        assert not sandbox.requests
        assert body["status"] == "ok"
        assert body["clients"]["wethod"]["open"] is True
        quota = body["clients"]["wethod"]["quota"]
        assert quota["limit"] == 5000
        assert 4900 < quota["remaining"] < 5000
        mirror = body["mirrors"]["mirror"]
        assert mirror["failure"] is None
        assert mirror["age"] >= 0
        assert mirror["lists"]["streams"]["rows"] == sandbox.count("streams")
        assert sandbox.token not in told.text


def test_a_mirror_that_cannot_be_refreshed_degrades_and_a_closed_client_ends_it() -> None:
    with beside(Sandbox(rows=50)) as sandbox, TestClient(application(sandbox)) as client:
        sandbox.fail("GET /api/projects", status=500, times=None, body={"key": "oops", "message": SECRET})
        client.post("/refresh")
        told = client.get("/health")
        body = told.json()
        assert (told.status_code, body["status"]) == (200, "degraded")
        assert body["mirrors"]["mirror"]["failure"] == "ServerError 500"
        assert body["mirrors"]["mirror"]["lists"]["projects"]["failure"] == "ServerError 500"
        assert body["mirrors"]["mirror"]["lists"]["streams"]["failure"] is None
        assert SECRET not in told.text
        client.post("/close")
        told = client.get("/health")
        assert (told.status_code, told.json()["status"]) == (503, "closed")
        assert told.json()["clients"]["wethod"]["open"] is False


def test_without_a_client_it_is_closed_and_without_a_token_it_has_no_quota() -> None:
    app = FastAPI()
    app.get("/health")(wethod_health)
    assert TestClient(app).get("/health").status_code == 503
    app = FastAPI(lifespan=wethod_lifespan(company="acme", own_token=False))
    app.get("/health")(wethod_health)
    with TestClient(app) as client:
        assert client.get("/health").json() == {
            "status": "ok",
            "clients": {"wethod": {"open": True, "quota": None}},
            "mirrors": {},
        }


def test_a_mirror_that_was_not_filled_yet_has_no_age() -> None:
    app = FastAPI(lifespan=wethod_lifespan(token="t", company="acme"))
    app.get("/health")(wethod_health)
    app.state.names = Mirror(Wethod(token="t", company="acme"), ["streams"], required=False)
    with TestClient(app) as client:
        body = client.get("/health").json()
    assert body["status"] == "degraded"
    assert body["mirrors"]["names"] == {
        "age": None,
        "failure": None,
        "lists": {"streams": {"rows": 0, "age": None, "failure": None}},
    }
