"""The contract and the sandbox tried by clients that others wrote, or that tools make: not by the SDK they are for."""

from __future__ import annotations

import asyncio
import datetime as dt
import filecmp
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import aiohttp
import attrs
import pytest
import yaml
from yarl import URL

from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load
from tests.sandbox.conftest import Reply
from tests.sandbox.generated_client import PACKAGE, Caller, generate, importing
from tests.sandbox.plausible import Case, Plausible

CONTRACT = Path(__file__).parents[2] / "asyncsdk" / "contract" / "openapi.json"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a client generated from the contract."""
    pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
    folder = tmp_path_factory.mktemp("generated") / "made"
    asyncio.run(generate(folder, "--path", str(CONTRACT)))
    return folder


class TestGenerated:
    """By openapi-python-client, from the contract alone."""

    async def test_every_operation_is_answered_as_the_contract_says(self, made: Path) -> None:
        otherwise: dict[str, str] = {}
        called: Counter[str] = Counter()
        with importing(made) as package:
            async with Sandbox(rows=60, validate_responses=True) as sandbox:
                plausible = Plausible(sandbox)
                caller = Caller.of(package, sandbox)
                async with caller.client:
                    for case in plausible.cases():
                        called[case.operation.id] += 1
                        response = await caller.send(case)
                        if response.status_code != case.operation.status:
                            otherwise[case.operation.id] = f"{case}: {response.status_code} {response.content!r}"
                            continue
                        check(package, case, response)
                        if case.operation.kind == "create":
                            plausible.created(case, response.parsed.id)
                assert sandbox.violations == []
        assert otherwise == {}
        assert called.keys() == {operation.id for operation in load().operations}
        assert len(called) == 192

    async def test_every_refusal_is_read_as_an_error(self, made: Path) -> None:
        features = {operation.feature for operation in load().operations if operation.feature}
        async with AsyncExitStack() as stack:
            package = stack.enter_context(importing(made))
            sandbox = await stack.enter_async_context(Sandbox(rows=20, validate_responses=True, without=features))
            sandbox.add_token("somebody", permissions=[])
            cases = [case for case in Plausible(sandbox).of_rows_there() if case.body is not None or not case.query]
            assert {case.operation.id for case in cases} == {operation.id for operation in load().operations}

            async def caller(**changed: str) -> Caller:
                made = Caller.of(package, sandbox, **changed)
                await stack.enter_async_context(made.client)
                return made

            own, expired = await caller(), await caller(token="expired")
            foreign, poor = await caller(company="globex"), await caller(token="somebody")
            for case in cases:
                await refused(expired, case, 401)
                await refused(foreign, case, 403)
                if case.operation.feature:
                    await refused(own, case, 412)
                    continue
                if case.operation.permissions:
                    await refused(poor, case, 403)
                if case.path:
                    await refused(own, attrs.evolve(case, path=dict.fromkeys(case.path, 999_999_999)), 404)
                elif case.operation.is_list:
                    await refused(own, attrs.evolve(case, query={"limit": 101}), 400)
            sandbox.fail("* /api/*", status=429, retry_after=3, times=None)
            for case in cases:
                await refused(own, case, 429)
            assert sandbox.violations == []

    async def test_the_contract_a_sandbox_serves_makes_the_same_client(self, made: Path, tmp_path: Path) -> None:
        async with Sandbox(rows=1) as sandbox:
            await generate(tmp_path / "served", "--url", f"{sandbox.url}/openapi.json")
        assert differences(filecmp.dircmp(tmp_path / "served" / PACKAGE, made / PACKAGE, ignore=["__pycache__"])) == []


async def refused(caller: Caller, case: Case, status: int) -> None:
    """Checks that a case is refused with a status, which the client reads as an error with a key and a message."""
    response = await caller.send(case)
    assert response.status_code == status, f"{case}: {response.content!r}"
    assert type(response.parsed).__name__ == ("ValidationError" if status == 400 else "Error"), case
    assert response.parsed.key, case
    assert response.parsed.message, case
    if status == 400:
        assert [failure.field for failure in response.parsed.failures] == ["limit"], case


def check(package: ModuleType, case: Case, response: Any) -> None:
    """Checks that a success was read into the model the contract names, and that nothing of it was lost."""
    operation, parsed = case.operation, response.parsed
    if operation.model is None:
        assert parsed is None
        assert response.content == b"", case
        return
    sent = json.loads(response.content)
    rows = zip(parsed, sent, strict=True) if operation.is_list else [(parsed, sent)]
    if operation.is_list and not case.query:
        assert parsed, f"{operation.id}: no row to read"
    for row, text in rows:
        assert type(row).__name__ == operation.model, case
        assert same(row.to_dict(), text), f"{case}: {row.to_dict()} read from {text}"
        prefix = load().schemas[operation.model].get("x-dynamic-prefix")
        strange = [name for name in getattr(row, "additional_properties", ()) if not name.startswith(str(prefix))]
        assert strange == [], f"{case}: the contract does not know {strange}"


def same(read: Any, sent: Any) -> bool:
    """Whether a value is what was sent, moments compared as moments: they are written in more than one way."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return read.keys() == sent.keys() and all(same(read[name], value) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(read, list):
        return len(read) == len(sent) and all(map(same, read, sent))
    if read == sent:
        return True
    try:
        return dt.datetime.fromisoformat(read) == dt.datetime.fromisoformat(sent)
    except (TypeError, ValueError):
        return False


def differences(trees: filecmp.dircmp[str]) -> list[str]:
    own = [*trees.left_only, *trees.right_only, *trees.diff_files]
    return own + [name for each in trees.subdirs.values() for name in differences(each)]


@attrs.frozen
class Php:
    """A client that speaks as PHP's usual HTTP client and its `json_encode` do, over a bare connection.

    Every request says that it is JSON, with a body or without; slashes and all but ASCII are escaped in bodies, an
    empty object has become an empty array; the colons and commas of a query are percent-encoded, its blanks are plus.
    """

    sandbox: Sandbox
    session: aiohttp.ClientSession
    headers: dict[str, str]

    async def __call__(self, method: str, path: str, query: Any = None, body: Any = None, **headers: str) -> Reply:
        url = self.sandbox.url + path + (f"?{urlencode(query)}" if query else "")
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = None if body is None else php_json(body).encode()
        async with self.session.request(method, URL(url, encoded=True), data=data, headers=sent) as response:
            return Reply(response.status, dict(response.headers), await response.read())


def php_json(value: Any) -> str:
    return json.dumps(value or [], separators=(",", ":")).replace("/", "\\/")


@pytest.fixture
async def php() -> AsyncIterator[Php]:
    async with Sandbox(rows=60, validate_responses=True) as sandbox, aiohttp.ClientSession() as session:
        headers = {
            "Authorization": f"Bearer {sandbox.token}",
            "Wethod-Company": sandbox.company,
            "Wethod-Version": "2024-06-15",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "GuzzleHttp/7",
        }
        yield Php(sandbox, session, headers)
        assert sandbox.violations == []


class TestCommandLine:
    """As `wethod` of wethod-cli sends: an operation a command, its parameters as options, a body as --input."""

    async def test_every_command_is_answered_as_the_contract_says(self, php: Php) -> None:
        plausible = Plausible(php.sandbox)
        otherwise = {}
        for case in plausible.cases():
            reply = await php(case.operation.method, case.url, case.query, case.body)
            if reply.status != case.operation.status:
                otherwise[case.operation.id] = f"{case}: {reply.status} {reply.raw!r}"
            elif case.operation.kind == "create":
                plausible.created(case, reply.json["id"])
        assert otherwise == {}

    async def test_a_collection_is_paged_until_a_page_is_short(self, php: Php) -> None:
        ids: list[int] = []
        while True:
            reply = await php("GET", "/api/timesheets", {"limit": "100", "offset": str(len(ids))})
            ids += reply.ids
            if len(reply.ids) < 100:
                break
        assert ids == [row.id for row in php.sandbox.rows_of("timesheets")]

    async def test_a_week_of_timesheets_is_filled_in_from_the_planning(self, php: Php) -> None:
        me = (await php("GET", "/api/persons/me")).json["id"]
        for day, hours in (("2026-05-04", 8), ("2026-05-05", 6), ("2026-05-06", 4)):
            php.sandbox.add("people_allocations", person_id=me, date=day, hours=hours)
            planned = (await php("GET", "/api/people-allocations", {"person_id": me, "date": day})).json
            assert [row["hours"] for row in planned if row["date"] == day] == [hours] == [r["hours"] for r in planned]
            project = (await php("GET", f"/api/projects/{planned[0]['project_id']}")).json["id"]
            written = {"project_id": project, "person_id": me, "date": day, "hours": hours, "mode": "DAILY"}
            made = await php("POST", "/api/timesheets", None, written)
            assert made.status == 201, made.raw
            assert made.json["mode"] == "daily"  # sent in capitals, answered in small letters
            assert made.json["date"] == day
            kept = (await php("GET", "/api/timesheets", {"date": day, "person_id": me})).json
            assert made.json in kept

    async def test_field_sends_strings_which_a_number_refuses(self, php: Php) -> None:
        reply = await php("POST", "/api/budget-areas", None, {"name": "Production", "budget_id": "5"})
        assert (reply.status, reply.fields) == (400, {"budget_id"})

    async def test_a_comment_on_an_approval_is_no_field_and_a_message_is(self, php: Php) -> None:
        # Its manual writes `comment`, which the contract and the others' clients call `message`.
        budget = php.sandbox.add("budgets", status="SUBMITTED").id
        reply = await php("POST", f"/api/budgets/{budget}:approve", None, {"comment": "Looks good"})
        assert (reply.status, reply.fields) == (400, {"comment"})
        reply = await php("POST", f"/api/budgets/{budget}:approve", None, {"message": "Looks good"})
        assert (reply.status, reply.json["status"]) == (200, "APPROVED")

    async def test_lenient_a_sandbox_approves_with_a_comment(self) -> None:
        async with Sandbox(rows=1, strict=False) as sandbox, aiohttp.ClientSession() as session:
            headers = {
                "Authorization": f"Bearer {sandbox.token}",
                "Wethod-Company": sandbox.company,
                "Wethod-Version": "2024-06-15",
                "Content-Type": "application/json",
            }
            budget = sandbox.add("budgets", status="SUBMITTED").id
            php = Php(sandbox, session, headers)
            reply = await php("POST", f"/api/budgets/{budget}:approve", None, {"comment": "Looks good"})
            assert (reply.status, reply.json["status"]) == (200, "APPROVED")

    async def test_other_companies_wrong_tokens_and_limits_have_the_statuses_it_tells_apart(self, php: Php) -> None:
        assert (await php("GET", "/api/clients", Wethod_Company="other-co")).status == 403
        assert (await php("GET", "/api/clients", Authorization="Bearer expired")).status == 401
        php.sandbox.fail("GET /api/clients", status=429, retry_after=7)
        reply = await php("GET", "/api/clients")
        assert (reply.status, reply.headers["x-ratelimit-retry-after"]) == (429, "7")

    async def test_the_contract_is_read_from_an_address(self, php: Php) -> None:
        for path in ("/openapi.json", "/openapi.yaml", "/specs/openapi.yaml"):
            async with php.session.get(php.sandbox.url + path) as response:  # without a token
                text = await response.text()
            served = json.loads(text) if path.endswith("json") else yaml.safe_load(text)
            assert served["servers"][0]["url"] == php.sandbox.url
            assert served["paths"].keys() == load().document["paths"].keys()  # type: ignore[union-attr]  # JSON


class TestPhp:
    """As a client made of classes of PHP sends: arrays become bodies, what is null or false or 0 is left out."""

    async def test_an_empty_array_an_empty_object_and_nothing_are_the_same_body(self, php: Php) -> None:
        plausible = Plausible(php.sandbox)
        tried = 0
        for case in plausible.cases():
            if case.operation.kind != "update" and (case.operation.kind != "action" or case.operation.body is None):
                reply = await php(case.operation.method, case.url, case.query, case.body)
                if case.operation.kind == "create":
                    plausible.created(case, reply.json["id"])
                continue
            reply = await php(case.operation.method, case.url, None, {})
            assert reply.status == case.operation.status, f"{case}: {reply.raw!r}"
            tried += 1
        assert tried > 40

    async def test_an_empty_array_misses_what_an_empty_object_misses(self, php: Php) -> None:
        creates = [operation for operation in load().operations if operation.kind == "create"]
        for operation in creates:
            replies = []
            for raw in ("[]", "{}", "[ ]"):
                url = URL(php.sandbox.url + operation.path)
                async with php.session.post(url, data=raw, headers=php.headers) as response:
                    replies.append((response.status, await response.text()))
            assert replies[0][0] == 400 or not load().schemas[str(operation.body)].get("required"), operation.id
            assert [status for status, _ in replies] == [replies[0][0]] * 3, operation.id
            if replies[0][0] == 400:
                assert [text for _, text in replies] == [replies[0][1]] * 3, operation.id
                fields = {failure["field"] for failure in json.loads(replies[0][1])["failures"]}
                schema: Any = load().schemas[str(operation.body)]
                demanded = {*schema["required"], *schema.get("else", {}).get("required", ())}
                assert fields == demanded, operation.id

    async def test_an_array_of_something_is_no_object(self, php: Php) -> None:
        reply = await php("PATCH", "/api/streams/1", None, [{"name": "Design"}])
        assert (reply.status, reply.fields) == (400, {"body"})

    async def test_true_is_sent_as_one(self, php: Php) -> None:
        stream = php.sandbox.add("streams", archived_at="2026-05-04T08:00:00Z").id
        reply = await php("GET", "/api/streams", {"is_archived": "1"})
        assert reply.status == 200
        assert stream in reply.ids
        assert all(row["archived_at"] for row in reply.json)

    async def test_a_timesheet_without_a_day_of_the_week(self, php: Php) -> None:
        project, person = php.sandbox.rows_of("projects")[0].id, php.sandbox.rows_of("persons")[1].id
        body = {"date": "2026-05-06", "hours": 2, "notes": "Caffè / tè", "mode": "WEEKLY"}
        reply = await php("POST", "/api/timesheets", None, {**body, "project_id": project, "person_id": person})
        assert reply.status == 201, reply.raw
        assert {name: reply.json[name] for name in body} == {**body, "mode": "weekly"}

    async def test_a_number_with_a_point_and_no_fraction_is_whole(self, php: Php) -> None:
        # What went through arithmetic is a float, and is written as 8.0.
        project = php.sandbox.rows_of("projects")[0].id
        body = {"person_id": 1, "project_id": project, "date": "2026-05-04", "hours": 8.0}
        reply = await php("POST", "/api/people-allocations", None, body)
        assert (reply.status, reply.json.get("hours")) == (201, 8), reply.raw
