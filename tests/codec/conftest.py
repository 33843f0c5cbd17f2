"""What the client warns of while a test runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What the client warned of."""
    said: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler = Keeping(logging.WARNING)
    logging.getLogger("asyncsdk").addHandler(handler)
    yield said
    logging.getLogger("asyncsdk").removeHandler(handler)
