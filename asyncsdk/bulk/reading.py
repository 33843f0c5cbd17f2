"""Reads the input of a bulk write: mappings, models, or a file of CSV or JSON lines, with the API's names."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import attrs

from .._catalog import document
from .._codec.decode import to_dict
from ..errors import ArgumentError
from .refusals import RowsRefused

__all__ = ["Rows", "body_kinds", "read"]

Rows: TypeAlias = "str | PathLike[str] | Iterable[Mapping[str, object] | object]"
"""A path of a file `.csv`, `.jsonl` or `.ndjson`, or mappings and models."""

_WRITTEN_BY_THE_API: Final = {"id", "created_at", "updated_at", "deleted_at"}


def read(rows: Rows, kinds: Mapping[str, frozenset[str]]) -> list[dict[str, object]]:
    """Returns the rows, each by the API's names.

    Args:
        rows: a path, or rows. Models lose what only the API writes, and fields that are None.
        kinds: the JSON types of each field, so that cells of CSV are read as what they are. Empty cells are left out.

    Raises:
        ArgumentError: the file is of no known kind, or a row is neither mapping nor model.
        RowsRefused: lines that cannot be read.
    """
    if isinstance(rows, str | PathLike):
        path = Path(fspath(rows))
        match path.suffix.lower():
            case ".csv":
                return _read_csv(path, kinds)
            case ".jsonl" | ".ndjson":
                return _read_json_lines(path)
            case _:
                raise ArgumentError("rows", f"a file ends in .csv, .jsonl or .ndjson, not {path.name}")
    return [_plain(number, row) for number, row in enumerate(rows, 1)]


def _plain(number: int, row: object) -> dict[str, object]:
    if isinstance(row, Mapping):
        return dict(row)
    if attrs.has(type(row)):
        fields = cast("dict[str, object]", to_dict(row))
        return {name: value for name, value in fields.items() if value is not None and name not in _WRITTEN_BY_THE_API}
    raise ArgumentError("rows", f"row {number} is {type(row).__name__}; give mappings or models of asyncsdk.models")


def _read_csv(path: Path, kinds: Mapping[str, frozenset[str]]) -> list[dict[str, object]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        names = lines.fieldnames or []
        if len(set(names)) < len(names):
            raise ArgumentError("rows", f"{path.name} has a column twice")
        found, bad = list[dict[str, object]](), list[tuple[int, str]]()
        for number, line in enumerate(lines, 1):
            if None in line or None in line.values():
                bad.append((number, f"has not {len(names)} cells, as the header has"))
                continue
            found.append({name: _cell(text, kinds.get(name, frozenset())) for name, text in line.items() if text})
    if bad:
        raise RowsRefused(bad)
    return found


def _cell(text: str, kinds: frozenset[str]) -> object:
    """A cell as its field takes it; what cannot be read so stays text, for the rules of the call to refuse."""
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    for kind, convert in (("integer", int), ("number", float)):
        if kind in kinds:
            try:
                return convert(text)
            except ValueError:
                continue
    return text


def _read_json_lines(path: Path) -> list[dict[str, object]]:
    found, bad = list[dict[str, object]](), list[tuple[int, str]]()
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate((line for line in file if line.strip()), 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                bad.append((number, f"is no JSON: {error}"))
                continue
            if isinstance(row, dict):
                found.append(row)
            else:
                bad.append((number, "is no JSON object"))
    if bad:
        raise RowsRefused(bad)
    return found


def body_kinds(resource: str) -> Mapping[str, frozenset[str]]:
    """The JSON types that each field of a create takes, from the contract."""
    contract = cast("dict[str, Any]", document())
    for item in contract["paths"].values():
        operation = item.get("post", {})
        if operation.get("x-sdk") == {"resource": resource, "method": "create"}:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            fields = _resolved(contract, schema).get("properties", {})
            return {name: frozenset(_types(contract, each)) for name, each in fields.items()}
    return {}


def _resolved(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _types(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
    schema = _resolved(contract, schema)
    kind = schema.get("type", [])
    yield from [kind] if isinstance(kind, str) else kind
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _types(contract, each)
