"""The test kit, used as an application would use it: by pytest runs of its own."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import asyncsdk
from asyncsdk import ArgumentError, DecodeError, WethodError, errors, models, to_dict
from asyncsdk._codec.decode import one_decoder, to_json
from asyncsdk.models import Project, Stream
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import Factory, FakeClock, beside

ROOT = str(Path(asyncsdk.__file__).parents[1])
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a test file of an application in a process of its own and gives what pytest said."""

    def run(source: str, *arguments: str, status: int = 0) -> str:
        (tmp_path / "test_application.py").write_text(source)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--strict-markers"),
                *("-p", "no:schemathesis", "-p", "asyncsdk.testing.plugin", *arguments, "test_application.py"),
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ROOT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=100,
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        return said

    return run


def test_an_application_tests_itself_in_five_lines(run: Run) -> None:
    said = run(
        """
import asyncio, os
import pytest
from asyncsdk import NotFoundError, RateLimitError, Wethod
from asyncsdk.models import Project

async def names():
    async with Wethod() as wethod:
        return [project.name for project in await wethod.projects.list()]

def test_outage(wethod_environ, wethod_sandbox):
    wethod_sandbox.fail("GET /api/projects", status=503, times=2)
    assert asyncio.run(names())
    assert os.environ["WETHOD_BASE_URL"] == wethod_sandbox.url == wethod_environ["WETHOD_BASE_URL"]

def test_fresh(wethod_sandbox):
    assert not wethod_sandbox.requests and not wethod_sandbox.faults

async def test_client(wethod, wethod_sandbox):
    with pytest.raises(NotFoundError):
        await wethod.projects.get(999_999)
    wethod_sandbox.fail("GET /api/streams", status=429, retry_after=30)
    with pytest.raises(RateLimitError):
        await wethod.streams.list()

@pytest.mark.wethod(rows=50, permissions=[])
async def test_marked(wethod, wethod_sandbox):
    assert wethod_sandbox.count("production_plan_streams") == 50
    assert (await wethod.request("GET", "/api/projects", check=False)).status == 403

async def test_clock(wethod, wethod_sandbox, wethod_clock):
    import datetime as dt
    wethod_clock.freeze(dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC))
    stream = await wethod.streams.create(name="new")
    assert stream.created_at == wethod_clock.now

def test_factory(wethod_factory):
    assert wethod_factory(Project, name="x").name == "x"
""",
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        "asyncio_mode=auto",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
    assert "6 passed" in said


@pytest.mark.parametrize("given", ["rwos=50", "50", "clock=print"])
def test_a_marker_with_an_argument_that_the_sandbox_lacks_says_which_it_has(run: Run, given: str) -> None:
    said = run(
        f"""
import pytest

@pytest.mark.wethod({given})
def test_it(wethod_sandbox):
    pass
""",
        status=1,
    )
    assert "takes arguments of Sandbox by name (rows, " in said
    assert "Traceback" not in said


def test_the_environment_of_the_tester_is_none_of_the_tests_business(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUDGET", "SHARED_BUDGET", "BUDGET_KEY", "READ_ONLY", "VERSION"):
        monkeypatch.setenv(f"WETHOD_{name}", "of the tester")
    run(
        """
import os

def test_it(wethod_environ):
    assert {name for name in os.environ if name.startswith("WETHOD_")} == wethod_environ.keys()
"""
    )


def test_a_trio_test_is_told_that_the_client_needs_asyncio(run: Run) -> None:
    pytest.importorskip("trio")
    said = run(
        """
import pytest
from asyncsdk import ConfigurationError

@pytest.mark.anyio
async def test_it(wethod):
    await wethod.projects.list().first()
""",
        "-p",
        "anyio.pytest_plugin",
        "-k",
        "trio",
        status=1,
    )
    assert "ConfigurationError: asyncsdk needs asyncio" in said
    assert "let the fixture anyio_backend return 'asyncio'" in said


def test_a_sandbox_for_a_whole_session_runs_beside_it(run: Run) -> None:
    """As the README says: the fixtures live for one test."""
    said = run(
        """
import pytest
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

@pytest.fixture(scope="session")
def sandbox():
    with beside(Sandbox(rows=50)) as sandbox:
        yield sandbox

def test_one(sandbox):
    assert sandbox.count("production_plan_streams") == 50

def test_two(sandbox):
    assert sandbox.count("production_plan_streams") == 50
"""
    )
    assert "2 passed" in said


def test_the_pages_test_of_its_example_application_passes(run: Run, tmp_path: Path) -> None:
    page = (Path(ROOT) / "asyncsdk/docs/fastapi.md").read_text()
    blocks = dict(re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    (tmp_path / "planning.py").write_text(blocks["planning"])
    assert "1 passed" in run(blocks["test_planning"], "-p", "anyio.pytest_plugin")


def test_loading_the_plugin_imports_nothing_but_pytest() -> None:
    """Every run of pytest in every project with asyncsdk installed pays for it."""
    script = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import asyncsdk.testing.plugin\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["asyncsdk"]


def test_without_the_extra_the_fixtures_skip_with_the_line_that_installs_it(run: Run) -> None:
    said = run(
        """
import sys
sys.modules["jsonschema"] = None

def test_it(wethod):
    raise AssertionError
""",
        "-rs",
    )
    assert "1 skipped" in said
    assert "pip install 'asyncsdk[testing]'" in said


@pytest.mark.parametrize("name", models.__all__)
def test_the_factory_makes_every_model_as_the_api_could_send_it(name: str) -> None:
    model = getattr(models, name)
    make = Factory()
    row, other = make(model), make(model)
    assert (row.id, other.id) == (1, 2)
    assert one_decoder(model)(to_json(row)) == row
    assert isinstance(to_dict(row), dict)


@pytest.mark.parametrize("name", [name for name in errors.__all__ if isinstance(getattr(errors, name), type)])
def test_the_factory_makes_every_error(name: str) -> None:
    kind = getattr(errors, name)
    if not issubclass(kind, WethodError):
        return
    error = Factory().error(kind, bookmark="here")
    assert type(error) is kind
    assert str(error)
    assert error.bookmark == "here"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_factory_takes_what_a_test_finds_easiest_to_write() -> None:
    make = Factory()
    project = make(Project, date_start="2026-05-01", metadata={13: "Finance"}, value=1.5)
    assert project.date_start == dt.date(2026, 5, 1)
    assert project.metadata[13] == "Finance"
    assert [stream.id for stream in make.many(Stream, 3, name="x")] == [1, 2, 3]
    error = make.error(errors.InvalidDataError, failures={"name": "too long"})
    assert error.failures == (errors.Failure("name", "too long"),)
    assert error.status == 400
    assert make.error(errors.RateLimitError, retry_after=9.0).retry_after == 9.0


def test_the_factory_refuses_what_the_api_could_not_have_sent() -> None:
    make = Factory()
    with pytest.raises(ArgumentError, match="no such field"):
        make(Project, nme="x")
    with pytest.raises(ArgumentError, match="'one'"):
        make(Stream, id="one")
    with pytest.raises(DecodeError):
        make(Stream, name=7)
    with pytest.raises((DecodeError, ArgumentError)):
        make(Stream, created_at=dt.datetime(2026, 1, 1))  # noqa: DTZ001  # on purpose
    with pytest.raises(ArgumentError, match="model"):
        make(int)


def test_a_clock_runs_until_it_is_frozen() -> None:
    ticking = iter(range(100, 200))
    clock = FakeClock(lambda: float(next(ticking)))
    assert (clock(), clock()) == (100.0, 101.0)
    clock.advance(minutes=1)
    assert clock() == 162.0
    clock.freeze()
    assert clock() == clock() == 163.0
    clock.advance(seconds=2)
    assert clock() == 165.0
    clock.freeze(dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    assert clock.now == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    with pytest.raises(ArgumentError, match="time zone"):
        clock.freeze(dt.datetime(2026, 5, 1))  # noqa: DTZ001  # on purpose


def test_a_sandbox_that_cannot_start_says_so_in_the_test() -> None:
    with (
        beside(Sandbox(rows=1)) as first,
        pytest.raises(OSError, match=str(first.port)),
        beside(Sandbox(rows=1, port=first.port)),
    ):
        pass
