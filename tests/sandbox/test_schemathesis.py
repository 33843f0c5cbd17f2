"""The sandbox tried by schemathesis from its own contract: it never fails, and every answer conforms."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # the tool's and its generators' own

CHECKS = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox on a thread of its own: the tool's client is a blocking one."""
    sandbox = Sandbox(rows=60, validate_responses=True)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.start(), loop).result()
    yield sandbox
    asyncio.run_coroutine_threadsafe(sandbox.aclose(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize(
    ("step", "examples"),
    [pytest.param(5, 1, id="a fifth"), pytest.param(1, 3, id="all", marks=pytest.mark.slow)],
)
def test_no_request_makes_it_fail_and_every_answer_conforms(
    running: Sandbox, mode: str, step: int, examples: int
) -> None:
    """Each fifth operation in every run of the tests, all of them with more examples among the slow ones."""
    session_type = pytest.importorskip("requests").Session

    schema = schemathesis.openapi.from_dict(dict(load().document))
    known = {check.__name__: check for check in schemathesis.checks.CHECKS.get_all()}
    checks = [known["not_a_server_error"], *(known[name] for name in CHECKS)]
    headers = {
        "Authorization": f"Bearer {running.token}",
        "Wethod-Company": running.company,
        "Wethod-Version": "2024-06-15",
    }
    tried = 0
    with session_type() as session:
        for result in itertools.islice(schema.get_all_operations(), 0, None, step):
            operation = result.ok()
            wanted = schemathesis.GenerationMode[mode]
            # Ids drawn at random find nothing; with these, what fits its schema meets a row.
            ids = {parameter.name: 2 for parameter in operation.path_parameters} if mode == "POSITIVE" else None

            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=wanted, path_parameters=ids))
            def attempt(case: Any) -> None:
                response = case.call(base_url=running.url, session=session, headers=headers)
                case.validate_response(response, checks=checks)

            attempt()
            tried += 1
    assert tried == len(range(0, len(load().operations), step))
    assert running.violations == []
    assert 500 not in running.statuses
