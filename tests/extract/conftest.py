"""Places for rows, of each kind, that are gone after the test, a sandbox to read from, and a target in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import asyncsdk.extract.run as run_module
from asyncsdk import Wethod
from asyncsdk.extract.target import Place
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import Memory, client
from tests.extract.stored import FILE_KINDS, POSTGRES, place_of, postgres_schema

ON_POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server's target writes beside the program, its rejected rows, is not left in the checkout."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=[*FILE_KINDS, "duckdb", "delta", ON_POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty target of every kind, in turn."""
    with made(request.param, tmp_path) as place:
        yield place


@pytest.fixture(params=FILE_KINDS)
def folder_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty folder for every kind of file, in turn."""
    return place_of(request.param, tmp_path)


@pytest.fixture(params=[*FILE_KINDS, "duckdb"])
def local_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty target of every kind that is on this machine's disk, in turn."""
    return place_of(request.param, tmp_path)


@pytest.fixture(params=["duckdb", ON_POSTGRES])
def database_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty target of every kind of database, in turn."""
    with made(request.param, tmp_path) as place:
        yield place


@pytest.fixture
def postgres_place(tmp_path: Path) -> Iterator[Place]:
    """A schema's name, of which there is none yet."""
    with made("postgresql", tmp_path) as place:
        yield place


@contextmanager
def made(kind: str, folder: Path) -> Iterator[Place]:
    if kind == "delta":
        pytest.importorskip("deltalake")
    if kind != "postgresql":
        yield place_of(kind, folder)
        return
    psycopg = pytest.importorskip("psycopg")
    schema = postgres_schema()
    try:
        name = schema.__enter__()
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL server answers on loopback")
    try:
        yield place_of(kind, folder, name)
    finally:
        schema.__exit__(None, None, None)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with fifteen hundred rows of the longest list."""
    async with Sandbox(rows=1500, seed=3) as sandbox:
        yield sandbox


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    """A client of `sandbox`."""
    async with client(sandbox) as wethod:
        yield wethod


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The target of every run, wherever it is told to write."""
    memory = Memory(tmp_path)

    def make(_place: Place) -> Memory:
        return memory

    monkeypatch.setattr(run_module, "make_target", make)
    return memory


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs commit every 300 rows."""
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 300)


@pytest.fixture
def sql(postgres_place: Place) -> Iterator[Any]:
    """Executes a statement beside the target, in its schema, and gives all rows."""
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as database:
        database.execute(f'SET search_path = "{postgres_place.schema}"'.encode())

        def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
            cursor = database.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

        yield run
