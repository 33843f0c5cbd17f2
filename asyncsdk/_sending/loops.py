"""Which event loop a call runs on, and a clear word where it is not asyncio's."""

from __future__ import annotations

import asyncio

from ..errors import ConfigurationError

__all__ = ["require_asyncio"]


def require_asyncio() -> asyncio.AbstractEventLoop:
    """Returns the event loop of asyncio that runs here.

    Raises:
        ConfigurationError: none does; trio's, for one, is another kind.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass  # raised outside: its words name no way out
    raise ConfigurationError(
        "asyncsdk needs asyncio, and no event loop of asyncio runs here (it may be trio's). Run the code by "
        "asyncio.run(...); serve an application by uvicorn, or by hypercorn with --worker-class asyncio; for tests "
        "with anyio's pytest plugin let the fixture anyio_backend return 'asyncio'"
    )
