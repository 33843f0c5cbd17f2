"""Where a shared budget is kept: its address, which may hold a password, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ArgumentError, ConfigurationError

if TYPE_CHECKING:
    from .redis_worker import RedisConnections

__all__ = ["connections_to", "named", "place_of"]


def connections_to(url: str, timeout: float = 1.0) -> RedisConnections:
    """RedisConnections for budgets kept at `url`. None is opened yet.

    Raises `ConfigurationError` where the extra `redis` is not installed, `ArgumentError` where `url` is none.
    """
    refusal: ConfigurationError | None = None
    try:
        from redis.asyncio.connection import parse_url

        from .redis_worker import RedisConnections

        parse_url(url)
    except ImportError as error:
        refusal = ConfigurationError('a budget in Redis needs the extra: pip install "asyncsdk[redis]"')
        refusal.__cause__ = error.with_traceback(None)
    except ValueError:
        refusal = ArgumentError("budget", "write redis://host:port/db, rediss://... or unix://...")
    if refusal is not None:
        url = ""  # it may hold a password, and a traceback shows variables
        raise refusal
    return RedisConnections(url, timeout)


def place_of(url: str) -> str:
    """Returns host and port of an address, or the path of a socket: never the address as it was written."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}:{parts.port or 6379}" if parts.scheme != "unix" else parts.path


def named(error: Exception, timeout: float) -> str:
    """Returns an error in words; those of a time-out, of `timeout` seconds, have none of their own."""
    words = str(error)
    if not words and isinstance(error, TimeoutError):
        words = f"no answer within {timeout:g} s"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
