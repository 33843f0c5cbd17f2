"""A table of a DuckDB file as a file for readers: Parquet, CSV or JSON lines, by COPY. Pure: SQL from columns.

Date-times are in UTC with a `Z` where they are text. CSV holds nested values as JSON text, null as nothing and empty
text as `""`; JSON lines nest. In Parquet, JSON of no fixed shape is text, and fields carry their units and meaning.
"""

# ruff: noqa: S608 - names come from the contract and stand in quotes

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from ..._codec.arrow.columns import Column, stored_columns
from ..target import Table
from .duckdb_tables import FoundColumn, text_of
from .sql import quoted

__all__ = ["Format", "copying", "described", "published_rows"]

Format: TypeAlias = Literal["parquet", "csv", "jsonl"]

_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"

_OPTIONS: Final[dict[Format, str]] = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true, NULLSTR ''",
    "jsonl": f"FORMAT json, ARRAY false, TIMESTAMPFORMAT '{_MOMENT}'",
}


def published_rows(name: str, table: Table, found: Mapping[str, FoundColumn], format: Format, *, sort: bool) -> str:
    """The query for the rows of a table as they stand in a file.

    Args:
        name: of the table, as SQL has it.
        table: what its rows are.
        found: the columns that it has: those of its rows, and others that earlier versions had.
        format: of the file.
        sort: whether they have to be brought into the order of their ids.
    """
    known = {column.name: column for column in stored_columns(table.columns, raw=True)}
    columns = ", ".join(f"{_value(known.get(each), each, found[each], format)} AS {quoted(each)}" for each in found)
    return f"SELECT {columns} FROM {name}{' ORDER BY id' if sort else ''}"


def copying(query: str, format: Format, path: Path, schema: pa.Schema | None = None) -> str:
    """The statement that writes the rows of a query to a file.

    Args:
        query: the rows.
        format: of the file.
        path: of the file, which is written to as it is, without a second one beside it.
        schema: of the rows, where the file shall tell what its fields mean.
    """
    options = [_OPTIONS[format], "USE_TMP_FILE false"]
    if format == "parquet" and schema is not None:
        text = base64.b64encode(schema.serialize().to_pybytes()).decode()
        options.append(f"KV_METADATA {{{text_of('ARROW:schema')}: {text_of(text)}}}")
    return f"COPY ({query}) TO {text_of(str(path))} ({', '.join(options)})"


def described(schema: pa.Schema, table: Table) -> pa.Schema:
    """The schema with what its fields mean, and their units."""
    known = {column.name: column for column in stored_columns(table.columns, raw=True)}
    fields = []
    for field in schema:
        column = known.get(field.name)
        words = {} if column is None else {"description": column.description, "unit": column.unit}
        fields.append(field.with_metadata({word: text for word, text in words.items() if text}))
    return pa.schema(fields)


def _value(column: Column | None, name: str, found: FoundColumn, format: Format) -> str:
    value = quoted(name)
    if format == "jsonl":
        return value
    if format == "parquet":
        return f"{value}::VARCHAR" if found.type == "JSON" else value
    if found.type.startswith("TIMESTAMP"):
        return _zulu(value)
    if column is not None and column.nested:
        return f"to_json({_with_zulu(value, column)})::VARCHAR"
    if found.type.startswith("STRUCT") or found.type.endswith("]"):
        return f"to_json({value})::VARCHAR"
    return f"{value}::VARCHAR" if found.type == "JSON" else value


def _zulu(value: str) -> str:
    return f"strftime({value} AT TIME ZONE 'UTC', '{_MOMENT}')"


def _with_zulu(value: str, column: Column, depth: int = 0) -> str:
    """A nested value with its date-times as text, at any depth."""
    if column.many:
        one = f"e{depth}"
        inner = Column(column.name, column.kind, fields=column.fields)
        if not _has_moments(inner):
            return value
        return f"list_transform({value}, lambda {one}: {_with_zulu(one, inner, depth + 1)})"
    if column.kind == "timestamptz":
        return _zulu(value)
    if column.kind != "struct" or not _has_moments(column):
        return value
    fields = ", ".join(
        f"{quoted(field.name)} := {_with_zulu(f'{value}.{quoted(field.name)}', field, depth)}"
        for field in column.fields
    )
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({fields}) END"


def _has_moments(column: Column) -> bool:
    return column.kind == "timestamptz" or any(map(_has_moments, column.fields))
