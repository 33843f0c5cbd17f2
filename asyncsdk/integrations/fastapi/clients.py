"""Which client a request works with: the application's own, or one with the token of whoever sent the request.

The client is made when the process starts to serve and closed when it stops; requests find it through the state of
their application. It is kept neither in a module nor in a context variable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypedDict, Unpack

import attrs
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ...client import Wethod
from ...errors import ConfigurationError
from ...events import Hooks
from ...settings import Priority, RetryPolicy, Secret, secret
from ...sharing import single_flight as share

if TYPE_CHECKING:
    import aiohttp

__all__ = ["UserWethod", "WethodClient", "WethodOptions", "user_wethod", "wethod_lifespan"]

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]]
OtherLifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager["Mapping[str, Any] | None"]]

_STATE = "wethod_clients"


class WethodOptions(TypedDict, total=False):
    """The arguments of `Wethod`, all of them optional; the environment gives what is left out."""

    token: str | Secret | None
    company: str | None
    version: str | None
    base_url: str | None
    max_in_flight: int
    connect_timeout: float
    read_timeout: float
    deadline: float | None
    retry: RetryPolicy | None
    budget: int | str | None
    budget_key: str | None
    strict: bool
    priority: Priority
    session: aiohttp.ClientSession | None
    hooks: Hooks | None


@attrs.frozen(eq=False)
class Clients:
    """What requests work with: copies of `root` for users, and `own`, None where the application has no token."""

    root: Wethod
    own: Wethod | None


def wethod_lifespan(
    lifespan: OtherLifespan | None = None,
    *,
    single_flight: bool = True,
    own_token: bool = True,
    **options: Unpack[WethodOptions],
) -> Lifespan:
    """A lifespan that opens one client when a process begins to serve, and closes it when it ends.

        app = FastAPI(lifespan=wethod_lifespan(budget="redis://localhost/0"))

    The client is `app.state.wethod`, and `request.state.wethod` in requests; endpoints ask for `WethodClient`.

    Args:
        lifespan: another lifespan to run inside of this one: it finds the client in `app.state.wethod`, and its own
            state is kept. Inside a lifespan of yours write `async with wethod_lifespan()(app): ...` instead.
        single_flight: equal GETs of one process that are in the air at the same time share one request.
        own_token: False for an application that has no token and works with those of its users alone (`UserWethod`).
        options: the arguments of `Wethod`.

    Raises:
        ConfigurationError: when the process starts: no token or company, or a value that cannot be used.
    """

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        given: WethodOptions = {**options}
        if not own_token:
            given["token"] = "none"  # noqa: S105  # never sent: only copies with a user's token send anything
        async with Wethod(**given) as root:
            shared = share(root) if single_flight else root
            state = {
                _STATE: Clients(shared, shared if own_token else None),
                **({"wethod": shared} if own_token else {}),
            }
            for name, value in state.items():
                setattr(app.state, name, value)
            try:
                if lifespan is None:
                    yield state
                else:
                    async with lifespan(app) as inner:
                        yield {**state, **(inner or {})}
            finally:
                for name in state:
                    delattr(app.state, name)

    return opened


def _clients(connection: HTTPConnection) -> Clients:
    # An application that is mounted shares the state of requests; one whose lifespan was wrapped may lack it.
    found = getattr(connection.state, _STATE, None) or getattr(connection.app.state, _STATE, None)
    if not isinstance(found, Clients):
        raise ConfigurationError("no client is open: write FastAPI(lifespan=wethod_lifespan())")
    return found


async def _own(connection: HTTPConnection) -> Wethod:
    client = _clients(connection).own
    if client is None:
        raise ConfigurationError("this application has no token of its own: wethod_lifespan(own_token=False)")
    return client


WethodClient = Annotated[Wethod, Depends(_own)]
"""The application's client, as an argument of an endpoint: `async def plan(wethod: WethodClient)`."""

_BEARER = HTTPBearer(auto_error=False, description="Your Wethod API token")


async def _bearer_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> str | None:
    return None if credentials is None else credentials.credentials


def user_wethod(token: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Wethod]]:
    """A dependency that gives a client with the token that another dependency finds (in a session, in a store).

        async def stored_token(request: Request) -> str | None: ...

        MyWethod = Annotated[Wethod, Depends(user_wethod(stored_token))]

    The client acts with that person's permissions. It shares the application's connections; budget, pause and
    statistics are the person's own. A request without a token, or with one that cannot be one, is answered 401.

    Args:
        token: a dependency whose value is a token, or None.
    """

    async def client(connection: HTTPConnection, found: str | Secret | None = Depends(token)) -> Wethod:  # noqa: B008  # FastAPI's way
        clients = _clients(connection)
        try:
            return clients.root.with_options(token=secret(found or ""))
        except ConfigurationError:
            pass  # raised outside: a refusal must not carry the token in its context
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED, "send a Wethod API token", headers={"WWW-Authenticate": "Bearer"}
        )

    return client


UserWethod = Annotated[Wethod, Depends(user_wethod(_bearer_token))]
"""A client with the token of the request's `Authorization: Bearer` header: users act with their own permissions."""
