"""What telemetry costs: CPU of a call and of a page, off, with OpenTelemetry's API alone, and with its SDK recording.

    python -m benchmarks.telemetry [--rounds 15]

All three take turns in one process, in shuffled order; the server has a process of its own. Printed are medians, what
each adds in microseconds, and the ratio. Needs opentelemetry-sdk (in the extra `dev`).
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import NoOpTracerProvider

from asyncsdk.integrations.opentelemetry import AsyncSdkInstrumentor

from .measure import Contender, compare
from .peers import ours
from .server import serving

CALLS: Final = 300
PAGES: Final = 200
ROWS: Final = PAGES * 100


class Nowhere(SpanExporter):
    """Takes spans and drops them: what is measured is recording them."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is open."""


def _instrumented(run: Contender, instrument: Callable[[], None] | None) -> Contender:
    async def measured() -> None:
        if instrument is not None:
            instrument()
        try:
            await run()
        finally:
            AsyncSdkInstrumentor().uninstrument()

    return measured


def _ways() -> dict[str, Callable[[], None] | None]:
    tracers, meters = TracerProvider(), MeterProvider([InMemoryMetricReader()])
    tracers.add_span_processor(SimpleSpanProcessor(Nowhere()))
    instrumentor = AsyncSdkInstrumentor()
    return {
        "off": None,
        "API alone": lambda: instrumentor.instrument(
            tracer_provider=NoOpTracerProvider(), meter_provider=NoOpMeterProvider()
        ),
        "SDK recording": lambda: instrumentor.instrument(tracer_provider=tracers, meter_provider=meters),
    }


async def measure(rounds: int, calls: int = CALLS) -> list[str]:
    """Returns a line for each way of each kind of work."""
    lines = []
    with serving(ROWS) as url:
        async with ours.client(url) as wethod:

            async def gets() -> None:
                await ours.gets(wethod, calls)

            async def pages() -> None:
                await wethod.production_plan_streams.list().all(concurrency=8)

            for name, run, count in (("a call", gets, calls), ("a page", pages, PAGES)):
                lines += await _lines(name, run, count, rounds)
    return lines


async def _lines(name: str, run: Callable[[], Awaitable[None]], count: int, rounds: int) -> list[str]:
    results = await compare({way: _instrumented(run, begin) for way, begin in _ways().items()}, rounds)
    off = results["off"].cpu.median
    return [
        f"{name}, {way}: {result.cpu.median / count * 1e6:.0f} us CPU, "
        f"{(result.cpu.median - off) / count * 1e6:+.0f} us, {result.cpu.median / off:.2f} x"
        for way, result in results.items()
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="how often everything is measured")
    print("\n".join(asyncio.run(measure(parser.parse_args().rounds))))
