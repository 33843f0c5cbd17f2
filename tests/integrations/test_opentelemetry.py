"""Spans and metrics, as the SDK's own exporters get them, and as a collector on loopback does."""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from opentelemetry import context as contexts
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from asyncsdk import NotFoundError, RetryPolicy, Wethod, WethodError
from asyncsdk.integrations.opentelemetry import AsyncSdkInstrumentor
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.contract.generated import READ, ids_of, required_fields
from tests.stub_server import STREAM, Server, hang

Connect = Callable[..., Wethod]
ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"


class Recorded:
    """What the SDK recorded."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader])

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def points(self) -> dict[str, list[Any]]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: list(metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    found = Recorded()
    AsyncSdkInstrumentor().instrument(tracer_provider=found.tracers, meter_provider=found.meters)
    yield found
    AsyncSdkInstrumentor().uninstrument()  # any instance does


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def children(spans: tuple[ReadableSpan, ...], parent: ReadableSpan) -> list[ReadableSpan]:
    return [each for each in spans if each.parent is not None and each.parent.span_id == parent.context.span_id]


async def test_a_call_is_a_span_and_each_attempt_one_below_it(
    server: Server, connect: Connect, recorded: Recorded
) -> None:
    server.script((503, b"oh"), (429, {"message": "slow"}, {"x-ratelimit-retry-after": "0"}), (200, STREAM))
    await connect().streams.get(5)
    (call,) = [each for each in recorded.spans if each.parent is None]
    assert call.name == "GET /api/streams/{id}"
    assert attributes(call)["asyncsdk.operation"] == "streams.get"
    attempts = children(recorded.spans, call)
    assert [each.kind for each in attempts] == [SpanKind.CLIENT] * 3
    assert [attributes(each).get("http.request.resend_count") for each in attempts] == [None, 1, 2]
    assert [attributes(each)["http.response.status_code"] for each in attempts] == [503, 429, 200]
    assert [attributes(each).get("error.type") for each in attempts] == ["503", "429", None]
    assert {attributes(each)["url.template"] for each in attempts} == {"/api/streams/{id}"}
    assert {(attributes(each)["server.address"]) for each in attempts} == {"127.0.0.1"}
    waits = [event for event in call.events if event.name == "asyncsdk.wait"]
    assert [dict(each.attributes or {})["asyncsdk.reason"] for each in waits] == ["backoff", "pause"]


async def test_a_failed_call_says_what_failed(server: Server, connect: Connect, recorded: Recorded) -> None:
    server.script((404, {"key": "not_found", "message": "no"}))
    with pytest.raises(NotFoundError):
        await connect().projects.get(7)
    (call,) = [each for each in recorded.spans if each.parent is None]
    assert attributes(call)["error.type"] == "NotFoundError"
    assert not call.status.is_ok


async def test_the_pages_of_a_walk_are_spans_below_it(server: Server, connect: Connect, recorded: Recorded) -> None:
    """One span a page, and the walk below whoever asked."""
    server.serve_list(1000)
    tracer = recorded.tracers.get_tracer("application")
    with tracer.start_as_current_span("page view"):
        rows = await connect().streams.list()
    (view,) = [each for each in recorded.spans if each.parent is None]
    (walk,) = children(recorded.spans, view)
    assert walk.name == "GET /api/streams"
    assert attributes(walk)["asyncsdk.rows"] == len(rows) == 1000
    assert len(children(recorded.spans, walk)) == len(server.requests) == attributes(walk)["asyncsdk.requests"]
    assert len(recorded.spans) == len(server.requests) + 2


async def test_aiohttps_own_instrumentation_is_silent_for_attempts_alone(
    server: Server, connect: Connect, recorded: Recorded
) -> None:
    """A request would be there twice; what the application asks by itself is still seen."""
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

    server.script((200, STREAM))
    others = Recorded()
    AioHttpClientInstrumentor().instrument(tracer_provider=others.tracers)
    try:
        await connect().streams.get(5)
        assert others.spans == ()
        async with ClientSession() as http, http.get(server.url):
            pass
        assert len(others.spans) == 1
    finally:
        AioHttpClientInstrumentor().uninstrument()


async def test_nothing_leaks_into_the_callers_context(server: Server, connect: Connect, recorded: Recorded) -> None:
    """Not after a success, an error, a cancellation or a deadline."""
    before = contexts.get_current()
    wethod = connect(retry=RetryPolicy(attempts=1))
    server.script((200, STREAM), (404, {"message": "no"}), hang)
    await wethod.streams.get(5)
    with pytest.raises(NotFoundError):
        await wethod.streams.get(5)
    with pytest.raises(WethodError):
        await wethod.with_options(deadline=0.05).streams.get(5)

    async def cancelled() -> None:
        call = asyncio.ensure_future(wethod.streams.get(5))
        while len(server.requests) < 4:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    await cancelled()
    assert contexts.get_current() == before
    assert len(recorded.spans) == 8


async def test_without_the_key_that_silences_aiohttp_all_goes_on(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is private to OpenTelemetry and may be gone with any version."""
    monkeypatch.delattr(contexts, "_SUPPRESS_HTTP_INSTRUMENTATION_KEY")
    monkeypatch.delattr(contexts, "_SUPPRESS_INSTRUMENTATION_KEY")
    found = Recorded()
    AsyncSdkInstrumentor().instrument(tracer_provider=found.tracers, meter_provider=found.meters)
    try:
        server.script((200, STREAM))
        await connect().streams.get(5)
    finally:
        AsyncSdkInstrumentor().uninstrument()
    assert len(found.spans) == 2


async def test_all_operations_carry_their_template_and_no_id_token_or_filter(
    server: Server, connect: Connect, recorded: Recorded
) -> None:
    """Names and series have an end, whatever is asked for and however it fails."""
    faults = [(404, {"message": "no"}), (429, {"message": "slow"}), (503, b"oh"), (409, {"message": "x"}), (200, b"oh")]
    wethod = connect(token="a-token-to-hide", retry=RetryPolicy(attempts=1), budget=None)
    operations = [each for resource in READ.resources for each in resource.operations]
    for number, operation in enumerate(operations):
        server.script(faults[number % len(faults)])
        call = getattr(getattr(wethod, operation.resource), operation.method)
        ids = [987654321 for _ in ids_of(operation)]
        given = {"updated_at": "2026-05-31T12:34:56Z"} if "updated_at" in inspect.signature(call).parameters else {}
        answered = call(*ids, **(required_fields(operation) if operation.body else given))
        await asyncio.gather(_once(answered), return_exceptions=True)
    spans = recorded.spans
    assert {attributes(each)["url.template"] for each in spans} == {each.path for each in operations}
    names = {each.name for each in spans}
    assert len(operations) == 192
    assert len(names) <= 250
    text = "".join(f"{each.name} {attributes(each)} {each.events} {each.status.description}" for each in spans)
    points = recorded.points()
    text += str(points)
    for secret in ("a-token-to-hide", "987654321", "12:34:56"):
        assert secret not in text
    assert sum(map(len, points.values())) < 200


async def _once(answered: Any) -> None:
    await answered


async def test_metrics_count_requests_waits_rows_and_what_is_left(
    server: Server, connect: Connect, recorded: Recorded
) -> None:
    server.serve_list(250)
    await connect().streams.list()
    server.script((503, b"oh"), (200, STREAM))
    await connect(max_in_flight=1, budget=100).streams.get(5)
    points = recorded.points()
    counted = {
        (each.attributes["http.response.status_code"], each.attributes.get("error.type")): each.count
        for each in points["http.client.request.duration"]
    }
    assert counted[503, "503"] == 1
    assert sum(counted.values()) == len(server.requests)
    assert [each.value for each in points["asyncsdk.rows"]] == [250]
    assert [each.attributes["asyncsdk.reason"] for each in points["asyncsdk.wait.duration"]] == ["backoff"]
    assert [each.value for each in points["asyncsdk.budget.remaining"]] == [98]


async def test_after_it_ended_nothing_is_recorded(server: Server, connect: Connect, recorded: Recorded) -> None:
    AsyncSdkInstrumentor().uninstrument()
    server.script((200, STREAM))
    await connect().streams.get(5)
    assert recorded.spans == ()


def test_importing_the_instrumentor_loads_neither_opentelemetry_nor_aiohttp() -> None:
    """Every process started by `opentelemetry-instrument` in an environment with asyncsdk loads it."""
    code = (
        "import sys, asyncsdk.integrations.opentelemetry; "
        "print([name for name in ('opentelemetry', 'aiohttp', 'msgspec', 'cattrs') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


class Collector:
    """Takes traces as OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    async def traces(self, request: web.Request) -> web.Response:
        import gzip

        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
            ExportTraceServiceResponse,
        )

        body = await request.read()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        sent = ExportTraceServiceRequest.FromString(body)
        self.spans += [
            (scope.scope.name, span)
            for each in sent.resource_spans
            for scope in each.scope_spans
            for span in scope.spans
        ]
        return web.Response(body=ExportTraceServiceResponse().SerializeToString())


@pytest.mark.slow
async def test_opentelemetry_instrument_finds_the_instrumentor(tmp_path: Path) -> None:
    """A program that knows nothing of telemetry, a collector on loopback, and the command between them."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.traces)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    installed = tmp_path / "asyncsdk-0.dist-info"  # the entry points of this very tree, wherever it is installed from
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: asyncsdk\nVersion: 0\n")
    group = PYPROJECT.read_text().partition("[project.entry-points.opentelemetry_instrumentor]\n")[2].split("\n\n")[0]
    (installed / "entry_points.txt").write_text("[opentelemetry_instrumentor]\n" + group.replace('"', "") + "\n")
    try:
        with beside(Sandbox(rows=50)) as sandbox:
            command = Path(sys.executable).with_name("opentelemetry-instrument")
            process = await asyncio.create_subprocess_exec(
                str(command),
                sys.executable,
                str(Path(__file__).with_name("telemetry.py")),
                env={
                    **os.environ,
                    **sandbox.environ,
                    "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
                    "OTEL_TRACES_EXPORTER": "otlp_proto_http",
                    "OTEL_METRICS_EXPORTER": "none",
                    "OTEL_LOGS_EXPORTER": "none",
                    "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{runner.addresses[0][1]}",
                    "OTEL_PYTHON_CONFIGURATOR": "configurator",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        await runner.cleanup()
    assert process.returncode == 0, said.decode()
    ours = [span.name for scope, span in collector.spans if scope == "asyncsdk"]
    assert "GET /api/streams/{id}" in ours, said.decode()
    assert "GET /api/streams" in ours
    assert {scope for scope, _ in collector.spans} == {"asyncsdk"}  # aiohttp's own are not there a second time
