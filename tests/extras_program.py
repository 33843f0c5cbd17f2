"""The examples of two pages, as they stand there, with the extras that the page names and no others: run by .ci/run.

    python tests/extras_program.py many-companies|dlt

Needs no test framework. What an example wants around it is here: a sandbox, the variables that lead to it, a cluster.
"""

import ast
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

CALL = 'fleet.extract(fleet.read("companies.toml"))'


def example(page: str, language: str) -> str:
    """The first block of a page in a language."""
    text = (resources.files("asyncsdk") / "docs" / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def run(code: str, names: dict[str, Any]) -> None:
    """Runs an example, in which `await` is allowed as in a notebook."""

    async def main() -> None:
        made = eval(compile(code, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if made is not None:
            await made

    asyncio.run(main())


def many_companies(sandbox: Sandbox, folder: Path) -> None:
    """On workers that are processes, first by the example in Python, then by the command."""
    import distributed

    local: Any = distributed.LocalCluster
    for name in ("acme", "globex"):
        os.environ[f"{name.upper()}_TOKEN"] = sandbox.add_token(f"token-of-{name}", company=name)
    companies = re.sub(
        r'^to = "(\w+):(.*?)"', rf'shared = true\nto = "\1:{folder}/\2"', example("many-companies", "toml"), flags=re.M
    )
    (folder / "companies.toml").write_text(companies, encoding="utf-8")
    code = example("many-companies", "python")
    assert CALL in code
    with local(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1") as cluster:
        run(code.replace(CALL, f"{CALL[:-1]}, cluster={cluster.scheduler_address!r})"), {})
        command = ["fleet", "companies.toml", "--dask", cluster.scheduler_address]
        subprocess.run([sys.executable, "-m", "asyncsdk", *command], check=True)
    assert (folder / "acme.duckdb").exists()
    assert any((folder / "lake" / "globex").iterdir())


def dlt(sandbox: Sandbox, folder: Path) -> None:
    """Into a file of DuckDB."""
    import duckdb

    run(example("dlt", "python").replace('company="acme"', f"company={sandbox.company!r}"), {})
    with duckdb.connect(str(folder / "plan.duckdb"), read_only=True) as database:
        stored = database.execute("SELECT id FROM wethod.timesheets ORDER BY id").fetchall()
    assert [id_ for (id_,) in stored] == sorted(sandbox.store.ids("timesheets", "live"))


PROGRAMS: dict[str, Callable[[Sandbox, Path], None]] = {"many-companies": many_companies, "dlt": dlt}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made, beside(Sandbox(rows=200)) as server:
        os.chdir(made)
        os.environ |= {**server.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": made}
        PROGRAMS[sys.argv[1]](server, Path(made))
    sys.stdout.write(f"{sys.argv[1]}: as the page says\n")
