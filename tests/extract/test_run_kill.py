"""Extractions that are killed at random moments: no row lost, none doubled, little asked for again."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncsdk import Wethod

pytest.importorskip("typer")
pytest.importorskip("rich")

ROWS = 20_000
KILLS = 3
STREAMS = "production_plan_streams"
POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own; the WETHOD_* variables that lead to it."""
    command = [sys.executable, "-m", "asyncsdk", "sandbox", "--port", "0", "--rows", str(ROWS), "--latency-ms", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().removeprefix("export ").strip() for _ in range(4)]
        yield dict(line.split("=", 1) for line in lines) | {"WETHOD_BUDGET": "none"}
        process.terminate()


def requests_at(sandbox: dict[str, str]) -> int:
    """Requests that a sandbox has answered."""
    with urllib.request.urlopen(sandbox["WETHOD_BASE_URL"] + "/_sandbox", timeout=10) as answer:
        return sum(json.load(answer)["statuses"].values())


@pytest.fixture(scope="module")
def every_id(sandbox: dict[str, str]) -> set[int]:
    """The ids of all rows of the sandbox."""

    async def read() -> set[int]:
        token, company, url = (sandbox[f"WETHOD_{name}"] for name in ("TOKEN", "COMPANY", "BASE_URL"))
        async with Wethod(token=token, company=company, base_url=url, budget=None) as wethod:
            return {row.id async for row in wethod.production_plan_streams.list(deleted="include")}

    return asyncio.run(read())


def ids_of(kind: str, where: str, schema: str | None) -> list[int]:
    """The ids a target holds, as its readers see them."""
    if kind == "parquet":
        from pyarrow import parquet

        return [
            int(str(id_)) for path in _parts(where, "parquet") for id_ in parquet.read_table(path)["id"].to_pylist()
        ]
    if kind == "csv":
        return [
            int(row["id"]) for path in _parts(where, "csv") for row in csv.DictReader(io.StringIO(path.read_text()))
        ]
    if kind == "jsonl":
        return [json.loads(line)["id"] for path in _parts(where, "jsonl") for line in path.read_text().splitlines()]
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(where, read_only=True) as connection:
            return [id_ for (id_,) in connection.execute(f'SELECT id FROM "{STREAMS}"').fetchall()]
    import psycopg

    with psycopg.connect(where) as connection:
        return [id_ for (id_,) in connection.execute(f'SELECT id FROM "{schema}"."{STREAMS}"').fetchall()]


def _parts(folder: str, suffix: str) -> list[Path]:
    return sorted((Path(folder) / STREAMS).glob(f"*.{suffix}"))


def _need(kind: str) -> None:
    if kind in {"parquet", "csv", "jsonl"}:
        pytest.importorskip("pyarrow")
    elif kind == "duckdb":
        pytest.importorskip("duckdb")
    else:
        pytest.importorskip("psycopg")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", 5432)):
                pytest.skip("no PostgreSQL on 127.0.0.1:5432")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "kind", ["parquet", "csv", "jsonl", "duckdb", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_killed_at_any_moment_and_started_again(
    kind: str, seed: int, sandbox: dict[str, str], every_id: set[int], tmp_path: Path
) -> None:
    _need(kind)
    draw = random.Random(f"{kind} {seed}")
    schema = f"killed_{uuid.uuid4().hex[:8]}" if kind == "postgresql" else None
    where = POSTGRES if schema else str(tmp_path / ("rows.duckdb" if kind == "duckdb" else "rows"))
    to = where if schema else f"{kind}:{where}"
    words = [sys.executable, "-m", "asyncsdk", "extract", STREAMS, "--to", to, "--json", "--quiet"]
    words += ["--schema", schema] if schema else []
    environ = os.environ | sandbox
    before = requests_at(sandbox)
    for _ in range(KILLS):
        with subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            # A start takes about a second, the whole list one more: most are killed in the midst of it.
            time.sleep(draw.uniform(0.6, 1.7))
            run.kill()
    done = subprocess.run(words, env=environ, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["tables"][0]["outcome"] == "complete"
    spent = requests_at(sandbox) - before
    ids = ids_of(kind, where, schema)
    assert len(ids) == len(set(ids)), "an id is there twice"
    assert spent <= len(ids) / 99 + (KILLS + 1) * 2 * 8 + KILLS * 10_000 / 99
    assert set(ids) == every_id
