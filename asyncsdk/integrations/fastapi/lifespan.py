"""The life of an application's clients: opened when its process starts to serve, closed when it stops.

An application may be run twice at the same time (two TestClients), or have several lifespans, one inside of another;
each finds its own client, and what was there before is there again when it has ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final, TypeAlias, Unpack

import attrs
from fastapi import FastAPI
from starlette.datastructures import State

from ..._sending.loops import require_asyncio
from ..._sending.options import WethodOptions
from ...client import Wethod
from ...errors import ArgumentError
from .clients import STATE_KEY, Clients
from .routes import check_routes

__all__ = ["WethodOptions", "wethod_lifespan"]

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]]
OtherLifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager["Mapping[str, Any] | None"]]

_RUNS: Final = "wethod_runs"
_NOTHING: Final = object()


def wethod_lifespan(
    lifespan: OtherLifespan | None = None,
    *,
    state_key: str = STATE_KEY,
    own_token: bool = True,
    **options: Unpack[WethodOptions],
) -> Lifespan:
    """A lifespan that opens one client when a process begins to serve, and closes it when it ends.

        app = FastAPI(lifespan=wethod_lifespan(shared_budget="redis://localhost/0"))

    The client is `app.state.wethod`, and `request.state.wethod` in requests; endpoints ask for `WethodDep`. Two
    companies are two lifespans, one inside of the other, the second with a `state_key` and `wethod_of(state_key)`:

        app = FastAPI(lifespan=wethod_lifespan(wethod_lifespan(company="globex", state_key="globex"), company="acme"))

    Args:
        lifespan: another lifespan to run inside of this one: it finds the client in `app.state.wethod`, and its own
            state is kept. Inside a lifespan of yours write `async with wethod_lifespan()(app): ...` instead.
        state_key: where the client is in the state of the application and of requests.
        own_token: False for an application that has no token and works with those of its users alone
            (`UserWethodDep`).
        options: the arguments of `Wethod`; `single_flight` is True here unless it is given.

    Raises:
        ArgumentError: `state_key` is no name of an attribute.
        ConfigurationError: when the process starts: no token or company, a value that cannot be used, an event loop
            that is not asyncio's, or an endpoint that takes a model for a query parameter.
    """
    _check_state_key(state_key)

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        require_asyncio()
        check_routes(app)
        given: WethodOptions = {"single_flight": True, **options}
        if not own_token:
            given["token"] = "none"  # noqa: S105  # never sent: only copies with a user's token send anything
        async with Wethod(**given) as root:
            state: dict[str, Any] = {f"{state_key}_clients": Clients(root, root if own_token else None)}
            if own_token:
                state[state_key] = root
            with _published(app.state, state):
                if lifespan is None:
                    yield state
                else:
                    async with lifespan(app) as inner:
                        yield {**state, **(inner or {})}

    return opened


def _check_state_key(name: object) -> None:
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise ArgumentError("state_key", f"a name such as 'globex', not {name!r}")


@attrs.define(eq=False)
class _Exposed:
    """What runs of lifespans show under one name, the latest last, and what was there before the first."""

    before: object
    open: list[object] = attrs.field(factory=list)


@contextmanager
def _published(state: State, values: Mapping[str, object]) -> Iterator[None]:
    """Shows values in the state of an application while the block runs, whichever of several runs ends first."""
    if not hasattr(state, _RUNS):
        setattr(state, _RUNS, {})
    runs: dict[str, _Exposed] = getattr(state, _RUNS)
    for name, value in values.items():
        runs.setdefault(name, _Exposed(getattr(state, name, _NOTHING))).open.append(value)
        setattr(state, name, value)
    try:
        yield
    finally:
        for name, value in values.items():
            shown = runs[name]
            shown.open = [each for each in shown.open if each is not value]
            left = shown.open[-1] if shown.open else runs.pop(name).before
            if getattr(state, name, None) is not value:
                continue  # a later run shows its own, or the application put something else there
            if left is _NOTHING:
                delattr(state, name)
            else:
                setattr(state, name, left)
