"""What a command says where something fails: one line, a document where one was asked for, and no password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asyncsdk.cli import main
from tests.cli.scripted_api import Api, Capture

pytest.importorskip("typer")

pytest.importorskip("rich")


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_a_defect_is_one_line_that_says_how_to_see_more(
    api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_options: object) -> int:
        raise KeyError("wethod\x1b\nsecond line")

    monkeypatch.setattr("asyncsdk.cli.listing.show_resources", broken)
    assert main(["resources"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("asyncsdk: KeyError: ")
    assert "--traceback" in line
    assert main(["resources", "--traceback"]) == 1
    assert "in broken" in capsys.readouterr().err
    monkeypatch.setenv("ASYNCSDK_TRACEBACK", "1")
    assert main(["resources"]) == 1
    assert "in broken" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["extract", "levels", "--to", "nowhere:x", "--json"],
        ["extract", "levels", "--to", "duckdb::memory:", "--json"],
        ["extract", "no-such-list", "--to", "jsonl:x", "--json"],
        ["extract", "levels", "--to", "jsonl:x", "--filter", "no_such=1", "--json"],
        ["extract", "levels", "--to", "jsonl:x", "--filter", "nonsense", "--json"],
        ["extract", "levels", "--to", "jsonl:x", "--patience", "soon", "--json"],
        ["extract", "levels", "--to", "jsonl:x", "--no-such-option", "--json"],
        ["extract", "levels", "--json"],
        ["extract", "levels", "--to", "jsonl:x", "--company", "a-b", "--company", "a.b", "--json"],
        ["count", "no-such-list", "--json"],
    ],
)
def test_a_refusal_is_a_document_too(
    words: list[str], api: Api, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["status"], told["tables"]) == (2, [])
    assert told["error"]
    assert len(said.err.splitlines()) == 1
    assert not api.asked
    assert not list(tmp_path.iterdir())


def test_a_company_that_is_refused_ends_no_other(api: Api, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "beta").write_text("a file where a folder should be")
    words = ["extract", "levels", "-q", "--to", f"jsonl:{tmp_path}"]
    words += [word for company in ("alpha", "beta", "gamma") for word in ("--company", company)]
    assert main([*words, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    companies = told["companies"]
    assert [(each["company"], each["status"]) for each in companies] == [("alpha", 0), ("beta", 2), ("gamma", 0)]
    assert told["status"] == 2
    assert main(words) == 2
    said = capsys.readouterr()
    assert "asyncsdk: beta: " in said.err
    assert "2 of 2 lists complete" in said.out
    assert "alpha" in said.out
    assert "gamma" in said.out


def test_no_password_is_shown(api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", "secret-one")
    for address in (
        "postgresql://me:secret-two@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=me&password=secret-three&sslpassword=secret-four",
        "postgresql://me:secret@five@127.0.0.1:1/db",
        "mysql://me:secret-six@127.0.0.1/db",
    ):
        for more in ([], ["--json"], ["--traceback"]):
            assert main(["extract", "levels", "--to", address, *more]) == 2
            said = capsys.readouterr()
            assert "secret" not in said.out + said.err, address


# --- check ---------------------------------------------------------------------------------------------------------


def test_check_names_what_it_meets_and_fails(api: Api, capsys: Capture) -> None:
    api.errors["/api/levels"] = (403, {"key": "forbidden", "message": "no"})
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "48 of 49 lists can be read" in said
    assert "a permission is missing" in said
    assert "roles" not in said, "what can be read needs no line"
    api.errors["/api/roles"] = (500, {"key": "x", "message": "y"})
    assert main(["check"]) == 1
    assert "roles: unexpected: status 500" in capsys.readouterr().out


def test_check_names_exceptions(api: Api, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    from asyncsdk import Wethod

    request = Wethod.request

    async def broken(self: Wethod, method: str, path: str, **more: Any) -> Any:
        if path == "/api/roles":
            raise RuntimeError("it broke\x1b")
        return await request(self, method, path, **more)

    monkeypatch.setattr(Wethod, "request", broken)
    assert main(["check"]) == 1
    assert r"roles: RuntimeError: it broke\x1b" in capsys.readouterr().out
    assert main(["check", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {each["meaning"] for each in told["lists"] if each["name"] == "roles"} == {r"RuntimeError: it broke\x1b"}
