"""dlt's source: what later runs read and remove, what is refused before anything is sent, and runs that are killed."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

pa = pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")
dlt: Any = pytest.importorskip("dlt")

from asyncsdk.integrations.dlt import wethod_source  # noqa: E402
from asyncsdk.integrations.dlt.tables import capped, restored  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")
TIMESHEETS = "timesheets"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "ERROR")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "home"))
    with beside(Sandbox(rows=400)) as running:
        yield running


def source(sandbox: Sandbox, *lists: str, **options: Any) -> Any:
    return wethod_source(*lists, token=sandbox.token, company="acme", base_url=sandbox.url, **options)


def pipeline(tmp_path: Path, destination: Any) -> Any:
    return dlt.pipeline(
        f"test_{tmp_path.name}",
        pipelines_dir=str(tmp_path / "pipelines"),
        destination=destination,
        dataset_name="data",
    )


def live(sandbox: Sandbox, table: str) -> set[int]:
    """The ids of the rows that are there and not deleted."""
    return {int(str(row["id"])) for row in sandbox.rows_of(table) if not row.get("deleted_at")}


def ids(running: Any, table: str) -> list[int]:
    with running.sql_client() as client:
        return [row[0] for row in client.execute_sql(f"SELECT id FROM {table}")]


def test_a_later_run_reads_what_changed_and_removes_what_was_deleted(sandbox: Sandbox, tmp_path: Path) -> None:
    running = pipeline(tmp_path, dlt.destinations.duckdb(str(tmp_path / "rows.duckdb")))
    running.run(source(sandbox, TIMESHEETS, "streams", "streams_members"))
    first = ids(running, TIMESHEETS)
    assert (len(first), set(first)) == (len(live(sandbox, TIMESHEETS)), live(sandbox, TIMESHEETS))
    assert ids(running, "streams_members")
    columns = running.default_schema.tables[TIMESHEETS]["columns"]
    assert columns["hours"]["x-unit"] == "h"
    assert columns["id"]["primary_key"]
    sandbox.mutate(TIMESHEETS, "soft_delete", 3)
    sandbox.mutate(TIMESHEETS, "update", 2)
    sandbox.add(TIMESHEETS, hours=8)
    before = len(list(sandbox.requests))
    running.run(source(sandbox, TIMESHEETS))
    asked = [request.query for request in list(sandbox.requests)[before:]]
    assert asked
    assert all("_at=gte:" in query for query in asked), asked
    second = ids(running, TIMESHEETS)
    assert (len(second), set(second)) == (len(live(sandbox, TIMESHEETS)), live(sandbox, TIMESHEETS))


def test_a_destination_that_cannot_merge_is_refused_before_anything_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    running = pipeline(tmp_path, dlt.destinations.filesystem(f"file://{tmp_path}/files"))
    with pytest.raises(Exception, match="table_format='delta'"):
        running.run(source(sandbox, TIMESHEETS))
    assert not list(sandbox.requests)


def test_another_company_needs_a_pipeline_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    running = pipeline(tmp_path, dlt.destinations.duckdb(str(tmp_path / "rows.duckdb")))
    running.run(source(sandbox, "streams"))
    other = wethod_source("streams", token=sandbox.token, company="globex", base_url=sandbox.url)
    with pytest.raises(Exception, match="holds the rows of acme"):
        running.run(other)


def test_the_cursor_never_passes_the_moment_when_the_reading_began() -> None:
    """A row that changed behind the walk is asked for again, though a later change was seen."""
    moment = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    times = [moment - hour, moment + hour, None, moment - 5 * hour]
    deleted = [None, None, None, moment - hour]
    kind = pa.timestamp("us", tz="UTC")
    table = pa.table({"updated_at": pa.array(times, kind), "deleted_at": pa.array(deleted, kind)})
    cursor = capped(table, moment, moment - 2 * hour)
    assert cursor["updated_at"].to_pylist() == [moment - hour, moment, moment, moment - hour]
    assert restored(cursor).equals(table)


def test_what_cannot_be_used_is_refused_with_a_word() -> None:
    def refused(*lists: Any, **options: Any) -> None:
        wethod_source(*lists, token="t", company="acme", base_url="http://127.0.0.1:9", **options)

    with pytest.raises(ArgumentError, match="name at least one"):
        refused()
    with pytest.raises(ArgumentError, match="did you mean timesheets"):
        refused("timesheet")
    with pytest.raises(ArgumentError, match="number of seconds"):
        refused(TIMESHEETS, lag=-1)
    with pytest.raises(ArgumentError, match="not among the lists"):
        refused(TIMESHEETS, whole=["roles"])
    with pytest.raises(ArgumentError, match="has to be loaded"):
        refused(TIMESHEETS, without=["timesheets.updated_at"])


PROGRAM = """
    import os, sys
    import dlt
    from asyncsdk.integrations.dlt import wethod_source
    url, token, folder = sys.argv[1:]
    running = dlt.pipeline("killed", pipelines_dir=folder + "/pipelines", dataset_name="data",
                           destination=dlt.destinations.duckdb(folder + "/rows.duckdb"))
    while running.has_pending_data:
        running.run()
    running.run(wethod_source("timesheets", "production_plan_streams", token=token, company="acme", base_url=url))
    print("done")
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_neither_loses_nor_doubles(sandbox: Sandbox, tmp_path: Path) -> None:
    chance = random.Random(7)
    program = [sys.executable, "-c", textwrap.dedent(PROGRAM), sandbox.url, sandbox.token, str(tmp_path)]
    for kill in range(12):
        with subprocess.Popen(program, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
            time.sleep(chance.uniform(1.0, 5.0))
            run.send_signal(signal.SIGKILL)
        for kind in ("soft_delete", "update"):
            sandbox.mutate(TIMESHEETS, kind, 2)
        sandbox.add(TIMESHEETS, hours=kill + 1)
    done = subprocess.run(program, env=os.environ, capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout.endswith("done\n"), done.stderr
    running = pipeline(tmp_path, dlt.destinations.duckdb(str(tmp_path / "rows.duckdb")))
    for table in (TIMESHEETS, "production_plan_streams"):
        held = ids(running, table)
        assert (len(held), set(held)) == (len(live(sandbox, table)), live(sandbox, table))
