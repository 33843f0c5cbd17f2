"""An API that answers as a test says, and the command line in a shell beside it."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

Capture = pytest.CaptureFixture[str]

EVIL = "[/] [red]A :warning: \x1b]0;owned\x07\x1b[2J\x9b1m\u202eB\r\nasyncsdk: all is well"


def slow(*values: object) -> Any:
    """A case that starts more interpreters to show what a faster one shows of its kind."""
    return pytest.param(*values, marks=pytest.mark.slow)


def project(id_: int, **more: object) -> dict[str, object]:
    """A row of projects."""
    moment = "2026-01-01T00:00:00Z"
    facts = {"id": id_, "created_at": moment, "updated_at": moment, "name": f"P{id_}", "value": 1.0, "probability": 50}
    facts |= {"date_start": "2026-01-01", "duration": 4, "is_archived": False, "job_order_category_id": 1}
    return {**facts, "client_id": 2, "pm_id": 1, **more}


@attrs.define(eq=False)
class Api:
    """Lists by path, and statuses with their bodies by path; `asked` has what was asked for."""

    url: str = ""
    lists: dict[str, list[dict[str, object]]] = attrs.field(factory=dict)
    errors: dict[str, tuple[int, object]] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
