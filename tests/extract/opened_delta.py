"""What tests of Delta tables share: an opened target, its rows, and what is in a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.extract.target import Place, Table
from asyncsdk.extract.targets import make_target
from tests.extract.stored import ACME, THINGS

deltalake = pytest.importorskip("deltalake")

from asyncsdk.extract.targets.delta import DeltaTarget as DeltaTarget  # noqa: E402  # needs the package

STATE = b'{"page":1}'


@contextmanager
def opened(where: str | Path, *tables: Table, prefix: str = "") -> Iterator[DeltaTarget]:
    target = make_target(Place(f"delta:{where}", None, prefix))
    assert isinstance(target, DeltaTarget)
    target.open(ACME, tables or (THINGS,))
    try:
        yield target
    finally:
        target.close()


def rows_in(where: str | Path, table: str = "things", options: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """All rows, as a reader has them who knows Delta alone."""
    found = deltalake.DeltaTable(f"{where}/{table}", storage_options=options).to_pyarrow_table().to_pylist()
    return sorted(found, key=lambda row: int(row["id"]))


def table_in(where: str | Path, table: str = "things") -> Any:
    return deltalake.DeltaTable(f"{where}/{table}")


def rows_of_pass(where: Path) -> int:
    """How many rows tell what whole passes have met."""
    return int(deltalake.DeltaTable(f"{where}/_asyncsdk_seen_things").to_pyarrow_table().num_rows)
