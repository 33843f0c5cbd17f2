"""The contract as the generator reads it, its operations, and what a generated call would send."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

import attrs
import pytest

from asyncsdk._codec import arguments
from asyncsdk._codec.values import Field as Entry
from asyncsdk._sending.sender import Sender
from asyncsdk.contract import generate as generator
from asyncsdk.contract.reading import Contract, Operation, read
from asyncsdk.contract.schemas import Field, python_name
from asyncsdk.resources import Resources

CONTRACT = generator.PACKAGE / "contract" / "openapi.yaml"

DOCUMENT: Mapping[str, Any] = json.loads(CONTRACT.with_suffix(".json").read_bytes())

READ: Contract = read(DOCUMENT)

OPERATIONS = [operation for resource in READ.resources for operation in resource.operations]


def for_each(operations: list[Operation]) -> pytest.MarkDecorator:
    ids = [f"{operation.resource}.{operation.method}" for operation in operations]
    return pytest.mark.parametrize("operation", operations, ids=ids)


each_operation = for_each(OPERATIONS)


@attrs.define
class Sent:
    """What a call would have sent."""

    verb: str
    path: str
    model: object
    query: dict[str, object]
    body: dict[str, object] | None
    options: dict[str, object]


@attrs.define
class Recorder:
    """In the place of the session and of the pager: keeps what it is given, sends nothing."""

    sent: list[Sent] = attrs.Factory(list)
    names: list[tuple[object, object]] = attrs.Factory(list)

    async def call(
        self,
        operation: str,
        method: str,
        route: str,
        model: object,
        query: Iterable[Entry] = (),
        *,
        body: Iterable[Entry] | None = None,
        **ids: object,
    ) -> None:
        path = arguments.path(route, **ids)
        self.names.append((operation, route))
        self.sent.append(Sent(method, path, model, pairs(query), None if body is None else pairs(body), {}))

    def pager(self, session: object, path: str, model: object, query: Iterable[Entry] = (), **options: object) -> None:
        assert session is self
        self.names.append((options.pop("operation"), options.pop("route")))
        self.sent.append(Sent("GET", path, model, pairs(query), None, options))


def pairs(entries: Iterable[Entry]) -> dict[str, object]:
    kept = [entry for entry in entries if entry is not None]
    assert len(dict(kept)) == len(kept)
    return dict(kept)


async def sent_alone(call: Awaitable[object], *_given: object, **_named: object) -> object:
    return await call


def method(recorder: Recorder, operation: Operation) -> Callable[..., Any]:
    wethod = Resources()
    wethod._sender = cast("Sender", recorder)
    return cast("Callable[..., Any]", getattr(getattr(wethod, operation.resource), operation.method))


def send(recorder: Recorder, operation: Operation, *ids: int, **given: object) -> Sent:
    result = method(recorder, operation)(*ids, **given)
    if inspect.isawaitable(result):
        asyncio.run(cast("Any", result))
    (sent,) = recorder.sent
    # What events and traces call it: never the path with its ids.
    assert set(recorder.names) == {(f"{operation.resource}.{operation.method}", operation.path)}
    return sent


def ids_of(operation: Operation) -> list[int]:
    return [*range(12, 12 + len(operation.ids))]


def in_body(field: Field) -> tuple[object, object]:
    """A value for a field of a body, and what has to be sent for it."""
    if field.values:
        return field.values[-1].lower(), field.values[-1]
    samples: dict[str, tuple[object, object]] = {
        "integer": (field.minimum or 0, field.minimum or 0),
        "number": (0.5, 0.5),
        "boolean": (False, False),
        "string": ("x", "x"),
        "strings": (("x", "y"), ["x", "y"]),
        "date": (dt.date(2026, 5, 31), "2026-05-31"),
        "month": (dt.date(2026, 5, 31), "2026-05"),
    }
    return samples[field.kind]


def required_fields(operation: Operation) -> dict[str, object]:
    if operation.body is None:
        return {}
    if operation.body.unpublished:
        return {"fields": {"hours": 8}}
    return {python_name(field.name): in_body(field)[0] for field in operation.body.fields if field.required}
