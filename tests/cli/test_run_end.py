"""How an extraction ends on the command line: what it came to, said once, and in order after a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from asyncsdk.cli import main
from tests.cli.scripted_api import EVIL, Api, Capture, project, slow

pytest.importorskip("typer")

pytest.importorskip("rich")


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
