"""Serves an ASGI application within the simulation: no socket, no thread, its lifespan and its requests on one loop.

FastAPI's own `TestClient` runs the application in a thread, where time is real. Here the application waits in virtual
time as everything does, and the same seed gives the same run.
"""

from __future__ import annotations

import asyncio
import json as json_text
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, unquote

import attrs

__all__ = [
    "Application",
    "ApplicationFailed",
    "InProcess",
    "InProcessAnswer",
    "Message",
    "in_process",
]

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class ApplicationFailed(RuntimeError):
    """The application did not start or did not end as the protocol says; the message is its own."""


@attrs.frozen
class InProcessAnswer:
    """What the application answered.

    Args:
        status: the status code.
        headers: names in lower case.
        content: the body, whole.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json_text.loads(self.content)


@attrs.frozen
class InProcess:
    """An application that runs, to send requests to. `in_process` makes it.

    Args:
        app: the application.
        state: what its lifespan gave to requests.
    """

    app: Application
    state: Mapping[str, Any]

    async def request(
        self, method: str, target: str, *, json: object = None, headers: Mapping[str, str] | None = None
    ) -> InProcessAnswer:
        """Sends one request and returns the whole answer. Whoever is cancelled here has left, as a browser does.

        Args:
            method: such as `POST`.
            target: path and query, such as `/projects?size=100`.
            json: is sent as the body, unless it is None.
            headers: of the request.

        Raises:
            Exception: what the application itself raises, where it answers nothing.
        """
        path, _, query = target.partition("?")
        body = b"" if json is None else json_text.dumps(json).encode()
        sent = {**({} if json is None else {"content-type": "application/json"}), **(headers or {})}
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method.upper(), "scheme": "http", "server": ("app.test", 80), "client": ("client.test", 1),
            "path": unquote(path), "raw_path": quote(path, safe="/%:@,+").encode(), "query_string": query.encode(),
            "root_path": "", "state": dict(self.state),
            "headers": [(b"host", b"app.test"), (b"content-length", b"%d" % len(body))]
            + [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
        }  # fmt: skip
        exchange = _Exchange([{"type": "http.request", "body": body, "more_body": False}])
        await self.app(scope, exchange.receive, exchange.send)
        if exchange.begun is None:
            raise ApplicationFailed(f"{method} {target}: the application ended without an answer")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in exchange.begun["headers"]}
        return InProcessAnswer(exchange.begun["status"], named, bytes(exchange.content))

    async def get(self, target: str, *, headers: Mapping[str, str] | None = None) -> InProcessAnswer:
        """Sends a GET."""
        return await self.request("GET", target, headers=headers)

    async def post(
        self, target: str, *, json: object = None, headers: Mapping[str, str] | None = None
    ) -> InProcessAnswer:
        """Sends a POST."""
        return await self.request("POST", target, json=json, headers=headers)


@attrs.define(eq=False)
class _Exchange:
    """One request and its answer."""

    incoming: list[Message]
    begun: Message | None = None
    content: bytearray = attrs.field(factory=bytearray)
    done: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def receive(self) -> Message:
        if self.incoming:
            return self.incoming.pop(0)
        await self.done.wait()  # who asked stays until all is there
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = message
        elif message["type"] == "http.response.body":
            self.content += message.get("body", b"")
            if not message.get("more_body", False):
                self.done.set()


@asynccontextmanager
async def in_process(app: Application) -> AsyncGenerator[InProcess]:
    """Runs an application, its lifespan included, while the block runs.

        async with in_process(app) as application:
            answer = await application.get("/projects?size=100")

    Args:
        app: an ASGI application, such as one of FastAPI.

    Raises:
        ApplicationFailed: it does not start, or its end fails.
    """
    state: dict[str, Any] = {}
    orders: asyncio.Queue[Message] = asyncio.Queue()
    replies: asyncio.Queue[Message] = asyncio.Queue()
    life = asyncio.create_task(
        _live(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}, orders, replies)
    )
    try:
        await _order("startup", orders, replies)
        yield InProcess(app, state)
        await _order("shutdown", orders, replies)
    finally:
        life.cancel()  # it has ended already, unless the block was left by an error
        await asyncio.wait([life])


async def _live(
    app: Application, scope: dict[str, Any], orders: asyncio.Queue[Message], replies: asyncio.Queue[Message]
) -> None:
    try:
        await app(scope, orders.get, replies.put)
    except Exception as error:
        await replies.put({"type": "lifespan.failed", "message": f"{type(error).__name__}: {error}"})


async def _order(what: str, orders: asyncio.Queue[Message], replies: asyncio.Queue[Message]) -> None:
    await orders.put({"type": f"lifespan.{what}"})
    reply = await replies.get()
    if reply["type"] != f"lifespan.{what}.complete":
        raise ApplicationFailed(f"{what}: {reply.get('message', reply['type'])}")
