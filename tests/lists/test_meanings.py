"""Tables tell what their columns mean, in the words of the contract."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from asyncsdk import Wethod
from asyncsdk._catalog import listings
from asyncsdk._codec.arrow.columns import columns_of
from asyncsdk._lists.meanings import with_meanings
from asyncsdk.extract import extract


async def test_readers_see_what_the_contract_says(wethod: Wethod, tmp_path: Path) -> None:
    """A project's value is in thousands: beside invoices, which are not, every project would look over-invoiced."""
    await extract(wethod, ["projects"], f"duckdb:{tmp_path / 'rows.duckdb'}")
    await extract(wethod, ["projects"], f"parquet:{tmp_path}")
    with duckdb.connect(str(tmp_path / "rows.duckdb"), read_only=True) as database:
        ((said,),) = database.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'projects' AND column_name = 'value'"
        ).fetchall()
    assert "in thousands (K)" in said
    field = pq.read_schema(tmp_path / "projects" / "projects.parquet").field("value")
    assert field.metadata is not None
    assert b"in thousands (K)" in field.metadata[b"description"]


@pytest.mark.parametrize("table", list(listings()))
def test_meanings_change_no_column(table: str) -> None:
    listing = listings()[table]
    columns = columns_of(listing.model)
    assert with_meanings(columns, listing.schema) == columns
