"""Spans of calls, walks and attempts, by the semantic conventions for HTTP clients.

A call is a span of its own kind (internal), its attempts are client spans below it. The pages of a walk have no call in
between: their attempts are below the walk. While an attempt is under way the span is the current one, and aiohttp's own
instrumentation is told to be silent; both end with the attempt, so that nothing leaks into the caller's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import Token
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from ..events import (
    CallBegun,
    CallEnded,
    CallShared,
    DecodeFailed,
    ExtractionBegun,
    ExtractionEnded,
    RequestSent,
    ResponseReceived,
    RetryPlanned,
    TableExtracted,
    WaitEnded,
    WalkBegun,
    WalkEnded,
)

__all__ = ["Spans", "place_of", "suppression_key"]

FAILED: Final = Status(StatusCode.ERROR)


def suppression_key() -> str | None:
    """Returns the key of the context that silences the instrumentation of HTTP libraries.

    It is private to opentelemetry-api, so it may be gone one day; then the one that silences all of them is taken, and
    without that one aiohttp's spans stand below those of attempts.
    """
    names = ("_SUPPRESS_HTTP_INSTRUMENTATION_KEY", "_SUPPRESS_INSTRUMENTATION_KEY")
    found = (getattr(contexts, name, None) for name in names)
    return next((key for key in found if isinstance(key, str)), None)


def place_of(server: str) -> dict[str, str | int]:
    """Returns the attributes that name a server, such as `https://api.wethod.com`."""
    parts = urlsplit(server)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port}


@attrs.frozen(eq=False)
class _Open:
    """A span that has not ended, and the context of what happens below it."""

    span: Span
    context: Context


class Spans:
    """Makes spans of events."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._silent = suppression_key()
        self._calls: dict[int, _Open] = {}
        self._walks: dict[int, _Open] = {}
        self._runs: dict[str, _Open] = {}
        self._attempts: dict[int, tuple[Span, Token[Context]]] = {}
        self._places: dict[str, Mapping[str, str | int]] = {}

    def handlers(self) -> dict[type, Callable[[Any], None]]:
        """Returns what takes in each kind of event."""
        return {
            CallBegun: self.call_begun,
            CallEnded: self.call_ended,
            CallShared: self.call_shared,
            RequestSent: self.attempt_begun,
            ResponseReceived: self.attempt_ended,
            RetryPlanned: self.retry_planned,
            WaitEnded: self.wait_ended,
            DecodeFailed: self.decode_failed,
            WalkBegun: self.walk_begun,
            WalkEnded: self.walk_ended,
            ExtractionBegun: self.run_begun,
            TableExtracted: self.table_extracted,
            ExtractionEnded: self.run_ended,
        }

    # Calls and walks

    def call_begun(self, event: CallBegun) -> None:
        """A call that is no page of a walk is a span below the caller's."""
        if event.walk_id is not None:
            return
        span = self._tracer.start_span(_name(event.method, event.route), attributes=_attributes(event))
        if span is not INVALID_SPAN:
            self._calls[event.call_id] = _Open(span, set_span_in_context(span))

    def call_ended(self, event: CallEnded) -> None:
        """Ends it with what came of it."""
        opened = self._calls.pop(event.call_id, None)
        if opened is None:
            return
        came = {"http.response.status_code": event.status, "asyncsdk.attempts": event.attempts}
        _close(opened.span, event.error, came)

    def call_shared(self, event: CallShared) -> None:
        """A call that another one was sent for is noted in the caller's span."""
        attributes = {"asyncsdk.operation": event.operation, "url.template": event.route}
        get_current_span().add_event("asyncsdk.shared", {**_present(attributes)})

    def walk_begun(self, event: WalkBegun) -> None:
        """A walk is a span below that of whoever asked for its first row."""
        self._walks[event.walk_id] = self._open(_name("GET", event.route), _attributes(event))

    def walk_ended(self, event: WalkEnded) -> None:
        """Ends it with what it delivered."""
        opened = self._walks.pop(event.walk_id, None)
        if opened is not None:
            came = {"asyncsdk.rows": event.rows, "asyncsdk.requests": event.requests, "asyncsdk.repairs": event.repairs}
            _close(opened.span, event.error, came)

    # Attempts

    def attempt_begun(self, event: RequestSent) -> None:
        """An attempt is a client span below its call, or below the walk whose page it reads."""
        above = self._above(event)
        attributes = {
            "http.request.method": event.method,
            "url.template": event.route,
            "http.request.resend_count": event.attempt - 1 or None,
            **self._place(event.server),
        }
        before = None if above is None else above.context
        span = self._tracer.start_span(
            _name(event.method, event.route), before, SpanKind.CLIENT, attributes=_present(attributes)
        )
        if span is INVALID_SPAN:
            return  # no SDK records anything: there is nothing to end, and nobody to be silent
        context = set_span_in_context(span, before)
        if self._silent is not None:
            context = contexts.set_value(self._silent, True, context)
        self._attempts[event.call_id] = span, contexts.attach(context)

    def attempt_ended(self, event: ResponseReceived) -> None:
        """Ends it, and gives the caller's context back."""
        found = self._attempts.pop(event.call_id, None)
        if found is None:
            return
        span, token = found
        contexts.detach(token)
        failed = event.error or (str(event.status) if event.status is not None and event.status >= 400 else None)
        _close(span, failed, {"http.response.status_code": event.status})

    # What happens in between

    def retry_planned(self, event: RetryPlanned) -> None:
        """Notes that a request will be sent again."""
        self._note(event, "asyncsdk.retry", {"asyncsdk.reason": event.reason, "asyncsdk.seconds": event.seconds})

    def wait_ended(self, event: WaitEnded) -> None:
        """Notes what a call waited for, and how long."""
        self._note(event, "asyncsdk.wait", {"asyncsdk.reason": event.reason, "asyncsdk.seconds": event.seconds})

    def decode_failed(self, event: DecodeFailed) -> None:
        """Notes which field did not fit."""
        self._note(event, "asyncsdk.decode_failed", {"asyncsdk.where": event.where})

    # Extractions

    def run_begun(self, event: ExtractionBegun) -> None:
        """An extraction is a span below the caller's; its walks are beside it, below the same."""
        attributes = {"asyncsdk.company": event.company, "asyncsdk.run": event.run}
        self._runs[event.run] = self._open("asyncsdk.extract", attributes)

    def table_extracted(self, event: TableExtracted) -> None:
        """Notes a table that is done."""
        opened = self._runs.get(event.run)
        if opened is not None:
            came: dict[str, str | int] = {
                "asyncsdk.table": event.table,
                "asyncsdk.outcome": event.outcome,
                "asyncsdk.rows": event.rows,
            }
            opened.span.add_event("asyncsdk.table", {**came})

    def run_ended(self, event: ExtractionEnded) -> None:
        """Ends it."""
        opened = self._runs.pop(event.run, None)
        if opened is not None:
            _close(opened.span, event.error or (None if event.ok else "ExtractionError"), {"asyncsdk.ok": event.ok})

    def _open(self, name: str, attributes: dict[str, str]) -> _Open:
        span = self._tracer.start_span(name, attributes=attributes)
        return _Open(span, set_span_in_context(span))

    def _above(self, event: RequestSent | RetryPlanned | WaitEnded | DecodeFailed) -> _Open | None:
        return self._calls.get(event.call_id) if event.walk_id is None else self._walks.get(event.walk_id)

    def _note(
        self, event: RetryPlanned | WaitEnded | DecodeFailed, name: str, attributes: Mapping[str, str | float]
    ) -> None:
        above = self._above(event)
        if above is not None:
            above.span.add_event(name, {**attributes})

    def _place(self, server: str) -> Mapping[str, str | int]:
        place = self._places.get(server)
        if place is None:
            place = self._places[server] = place_of(server)
        return place


def _name(method: str, route: str | None) -> str:
    """The name of a span: never a path with its ids, of which there is no end."""
    return method if route is None else f"{method} {route}"


def _attributes(event: CallBegun | WalkBegun) -> dict[str, str]:
    if event.operation is None or event.route is None:
        return {"asyncsdk.company": event.company}
    return {"asyncsdk.operation": event.operation, "asyncsdk.company": event.company, "url.template": event.route}


def _present(attributes: Mapping[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in attributes.items() if value is not None}


def _close(span: Span, error: str | None, attributes: Mapping[str, str | int | None]) -> None:
    if span.is_recording():
        for name, value in attributes.items():
            if value is not None:
                span.set_attribute(name, value)
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(FAILED)
    span.end()
