"""The event loop of the command line: uvloop's where it is installed, and nowhere else."""

from __future__ import annotations

import ast
import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import asyncsdk
from asyncsdk.cli.loop import run


async def loop_here() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_a_command_runs_on_uvloop_where_it_is_installed() -> None:
    pytest.importorskip("uvloop")
    assert run(loop_here()) == "uvloop"


def test_a_command_runs_on_asyncios_own_loop_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)  # as if it were not there
    assert run(loop_here()) == "asyncio"


def test_the_rest_of_the_process_keeps_its_loop() -> None:
    run(loop_here())
    assert asyncio.run(loop_here()) == "asyncio"


def test_every_command_goes_that_way() -> None:
    """No command starts a loop of its own beside it."""
    folder = Path(asyncsdk.__file__).parent / "cli"
    own = {path.name for path in folder.glob("*.py") if "asyncio.run(" in path.read_text(encoding="utf-8")}
    assert not own


def test_the_library_never_imports_uvloop() -> None:
    folder = Path(asyncsdk.__file__).parent
    importing = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "uvloop" for name in names):
                importing.add(str(path.relative_to(folder)))
    assert importing == {str(Path("cli", "loop.py"))}


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process there")
@pytest.mark.parametrize("installed", [True, False])
def test_ctrl_c_cancels_the_command_and_its_cleaning_up_runs(installed: bool) -> None:
    if installed:
        pytest.importorskip("uvloop")
    code = f"""
import asyncio, sys
if not {installed}:
    sys.modules["uvloop"] = None
from asyncsdk.cli.loop import run

async def wait():
    print(type(asyncio.get_running_loop()).__module__.partition(".")[0], flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("cleaned up", flush=True)

try:
    run(wait())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == ("uvloop" if installed else "asyncio")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert said.split("\n")[:2] == ["cleaned up", "interrupted"]
    assert process.returncode == 0
