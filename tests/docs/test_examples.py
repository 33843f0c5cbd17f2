"""Every example of the README and of the pages runs, against the sandbox, in the order in which a reader meets it.

A page is one session: its Python shares names, top-level `await` is allowed as in a notebook, `wethod` is a client.
A block whose first line is `# name.py` is a file as well, and lies in the folder where the page's commands run; one
that is a program is run as one. Of commands those run that begin with `$ asyncsdk`. A block that cannot run says why in
a comment before it: `<!-- not run: it needs a real account -->`, or names the test that runs it:
`<!-- test: tests/integrations/test_x.py -->`.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import re
import runpy
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from asyncsdk import Wethod
from asyncsdk.cli import main
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.docs.pages import PAGES, ROOT, Block, blocks

PROGRAM = 'if __name__ == "__main__":'


@pytest.mark.parametrize("page", PAGES)
def test_every_example_runs(page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a reader copies works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with beside(Sandbox(rows=2000)) as sandbox:
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        names: dict[str, object] = {"__name__": "__main__", "sandbox": sandbox}
        with asyncio.Runner() as runner:
            wethod = Wethod()
            for block in blocks(page):
                if block.file:
                    Path(block.file).write_text(block.code, encoding="utf-8")
                if not block.runs:
                    continue
                names["wethod"] = wethod  # an example may have closed one of its own
                if block.language == "python" and not block.file:
                    _run(block, names, runner)
                elif block.file and PROGRAM in block.code:
                    runpy.run_path(block.file, run_name="__main__")
                elif block.language in {"console", "shell"}:
                    _command(block)
            runner.run(wethod.aclose())


def _run(block: Block, names: dict[str, object], runner: asyncio.Runner) -> None:
    padded = "\n" * block.line + block.code  # so that a traceback names the page's line
    code = compile(padded, f"{block.page}.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:

        async def session() -> None:
            await eval(code, names)

        runner.run(session())
    else:
        exec(code, names)


def _command(block: Block) -> None:
    for line in block.code.splitlines():
        if not line.startswith("$ asyncsdk "):
            continue
        words = shlex.split(line.removeprefix("$ asyncsdk "), comments=True)
        if "|" in words or ">" in words:
            continue  # the shell's part is not ours to test
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            status = main(words)
        assert status == 0, f"{block.page}.md, {line}\n{said.getvalue()}"


@pytest.mark.parametrize("page", PAGES)
def test_what_does_not_run_says_why(page: str) -> None:
    """A reason, or a test that is there: so no example is left out in silence."""
    for block in blocks(page):
        if block.note.startswith("not run:"):
            assert len(block.note.split()) > 3, block
        elif block.note.startswith("test:"):
            assert (ROOT / block.note.removeprefix("test:").strip().partition("::")[0]).exists(), block


@pytest.mark.parametrize("page", PAGES)
def test_named_tests_are_there(page: str) -> None:
    """A claim names the test that holds it up, in a comment behind it: `<!-- held by: tests/test_x.py::test_y -->`."""
    text = PAGES[page].read_text(encoding="utf-8")
    for names in re.findall(r"<!-- held by: ([^>]*) -->", text):
        for name in names.split(", "):
            path, _, function = name.strip().partition("::")
            assert (ROOT / path).exists(), name
            assert f"def {function.partition('[')[0].rpartition('::')[2]}(" in (ROOT / path).read_text(), name


def test_the_readme_names_one_test_command() -> None:
    """The checks of a change run the very line that newcomers copy."""
    text = PAGES["README"].read_text(encoding="utf-8")
    commands = re.findall(r"<!-- test-command -->\n```console\n(.*?)\n```", text, re.DOTALL)
    assert len(commands) == 1
    assert "pytest" in commands[0]
    assert len(text.splitlines()) <= 250


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """To a file of the repository, or to a page that `asyncsdk docs` shows."""
    text = re.sub(r"^```.*?^```$", "", PAGES[page].read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (PAGES[page].parent / target).exists(), target
    for topic in re.findall(r"`asyncsdk docs ([a-z-]+)`", text):
        assert topic in PAGES, topic
