"""Failures that nobody expected: told like any other, with their traceback in the log, and without what is secret."""

from __future__ import annotations

import logging
import traceback

from ..errors import WethodError
from .address import redacted

__all__ = ["Defect", "defect_of"]

logger: logging.Logger = logging.getLogger("asyncsdk")


class Defect(WethodError):
    """Something broke that is not the API's nor the target's doing."""


def defect_of(what: str, error: BaseException, secrets: frozenset[str]) -> Defect:
    """The error that says that a defect ended something; its traceback goes to the log.

    Args:
        what: it ended.
        error: as it was raised.
        secrets: what must not be seen, whoever quotes it.
    """
    trace = "".join(traceback.format_exception(error))
    if (text := redacted(trace, secrets)) == trace:
        logger.error("%s broke off", what, exc_info=error)
    else:
        logger.error("%s broke off: %s", what, text)
    said = redacted(f"{type(error).__name__}: {error}", secrets)
    return Defect(f"{said} (a defect of asyncsdk; the log has its traceback)")
