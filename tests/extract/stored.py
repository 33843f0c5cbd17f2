"""Rows of every kind, places to put them, and a reader that is not the one under test."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import attrs

from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk._codec.fields import Json, Number, Timestamp, dynamic, wire
from asyncsdk.extract.target import Batch, Owner, Place, Table, Target
from asyncsdk.extract.targets import make_target

POSTGRES: Final = os.environ.get("ASYNCSDK_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
FILE_KINDS: Final = ("parquet", "csv", "jsonl")
KINDS: Final = (*FILE_KINDS, "duckdb", "delta", "postgresql")

ACME: Final = Owner("https://api.example.test", "acme")
GLOBEX: Final = Owner("https://api.example.test", "globex")
NIGHT: Final = dt.datetime(2024, 3, 1, 2, 0, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class Person:
    """Inside of a row."""

    id: int
    name: str | None = None
    since: Timestamp | None = None


@attrs.frozen(kw_only=True)
class Thing:
    """A row with a field of every kind."""

    id: int
    name: str | None = None
    value: Number | None = None
    hours: int | None = None
    flag: bool | None = None
    day: dt.date | None = None
    updated_at: Timestamp | None = None
    deleted_at: Timestamp | None = None
    from_: str | None = attrs.field(default=None, metadata=wire("from"))
    tags: tuple[str, ...] | None = None
    owner: Person | None = None
    people: tuple[Person, ...] | None = None
    anything: Json = None
    metadata: Mapping[int, Json] = attrs.field(factory=dict, hash=False, metadata=dynamic("metadata_"))


@attrs.frozen(kw_only=True)
class Narrow:
    """What an older version knew of a Thing; `value` was a whole number then, and `gone` has vanished since."""

    id: int
    name: str | None = None
    value: int | None = None
    gone: str | None = None
    deleted_at: Timestamp | None = None


@attrs.frozen(kw_only=True)
class OldPerson:
    """Inside of an older version's row."""

    id: int
    name: str | None = None


@attrs.frozen(kw_only=True)
class OldTeam:
    """An older version's row that holds others."""

    id: int
    people: tuple[OldPerson, ...] | None = None


THINGS: Final = Table("things", Thing, columns_of(Thing))
NARROW: Final = Table("things", Narrow, columns_of(Narrow))


def batch(*rows: object, whole: dt.datetime | None = None, **more: Any) -> Batch:
    return Batch(rows=rows, whole=whole, **more)


def place_of(kind: str, folder: Path, schema: str | None = None, prefix: str = "") -> Place:
    """A place of a kind; a schema of PostgreSQL has to be made and dropped by `postgres_schema`."""
    if kind == "postgresql":
        return Place(POSTGRES, schema, prefix)
    return Place(f"{kind}:{folder / ('rows.duckdb' if kind == 'duckdb' else 'rows')}", schema, prefix)


def kind_of(place: Place) -> str:
    return place.text.partition(":")[0]


def folder_of(place: Place) -> Path:
    """The folder, or the file, that a place names."""
    return Path(place.text.partition(":")[2])


@contextmanager
def opened(place: Place, *tables: Table, owner: Owner = ACME) -> Iterator[Target]:
    target = make_target(place)
    target.open(owner, tables or (THINGS,))
    try:
        yield target
    finally:
        target.close()


@contextmanager
def postgres_schema() -> Iterator[str]:
    """A name for a schema that is dropped at the end. Raises psycopg.OperationalError where no server answers."""
    import psycopg

    name = f"asyncsdk_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as database:
        try:
            yield name
        finally:
            database.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


def rows_of(place: Place, table: str = "things") -> list[dict[str, Any]]:
    """All rows that a reader of the target sees, by id, as the target's own kind of reader has them."""
    kind, _, where = place.text.partition(":")
    reader: Callable[[], list[dict[str, Any]]]
    if kind in FILE_KINDS:
        folder = Path(where) / (place.schema or "") / f"{place.prefix}{table}"
        files = sorted(folder.glob(f"*.{kind}"))
        rows = [row for path in files for row in _FILES[kind](path)]
    elif kind == "delta":
        rows = _delta(f"{where}/{place.schema}" if place.schema else where, f"{place.prefix}{table}")
    else:
        reader = (lambda: _duckdb(where, place, table)) if kind == "duckdb" else (lambda: _postgres(place, table))
        rows = reader()
    return sorted(rows, key=lambda row: int(row["id"]))


def committed_in(place: Place, table: str = "things") -> list[dict[str, Any]]:
    """All rows that were committed, by id: of a folder also those that are not published yet."""
    if kind_of(place) not in FILE_KINDS:
        return rows_of(place, table)
    file = folder_of(place) / (place.schema or "") / ".asyncsdk" / f"{place.prefix}staging.duckdb"
    rows = _duckdb(str(file), Place("", None, place.prefix), table)
    return sorted(rows, key=lambda row: int(row["id"]))


def nested(value: Any) -> Any:
    """A value that some readers get as the text of its JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read().to_pylist()


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _duckdb(where: str, place: Place, table: str) -> list[dict[str, Any]]:
    import duckdb

    database = duckdb.connect(where, read_only=True)
    try:
        found = database.sql(f'SELECT * FROM "{place.schema or "main"}"."{place.prefix}{table}"').to_arrow_table()
        return list(found.to_pylist())
    finally:
        database.close()


def _delta(where: str, table: str) -> list[dict[str, Any]]:
    import deltalake

    return list(deltalake.DeltaTable(f"{where}/{table}").to_pyarrow_table().to_pylist())


def _postgres(place: Place, table: str) -> list[dict[str, Any]]:
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(POSTGRES, row_factory=dict_row) as database:
        return database.execute(
            f'SELECT * FROM "{place.schema or "public"}"."{place.prefix}{table}"'.encode()
        ).fetchall()


_FILES: Final = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}


def things(*ids: int, **facts: Any) -> list[Thing]:
    return [Thing(id=id_, name=f"n{id_}", owner=Person(id=id_), metadata={13: "x"}, **facts) for id_ in ids]
