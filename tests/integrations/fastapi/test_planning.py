"""The example application of the README, asked for what it has and for what it has not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.integrations.fastapi.planning import app


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with beside(Sandbox(rows=300, seed=3)) as running:
        for name, value in running.environ.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[TestClient]:
    with TestClient(app) as running:
        yield running


def test_every_project_of_the_plan_is_answered_also_those_that_were_deleted(
    sandbox: Sandbox, client: TestClient
) -> None:
    plan = client.get("/projects?size=100").json()
    assert plan["items"]
    for project in plan["items"][:5]:
        answer = client.get(f"/projects/{project['id']}/streams?year=2026&month=5")
        assert answer.status_code == 200
        assert all(row["project"] == project["name"] for row in answer.json())
    for gone in sandbox.mutate("projects", "soft_delete", 3):
        assert client.get(f"/projects/{gone.id}/streams?year=2026&month=5").status_code in {200, 404}


def test_a_project_that_is_not_there_is_404(client: TestClient) -> None:
    answer = client.get("/projects/999999/streams?year=2026&month=5")
    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")


def test_a_month_that_is_none_is_422(client: TestClient) -> None:
    answer = client.get("/projects/1/streams?year=2026&month=13")
    assert (answer.status_code, answer.json()["failures"][0]["field"]) == (422, "month")


def test_a_refused_token_is_401_and_a_missing_one_too(client: TestClient) -> None:
    for headers, key in (({"Authorization": "Bearer nope"}, "token_refused"), ({}, "token_missing")):
        answer = client.post("/streams/5/archive", headers=headers)
        assert (answer.status_code, answer.json()["key"]) == (401, key)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_its_openapi_page_shows_models_pages_and_the_token(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {"Project", "Stream", "Timesheet", "StreamMonth", "PageOf_Project_"} <= document["components"][
        "schemas"
    ].keys()
    assert document["paths"]["/timesheets"]["post"]["security"] == [{"HTTPBearer": []}]


def test_it_starts_while_wethod_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TOKEN": "t", "COMPANY": "acme", "BASE_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(f"WETHOD_{name}", value)
    with TestClient(app) as client:
        health = client.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert client.get("/projects/7/streams?year=2026&month=5").status_code == 502
