"""What schedulers call, and the recipes for them, as they stand in the documentation."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from asyncsdk.extract import ExtractionError
from asyncsdk.extract.target import Place
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.docs.pages import PAGES, blocks
from tests.extract.stored import rows_of

pytest.importorskip("duckdb")

RECIPES: Final = {"airflow_dag.py": "airflow.sdk", "dagster_job.py": "dagster", "prefect_flow.py": "prefect"}
RUNS: Final = {
    "airflow_dag.py": (
        ("-m", "airflow", "db", "migrate"),
        ("-c", "import airflow_dag; run = airflow_dag.wethod().test(); assert run.state == 'success', run.state"),
    ),
    "prefect_flow.py": (("-c", "import prefect_flow; assert min(prefect_flow.wethod().values()) > 0"),),
}
"""What runs a recipe once, without a scheduler that stays up: arguments of Python, one command after the other."""

LONGEST: Final = 30


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A server, the variables that lead to it, and a folder that holds the page's files."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("schedulers"):
        if block.file:
            Path(block.file).write_text(block.code, encoding="utf-8")
    with beside(Sandbox(rows=150)) as sandbox:
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def nightly(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("nightly")
    del sys.modules["nightly"]


def test_the_function_writes_tables(sandbox: Sandbox, nightly: ModuleType, tmp_path: Path) -> None:
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    written = nightly.nightly(to, "timesheets", "projects")
    assert written.keys() == {"timesheets", "projects"}
    assert {row["id"] for row in rows_of(Place(to), "projects")} >= sandbox.store.ids("projects", "live")


def test_the_function_raises_where_a_table_is_not_complete(
    sandbox: Sandbox, nightly: ModuleType, tmp_path: Path
) -> None:
    """So a scheduler tries again; what was read is there, and the retry goes on."""
    fault = sandbox.fail("GET /api/projects", status=403, times=None)
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    with pytest.raises(ExtractionError, match="projects"):
        nightly.nightly(to, "timesheets", "projects")
    assert rows_of(Place(to), "timesheets")
    sandbox.faults.remove(fault)
    assert nightly.nightly(to, "timesheets", "projects").keys() == {"timesheets", "projects"}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_short_and_retries_and_alerts(name: str) -> None:
    (block,) = [block for block in blocks("schedulers") if block.file == name]
    ast.parse(block.code)
    assert len(block.code.rstrip().splitlines()) <= LONGEST
    assert "retr" in block.code
    assert "alert" in block.code
    assert "nightly(" in block.code
    assert PAGES["schedulers"].exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.usefixtures("sandbox")
def test_a_recipe_is_taken_by_its_scheduler(name: str, tmp_path: Path) -> None:
    """As a file of its own, in a process of its own; skipped where the scheduler is not installed."""
    scheduler, _, _ = RECIPES[name].partition(".")
    if importlib.util.find_spec(scheduler) is None:
        pytest.skip(f"{scheduler} is not installed")
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect")}
    module = name.removesuffix(".py")
    command = [sys.executable, "-c", f"import {module}; print('taken')"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True, timeout=300)
    assert "taken" in done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.usefixtures("sandbox")
def test_a_recipe_runs_under_its_scheduler(name: str, tmp_path: Path) -> None:
    """Once, from its first line to rows in the target, in a process and a home of its own."""
    scheduler, _, _ = RECIPES[name].partition(".")
    if importlib.util.find_spec(scheduler) is None:
        pytest.skip(f"{scheduler} is not installed")
    recipe, target = Path(name), tmp_path / "plan.duckdb"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("/var/lib/wethod", str(tmp_path)), encoding="utf-8")
    environ = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "DO_NOT_TRACK": "1",
    }
    for words in RUNS[name]:
        command = [sys.executable, *words]
        done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    assert rows_of(Place(f"duckdb:{target}"), "timesheets")
    assert rows_of(Place(f"duckdb:{target}"), "projects")


@pytest.mark.slow
def test_dagster_runs_its_recipe(nightly: ModuleType, tmp_path: Path) -> None:
    dagster = pytest.importorskip("dagster")
    job = importlib.import_module("dagster_job")
    done = job.defs.resolve_job_def("nightly_wethod").execute_in_process()
    assert done.success
    assert done.asset_materializations_for_node("wethod_tables")[0].metadata["timesheets"].value > 0
    assert job.defs.resolve_schedule_def("nightly_wethod_schedule").cron_schedule == "0 3 * * *"
    assert nightly.nightly
    assert dagster.__version__
    assert rows_of(Place(f"duckdb:{tmp_path / 'plan.duckdb'}"), "timesheets")
