"""Delta tables in a bucket of a real S3 server on loopback: nothing but an address and keys is needed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncsdk.extract import TargetError, TargetRefused, extract
from asyncsdk.extract.target import Batch, Contents, Place, Shrink, Written
from asyncsdk.extract.targets import make_target
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, client
from tests.extract.opened_delta import STATE, opened, rows_in, things
from tests.extract.stored import ACME, GLOBEX, NIGHT, THINGS

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


async def test_a_bucket_that_does_not_answer_is_refused_without_its_keys(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(TargetRefused) as caught:
        make_target(Place(f"delta:{bucket}")).open(ACME, [THINGS])
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in str(caught.value)
