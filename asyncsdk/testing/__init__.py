"""A test kit for applications that use asyncsdk: a local Wethod, a client, a clock, rows and errors to order.

    # pip install 'asyncsdk[testing]' is all; pytest finds the fixtures by itself
    def test_the_plan_survives_an_outage(wethod_environ, wethod_sandbox):
        wethod_sandbox.fail("GET /api/projects", status=503, times=2)
        with TestClient(app) as client:                          # your application, set up by WETHOD_* variables
            assert client.get("/plan").status_code == 200

| fixture | what it is |
|---|---|
| `wethod_sandbox` | an `asyncsdk.sandbox.Sandbox` of 200 rows that runs beside the test, with all its fault helpers |
| `wethod` | a `Wethod` connected to it; back-off takes no time, an ordered wait is raised as `RateLimitError` |
| `wethod_environ` | sets the WETHOD_* variables to it while the test runs, and returns them |
| `wethod_clock` | its clock, a `FakeClock`: real until it is told `freeze(...)` or `advance(...)` |
| `wethod_simulation` | runs the application in virtual time: `wethod_simulation.run(main, seed=7)`, `.seeds(200)` |
| `wethod_factory` | a `Factory`: `wethod_factory(Project, name="x")`, `wethod_factory.error(NotFoundError)` |

`@pytest.mark.wethod(rows=50, without=["streams"])` sets up the sandbox of a test, a class or a module (as `pytestmark`)
with other arguments of `Sandbox`. The fixtures are plain ones: they work in synchronous tests, with pytest-asyncio and
with anyio (on asyncio) alike. They live for one test; for a module or a session write a fixture of your own around
`with beside(Sandbox(rows=50)) as sandbox:`. FastAPI takes the client with
`app.dependency_overrides[get_wethod] = lambda: wethod`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .beside import beside
    from .clock import FakeClock
    from .factory import Factory
    from .simulating import Simulations

__all__ = ["Factory", "FakeClock", "Simulations", "beside"]

_HOMES = {"Factory": "factory", "FakeClock": "clock", "Simulations": "simulating", "beside": "beside"}

if not TYPE_CHECKING:  # so that type checkers know exactly the names above

    def __getattr__(name: str) -> object:
        # pytest loads the plugin in this package for every run: what no test asks for costs nothing.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value  # not the module of the same name
        return value
