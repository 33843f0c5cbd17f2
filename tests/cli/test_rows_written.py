"""How rows are written: texts as they are, the columns that were chosen or fit, and no more than was asked for."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from asyncsdk.cli import main
from tests.cli.scripted_api import EVIL, Api, Capture, project, slow

pytest.importorskip("typer")

pytest.importorskip("rich")

SHOWN = r"[/] [red]A :warning: \x1b]0;owned\x07\x1b[2J\x9b1m\u202eB\r\nasyncsdk: all is well"


# --- rows are text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["200", "80"])
def test_a_table_shows_texts_as_they_are(
    columns: str, api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.lists["/api/projects"] = [project(1, name="[urgent] A :warning:"), project(2, name=EVIL, metadata_3="[b]x")]
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["list", "projects", "--columns", "id,name,metadata_3"]) == 0
    said = capsys.readouterr()
    assert "[urgent] A :warning:" in said.out
    assert SHOWN[:30] in said.out
    assert "[b]x" in said.out
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(said.out)


def test_an_error_is_one_line_whatever_the_server_says(api: Api, capsys: Capture) -> None:
    api.errors["/api/projects"] = (403, {"key": "\x1b]0;owned\x07", "message": EVIL})
    assert main(["list", "projects"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(said)


def test_programs_get_texts_as_they_are(api: Api, capsys: Capture) -> None:
    api.lists["/api/projects"] = [project(1, name=EVIL)]
    assert main(["list", "projects", "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row["name"] == EVIL
    for format_ in ("json", "jsonl"):
        assert main(["list", "projects", "--format", format_]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told[0] if format_ == "json" else told)["name"] == EVIL


@pytest.mark.parametrize("format_", ["table", "csv", slow("json"), slow("jsonl")])
def test_a_terminal_gets_no_control_character(format_: str, api: Api) -> None:
    pty = pytest.importorskip("pty")
    api.lists["/api/projects"] = [project(1, name=EVIL)]
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "asyncsdk", "list", "projects", "--columns", "id,name", "--format", format_]
    with subprocess.Popen(words, stdout=slave, stderr=slave, env=os.environ | {"NO_COLOR": "1", "TERM": "dumb"}) as run:
        os.close(slave)
        data = b""
        try:
            while piece := os.read(master, 65536):
                data += piece
        except OSError:  # the other end is closed
            pass
        assert run.wait(timeout=30) == 0
    os.close(master)
    said = data.decode().replace("\r\n", "\n")
    assert "[red]A" in said
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(said)


# --- columns -------------------------------------------------------------------------------------------------------


def test_csv_has_the_columns_of_every_row(api: Api, capsys: Capture) -> None:
    rows = [project(number) for number in range(1, 251)]
    rows[240] |= {"metadata_13": "Finance"}
    rows[245] |= {"metadata_2": "x"}
    api.lists["/api/projects"] = rows
    assert main(["list", "projects", "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(table[0])[-2:] == ["metadata_2", "metadata_13"]
    assert [row["id"] for row in table] == [str(number) for number in range(1, 251)]
    assert (table[240]["metadata_13"], table[245]["metadata_2"], table[0]["metadata_13"]) == ("Finance", "x", "")


def test_chosen_columns_come_in_their_order_in_every_format(api: Api, capsys: Capture) -> None:
    api.lists["/api/projects"] = [project(1), project(2, metadata_13="Finance")]
    words = ["list", "projects", "--columns", "name, metadata_13,id"]
    assert main([*words, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines() == ["name,metadata_13,id", "P1,,1", "P2,Finance,2"]
    assert main([*words, "--format", "jsonl"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == '{"name":"P1","metadata_13":null,"id":1}'
    assert main([*words, "--format", "table"]) == 0
    assert "P2" in capsys.readouterr().out
    assert main(["list", "projects", "--columns", "id,nmae"]) == 2
    assert "did you mean name" in capsys.readouterr().err


def test_a_list_without_rows_has_its_header(api: Api, capsys: Capture) -> None:
    for words in (["projects"], ["levels"], ["projects", "--columns", "id,name"]):
        assert main(["list", *words, "--format", "csv"]) == 0
        assert capsys.readouterr().out.startswith("id,")


def test_a_table_shows_the_columns_that_fit_and_names_the_others(
    api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.lists["/api/projects"] = [project(1, name="A name of some length")]
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["list", "projects"]) == 0
    said = capsys.readouterr()
    assert "A name of some length" in said.out
    assert max(map(len, said.out.splitlines())) <= 60
    assert " more columns, see --columns: created_at, " in said.err


@pytest.mark.parametrize("columns", ["0", "-5", "x", "1", "10", "20", "40"])
@pytest.mark.parametrize("words", [["list", "projects"], ["resources"], ["check"]])
def test_no_width_hides_everything(
    columns: str, words: list[str], api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.lists["/api/projects"] = [project(1)]
    monkeypatch.setenv("COLUMNS", columns)
    assert main(words) == 0
    assert {"list": "P1", "resources": "projects", "check": "49 of 49"}[words[0]] in capsys.readouterr().out


def test_max_and_limit_bound_the_rows(api: Api, capsys: Capture) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 501)]
    for option in ("--max-items", "--max", "--limit"):
        assert main(["list", "projects", option, "3", "--format", "jsonl"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 3


def test_count(api: Api, capsys: Capture) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 251)]
    assert main(["count", "projects"]) == 0
    assert capsys.readouterr().out == "250\n"
    assert main(["count", "projects", "--where", "date_start=month:2026-05", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 250
    assert "date_start=bt:2026-05-01,2026-05-31&" in api.asked[-1]
    assert main(["count", "streams_leaders"]) == 2
