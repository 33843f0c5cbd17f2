"""The command line: `asyncsdk COMMAND`, or `python -m asyncsdk COMMAND`.

`sandbox` and `demo` need nothing but the package. The other commands are built with typer and rich, which the extra
`cli` brings; without it they say how to install it.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence

__all__ = ["INSTALL", "main"]

INSTALL = 'pip install "asyncsdk[cli]"'


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        words: the command and its arguments; None: those of the process.

    Returns:
        The exit status: 0 done, 1 failed, 2 used or set up wrongly, 3 done but for rows that were rejected.
    """
    words = list(sys.argv[1:] if words is None else words)
    match words:
        case ["sandbox", *rest]:
            return _sandbox(rest)
        case ["demo", *rest]:
            from asyncsdk.sandbox import demo

            from .loop import run as run_loop

            return demo.main(rest, run_loop=run_loop)
        case ["--version"]:
            from asyncsdk import __version__

            sys.stdout.write(f"asyncsdk {__version__}\n")
            return 0
    if any(importlib.util.find_spec(name) is None for name in ("typer", "rich")):
        sys.stderr.write(
            f"asyncsdk: this command needs the extra `cli`: {INSTALL}\n"
            "`asyncsdk sandbox` (a local server) and `asyncsdk demo` (a walk through a list) work without it.\n"
        )
        return 2
    from .app import run

    return run(words)


def _sandbox(words: list[str]) -> int:
    from asyncsdk.sandbox import command

    from .loop import run as run_loop

    parser = argparse.ArgumentParser(prog="asyncsdk sandbox", description="A local server that honours the contract.")
    command.add_arguments(parser)
    try:
        args = parser.parse_args(words)
    except SystemExit as end:  # argparse has said what it has to say
        return int(end.code or 0)
    return command.run(args, run_loop=run_loop)
