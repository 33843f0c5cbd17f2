"""Exact rows for tests: an empty sandbox, rows that are put in, rows that are read."""

from __future__ import annotations

import datetime as dt
import threading

import attrs
import jsonschema
import pytest

from asyncsdk import ConfigurationError, Wethod
from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.tables import tables
from asyncsdk.testing import beside

from .conftest import Api, Open


@pytest.fixture
def empty() -> Sandbox:
    return Sandbox(empty=True)


async def test_an_empty_sandbox_has_no_row_in_any_list(open_api: Open) -> None:
    async with open_api(empty=True) as api:
        assert all(api.sandbox.count(name, deleted="include") == 0 for name in tables())
        assert await api.get("/api/timesheets") == []
        assert (await api.get("/api/persons/me"))["id"] == 1  # whoever asks is there


@pytest.mark.parametrize("name", tables())
def test_every_list_takes_a_row_whose_references_are_there(empty: Sandbox, name: str) -> None:
    row = empty.add(name)
    table = tables()[name]
    document = {"$ref": f"#/components/schemas/{table.model}", "components": load().document["components"]}
    jsonschema.Draft202012Validator(document).validate(dict(row))
    assert empty.rows_of(name) == [row]
    assert row.id == row["id"] == 1
    for other in tables():
        for made in empty.rows_of(other, deleted="include"):
            for field in tables()[other].columns:
                pointed = target(field, other)
                if pointed is not None and made[field] is not None:
                    assert empty.row_of(pointed, int(str(made[field]))) is not None, (other, field)


def test_what_is_given_is_kept_and_the_rest_is_filled_in(empty: Sandbox) -> None:
    row = empty.add("timesheets", hours=8, date=dt.date(2026, 5, 4))
    assert (row["hours"], row["date"], row["mode"], row["deleted_at"]) == (8, "2026-05-04", "daily", None)
    assert empty.count("projects") == empty.count("persons") == 1
    again = empty.add("timesheets", hours=0.5)
    assert (again["project_id"], again["person_id"]) == (row["project_id"], row["person_id"])
    assert empty.rows_of("timesheets", hours=0.5) == [again]


def test_rows_have_in_common_what_belongs_together(empty: Sandbox) -> None:
    first, second = empty.add("projects", name="First"), empty.add("projects", name="Second")
    plan = empty.add("production_plans", project_id=second.id, date="2026-05-01")
    stream = empty.add("production_plan_streams", production_plan_id=plan.id, value=12.5)
    assert (stream["project_id"], stream["date"], stream["value"]) == (second.id, "2026-05-01", 12.5)
    other = empty.add("production_plan_streams", project_id=first.id, date="2026-06-01")
    made = empty.row_of("production_plans", int(str(other["production_plan_id"])))
    assert made is not None
    assert (made["project_id"], made["date"]) == (first.id, "2026-06-01")
    assert empty.count("projects") == 2


def test_ids_stamps_and_deletions_can_be_given(empty: Sandbox) -> None:
    old = empty.add(
        "streams", id=7, created_at="2026-01-02T09:00:00+01:00", updated_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    )
    assert (old.id, old["created_at"], old["updated_at"]) == (7, "2026-01-02T08:00:00.000Z", "2026-02-01T00:00:00.000Z")
    assert empty.add("streams").id == 8
    assert empty.add("streams", id=3).id == 3
    assert empty.add("streams").id == 9
    gone = empty.add("timesheets", deleted_at="2026-03-01T00:00:00Z")
    assert empty.count("timesheets") == 0
    assert empty.rows_of("timesheets", deleted="only") == [gone]
    assert [row.id for row in empty.rows_of("streams")] == [3, 7, 8, 9]


def test_names_of_bodies_and_dynamic_keys_are_understood(empty: Sandbox) -> None:
    project = empty.add("projects", start_date="2026-05-17", value=12.5)
    assert (project["date_start"], project["value"]) == ("2026-05-01", "12.5")
    empty.add("project_metadata", id=13, values=["Finance"])
    assert empty.add("projects", metadata_13="Finance")["metadata_13"] == "Finance"


@pytest.mark.parametrize(
    ("resource", "fields", "argument", "words"),
    [
        ("timesheets", {"hour": 8}, "hour", "hours"),
        ("streams", {"deleted_at": None}, "deleted_at", "archived_at"),
        ("timesheets", {"hours": "8"}, "hours", "not of type"),
        ("timesheets", {"project_id": 99}, "project_id", "add it first"),
        ("timesheets", {"date": "4 May"}, "date", "not a"),
        ("timesheets", {"date": dt.date}, "date", "JSON value"),
        ("timesheets", {"updated_at": "2026-05-04"}, "updated_at", "date-time"),
        ("timesheets", {"updated_at": dt.datetime(2026, 5, 4)}, "updated_at", "zone"),  # noqa: DTZ001  # on purpose
        ("timesheets", {"id": 0}, "id", "from 1"),
        ("timesheet", {}, "resource", "timesheets"),
        ("production_plan_streams", {"value": 101}, "value", "101"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    empty: Sandbox, resource: str, fields: dict[str, object], argument: str, words: str
) -> None:
    with pytest.raises(ArgumentError, match=words) as caught:
        empty.add(resource, **fields)  # type: ignore[arg-type]  # on purpose
    assert caught.value.argument == argument
    assert empty.count("timesheets", deleted="include") == 0


def test_an_id_is_not_given_twice(empty: Sandbox) -> None:
    empty.add("streams", id=7)
    with pytest.raises(ArgumentError, match="already"):
        empty.add("streams", id=7)


def test_reading_refuses_lists_views_and_fields_that_are_not_there(empty: Sandbox) -> None:
    for read in (
        lambda: empty.rows_of("nothing"),
        lambda: empty.rows_of("streams", deleted="maybe"),
        lambda: empty.rows_of("streams", colour="red"),
        lambda: empty.row_of("nothing", 1),
        lambda: empty.count("streams", deleted="maybe"),
    ):
        with pytest.raises(ArgumentError):
            read()
    assert empty.row_of("streams", 1) is None


async def test_rows_put_in_before_and_while_it_runs_are_served(open_api: Open) -> None:
    sandbox = Sandbox(empty=True, validate_responses=True)
    before = sandbox.add("timesheets", hours=8)
    async with sandbox, Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
        assert [row.id for row in await wethod.timesheets.list()] == [before.id]
        during = sandbox.add("timesheets", hours=4)
        assert [row.hours for row in await wethod.timesheets.list()] == [8, 4]
        assert (await wethod.timesheets.update(during.id, hours=5)).hours == 5
        changed = sandbox.row_of("timesheets", during.id)
        assert changed is not None
        assert changed["hours"] == 5
        made = await wethod.streams.create(name="Design")
        assert sandbox.rows_of("streams", name="Design")[0].id == made.id
    assert sandbox.violations == []


async def test_the_api_can_create_in_an_empty_sandbox(open_api: Open) -> None:
    async with open_api(empty=True) as api:
        client = api.sandbox.add("clients")
        made = await api("POST", "/api/projects", {"name": "First", "client_id": client.id})
        assert made.status == 201
        assert api.sandbox.row_of("persons", made.json["pm_id"]) is not None
        assert api.sandbox.row_of("job_order_categories", made.json["job_order_category_id"]) is not None
        budget = await api("POST", "/api/budgets", {"project_id": made.json["id"]})
        assert budget.status == 201
        assert api.sandbox.row_of("price_lists", budget.json["price_list_id"]) is not None


async def test_a_page_that_was_read_before_shows_a_row_put_in_between(api: Api) -> None:
    path = "/api/timesheets?limit=50&updated_at=gte:2000-01-01T00:00:00Z"
    first = (await api("GET", path)).ids
    api.sandbox.store.delete("timesheets", first[3], soft=False)
    await api("GET", path)
    await api("GET", f"{path}&offset=50")
    api.sandbox.add("timesheets", id=first[3])
    assert (await api("GET", path)).ids == first
    assert (await api("GET", f"{path}&offset=49")).ids[0] == first[49]


def test_threads_put_rows_in_while_requests_are_answered() -> None:
    import urllib.request

    with beside(Sandbox(rows=200)) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}", "Wethod-Company": "acme", "Wethod-Version": "2024-06-15"}

        def put() -> None:
            for _ in range(40):
                sandbox.add("timesheets", hours=1)

        before, threads = sandbox.count("timesheets"), [threading.Thread(target=put) for _ in range(3)]
        for thread in threads:
            thread.start()
        for name in ("persons", "invoices", "timesheets", "budgets"):
            request = urllib.request.Request(f"{sandbox.url}/api/{name}", headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
        for thread in threads:
            thread.join()
        assert sandbox.count("timesheets") == before + 120


async def test_each_company_has_its_own_exact_rows(open_api: Open) -> None:
    async with open_api(empty=True) as api:
        token = api.sandbox.add_token("globex-token", company="globex")
        row = api.sandbox.add("streams", company="globex", name="Theirs")
        assert api.sandbox.rows_of("streams") == []
        assert api.sandbox.rows_of("streams", company="globex") == [row]
        assert api.sandbox.row_of("streams", row.id, company="globex") == row
        assert await attrs.evolve(api, token=token, company="globex").get("/api/streams") == [row]


async def test_a_token_does_not_see_the_lists_that_are_hidden_from_it(open_api: Open) -> None:
    async with open_api(rows=50) as api:
        blind = attrs.evolve(api, token=api.sandbox.add_token("blind", hidden=["timesheets"]))
        made = await blind("POST", "/api/timesheets", {"project_id": 1, "hours": 2})
        assert made.status == 201
        assert await blind.get("/api/timesheets?deleted=include") == []
        assert (await blind("PATCH", f"/api/timesheets/{made.json['id']}", {"hours": 3})).status == 404
        assert await blind.get("/api/projects")
        assert api.sandbox.row_of("timesheets", made.json["id"]) is not None
    with pytest.raises(ArgumentError):
        Sandbox().add_token("x", hidden=["nothing"])


async def test_a_tidy_sandbox_keeps_texts_trimmed_and_numbers_rounded(open_api: Open) -> None:
    for tidy, name, hours in ((True, "Design", 2.33), (False, " Design  ", 2.3333)):
        async with open_api(rows=50, tidy=tidy) as api:
            assert (await api("POST", "/api/streams", {"name": " Design  "})).json["name"] == name
            made = await api("POST", "/api/timesheets", {"project_id": 1, "hours": 2.3333})
            assert made.json["hours"] == hours


async def test_the_servers_clock_may_be_ahead_or_behind(open_api: Open) -> None:
    for skew in (-60, 60):
        async with open_api(rows=50, clock=lambda: 1_779_278_400.0, clock_skew=skew) as api:
            made = await api("POST", "/api/streams", {"name": "Design"})
            assert made.json["created_at"] == ("2026-05-20T11:59:00.000Z" if skew < 0 else "2026-05-20T12:01:00.000Z")
            assert made.headers["Date"] == (
                "Wed, 20 May 2026 11:59:00 GMT" if skew < 0 else "Wed, 20 May 2026 12:01:00 GMT"
            )


@pytest.mark.parametrize(
    "options",
    [
        {"rows": -1},
        {"rows": 1.5},
        {"rows": True},
        {"port": 99_999},
        {"port": -1},
        {"port": "80"},
        {"latency_ms": float("nan")},
        {"latency_ms": -1},
        {"rate_limit": -1},
        {"rate_window": 0},
        {"log_size": -1},
        {"clock_skew": float("inf")},
        {"today": "tomorrow"},
        {"today": "2026-02-30"},
        {"today": 20260520},
        {"without": ["strems"]},
        {"order": "name"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        Sandbox(**options)  # type: ignore[arg-type]  # on purpose
