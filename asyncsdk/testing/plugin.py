"""The fixtures, as pytest finds them (entry point `pytest11`).

pytest loads this module in every run of every project that has asyncsdk installed, so it imports pytest and nothing
else; what a fixture needs is imported by the fixture.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..client import Wethod
    from ..sandbox import Sandbox
    from .clock import FakeClock
    from .factory import Factory
    from .simulating import Simulations

ROWS = 200  # enough for three pages, and there in a moment


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", "wethod(**options): arguments of the Sandbox behind the wethod fixtures")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that repeats one seed."""
    parser.getgroup("asyncsdk").addoption(
        "--wethod-seed", type=int, metavar="N", help="run tests with the fixture wethod_simulation with this seed only"
    )


@pytest.hookimpl(hookwrapper=True)  # not wrapper=True: an old pytest, which loads this module too, knows it not
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Says at the end of a failure which seed failed, and how it is run again."""
    outcome = yield
    simulations = getattr(item, "funcargs", {}).get("wethod_simulation")
    report = outcome.get_result()
    if simulations is None or not report.failed or simulations.seed is None:
        return
    from .simulating import repeating

    add = getattr(report.longrepr, "addsection", None)  # what --tb=native leaves has none
    text = repeating(report.nodeid, simulations.seed)
    if add is None:
        report.sections.append(("wethod simulation", text))
    else:
        add("wethod simulation", text)


@pytest.fixture
def wethod_clock() -> FakeClock:
    """The clock of `wethod_sandbox`: real until it is frozen or advanced."""
    from .clock import FakeClock

    return FakeClock()


@pytest.fixture
def wethod_sandbox(request: pytest.FixtureRequest, wethod_clock: FakeClock) -> Iterator[Sandbox]:
    """A local Wethod that runs beside the test; `@pytest.mark.wethod(...)` gives it other arguments."""
    try:
        import jsonschema  # noqa: F401  # the sandbox validates requests with it

        from ..sandbox import Sandbox
    except ImportError:
        pytest.skip("the sandbox needs the extra: pip install 'asyncsdk[testing]'")
    from .beside import beside

    options: dict[str, object] = {}
    known = [name for name in inspect.signature(Sandbox).parameters if name != "clock"]
    for mark in request.node.iter_markers("wethod"):  # the closest first
        if mark.args or not mark.kwargs.keys() <= set(known):
            given = ", ".join([*map(repr, mark.args), *(name for name in mark.kwargs if name not in known)])
            pytest.fail(
                f"@pytest.mark.wethod takes arguments of Sandbox by name ({', '.join(known)}), not {given}; "
                "its clock is the fixture wethod_clock",
                pytrace=False,
            )
        options = {**mark.kwargs, **options}
    make: type = Sandbox
    with beside(make(**{"rows": ROWS, "clock": wethod_clock, **options})) as sandbox:
        yield sandbox


@pytest.fixture
def wethod_environ(wethod_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The WETHOD_* variables that lead to the sandbox, set while the test runs."""
    environ = wethod_sandbox.environ
    for name in [name for name in os.environ if name.startswith("WETHOD_")]:
        monkeypatch.delenv(name)  # what the tester works with is none of the test's business
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


@pytest.fixture
def wethod(wethod_sandbox: Sandbox) -> Wethod:
    """A client of the sandbox that never makes a test wait: back-off takes no time, orders to wait are raised."""
    from .._sending.settings import RetryPolicy
    from ..client import Wethod

    # Not closed here: it may have been used on several loops, and each closes its own connections.
    return Wethod(
        token=wethod_sandbox.token,
        company=wethod_sandbox.company,
        base_url=wethod_sandbox.url,
        retry=RetryPolicy(backoff=0.0, max_wait=0.0),
        budget=None,
    )


@pytest.fixture
def wethod_factory() -> Factory:
    """Makes rows and errors: `wethod_factory(Project, name="x")`, `wethod_factory.error(NotFoundError)`."""
    from .factory import Factory

    return Factory()


@pytest.fixture
def wethod_simulation(request: pytest.FixtureRequest) -> Simulations:
    """Runs the application in simulated worlds: `wethod_simulation.run(main, seed=7)`, `.seeds(200)`."""
    try:
        import jsonschema  # noqa: F401  # the sandbox validates requests with it
    except ImportError:
        pytest.skip("the simulation needs the extra: pip install 'asyncsdk[testing]'")
    from .simulating import Simulations

    return Simulations(request.config.getoption("--wethod-seed"))
