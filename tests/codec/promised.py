"""Rows of projects, whole and without what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asyncsdk._codec.decode import to_dict
from asyncsdk.models import Project
from asyncsdk.testing import Factory


def project(id: int, **changes: object) -> dict[str, Any]:
    row = to_dict(Factory()(Project))
    assert isinstance(row, dict)
    return {**row, "id": id, **changes}


def without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
