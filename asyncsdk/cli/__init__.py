"""The command line: `asyncsdk COMMAND`, or `python -m asyncsdk COMMAND`.

`sandbox`, `demo` and `docs` need nothing but the package. The other commands are built with typer and rich, which the
extra `cli` brings; without it they say how to install it, and `--help` still tells what there is. What the statuses
mean that a command ends with stands in `ending`.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from typing import Final

__all__ = ["INSTALL", "main"]

INSTALL: Final = 'pip install "asyncsdk[cli]"'

_COMMANDS: Final = {
    "sandbox": "a local server that honours the contract",
    "demo": "a walk through a list of 100,000 rows, against a sandbox",
    "docs": "the documentation, page by page",
    "list": "reads a list, as a table, CSV, JSON or JSON lines",
    "count": "counts the rows of a list",
    "get": "reads one row",
    "resources": "what lists there are",
    "quota": "what is left of the hour's requests",
    "check": "tries token, company and every list",
    "import": "writes a file's rows into a list, each once",
    "extract": "brings tables of Parquet, DuckDB, PostgreSQL, CSV or JSON lines up to date",
    "verify": "compares such tables with their lists",
    "fleet": "the same for many companies, each with its token and target",
}
_NEED_NOTHING: Final = ("sandbox", "demo", "docs")

_EXTRAS: Final = """\
Only sandbox, demo and docs work as it is. The other commands need an extra:
  pip install "asyncsdk[cli]"        list, count, get, resources, quota, check, import
  pip install "asyncsdk[extract]"    these, extract, fleet and verify for every target; or, beside cli, what one needs:
                                     parquet (also for csv: and jsonl:), duckdb, postgres
In a checkout write pip install ".[cli]" or ".[extract]".
"""


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        words: the command and its arguments; None: those of the process.

    Returns:
        The exit status: 0 done, 1 failed, 2 used or set up wrongly, 3 done but for rows that were left out; see
        `ending` for the others.
    """
    from .ending import TRACEBACK, ended
    from .output import open_closed_descriptors

    if words is None:
        open_closed_descriptors()
    given = list(sys.argv[1:] if words is None else words)
    bare = [word for word in given if word != TRACEBACK]
    return ended(lambda: _run(bare), given)


def _run(words: list[str]) -> int:
    match words:
        case ["sandbox", *rest]:
            return _sandbox(rest)
        case ["demo", *rest]:
            from asyncsdk.sandbox import demo

            from .loop import run as run_loop

            return demo.main(rest, run_loop=run_loop)
        case ["docs", *rest]:
            from . import documents

            return documents.main(rest)
        case ["--version", *_]:
            from asyncsdk._version import __version__

            from .output import stdout

            stdout.write(f"asyncsdk {__version__}\n")
            return 0
    if any(importlib.util.find_spec(name) is None for name in ("typer", "rich")):
        return _without_extra(words)
    from .app import run

    return run(words)


def _without_extra(words: Sequence[str]) -> int:
    """What can be said without typer: which commands there are, and what they need.

    Raises:
        ConfigurationError: a command was asked for.
    """
    from ..errors import ConfigurationError
    from .output import say, stderr, stdout

    asked = not words or words[0] in {"-h", "--help", "help"}
    if asked:
        lines = [f"  {name:<10} {what}" for name, what in _COMMANDS.items()]
        page = "Usage: asyncsdk COMMAND [--help]\n\n" + "\n".join(lines) + f"\n\n{_EXTRAS}"
        (stdout if words else stderr).write(page)
        return 0 if words else 2
    if words[0] not in _COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(words[0], _COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "`asyncsdk --help` lists them"
        say(f"there is no command {words[0]!r}; {hint}")
        return 2
    more = (
        '; what its target needs as well: pip install "asyncsdk[extract]"'
        if words[0] in {"extract", "fleet", "verify"}
        else ""
    )
    raise ConfigurationError(
        f"{words[0]} needs the extra `cli`: {INSTALL}{more} (in a checkout: pip install '.[cli]'). `asyncsdk sandbox` "
        "(a local server) and `asyncsdk demo` (a walk through a list) work without it"
    )


def _sandbox(words: list[str]) -> int:
    from asyncsdk.sandbox import command

    from .loop import run as run_loop

    parser = argparse.ArgumentParser(prog="asyncsdk sandbox", description="A local server that honours the contract.")
    command.add_arguments(parser)
    return command.run(parser.parse_args(words), run_loop=run_loop)
