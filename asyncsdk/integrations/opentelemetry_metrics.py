"""Metrics of requests, waits, the budget and walks, with attributes of which there are few values.

Companies are the only ones without an end: beyond the first fifty all others are one, `other`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.metrics import Meter

from ..events import CallEnded, ResponseReceived, WaitEnded, WalkEnded
from .opentelemetry_spans import place_of

__all__ = ["Metrics"]

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Seconds; those that the semantic conventions advise for `http.client.request.duration`."""

WAITS: Final = (0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0)
"""Seconds; a wait for the budget may take an hour."""

MOST_COMPANIES: Final = 50


class Metrics:
    """Measures events."""

    def __init__(self, meter: Meter) -> None:
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of the attempts of requests.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self._waits = meter.create_histogram(
            "asyncsdk.wait.duration",
            "s",
            "What calls waited for: a slot, the budget, a pause, their back-off.",
            explicit_bucket_boundaries_advisory=WAITS,
        )
        self._remaining = meter.create_gauge(
            "asyncsdk.budget.remaining", "{request}", "Requests left of the hour's budget, as far as is known here."
        )
        self._rows = meter.create_counter("asyncsdk.rows", "{row}", "Rows that walks delivered.")
        self._repairs = meter.create_counter(
            "asyncsdk.walk.repairs", "{request}", "Pages that were asked for again because a list changed."
        )
        self._places: dict[str, Mapping[str, str | int]] = {}
        self._companies: dict[str, str] = {}

    def handlers(self) -> dict[type, Callable[[Any], None]]:
        """Returns what takes in each kind of event."""
        return {
            ResponseReceived: self.answered,
            WaitEnded: self.waited,
            CallEnded: self.ended,
            WalkEnded: self.walked,
        }

    def answered(self, event: ResponseReceived) -> None:
        """Measures an attempt."""
        place = self._places.get(event.server)
        if place is None:
            place = self._places[event.server] = place_of(event.server)
        attributes: dict[str, str | int] = {"http.request.method": event.method, **place}
        if event.status is not None:
            attributes["http.response.status_code"] = event.status
        if (error := event.error or (None if (event.status or 0) < 400 else str(event.status))) is not None:
            attributes["error.type"] = error
        self._duration.record(event.seconds, attributes)

    def waited(self, event: WaitEnded) -> None:
        """Measures a wait."""
        self._waits.record(event.seconds, {"asyncsdk.reason": event.reason})

    def ended(self, event: CallEnded) -> None:
        """Notes what is left of the budget."""
        if event.remaining is not None:
            self._remaining.set(event.remaining, {"asyncsdk.company": self._company(event.company)})

    def walked(self, event: WalkEnded) -> None:
        """Counts rows and repairs."""
        attributes = {"asyncsdk.operation": event.operation or "other"}
        self._rows.add(event.rows, attributes)
        if event.repairs:
            self._repairs.add(event.repairs, attributes)

    def _company(self, company: str) -> str:
        found = self._companies.get(company)
        if found is None:
            found = company if len(self._companies) < MOST_COMPANIES else "other"
            if found == company:
                self._companies[company] = company
        return found
