"""What is learned of an API: every deviation from the contract is named, and nothing where there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk.contract.learning import Difference, Learned, cost, differences, file, learn
from asyncsdk.contract.learning.differences import lines_of, meaning_of
from asyncsdk.errors import AuthenticationError, ConfigurationError
from asyncsdk.sandbox import Deviation, Sandbox
from asyncsdk.sandbox.contract import load
from asyncsdk.sandbox.deviations import drawn

DAY = "2026-05-20"


async def learned_of(
    deviations: Sequence[Deviation] = (), *, changed: bool = False, rows: int = 150, seed: int = 1, behind: float = 0.0
) -> Learned:
    """What is learned of a sandbox; `changed`: rows are stamped now."""
    async with Sandbox(
        rows=rows, today=None if changed else DAY, deviations=deviations, seed=seed, date_behind=behind
    ) as sandbox:
        if changed:
            sandbox.mutate("timesheets", "update")
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None) as wethod:
            learned = await learn(wethod)
            assert wethod.stats.requests <= cost() <= 52 * 6
        assert {request.method for request in sandbox.requests} == {"GET"}
    return learned


@pytest.fixture(scope="module")
def undrifted() -> Learned:
    # In a thread of its own: the tests' event loop may run when the fixture is first asked for.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(learned_of())).result()


def named(found: list[Difference]) -> set[tuple[str, str]]:
    return {(each.kind, each.subject) for each in found}


@pytest.mark.parametrize("rows", [1, 150])
async def test_an_api_as_the_contract_says_has_no_difference(rows: int) -> None:
    learned = await learned_of(seed=rows, rows=rows)
    assert differences(learned) == []
    assert differences(learned, learned) == []
    assert {seen.status for seen in learned.lists.values()} == {200}
    assert "ignored" not in {verdict for seen in learned.lists.values() for verdict in seen.parameters.values()}


NAMED = [
    (Deviation("retype", "Project.name", "object"), ("kind", "Project.name")),
    (Deviation("rename", "Timesheet.hours", "minutes"), ("renamed", "Timesheet.hours")),
    (Deviation("value", "Budget.status", "frozen"), ("value", "Budget.status")),
    (Deviation("page_cap", "timesheets", "50"), ("page cap", "timesheets")),
    (Deviation("order", "projects", "-updated_at"), ("order", "projects")),
    (Deviation("ignore", "timesheets", "project_id"), ("parameter", "timesheets.project_id")),
    (Deviation("ignore", "timesheets", "deleted"), ("parameter", "timesheets.deleted")),
    (Deviation("null", "Project.client_id"), ("null", "Project.client_id")),
]


@pytest.mark.parametrize(("deviation", "expected"), NAMED, ids=[each[0].kind + each[0].to for each in NAMED])
async def test_a_deviation_is_named_alone(deviation: Deviation, expected: tuple[str, str], undrifted: Learned) -> None:
    """From the contract and from last time, it is one difference, and once it is over that is said once as well."""
    learned = await learned_of([deviation])
    assert named(differences(learned)) == {expected}
    (since,) = differences(learned, undrifted)
    assert (since.kind, since.subject, since.known) == (*expected, False)
    (again,) = differences(learned, learned)
    assert again.known
    (over,) = differences(undrifted, learned)
    assert (over.kind, over.subject) == ("as the contract says", expected[1])


async def test_date_times_without_a_zone_are_named_in_one_line() -> None:
    found = differences(await learned_of([Deviation("naive")]))
    assert {each.kind for each in found} == {"kind"}
    assert {each.now for each in found} == {"it is date-time without a zone"}
    models = {name for name, schema in load().schemas.items() if schema.get("x-role") == "response"}
    assert len({each.subject.partition(".")[0] for each in found}) > len(models) // 2
    ((line, meaning),) = lines_of(found)
    assert line.startswith(f"{len(found)} times: it is date-time without a zone; the contract says date-time (")
    assert "refused" in meaning


async def test_a_date_header_behind_updated_at_is_named() -> None:
    learned = await learned_of(changed=True, behind=7200)
    assert named(differences(learned)) == {("date", "server")}
    assert learned.server.date_behind == pytest.approx(7200, abs=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
async def test_a_drawn_deviation_is_named(seed: int, undrifted: Learned) -> None:
    """Drawn from all fields of all models, but for the one that the sandbox never sends."""
    (deviation,) = drawn(load(), seed, 1, lambda model, field: (model, field) != ("Project", "job_order_category"))
    found = differences(await learned_of([deviation]), undrifted)
    assert deviation.where in {each.subject for each in found}, (deviation, found)
    kinds = {"retype": "kind", "rename": "renamed", "null": "null", "value": "value"}
    about = {each.kind for each in found if each.subject == deviation.where}
    assert kinds[deviation.kind] in about or deviation.kind == "rename", (deviation, found)


async def test_ten_drawn_deviations_at_once_are_named(undrifted: Learned) -> None:
    chosen = drawn(load(), 7, 10, lambda model, field: field not in ("id", "job_order_category"))
    found = differences(await learned_of(chosen), undrifted)
    missing = {each.where for each in chosen} - {each.subject for each in found}
    assert missing == set(), (missing, found)


async def test_the_file_holds_no_value_of_a_row(tmp_path: Path) -> None:
    """Names of fields, kinds, counts; of values those of enumerations alone."""
    async with Sandbox(empty=True) as sandbox:
        sandbox.add("projects", name="Project of Jane Roe", job_order="jo_secret_1")
        sandbox.add("persons", email="jane.roe@example.com", name="Jane", surname="Roe")
        sandbox.add("timesheets", notes="see a doctor", hours=8)
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            learned = await learn(wethod)
        texts = {
            str(value)
            for name in ("projects", "persons", "timesheets")
            for row in sandbox.rows_of(name)
            for value in row.values()
            if isinstance(value, str) and len(value) > 3 and value not in ("daily", "weekly")
        }
    path = tmp_path / "api.learned"
    file.write(path, learned)
    written = path.read_text()
    assert [text for text in texts | {"Roe", "jane", "secret"} if f'"{text}"' in written or "Roe" in written] == []
    assert file.read(path) == learned


async def test_keys_that_may_be_texts_are_not_kept() -> None:
    from asyncsdk.contract.learning.fields import seen_fields

    seen = seen_fields([{"Jane Roe": 1, "metadata_7": 2, "metadata_8": None, "custom_3": 1}], {})
    assert set(seen) == {"(a key that is no name)", "metadata_*", "custom_*"}
    assert (seen["metadata_*"].present, seen["metadata_*"].nulls) == (1, 0)


async def test_a_refused_token_costs_one_request() -> None:
    async with Sandbox(rows=1) as sandbox:
        async with Wethod(token="no-such-token", company=sandbox.company, base_url=sandbox.url) as wethod:
            with pytest.raises(AuthenticationError):
                await learn(wethod)
        assert len(sandbox.requests) == 1


async def test_a_list_that_is_refused_or_broken_does_not_end_the_others() -> None:
    async with Sandbox(rows=20, without=["custom fields"]) as sandbox:
        sandbox.garbage("GET /api/projects", times=None)
        sandbox.fail("GET /api/levels", status=400, times=None)
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            learned = await learn(wethod)
    assert learned.lists["projects"].status is None
    assert learned.lists["custom_fields"].status == 412
    assert learned.lists["timesheets"].status == 200
    assert named(differences(learned)) == {("status", "levels")}


async def test_a_list_that_vanished_since_last_time_is_named(undrifted: Learned) -> None:
    refused = attrs.evolve(undrifted.lists["levels"], status=403, rows=0, fields={}, parameters={})
    now = attrs.evolve(undrifted, lists={**undrifted.lists, "levels": refused})
    assert [str(each) for each in differences(now, undrifted)] == ["levels: status 403; last time: status 200"]


async def test_facts_without_a_contract_are_compared_with_last_time(undrifted: Learned) -> None:
    server = attrs.evolve(undrifted.server, etag=True, limit_headers=("x-ratelimit-remaining",))
    said = [str(each) for each in differences(attrs.evolve(undrifted, server=server), undrifted)]
    assert said == [
        "server: answers have an ETag; last time: answers have no ETag",
        "server: rate-limit headers: x-ratelimit-remaining; last time: rate-limit headers: none",
    ]


def test_each_kind_of_difference_has_a_meaning() -> None:
    from typing import get_args

    from asyncsdk.contract.learning.differences import DifferenceKind

    kinds = [kind for part in get_args(DifferenceKind) for kind in (get_args(part) or [part])]
    assert all(meaning_of(kind) for kind in kinds)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"learned_by_asyncsdk": 9}', '{"learned_by_asyncsdk": 1}', "\ud800"]
)
def test_another_file_is_refused_with_a_word(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigurationError, match="other"):
        file.read(path)


def test_the_file_is_sorted_json(undrifted: Learned) -> None:
    assert list(json.loads(file.text_of(undrifted))["lists"]) == sorted(undrifted.lists)


async def test_a_value_that_no_row_has_may_be_refused_without_a_difference() -> None:
    """A server may answer 404 to a filter by an id that is not there; one that refuses an operator is named."""
    async with Sandbox(rows=20) as sandbox:
        sandbox.fail("GET /api/locations", status=404, times=None, query={"holiday_id": "2000000000"})
        sandbox.fail("GET /api/levels", status=400, times=None, after=2)
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            learned = await learn(wethod)
    assert learned.lists["locations"].parameters["holiday_id"] == "not told"
    assert named(differences(learned)) == {("parameter", "levels.updated_at")}
