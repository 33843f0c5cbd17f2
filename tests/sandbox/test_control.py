"""The control path orders, shows and forgets, for local origins and in JSON alone."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import LOCAL, Api

PROJECTS = "GET /api/projects"


async def test_the_control_path_orders_shows_and_forgets(api: Api) -> None:
    bare = {"Authorization": None, "Wethod-Company": None, "Wethod-Version": None}

    async def control(method: str, path: str, body: Any = None) -> Any:
        reply = await api(method, f"/_sandbox{path}", body, headers=dict(bare))
        assert reply.status == 200, reply.raw
        return reply.json

    ordered = await control("POST", "/faults", {"kind": "fail", "on": PROJECTS, "status": 500, "times": 2})
    assert ordered == [{"kind": "fail", "on": PROJECTS, "times": 2, "seen": 0, "used": 0}]
    assert (await api("GET", "/api/projects")).status == 500
    assert (await control("GET", "/requests"))[-1]["status"] == 500
    assert await control("DELETE", "/faults") == []
    assert (await api("GET", "/api/projects")).status == 200
    (change,) = await control("POST", "/mutate", {"resource": "projects", "kind": "insert"})
    assert change["kind"] == "insert"
    assert change["id"] in (await api("GET", "/api/projects")).ids
    assert (await control("GET", ""))["requests"] == 3
    await control("POST", "/reset")
    assert change["id"] not in (await api("GET", "/api/projects")).ids
    assert await control("GET", "/requests") != []
    assert await control("DELETE", "/requests") == []
    for method, path, body in (("PUT", "/faults", None), ("GET", "/nothing", None)):
        assert (await api(method, f"/_sandbox{path}", body)).status == 404
    assert (await api("POST", "/_sandbox/faults", {"kind": "explode", "on": "x"})).status == 400
    assert (await api("POST", "/_sandbox/mutate", {"resource": "nothing"})).status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example:8787"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost@evil.example"},
        {"Referer": "http://evil.example/page"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/reset"), ("GET", "/requests"), ("DELETE", "/faults"), ("GET", "")]
)
async def test_the_control_path_refuses_pages_of_other_sites(
    api: Api, method: str, path: str, headers: dict[str, str]
) -> None:
    api.sandbox.fail("GET /nothing")
    row = api.sandbox.add("streams")
    reply = await api(method, f"/_sandbox{path}", headers={**LOCAL, **headers})
    assert (reply.status, reply.json["key"]) == (403, "forbidden")
    assert len(api.sandbox.faults) == 1
    assert api.sandbox.row_of("streams", row.id) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "localhost:8787", "Origin": "http://localhost:3000"},
        {"Host": "[::1]:8787"},
        {"Host": "127.0.0.1", "Origin": "http://127.0.0.1:5173", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_the_control_path_answers_local_origins(api: Api, headers: dict[str, str]) -> None:
    assert (await api("GET", "/_sandbox", headers={**LOCAL, **headers})).status == 200
    order = {"kind": "fail", "on": PROJECTS}
    assert (await api("POST", "/_sandbox/faults", order, headers={**LOCAL, **headers})).status == 200


async def test_the_control_path_takes_json_alone(api: Api) -> None:
    url = f"{api.sandbox.url}/_sandbox"
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/octet-stream")
    for kind in kinds:
        async with api.session.post(
            f"{url}/faults", data=b'{"kind": "fail", "on": "* *"}', headers={"Content-Type": kind}
        ) as reply:
            assert reply.status == 415, kind
    async with api.session.post(f"{url}/reset", headers={"Content-Type": "text/plain"}) as reply:
        assert reply.status == 415
    assert api.sandbox.faults == []


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"kind":' * 50_000,
        b'{"kind": "delay", "on": "* *", "seconds": NaN}',
        b'{"kind": "delay", "on": "* *", "seconds": 1e999}',
        b'{"kind": "fail", "on": "* *", "status": 99999}',
        b"\xff\xfe",
        b"{",
        b"1" * 5000,
        b"[" * 500 + b"]" * 500,
    ],
)
async def test_a_body_that_means_nothing_is_refused_in_words(api: Api, raw: bytes) -> None:
    for path in ("faults", "mutate", "add"):
        url, headers = f"{api.sandbox.url}/_sandbox/{path}", {"Content-Type": "application/json"}
        async with api.session.post(url, data=raw, headers=headers) as reply:
            answer = await reply.json()
        assert (reply.status, answer["key"]) == (400, "invalid_data"), (path, answer)
        assert 0 < len(answer["message"]) < 1000
    assert api.sandbox.faults == []


async def test_a_list_of_faults_is_ordered_whole_or_not_at_all(api: Api) -> None:
    reply = await api("POST", "/_sandbox/faults", [{"kind": "fail", "on": PROJECTS}, {"kind": "no", "on": PROJECTS}])
    assert reply.status == 400
    assert api.sandbox.faults == []


async def test_rows_are_put_in_over_http(api: Api) -> None:
    reply = await api("POST", "/_sandbox/add", {"resource": "timesheets", "fields": {"hours": 1.5}})
    assert (reply.status, reply.json["hours"]) == (200, 1.5)
    assert api.sandbox.row_of("timesheets", reply.json["id"]) == reply.json
    refused = await api("POST", "/_sandbox/add", {"resource": "timesheets", "fields": {"hour": 1.5}})
    assert (refused.status, "hours" in refused.json["message"]) == (400, True)
    many = await api("POST", "/_sandbox/mutate", {"resource": "streams", "count": 10**9})
    assert many.status == 400
