"""Writes that are not sent: those of a client that only reads, and those of a dry run."""

from __future__ import annotations

import logging
from typing import Final, TypeVar, cast

from ..errors import ConfigurationError
from ..errors._printable import printable
from .settings import Settings
from .wire import Answer, Reply, Request

__all__ = ["unsent"]

T = TypeVar("T")

LONGEST_BODY: Final = 2000  # characters of a body that are shown

logger: Final = logging.getLogger("asyncsdk")


def unsent(request: Request, settings: Settings) -> Reply[T]:
    """Logs a write in the place of sending it; the value of its reply is None.

    Raises:
        ConfigurationError: the client only reads, and this is no dry run.
    """
    if not settings.dry_run:
        raise ConfigurationError(
            f"{request.line}: this client only reads (read_only=True), so nothing was sent; "
            "write through a client made without it"
        )
    body = (request.body or b"(no body)")[: 4 * LONGEST_BODY]
    named = {
        "wethod_operation": request.operation,
        "wethod_route": request.route,
        "wethod_method": request.method,
        "wethod_company": settings.company,
    }
    text = printable(body.decode("utf-8", "replace"), LONGEST_BODY)
    logger.info("dry run, not sent: %s %s", request.line, text, extra=named)
    return Reply(cast("T", None), Answer(204, {}, b""))
