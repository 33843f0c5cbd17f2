"""Traces and metrics for OpenTelemetry (extra `otel`, which is opentelemetry-api alone).

    from asyncsdk.integrations.opentelemetry import AsyncSdkInstrumentor

    AsyncSdkInstrumentor().instrument()

`opentelemetry-instrument python app.py` does the same by itself, as the instrumentor is registered as an entry point.
Every process that is started so loads this module: it imports nothing until it is asked to instrument.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

__all__ = ["AsyncSdkInstrumentor"]


class _Installation:
    """What is installed in this process, whichever instance did it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None

    def begin(self, install: Callable[[], Callable[[], None]]) -> None:
        """Installs, where nothing is installed yet."""
        with self._lock:
            if self._end is None:
                self._end = install()

    def end(self) -> None:
        """Undoes it."""
        with self._lock:
            end, self._end = self._end, None
        if end is not None:
            end()


_PROCESS: Final = _Installation()


class AsyncSdkInstrumentor:
    """Instruments every client of this process, those made before among them.

    A span for each call and each walk, named `GET /api/projects/{id}`, and below it one for each attempt; the pages of
    a walk are spans below the walk's. aiohttp's own instrumentation is silent for the attempts, which would be there
    twice. Metrics: `http.client.request.duration`, `asyncsdk.wait.duration`, `asyncsdk.budget.remaining`,
    `asyncsdk.rows`, `asyncsdk.walk.repairs`. No token, id or value of a filter is in any of them.

    Example:
        >>> AsyncSdkInstrumentor().instrument()  # doctest: +SKIP
    """

    def instrument(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        **ignored: object,
    ) -> None:
        """Begins to instrument; where that was done already, nothing happens.

        Args:
            tracer_provider: by default the global one.
            meter_provider: by default the global one.
            **ignored: what `opentelemetry-instrument` gives all instrumentors alike.

        Raises:
            ConfigurationError: opentelemetry-api is not installed.
        """

        def install() -> Callable[[], None]:
            try:
                from .opentelemetry_observer import install
            except ImportError as problem:
                raise ConfigurationError(
                    f'traces and metrics need the extra: pip install "asyncsdk[otel]" ({problem})'
                ) from None
            return install(tracer_provider, meter_provider)

        _PROCESS.begin(install)

    def uninstrument(self, **ignored: object) -> None:
        """Ends what any instance began. Calls and walks under way still end their spans."""
        _PROCESS.end()

    def instrumentation_dependencies(self) -> tuple[str, ...]:
        """What has to be installed for this to make sense: this package itself, which it is."""
        return ()
