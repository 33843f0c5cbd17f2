"""Which client a request works with: the application's own, or one with the token of whoever sent the request.

`lifespan` makes the clients when the process starts to serve; requests find them through the state of their
application. They are kept neither in a module nor in a context variable.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

import attrs
from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPAuthorizationCredentials

from ..._sending.settings import Secret, secret
from ...client import Wethod
from ...errors import ConfigurationError
from ...events import ResponseReceived
from .bearer import BEARER
from .failures import TokenMissing

__all__ = [
    "Clients",
    "RefusedTokens",
    "UserWethodDep",
    "WethodDep",
    "get_user_wethod",
    "get_wethod",
    "refused_user",
    "user_wethod",
    "wethod_of",
]

STATE_KEY: Final = "wethod"
"""Where a client is in the state of its application, unless its lifespan names another place."""

_MOST_REFUSED: Final = 1000
_USERS: Final = "wethod_users"


class RefusedTokens:
    """The digests of users' tokens that Wethod refused last, so that an answer tells them from the application's own.

    It holds the latest thousand: who tries tokens at random fills no memory.
    """

    def __init__(self) -> None:
        self._digests: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, digest: str) -> bool:
        return digest in self._digests

    def note(self, digest: str, status: int | None) -> None:
        """Takes note of an answer to a request with the token."""
        if status == 401:
            self._digests[digest] = None
            if len(self._digests) > _MOST_REFUSED:
                self._digests.popitem(last=False)
        elif status is not None:
            self._digests.pop(digest, None)


@attrs.frozen
class _Noting:
    """Observes the answers to one user's requests. Equal for equal tokens, so that equal GETs can share a request."""

    refused: RefusedTokens = attrs.field(eq=False)
    digest: str
    other: Callable[[ResponseReceived], object] | None

    def __call__(self, event: ResponseReceived) -> None:
        self.refused.note(self.digest, event.status)
        if self.other is not None:
            self.other(event)


@attrs.frozen(eq=False)
class Clients:
    """What requests work with: copies of `root` for users, and `own`, None where the application has no token."""

    root: Wethod
    own: Wethod | None
    refused: RefusedTokens = attrs.field(factory=RefusedTokens)

    def of_user(self, token: str | Secret | None) -> Wethod:
        """A client with the token of a user.

        Raises:
            TokenMissing: there is none, or it cannot be one.
        """
        try:
            wrapped = secret(token or "")
            hooks = self.root.settings.hooks
            noting = _Noting(self.refused, wrapped.digest(), hooks.response)
            return self.root.with_options(token=wrapped, hooks=attrs.evolve(hooks, response=noting))
        except ConfigurationError:
            pass  # raised outside: a refusal must not carry the token in its context
        raise TokenMissing


def clients_of(connection: HTTPConnection, state_key: str = STATE_KEY) -> Clients:
    """The clients of the application that a request came to.

    Raises:
        ConfigurationError: none is open.
    """
    name = f"{state_key}_clients"
    # An application that is mounted shares the state of requests; one whose lifespan was wrapped may lack it.
    found = getattr(connection.state, name, None) or getattr(connection.app.state, name, None)
    if not isinstance(found, Clients):
        key = "" if state_key == STATE_KEY else f"state_key={state_key!r}"
        raise ConfigurationError(
            f"no client is open: write FastAPI(lifespan=wethod_lifespan({key})); `with TestClient(app):` runs it"
        )
    return found


def refused_user(connection: HTTPConnection) -> bool:
    """Whether Wethod refused the token that came with a request."""
    users: list[tuple[RefusedTokens, str]] = getattr(connection.state, _USERS, [])
    return any(digest in refused for refused, digest in users)


def wethod_of(state_key: str) -> Callable[..., Coroutine[Any, Any, Wethod]]:
    """A dependency that gives the client of `wethod_lifespan(state_key=...)`, for applications with several.

    GlobexDep = Annotated[Wethod, Depends(wethod_of("globex"))]
    """

    async def client(connection: HTTPConnection) -> Wethod:
        return _own(connection, state_key)

    return client


def user_wethod(token: Callable[..., Any], *, state_key: str = STATE_KEY) -> Callable[..., Coroutine[Any, Any, Wethod]]:
    """A dependency that gives a client with the token that another dependency finds (in a session, in a store).

        async def stored_token(request: Request) -> str | None: ...

        MyWethodDep = Annotated[Wethod, Depends(user_wethod(stored_token))]

    The client acts with that person's permissions. It shares the application's connections; budget, pause and
    statistics are the person's own. A request without a token, or with one that cannot be one, is answered 401.

    Args:
        token: a dependency whose value is a token, or None.
        state_key: of the lifespan whose connections and company it uses.
    """

    async def client(connection: HTTPConnection, found: str | Secret | None = Depends(token)) -> Wethod:  # noqa: B008  # FastAPI's way
        return _of_user(connection, found, state_key)

    return client


async def get_wethod(connection: HTTPConnection) -> Wethod:
    """The application's client. Tests put another in its place: `app.dependency_overrides[get_wethod] = ...`.

    Raises:
        ConfigurationError: none is open, or the application has no token of its own.
    """
    return _own(connection, STATE_KEY)


async def get_user_wethod(
    connection: HTTPConnection, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Wethod:
    """A client with the token of the request's `Authorization: Bearer` header; tests override it as `get_wethod`.

    Raises:
        TokenMissing: the request has none: 401.
        ConfigurationError: no client is open.
    """
    return _of_user(connection, None if credentials is None else credentials.credentials, STATE_KEY)


def _own(connection: HTTPConnection, state_key: str) -> Wethod:
    client = clients_of(connection, state_key).own
    if client is None:
        raise ConfigurationError("this application has no token of its own: wethod_lifespan(own_token=False)")
    return client


def _of_user(connection: HTTPConnection, token: str | Secret | None, state_key: str) -> Wethod:
    clients = clients_of(connection, state_key)
    wethod = clients.of_user(token)
    used = wethod.settings.token
    if isinstance(used, Secret):  # as every token that came with a request
        users = [*getattr(connection.state, _USERS, ()), (clients.refused, used.digest())]
        setattr(connection.state, _USERS, users)
    return wethod


WethodDep = Annotated[Wethod, Depends(get_wethod)]
"""The application's client, as an argument of an endpoint: `async def plan(wethod: WethodDep)`."""

UserWethodDep = Annotated[Wethod, Depends(get_user_wethod)]
"""A client with the token of the request's `Authorization: Bearer` header: users act with their own permissions."""
