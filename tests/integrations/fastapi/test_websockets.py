"""Errors over WebSockets: answered before they are accepted, and closed with a code and a reason after that."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from asyncsdk import WethodError, errors
from asyncsdk.integrations.fastapi import UserWethodDep, WethodDep, install_error_handlers, wethod_lifespan
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory
from tests.integrations.fastapi.application import options, served

make = Factory()
MISSING = 999_999


def application(sandbox: Sandbox) -> FastAPI:
    app = FastAPI(lifespan=wethod_lifespan(**options(sandbox)))
    install_error_handlers(app)
    add_sockets(app)
    mounted = FastAPI()
    add_sockets(mounted)
    app.mount("/mounted", mounted)
    return app


def add_sockets(app: FastAPI) -> None:
    @app.websocket("/after")
    async def after(socket: WebSocket, wethod: WethodDep) -> None:
        await socket.accept()
        await wethod.projects.get(MISSING)

    @app.websocket("/before")
    async def before(socket: WebSocket, wethod: WethodDep) -> None:
        await wethod.projects.get(MISSING)

    @app.websocket("/user")
    async def user(socket: WebSocket, wethod: UserWethodDep) -> None:
        await socket.accept()
        await socket.send_json(len(await wethod.streams.list()))
        await socket.close()


@pytest.mark.parametrize("path", ["/after", "/mounted/after"])
async def test_an_accepted_socket_is_closed_with_a_code_and_a_reason(
    sandbox: Sandbox, browser: aiohttp.ClientSession, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(application(sandbox)) as url, browser.ws_connect(url + path) as socket:
        message = await socket.receive()
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert message.data == 1008
        assert message.extra is not None
        assert message.extra.startswith("not_found: ")
    assert "RuntimeError" not in caplog.text


@pytest.mark.parametrize("path", ["/before", "/mounted/before"])
async def test_a_socket_that_was_not_accepted_gets_an_answer(
    sandbox: Sandbox, browser: aiohttp.ClientSession, path: str
) -> None:
    async with served(application(sandbox)) as url:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await browser.ws_connect(url + path)
    assert refusal.value.status == 404


async def test_users_have_tokens_over_sockets_as_well(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    sandbox.add_token("ann")
    async with served(application(sandbox)) as url:
        async with browser.ws_connect(f"{url}/user", headers={"Authorization": "Bearer ann"}) as socket:
            assert await socket.receive_json() == sandbox.count("streams")
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await browser.ws_connect(f"{url}/user")
        assert refusal.value.status == 401
        async with browser.ws_connect(f"{url}/user", headers={"Authorization": "Bearer unknown"}) as socket:
            assert (await socket.receive()).data == 1008


class Plain:
    """A server without the extension for answers to WebSockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "extensions": {}}, receive, send)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (make.error(errors.NotFoundError), 1008),
        (make.error(errors.PermissionDeniedError), 1008),
        (make.error(errors.RateLimitError), 1013),
        (make.error(errors.ServerError, status=500), 1011),
        (make.error(errors.RequestTimeoutError), 1011),
        (errors.ArgumentError("name", "ü" * 500), 1008),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("server", [Plain, lambda app: app])
def test_the_code_says_whose_fault_it_was(
    error: WethodError, code: int, accepted: bool, server: Callable[[ASGIApp], ASGIApp]
) -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.websocket("/")
    async def fails(socket: WebSocket) -> None:
        if accepted:
            await socket.accept()
        raise error

    with pytest.raises(WebSocketDisconnect) as closed, TestClient(server(app)).websocket_connect("/") as socket:
        socket.receive_text()
    if accepted or server is Plain:
        assert closed.value.code == code
        assert 0 < len(closed.value.reason.encode()) <= 123


def test_an_error_after_the_socket_was_closed_is_nobodys_business() -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.websocket("/")
    async def fails(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close(1000)
        raise make.error(errors.NotFoundError)

    with pytest.raises(WebSocketDisconnect) as closed, TestClient(app).websocket_connect("/") as socket:
        socket.receive_text()
    assert closed.value.code == 1000
