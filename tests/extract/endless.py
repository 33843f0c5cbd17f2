"""Publications that never end, unless they are stopped: for tests of what stops them.

    python -m tests.extract.endless WORDS...

is the command line with folders whose publication prints `merging` and goes on for ever.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from asyncsdk.extract.target import Table
from asyncsdk.extract.targets.duckdb_store import DuckDBStore
from asyncsdk.extract.targets.folder import FolderTarget

ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = b.range % 5"


def copy_for_ever(merging: Callable[[], object]) -> Callable[..., None]:
    """What writes a table to a file, and never comes to its end; `merging` is called before it begins."""

    def copy(self: FolderTarget, store: DuckDBStore, table: Table, draft: Path) -> None:
        draft.write_bytes(b"half")
        merging()
        store.file.rows(ENDLESS)

    return copy


def main() -> int:
    from asyncsdk.cli import main as command

    said = threading.Event()

    def merging() -> None:
        if not said.is_set():
            said.set()
            print("merging", flush=True)  # noqa: T201

    FolderTarget._write = copy_for_ever(merging)  # type: ignore[method-assign]
    return command(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
