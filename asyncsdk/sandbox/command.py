"""`asyncsdk sandbox`: the sandbox from a shell, until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's options to a parser."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8787, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=1000, help="production plan streams (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rows (default: %(default)s)")
    parser.add_argument("--today", metavar="DATE", help="the day the rows end (default: today)")
    parser.add_argument("--empty", action="store_true", help="begin without any rows")
    parser.add_argument("--latency-ms", type=float, default=0, metavar="MS", help="wait before every answer")
    parser.add_argument("--rate-limit", type=int, metavar="N", help="requests an hour for each token (default: none)")
    parser.add_argument(
        "--without", action="append", default=[], metavar="FEATURE", help="a company feature that is off"
    )
    parser.add_argument("--database", default=":memory:", metavar="FILE", help="keep the rows in a file")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="JSON file with faults to order from the start")
    parser.add_argument("--lenient", action="store_true", help="let unknown parameters and fields pass")


def run(args: argparse.Namespace, *, run_loop: Callable[[Coroutine[object, object, None]], None] = asyncio.run) -> int:
    """Serves until interrupted, on the loop that `run_loop` makes; returns the exit status."""
    try:
        with contextlib.suppress(KeyboardInterrupt):
            run_loop(_serve(args))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"asyncsdk sandbox: {error}\n")
        return 2
    return 0


async def _serve(args: argparse.Namespace) -> None:
    from asyncsdk.sandbox.faults import read_json
    from asyncsdk.sandbox.sandbox import Sandbox

    sandbox = Sandbox(
        host=args.host,
        port=args.port,
        rows=args.rows,
        seed=args.seed,
        latency_ms=args.latency_ms,
        rate_limit=args.rate_limit,
        without=args.without,
        database=args.database,
        strict=not args.lenient,
        faults=read_json(args.faults.read_bytes()) if args.faults else None,
        today=args.today,
        empty=args.empty,
    )
    async with sandbox:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sandbox.environ.items()]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        sys.stderr.write(
            f"{sandbox.count('production_plan_streams')} production plan streams at {sandbox.url}; Ctrl+C ends it\n"
        )
        over = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl+C raises there
                asyncio.get_running_loop().add_signal_handler(number, over.set)
        await over.wait()
