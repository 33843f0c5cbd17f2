"""Pages of rows as bytes, whole and broken."""

from __future__ import annotations

HUGE = "9" * 5000


def row(id: int, fields: str) -> bytes:
    """The text of a Leader that fits, with more text behind its id."""
    return f'{{"id": {id}, {fields}}}'.encode()


def page(*rows: bytes) -> bytes:
    return b"[" + b", ".join(rows) + b"]"
