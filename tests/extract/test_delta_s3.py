"""Delta tables in a bucket of a real S3 server on loopback: nothing but an address and keys is needed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncsdk import fleet
from asyncsdk.extract import TargetError, TargetRefused, extract
from asyncsdk.extract.target import Batch, Contents, Place, Shrink, Written
from asyncsdk.extract.targets import make_target
from asyncsdk.fleet import Company
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.extract.memory import STREAMS, client
from tests.extract.opened_delta import STATE, opened, rows_in
from tests.extract.stored import ACME, GLOBEX, NIGHT, THINGS, things
from tests.fleet.noting import commits
from tests.fleet.workers import Workers

deltalake = pytest.importorskip("deltalake")
pytest.importorskip("moto.server")

pytestmark = pytest.mark.slow

BUCKET = "s3://lake/wethod"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with an empty bucket; it is ended at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as said:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        with subprocess.Popen(command, stdout=said, stderr=said) as server:
            try:
                while True:
                    assert server.poll() is None, log.read_text()
                    try:
                        urllib.request.urlopen(url, timeout=5).close()  # loopback
                    except urllib.error.HTTPError:
                        break
                    except OSError:
                        continue
                    break
                yield url
            finally:
                server.kill()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, and the environment that opens it."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "s3cret-of-the-bucket",
        "AWS_REGION": "us-east-1",
        "AWS_S3_ALLOW_UNSAFE_RENAME": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for path in ("/moto-api/reset", "/lake"):
        method = "POST" if path.startswith("/moto") else "PUT"
        urllib.request.urlopen(urllib.request.Request(endpoint + path, method=method), timeout=10).close()
    return BUCKET


def test_rows_and_states_are_of_one_moment(bucket: str) -> None:
    with opened(bucket) as target:
        assert target.write(THINGS, Batch(rows=things(1, 2, 3), whole=NIGHT), "k", STATE) == Written(new=3)
        assert target.write(THINGS, Batch(rows=things(1, 2)), "k", b'{"page":2}') == Written()
        assert target.write(THINGS, Batch(rows=things(1, 2, hours=5)), "k", b'{"page":3}') == Written(changed=2)
        target.save(THINGS, "k", STATE)
    with opened(bucket) as target:
        assert (target.state(THINGS, "k"), target.peek(THINGS, "k")) == (STATE, STATE)
        assert target.contents(THINGS) == Contents(3, 3)
        assert target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True) == Shrink(3, 0, marked=True)
        target.finish(THINGS)
    assert [row["hours"] for row in rows_in(bucket)] == [5, 5, None]


def test_of_two_writers_one_fails_and_nothing_is_lost_or_doubled(bucket: str) -> None:
    with opened(bucket) as one, opened(bucket) as other:
        one.write(THINGS, Batch(rows=things(1)), "k", b"1")
        with pytest.raises(TargetError, match="another run has written"):
            other.write(THINGS, Batch(rows=things(1, 2)), "k", b"2")
        one.write(THINGS, Batch(rows=things(3)), "k", b"3")
    assert [row["id"] for row in rows_in(bucket)] == [1, 3]


def test_another_companys_bucket_is_refused_and_a_table_can_be_removed(bucket: str) -> None:
    with opened(bucket) as target:
        target.write(THINGS, Batch(rows=things(1), whole=NIGHT), "k", STATE)
    with pytest.raises(TargetRefused, match="holds rows of acme"):
        make_target(Place(f"delta:{bucket}")).open(GLOBEX, [THINGS])
    with opened(bucket) as target:
        target.drop(THINGS)
    assert not deltalake.DeltaTable.is_deltatable(f"{bucket}/things")
    with opened(bucket) as target:
        assert target.state(THINGS, "k") is None


def test_polars_reads_it(bucket: str) -> None:
    polars = pytest.importorskip("polars")
    with opened(bucket) as target:
        target.write(THINGS, Batch(rows=things(1, 2)), "k", STATE)
    assert polars.scan_delta(f"{bucket}/things").sort("id").collect()["id"].to_list() == [1, 2]


async def test_whole_runs_go_there(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with Sandbox(rows=600, seed=3) as sandbox, client(sandbox) as wethod:
        assert (await extract(wethod, [STREAMS], f"delta:{bucket}", schema="acme")).ok
        sandbox.mutate(STREAMS, "update", 5)
        report = await extract(wethod, [STREAMS], f"delta:{bucket}", schema="acme")
        assert (report.ok, report.tables[0].mode, report.tables[0].rows) == (True, "incremental", 5)
        ids = [row["id"] for row in rows_in(f"{bucket}/acme", STREAMS)]
        assert ids == sorted(range(1, sandbox.count(STREAMS, deleted="include") + 1))


async def test_of_two_runs_from_two_machines_one_is_right_and_the_other_right_or_told(
    bucket: str, tmp_path: Path
) -> None:
    """Two machines share nothing but the bucket: no lock, no folder."""
    told = f"another run has written to {bucket}/"
    async with Sandbox(rows=12_000, seed=3) as sandbox:
        given = {"WETHOD_TOKEN": sandbox.token, "WETHOD_COMPANY": sandbox.company, "WETHOD_BASE_URL": sandbox.url}
        words = [sys.executable, "-m", "asyncsdk", "extract", STREAMS, "--to", f"delta:{bucket}", "--json"]

        async def ran(machine: str, *more: str) -> dict[str, Any]:
            (tmp_path / machine).mkdir(exist_ok=True)
            process = await asyncio.create_subprocess_exec(
                *words,
                *more,
                cwd=tmp_path / machine,
                env={**os.environ, **given},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            said, complained = await process.communicate()
            report: dict[str, Any] = json.loads(said)
            assert process.returncode == report["status"], complained
            return report

        for more in ([], ["--full"], ["--full"]):
            sandbox.mutate(STREAMS, "update", 9)
            sandbox.mutate(STREAMS, "insert", 9)
            gone = {change.id for change in sandbox.mutate(STREAMS, "hard_delete", 9)}
            for report in (both := await asyncio.gather(ran("one", *more), ran("other", *more))):
                assert report["status"] in {0, 1}
                assert report["status"] == 0 or told in report["tables"][0]["error"]
            assert any(report["status"] == 0 for report in both)
            rows = rows_in(bucket, STREAMS)
            marked = {row["id"] for row in rows if row["_vanished_at"]}
            assert len({row["id"] for row in rows}) == len(rows)
            assert {row["id"] for row in rows} - marked == sandbox.store.ids(STREAMS, "all")
            assert not gone & ({row["id"] for row in rows} - marked)
        assert (await ran("one"))["status"] == 0
        assert (await ran("other", "--reconcile"))["tables"][0]["rows"] == 0, "all was there"


async def test_a_worker_that_freezes_and_wakes_adds_nothing_to_what_another_one_wrote(
    bucket: str, tmp_path: Path
) -> None:
    """A bucket has no locks: a fleet on a cluster writes there, and one worker, frozen, is given up meanwhile."""
    pytest.importorskip("distributed")
    with beside(Sandbox(rows=1500, latency_ms=20)) as sandbox:
        environ = {"WETHOD_BASE_URL": sandbox.url}
        companies = []
        for name in ("acme", "globex"):
            environ[f"TOKEN_OF_{name}"] = sandbox.add_token(f"token-of-{name}", company=name)
            facts: Any = {"token": f"env:TOKEN_OF_{name}", "schema": "{company}", "lists": (STREAMS, "projects")}
            companies.append(Company(company=name, to=f"delta:{bucket}", **facts))
        workers = Workers(tmp_path, 2, environ)
        async with workers.up() as address, asyncio.timeout(200):
            night = asyncio.ensure_future(fleet.extract(companies, cluster=address, patience=60))
            while not (made := [each for each in commits(tmp_path) if each.made]):
                await asyncio.sleep(0.02)
            frozen = made[0].process
            os.kill(frozen, signal.SIGSTOP)
            report = await night
            assert [each.status for each in report.companies] == [0, 0], [each.reason for each in report.companies]
            assert {each.process for each in commits(tmp_path) if each.company == made[0].company} > {frozen}
            os.kill(frozen, signal.SIGCONT)
            await workers.end_of(frozen)
        for name in ("acme", "globex"):
            for table in (STREAMS, "projects"):
                rows = rows_in(f"{bucket}/{name}", table)
                assert len(rows) == len({row["id"] for row in rows})
                live = [row["id"] for row in rows if not row.get("deleted_at") and not row["_vanished_at"]]
                assert live == sorted(int(str(row["id"])) for row in sandbox.rows_of(table, company=name))


async def test_a_bucket_that_does_not_answer_is_refused_without_its_keys(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(TargetRefused) as caught:
        make_target(Place(f"delta:{bucket}")).open(ACME, [THINGS])
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in str(caught.value)
