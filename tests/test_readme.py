"""What the README shows works: its snippets run against the sandbox, its commands are the ones that are tested."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from asyncsdk import Wethod
from asyncsdk.sandbox import Sandbox

README = (Path(__file__).parent.parent / "README.md").read_text()
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


SIMULATIONS = [snippet for snippet in SNIPPETS if "simulation.run(" in snippet]


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if not re.search(r"fastapi|uvloop|simulation\.run\(", s)])
async def test_snippets_run(
    snippet: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Sandbox(rows=2000) as sandbox:
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        async with Wethod() as wethod:
            code = compile(snippet, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            names: dict[str, object] = {"wethod": wethod}
            running = eval(code, names)
            if inspect.isawaitable(running):
                await running


@pytest.mark.parametrize("snippet", SIMULATIONS)
def test_simulations_run(snippet: str) -> None:
    """They bring an event loop of their own."""
    exec(compile(snippet, "README.md", "exec"), {})


def test_the_readme_names_one_test_command() -> None:
    """The checks of a change run the very line that newcomers copy."""
    commands = re.findall(r"<!-- test-command -->\n```console\n(.*?)\n```", README, re.DOTALL)
    assert len(commands) == 1
    assert "pytest" in commands[0]
