"""Places for rows, of each kind, that are gone after the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asyncsdk.extract.target import Place
from tests.extract.stored import FILE_KINDS, place_of, postgres_schema

POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(params=[*FILE_KINDS, "duckdb", POSTGRES])
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


@pytest.fixture(params=["duckdb", POSTGRES])
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
