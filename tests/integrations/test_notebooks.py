"""What a notebook shows: tables in HTML, and one line that says how far a long read is."""

from __future__ import annotations

import datetime as dt
import io
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from asyncsdk import Wethod, bulk
from asyncsdk._codec.html_table import html_table, row_cells
from asyncsdk._codec.live_line import LiveLine
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import extract, plan
from asyncsdk.sandbox import Sandbox


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Ticking:
    """A clock that is a second later whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def cells(html: str) -> list[list[str]]:
    """The texts of a table, row by row; it fails where the HTML is not well formed."""
    tree = ET.fromstring(html)  # our own text
    return [[cell.text or "" for cell in row] for row in tree.iter("tr")]


def test_texts_are_escaped_and_cut() -> None:
    evil = "<script>alert('x')</script>&"
    html = html_table(evil, [evil], [[evil], ["y" * 200], [None]], total=3)
    assert "<script" not in html
    head, first, long, empty = cells(html)
    assert head == first == [evil]
    assert len(long[0]) == 80
    assert empty == [""]


def test_long_tables_say_what_they_leave_out() -> None:
    html = html_table("x", [f"c{n}" for n in range(50)], [[0] * 50 for _ in range(30)], total=1_030)
    assert len(cells(html)) == 21
    assert {len(row) for row in cells(html)} == {40}
    assert "1,010 more rows and 10 more columns" in html


def test_rows_of_any_kind_have_cells() -> None:
    assert row_cells([{"a": 1}, {"b": 2}]) == (["a", "b"], [[1, None], [None, 2]])
    assert row_cells([7]) == (["row"], [[7]])
    assert row_cells([]) == ([], [])


async def test_pages_reports_and_plans_show_as_tables(tmp_path: Path) -> None:
    async with Sandbox(rows=30) as sandbox:
        sandbox.add("streams", name="<b>Bold</b>")
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            page = await wethod.streams.list().first_page()
            table = cells(page._repr_html_())
            assert table[0][:2] == ["id", "created_at"]
            assert [row[table[0].index("name")] for row in table[1:]] == [row.name for row in page]
            async with wethod.streams.list().items() as walk:
                rows = [row async for row in walk]
                assert str(len(rows)) in cells(walk.report._repr_html_())[1]
            cost = await plan(wethod, ["streams", "levels"], f"jsonl:{tmp_path}")
            assert [row[0] for row in cells(cost._repr_html_())] == ["table", "streams", "levels"]
            report = await extract(wethod, ["streams", "levels"], f"jsonl:{tmp_path}")
            html = report._repr_html_()
            assert "every row was delivered" in html
            assert [row[:2] for row in cells(html)[1:]] == [["streams", "complete"], ["levels", "complete"]]


async def test_bulk_plans_their_reports_and_proofs_show_as_tables(tmp_path: Path) -> None:
    async with Sandbox(rows=30, seed=1) as sandbox:
        sandbox.add("streams", name="twice")
        sandbox.add("streams", name="twice")
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            rows = [*({"name": f"<b>{number}</b>"} for number in range(25)), {"name": "twice"}]
            cost = await bulk.plan(wethod.streams, rows, match=("name",))
            html = cost._repr_html_()
            assert "25 creates" in html
            assert cells(html)[:2][0] == ["row", "what", "id", "name", "fields"]
            assert cells(html)[1][:2] == ["26", "conflict"], "what needs somebody's eye comes first"
            assert "6 more rows" in html
            report = await cost.apply(journal=tmp_path / "journal")
            assert cells(report._repr_html_())[1][:2] == ["26", "conflict"]
            assert "25 created" in report._repr_html_()
            sandbox.add("streams", name="<b>3</b>")
            proof = await bulk.verify(wethod.streams, journal=tmp_path / "journal")
            assert [row[:2] for row in cells(proof._repr_html_())[1:]] == [["twice", '["<b>3</b>"]']]


def test_a_line_is_renewed_in_place_and_not_too_often() -> None:
    stream, now = Terminal(), 0.0
    line = LiveLine(lambda: now, stream)
    for _ in range(100):
        line.show("a long text")
    now = 1.0
    line.show("short")
    line.end("end")
    assert stream.getvalue() == "\ra long text\rshort      \rend  \n"


def test_nothing_is_written_where_no_line_can_be_renewed() -> None:
    stream = io.StringIO()
    line = LiveLine(Ticking(), stream)
    line.show("a")
    line.end("b")
    assert stream.getvalue() == ""
    closed = Terminal()
    line = LiveLine(Ticking(), closed)
    closed.close()
    line.show("a")
    line.end("b")


class FakeHandle:
    def __init__(self, shown: list[str]) -> None:
        self._shown = shown

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self._shown.append(bundle["text/plain"])


def test_a_notebook_is_written_to_below_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    shell = type("ZMQInteractiveShell", (), {})()
    display = SimpleNamespace(display=lambda bundle, raw, display_id: FakeHandle(shown))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    stream = Terminal()
    line = LiveLine(Ticking(), stream)
    line.show("1 row")
    line.end("2 rows")
    assert shown == ["1 row", "2 rows"]
    assert stream.getvalue() == ""


async def test_all_shows_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    async with (
        Sandbox(rows=450) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        pager = wethod.production_plan_streams.list()
        rows = await pager.all(progress=True, expected=450)
        assert len(rows) == 450
        said = stream.getvalue()
        assert said.startswith("\r100 rows of about 450")
        assert said.rstrip(" ").endswith("\n")
        assert "\r450 rows" in said
        with pytest.raises(ArgumentError, match="progress"):
            await pager.all(progress=1)  # type: ignore[arg-type]  # what is tested


async def test_an_extraction_shows_its_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    async with (
        Sandbox(rows=30, today=dt.date(2026, 5, 20)) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod,
    ):
        await extract(wethod, ["levels"], f"jsonl:{tmp_path}", progress=True)
    assert "\r0 of 1 lists complete, 1 to go" in stream.getvalue()
    assert stream.getvalue().splitlines()[-1].strip().startswith("1 of 1 lists complete; 6 rows")
