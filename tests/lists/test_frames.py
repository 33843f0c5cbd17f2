"""Lists as frames: real types, units, and a word where a library is missing."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import pytest

from asyncsdk import Wethod
from asyncsdk.errors import ArgumentError, ConfigurationError
from asyncsdk.sandbox import Sandbox

pa = pytest.importorskip("pyarrow")

METHODS = ["to_arrow", "to_polars", "to_pandas"]


async def frame(method: str, **options: Any) -> Any:
    async with (
        Sandbox(rows=30, today="2026-05-20") as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        return await getattr(wethod.projects.list(), method)(**options)


async def test_fields_carry_units_and_descriptions() -> None:
    table = await frame("to_arrow")
    assert table.schema.field("value").metadata[b"unit"] == b"K"
    assert table.schema.field("probability").metadata[b"unit"] == b"%"
    assert table.schema.field("duration").metadata[b"unit"] == b"months"
    assert table.schema.field("date_start").metadata == {
        b"description": b"first day of month; bodies name it start_date"
    }
    assert table.schema.field("name").metadata is None


@pytest.mark.parametrize("method", ["to_polars", "to_pandas"])
async def test_a_frame_holds_what_the_table_holds(method: str) -> None:
    pytest.importorskip(method.removeprefix("to_"))
    found, table = await frame(method), await frame("to_arrow")
    assert list(found.columns) == table.column_names
    rows = found.to_dicts() if method == "to_polars" else found.to_dict("records")
    assert [row["id"] for row in rows] == table.column("id").to_pylist()
    assert [row["updated_at"] for row in rows] == table.column("updated_at").to_pylist()


async def test_pandas_keeps_whole_numbers_with_gaps_and_units() -> None:
    pytest.importorskip("pandas")
    found = await frame("to_pandas")
    assert str(found.dtypes["project_type_id"]) == "int64[pyarrow]"
    assert found.attrs["units"] == {
        "value": "K", "probability": "%", "external_cost_percentage": "%", "duration": "months"
    }  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
async def test_options_are_those_of_all(method: str) -> None:
    assert len(await frame(method, max_items=1)) == 1
    with pytest.raises(ArgumentError, match="progress"):
        await frame(method, progress="yes")
    with pytest.raises(ArgumentError, match="concurrency"):
        await frame(method, concurrency=0)


@pytest.mark.parametrize(("method", "library"), [("to_polars", "polars"), ("to_pandas", "pandas")])
async def test_a_missing_library_is_said_before_anything_is_sent(
    method: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == library else real(name, *more))
    async with Sandbox(rows=1) as sandbox:
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            with pytest.raises(
                ConfigurationError, match=rf'{method} needs {library}: pip install "asyncsdk\[{library}\]"'
            ):
                await getattr(wethod.projects.list(), method)()
        assert len(sandbox.requests) == 0


@pytest.mark.parametrize("method", METHODS)
async def test_without_pyarrow_the_extra_is_named(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncsdk._lists.arrow_frames", None)
    with pytest.raises(ConfigurationError, match=rf"{method} needs the extra: pip install \"asyncsdk\[parquet\]\""):
        await frame(method)
