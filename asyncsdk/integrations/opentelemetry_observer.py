"""Takes the events of all clients of the process, and makes spans and metrics of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.metrics import MeterProvider, get_meter_provider
from opentelemetry.trace import TracerProvider, get_tracer_provider

from .._version import __version__
from ..events import Event, observe
from .opentelemetry_metrics import Metrics
from .opentelemetry_spans import Spans

__all__ = ["install"]

SCHEMA = "https://opentelemetry.io/schemas/1.30.0"


def install(tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> Callable[[], None]:
    """Observes this process. Returns what ends it.

    Args:
        tracer_provider: None: the global one.
        meter_provider: None: the global one.
    """
    tracer = (tracer_provider or get_tracer_provider()).get_tracer("asyncsdk", __version__, SCHEMA)
    meter = (meter_provider or get_meter_provider()).get_meter("asyncsdk", __version__, SCHEMA)
    handlers: dict[type, list[Callable[[Any], None]]] = {}
    for kind, handler in [*Spans(tracer).handlers().items(), *Metrics(meter).handlers().items()]:
        handlers.setdefault(kind, []).append(handler)

    def told(event: Event) -> None:
        for handler in handlers.get(type(event), ()):
            handler(event)

    return observe(told)
