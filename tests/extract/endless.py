"""Merges that never end, unless they are stopped: for tests of what stops them.

    python -m tests.extract.endless WORDS...

is the command line with Parquet files whose merge prints `merging` and goes on for ever.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator
from typing import Any, Final

from asyncsdk.extract.targets.parquet import Parquet

copy_once: Final = Parquet.copy


def copy_for_ever(merging: Callable[[], object]) -> Callable[..., Generator[None]]:
    """`Parquet.copy`, over and over again; `merging` is called before the first piece is done."""

    def copy(self: Parquet, *arguments: Any) -> Generator[None]:
        merging()
        while True:
            yield from copy_once(self, *arguments)

    return copy


def main() -> int:
    from asyncsdk.cli import main as command

    said = threading.Event()

    def merging() -> None:
        if not said.is_set():
            said.set()
            print("merging", flush=True)  # noqa: T201

    Parquet.copy = copy_for_ever(merging)  # type: ignore[method-assign]
    return command(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
