"""What the command line writes: rows are text, no column is lost, and every output ends in an exit status."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import attrs
import pytest

from asyncsdk.cli import main

pytest.importorskip("typer")
pytest.importorskip("rich")

Capture = pytest.CaptureFixture[str]

EVIL = "[/] [red]A :warning: \x1b]0;owned\x07\x1b[2J\x9b1m\u202eB\r\nasyncsdk: all is well"
SHOWN = r"[/] [red]A :warning: \x1b]0;owned\x07\x1b[2J\x9b1m\u202eB\r\nasyncsdk: all is well"


def slow(*values: object) -> Any:
    """A case that starts more interpreters to show what a faster one shows of its kind."""
    return pytest.param(*values, marks=pytest.mark.slow)


def project(id_: int, **more: object) -> dict[str, object]:
    """A row of projects."""
    moment = "2026-01-01T00:00:00Z"
    facts = {"id": id_, "created_at": moment, "updated_at": moment, "name": f"P{id_}", "value": 1.0, "probability": 50}
    facts |= {"date_start": "2026-01-01", "duration": 4, "is_archived": False, "job_order_category_id": 1}
    return {**facts, "client_id": 2, "pm_id": 1, **more}


@attrs.define(eq=False)
class Api:
    """Lists by path, and statuses with their bodies by path; `asked` has what was asked for."""

    url: str = ""
    lists: dict[str, list[dict[str, object]]] = attrs.field(factory=dict)
    errors: dict[str, tuple[int, object]] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A server in a thread, and the WETHOD_* variables that lead to it."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server looks for
            parts = urlsplit(self.path)
            api.asked.append(self.path)
            query = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdecimal()}
            status, body = api.errors.get(parts.path, (200, None))
            if body is None:
                start = query.get("offset", 0)
                body = api.lists.get(parts.path, [])[start : start + query.get("limit", 100)]
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        for name, value in {"TOKEN": "token-of-tests", "COMPANY": "acme", "BASE_URL": api.url}.items():
            monkeypatch.setenv(f"WETHOD_{name}", value)
        monkeypatch.delenv("COLUMNS", raising=False)
        yield api
        server.shutdown()
    # An extraction keeps the collector from looking at what is there: right for a process that does nothing else.
    gc.set_threshold(700, 10, 10)


def shell(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell, in which $A is the command; PIPESTATUS of its first part is the last line of stderr."""
    command = ["bash", "-c", f'A="{sys.executable} -m asyncsdk"; {line}']
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | environ, check=False, errors="replace"
    )


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


# --- pipes, disks, character sets ----------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["csv", "table", slow("json"), slow("jsonl")])
def test_a_reader_that_has_had_enough_ends_a_list_as_it_ends_cat(format_: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 1001)]
    done = shell(f"$A list projects --max 5000 --format {format_} | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) in {(141, ""), (0, "")}


def test_a_reader_that_reads_nothing_ends_a_list_as_it_ends_cat(api: Api) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 1001)]
    done = shell("$A list projects --format jsonl | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (141, "")


def test_what_was_extracted_counts_whoever_reads_the_report(api: Api, tmp_path: Path) -> None:
    line = f"$A extract levels -q --to jsonl:{tmp_path}"
    for rest in ("| true", "--json | true", ">&- 2>&-"):
        done = shell(f"{line} {rest}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, done.stderr) == (0, ""), rest
    done = shell(f"{line} --json > /dev/full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(
    "words", ["list projects", "--help", *map(slow, ["list projects --format csv", "count projects", "resources"])]
)
def test_a_full_disk_and_a_closed_output_are_one_line(words: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(1)]
    for rest, why in (("> /dev/full", "No space left on device"), (">&-", "it is closed")):
        done = shell(f"$A {words} {rest}")
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("asyncsdk: standard output cannot be written: ")
        assert why in line


def test_a_closed_stderr_changes_nothing(api: Api) -> None:
    api.lists["/api/projects"] = [project(1)]
    done = shell("$A list projects --max 1 2>&-")
    assert done.returncode == 0
    assert "P1" in done.stdout
    assert shell("$A list nonsense 2>&-").returncode == 2


@pytest.mark.parametrize(
    ("encoding", "format_"), [("cp1252", "csv"), ("cp1252", "jsonl"), ("cp1252", "table"), ("utf-8", "csv")]
)
def test_a_character_set_that_lacks_characters_gets_escapes(encoding: str, format_: str, api: Api) -> None:
    api.lists["/api/projects"] = [project(1, name="\u65e5 \u20ac x")]
    done = shell(f"$A list projects --columns id,name --format {format_}", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    if format_ == "jsonl":
        assert json.loads(done.stdout)["name"].startswith("\u65e5 ")
    else:
        assert ("\u65e5" if encoding == "utf-8" else r"\u65e5") in done.stdout


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


# --- the end of a run ----------------------------------------------------------------------------------------------


def test_a_run_says_what_it_came_to_once(
    api: Api, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.errors["/api/roles"] = (403, {"key": "forbidden", "message": EVIL})
    assert main(["extract", "levels", "roles", "--to", f"jsonl:{tmp_path}"]) == 1
    said = capsys.readouterr()
    assert "cost unknown: none of these 2 lists was ever read here" in said.err
    last = said.out.splitlines()[-1]
    assert last.startswith("1 of 2 lists complete, 1 skipped; 0 rows; ")
    assert "of 5,000 requests left this hour, full again at " in last
    assert "\x1b" not in said.out + said.err
    monkeypatch.setenv("COLUMNS", "30")
    assert main(["extract", "levels", "-q", "--to", f"jsonl:{tmp_path}"]) == 0
    assert "levels: complete, 0 rows, " in capsys.readouterr().out


def test_a_plan_says_what_it_spent_itself(api: Api, capsys: Capture, tmp_path: Path) -> None:
    api.lists["/api/projects"] = [project(number) for number in range(1, 251)]
    assert main(["extract", "projects", "--plan", "--to", f"jsonl:{tmp_path}"]) == 0
    assert f"making this plan took {len(api.asked)} requests" in capsys.readouterr().out
    api.asked.clear()
    assert main(["extract", "projects", "--plan", "--json", "--to", f"jsonl:{tmp_path}"]) == 0
    assert json.loads(capsys.readouterr().out)["spent"] == len(api.asked)
    words = ["extract", "projects", "--plan", "--to", f"jsonl:{tmp_path}", "--company", "a", "--company", "b"]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("all companies: about 10 requests, under 1 s, 0% of ")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), slow(signal.SIGHUP, 129), slow(signal.SIGINT, 130)]
)
def test_a_signal_ends_a_run_in_order(number: signal.Signals, status: int, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    run, server = running(tmp_path, "--json")
    with server, run:
        try:
            run.send_signal(number)
            said, complained = run.communicate(timeout=20)
        finally:
            run.kill()
            server.kill()
    assert run.returncode == status
    assert "the same command goes on" in complained
    assert "Traceback" not in complained
    assert json.loads(said)["status"] == status
    with duckdb.connect(str(tmp_path / ".asyncsdk" / "staging.duckdb"), read_only=True) as database:
        assert database.sql("SELECT error FROM _asyncsdk_runs").fetchall() == [("interrupted",)]


def running(folder: Path, *more: str) -> tuple[subprocess.Popen[str], subprocess.Popen[str]]:
    """A run that is in the middle of a list, and the slow server it reads from."""
    words = [sys.executable, "-m", "asyncsdk", "sandbox", "--port", "0", "--rows", "9000", "--latency-ms", "60"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    lines = [server.stdout.readline().removeprefix("export ").strip() for _ in range(4)]
    environ = os.environ | dict(line.split("=", 1) for line in lines)
    code = (
        "import sys; import asyncsdk.extract.pass_reader as p; p.BATCH_ROWS = 300; import asyncsdk.cli as c; "
        "sys.exit(c.main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "extract", "production-plan-streams", "--concurrency", "1", "-q", *more]
    run = subprocess.Popen(
        [*words, "--to", f"jsonl:{folder}"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    patience = time.monotonic() + 60
    while requests_of(environ["WETHOD_BASE_URL"]) < 10:
        assert run.poll() is None
        assert time.monotonic() < patience
        time.sleep(0.01)  # between two looks at another process
    return run, server


def requests_of(url: str) -> int:
    """How many requests a sandbox has got."""
    with urlopen(f"{url}/_sandbox/requests", timeout=10) as answer:  # of this machine
        return len(json.loads(answer.read()))


async def test_warnings_that_come_thick_are_counted(capsys: Capture) -> None:
    import logging

    from asyncsdk.cli.ending import ended

    def command() -> int:
        for number in range(100):
            logging.getLogger("asyncsdk").warning("page %d waits\x1b", number)
        logging.getLogger("asyncsdk").error("and this")
        return 0

    assert ended(command) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == r"asyncsdk: page 0 waits\x1b"
    assert "asyncsdk: and this" in said
    assert "99 more" in said[-1]
