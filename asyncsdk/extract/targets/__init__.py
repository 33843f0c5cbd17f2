"""Makes the target that a place names, and imports what that one needs and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ...errors import ConfigurationError
from ..target import Place, Target

if TYPE_CHECKING:
    from .publishing import Format

__all__ = ["make_target"]

_NAME = re.compile(r"[^\W\d][\w.-]*|\d[\w.-]*")

_KINDS = "parquet:DIR, duckdb:FILE, postgresql://..., delta:DIR, delta:s3://bucket/prefix, csv:DIR or jsonl:DIR"


def make_target(place: Place) -> Target:
    """The target that `place` names. Nothing is opened or made on disk.

    Raises:
        ConfigurationError: a place that says no target, or one whose extra is not installed.

    Example:
        >>> make_target(Place("jsonl:out"))  # doctest: +SKIP
    """
    kind, _, where = place.text.partition(":")
    for name, value in (("schema", place.schema), ("prefix", place.prefix or None)):
        if value is not None and not _NAME.fullmatch(value):
            raise ConfigurationError(f"{name}: letters, digits, _, - and . only, not {value!r}")
    if not where or kind not in ("parquet", "csv", "jsonl", "delta", "duckdb", "postgresql", "postgres"):
        # What was given may be an address with a password in it, only misspelt.
        raise ConfigurationError(f"no such target; write {_KINDS}")
    if place.state is not None and kind not in ("parquet", "csv", "jsonl"):
        raise ConfigurationError(f"state: only folders (parquet:, csv:, jsonl:) keep one, not {kind}:")
    try:
        if kind in ("postgresql", "postgres"):
            from .postgres import PostgresTarget

            return PostgresTarget(place.text, place.schema, place.prefix, place.patience)
        if kind == "duckdb":
            from .duckdb import DuckDBTarget

            return DuckDBTarget(Path(where).expanduser(), place.schema, place.prefix)
        if kind == "delta":
            from .delta import DeltaTarget

            return DeltaTarget(f"{where.rstrip('/')}/{place.schema}" if place.schema else where, place.prefix)
        from .folder import FolderTarget

        folder = Path(where).expanduser() / (place.schema or "")
        return FolderTarget(folder, cast("Format", kind), place.prefix, place.state)
    except ImportError as error:
        extras = {"delta": "delta", "duckdb": "duckdb", "postgresql": "postgres", "postgres": "postgres"}
        extra = extras.get(kind, "parquet")
        raise ConfigurationError(
            f"{kind}: needs {error.name or 'a package'}, which is not installed; "
            f"`python -m pip install 'asyncsdk[{extra}]'`"
        ) from None
