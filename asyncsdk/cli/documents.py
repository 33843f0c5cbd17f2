"""`asyncsdk docs [TOPIC]`: lists the pages of the documentation, or shows one."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence

from .. import docs
from .output import stdout

__all__ = ["main"]


def main(words: Sequence[str]) -> int:
    """Shows one page, or lists all of them where none is named.

    Off a terminal, and where rich is not installed, a page is printed as it is: plain Markdown, unwrapped.

    Args:
        words: what stands behind `asyncsdk docs`.

    Returns:
        The exit status.

    Raises:
        ConfigurationError: there is no such page.
    """
    parser = argparse.ArgumentParser(prog="asyncsdk docs", description="Shows the documentation.")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a page; without it, all of them are listed")
    topic: str | None = parser.parse_args(list(words)).topic
    if topic is None:
        known = docs.topics()
        width = max(map(len, known))
        lines = [f"{name:<{width}}  {title}" for name, title in known.items()]
        stdout.write("\n".join([*lines, "", "asyncsdk docs TOPIC shows one of them.", ""]))
        return 0
    text = docs.page(topic)
    stdout.write(_rendered(text) if stdout.isatty() and importlib.util.find_spec("rich") else text)
    return 0


def _rendered(text: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as capture:
        console.print(Markdown(text))
    return capture.get()
