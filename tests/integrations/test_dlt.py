"""Wethod as a source of dlt: what lands in a destination is what the lists have, run after run, kill after kill."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.errors import ArgumentError, ConfigurationError
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

dlt = pytest.importorskip("dlt")
pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")

from dlt.common.configuration.container import Container  # noqa: E402  # behind the look whether dlt is installed
from dlt.common.pipeline import PipelineContext  # noqa: E402

from asyncsdk.integrations.dlt import wethod_source  # noqa: E402
from asyncsdk.integrations.dlt.tables import capped, restored  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # dlt's own

KILLS = 25
Source = Callable[..., Any]


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """dlt tells nobody, keeps its files with the test's, and forgets the pipeline behind it."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "ERROR")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    yield
    Container()[PipelineContext].deactivate()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with beside(Sandbox(rows=1200)) as sandbox:
        yield sandbox


@pytest.fixture
def source(sandbox: Sandbox) -> Source:
    def made(*lists: str, **options: Any) -> Any:
        options = {"token": sandbox.token, "company": sandbox.company, "base_url": sandbox.url, **options}
        return wethod_source(*lists, **options)

    return made


def pipeline(folder: Path) -> Any:
    destination = dlt.destinations.duckdb(str(folder / "rows.duckdb"))
    return dlt.pipeline("test", pipelines_dir=str(folder / "pipelines"), destination=destination, dataset_name="wethod")


def rows_in(pipeline: Any, table: str, columns: str = "id") -> list[Any]:
    with pipeline.sql_client() as client:
        return sorted(client.execute_sql(f"SELECT {columns} FROM {table}"))


def ids_in(pipeline: Any, table: str) -> list[int]:
    return [id for (id,) in rows_in(pipeline, table)]


def live(sandbox: Sandbox, table: str) -> list[int]:
    return sorted(sandbox.store.ids(table, "live"))


def test_the_first_run_loads_what_lists_have_and_later_ones_what_changed(
    sandbox: Sandbox, source: Source, tmp_path: Path
) -> None:
    loads = pipeline(tmp_path)
    loads.run(source("timesheets", "projects", "streams_members"))
    for table, there in (("timesheets", "timesheets"), ("projects", "projects"), ("streams_members", "stream_members")):
        assert ids_in(loads, table) == live(sandbox, there), table
    sandbox.mutate("timesheets", "update", 3)
    sandbox.mutate("timesheets", "insert", 2)
    sandbox.mutate("timesheets", "soft_delete", 4)
    asked = len(sandbox.requests)
    loads.run(source("timesheets"))
    assert ids_in(loads, "timesheets") == live(sandbox, "timesheets")
    later = [request.query for request in sandbox.requests[asked:]]
    assert 2 <= len(later) <= 4, later
    assert all("updated_at" in query or "deleted_at" in query for query in later)
    for id, hours in rows_in(loads, "timesheets", "id, hours"):
        row = sandbox.store.row("timesheets", id)
        assert row is not None
        assert row["hours"] == hours, id


def test_rows_that_nest_units_and_keys_are_told(source: Source, tmp_path: Path) -> None:
    made = source("timesheets", "projects")
    assert sorted(made.resources) == ["projects", "timesheets"]
    schema = made.timesheets.compute_table_schema()
    assert schema["write_disposition"] == "merge"
    assert schema["columns"]["id"]["primary_key"] is True
    assert schema["columns"]["hours"]["x-unit"]
    assert schema["columns"]["deleted_at"]["hard_delete"] is True
    assert made.projects.compute_table_schema()["columns"]["metadata"]["data_type"] == "json"
    loads = pipeline(tmp_path)
    loads.run(made)
    assert all(isinstance(metadata, str) for _, metadata in rows_in(loads, "projects", "id, metadata"))


def test_a_resource_yields_arrow_tables_of_some_thousand_rows(source: Source) -> None:
    tables = [*source("production_plan_streams").production_plan_streams]
    assert [table.num_rows for table in tables] == [1200]
    assert "updated_at" in tables[0].column_names
    assert not [name for name in tables[0].column_names if name.startswith("_")]


def test_plain_files_are_refused_before_anything_is_sent(sandbox: Sandbox, source: Source, tmp_path: Path) -> None:
    """A merge into them would append."""
    files = dlt.destinations.filesystem(f"file://{tmp_path / 'lake'}")
    loads = dlt.pipeline("files", pipelines_dir=str(tmp_path / "p"), destination=files, dataset_name="wethod")
    with pytest.raises(Exception, match="table_format='delta'"):
        loads.run(source("timesheets"), loader_file_format="parquet")
    assert len(sandbox.requests) == 0
    loads = dlt.pipeline("whole", pipelines_dir=str(tmp_path / "p"), destination=files, dataset_name="whole")
    loads.run(source("clients", whole=["clients"]), loader_file_format="parquet")
    assert len(sandbox.requests) > 0


def test_a_delta_table_is_allowed(sandbox: Sandbox, source: Source, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    files = dlt.destinations.filesystem(f"file://{tmp_path / 'lake'}")
    loads = dlt.pipeline("delta", pipelines_dir=str(tmp_path / "p"), destination=files, dataset_name="wethod")
    for _ in range(2):
        loads.run(source("clients"), table_format="delta")
        stored = deltalake.DeltaTable(str(tmp_path / "lake" / "wethod" / "clients")).to_pyarrow_table()
        assert sorted(stored["id"].to_pylist()) == live(sandbox, "clients")
        sandbox.mutate("clients", "update", 2)


def test_another_company_s_rows_are_refused(sandbox: Sandbox, source: Source, tmp_path: Path) -> None:
    loads = pipeline(tmp_path)
    loads.run(source("clients"))
    asked = len(sandbox.requests)
    with pytest.raises(Exception, match="a pipeline and a dataset of its own"):
        loads.run(source("clients", company="globex"))
    assert len(sandbox.requests) == asked


@pytest.mark.parametrize(
    ("lists", "options", "word"),
    [
        ((), {}, "name at least one"),
        (("timesheet",), {}, "timesheets"),
        (([],), {}, "names of lists"),
        (("timesheets",), {"lag": -1}, "lag"),
        (("timesheets",), {"lag": float("nan")}, "lag"),
        (("timesheets",), {"concurrency": 0}, "concurrency"),
        (("timesheets",), {"whole": ["projects"]}, "not among the lists"),
        (("timesheets",), {"without": ["timesheets"]}, "name it in one place"),
        (("timesheets",), {"without": ["timesheets.updated_at"]}, "has to be loaded"),
        (("timesheets",), {"on_reject": "x"}, "a function"),
    ],
)
def test_what_cannot_work_is_refused_with_a_word(
    lists: tuple[Any, ...], options: dict[str, Any], word: str, sandbox: Sandbox, source: Source
) -> None:
    with pytest.raises((ArgumentError, ConfigurationError), match=word):
        source(*lists, **options)
    assert len(sandbox.requests) == 0


def test_what_is_left_out_is_loaded_nowhere(source: Source, tmp_path: Path) -> None:
    loads = pipeline(tmp_path)
    loads.run(source("persons", without=["persons.email"]))
    with loads.sql_client() as client, pytest.raises(Exception, match="email"):
        client.execute_sql("SELECT email FROM persons")


def test_a_failure_loads_nothing_and_the_next_run_reads_all(sandbox: Sandbox, source: Source, tmp_path: Path) -> None:
    loads = pipeline(tmp_path)
    fault = sandbox.fail("GET /api/production-plan-streams", status=403, times=None, after=4)
    with pytest.raises(Exception, match="403"):
        loads.run(source("production_plan_streams"))
    sandbox.faults.remove(fault)
    loads.run(source("production_plan_streams"))
    assert ids_in(loads, "production_plan_streams") == live(sandbox, "production_plan_streams")


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


RUN = """
import sys, dlt
from asyncsdk.integrations.dlt import wethod_source
folder, url, token, company = sys.argv[1:]
loads = dlt.pipeline("test", pipelines_dir=folder + "/pipelines", dataset_name="wethod",
                     destination=dlt.destinations.duckdb(folder + "/rows.duckdb"))
print("begun", flush=True)
loads.run(wethod_source("timesheets", "production_plan_streams", token=token, company=company, base_url=url))
print("done", flush=True)
"""


@pytest.mark.slow
def test_whoever_kills_it_and_when_the_next_run_neither_loses_nor_doubles(tmp_path: Path) -> None:
    """Real kills, at moments drawn from all that a run takes, while rows change; then a run that nobody kills."""
    draw = random.Random(1)
    with beside(Sandbox(rows=4000, latency_ms=5)) as sandbox:
        command = [sys.executable, "-c", RUN, str(tmp_path), sandbox.url, sandbox.token, sandbox.company]
        killed = 0
        for _ in range(KILLS):
            for kind in ("update", "insert", "soft_delete"):
                sandbox.mutate("timesheets", kind, 2)
            with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ}) as run:
                assert run.stdout is not None
                assert run.stdout.readline() == b"begun\n"
                try:
                    run.wait(draw.uniform(0.05, 6))
                except subprocess.TimeoutExpired:
                    run.send_signal(signal.SIGKILL)
                killed += run.wait() == -signal.SIGKILL
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        loads = pipeline(tmp_path)
        loads.sync_destination()
        for table in ("timesheets", "production_plan_streams"):
            assert ids_in(loads, table) == live(sandbox, table), table
    assert killed >= KILLS // 3
