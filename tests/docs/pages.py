"""Reads the pages of the documentation for their tests: code, commands, names of tests and of pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

import asyncsdk

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = {
    "README": ROOT / "README.md",
    **{path.stem: path for path in sorted((Path(asyncsdk.__file__).parent / "docs").glob("*.md"))},
}
"""Every page by its name."""

_BLOCK: Final = re.compile(
    r"^(?:<!-- (?P<note>[^>]*) -->\n)?```(?P<language>\w+)(?: title=(?P<title>\S+))?\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FILE: Final = re.compile(r"\A# (?P<name>[\w.-]+\.(?:py|toml|csv))\n")


@attrs.frozen
class Block:
    """One block of code of a page.

    Args:
        page: it stands on.
        line: where it begins, from 1.
        language: it is written in.
        code: without the fences.
        note: the comment of Markdown before it: `not run: REASON`, or `test: PATH` for code that a test runs.
    """

    page: str
    line: int
    language: str
    code: str
    note: str

    @property
    def runs(self) -> bool:
        """Whether it can be run as it is, against the sandbox."""
        return not self.note.startswith(("not run: ", "test: "))

    @property
    def file(self) -> str | None:
        """The name of the file that it is, by its first line."""
        found = _FILE.match(self.code)
        return found["name"] if found else None


def blocks(page: str) -> Iterator[Block]:
    """Gives every block of a page, in order."""
    text = PAGES[page].read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"], found["code"], found["note"] or "")
