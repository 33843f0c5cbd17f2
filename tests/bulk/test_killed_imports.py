"""Imports in processes of their own, killed at any instant, behind a proxy that delivers late: each row once.

`IMPORT_KILLS=60 IMPORT_LATE_SECONDS=30 pytest -m slow -s tests/bulk/test_killed_imports.py` kills as often as one
likes, with the product's own wait, and prints what it came to.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import attrs
import pytest

from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.bulk.late_proxy import LateProxy, late_proxy
from tests.bulk.months import MATCH, month, there, write_csv

pytest.importorskip("typer")
pytest.importorskip("rich")

POST = "POST /api/timesheets"
ROWS = 1000
KILLS = int(os.environ.get("IMPORT_KILLS", "6"))
LATE_SECONDS = float(os.environ.get("IMPORT_LATE_SECONDS", "4"))
LOST = 30
"""Answers that the server loses after the deed."""

PROGRAM = """
import sys
from asyncsdk.bulk import doubts
doubts.LATE_SECONDS = float(sys.argv.pop(1))
from asyncsdk.cli import main
sys.exit(main(sys.argv[1:]))
"""


@attrs.define
class _Import:
    """The command, and what its starts asked for."""

    sandbox: Sandbox
    words: Sequence[str]
    environ: dict[str, str]
    draw: Random
    counts: Counter[str] = attrs.field(factory=Counter)

    def command(self, *more: str) -> list[str]:
        return [sys.executable, "-c", PROGRAM, str(LATE_SECONDS), *self.words, *more]

    def start_and_kill(self, share: int) -> bool:
        """Kills a start at some instant: while it sends, mostly; now and then while it begins or waits.

        Returns:
            Whether it was alive until then.
        """
        begun = len(self.sandbox.requests)
        target = len(there(self.sandbox)) + self.draw.randint(1, share)
        early = self.draw.random() < 0.2
        ends = time.monotonic() + (self.draw.uniform(0.2, 3.0) if early else 120)
        with subprocess.Popen(self.command("-q"), env=self.environ, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and time.monotonic() < ends and len(there(self.sandbox)) < target:
                time.sleep(0.005)
            time.sleep(self.draw.uniform(0, 0.03))
            alive = process.poll() is None
            process.kill()
        self.count(begun)
        return alive

    def count(self, begun: int) -> None:
        """Counts the looks of one start: one walk of the scope, and two looks at what changed in it, at the most."""
        asked = [each for each in self.sandbox.requests[begun:] if each.method == "GET" and "offset=0" in each.query]
        settling = sum("person_id=" in each.query for each in asked)  # a create that looks for its own row
        looks = sum("updated_at=" in each.query for each in asked) - settling
        walks = len(asked) - settling - looks
        assert (walks <= 1, looks <= 2) == (True, True), (walks, looks)
        self.counts.update(starts=1, walks=walks, looks=looks, settling=settling)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(rows=50, seed=1, today="2026-04-01")


@pytest.mark.slow
def test_an_import_that_is_killed_again_and_again_writes_each_row_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """What dead starts had sent is delivered after the next one has begun."""
    draw = Random(KILLS)
    late = 0.6 * LATE_SECONDS

    def hold() -> float:
        return draw.uniform(0, late) if draw.random() < 0.03 else 0.0

    with beside(sandbox), late_proxy(urlsplit(sandbox.url).port or 0, hold) as proxy:
        rows = month(sandbox, ROWS)
        file = write_csv(tmp_path / "years.csv", rows)
        words = ["import", "timesheets", str(file), "--match", ",".join(MATCH), "--scope", "date=gte:2026-05-01"]
        environ = {**os.environ, **sandbox.environ, "WETHOD_BASE_URL": proxy.url}
        run = _Import(sandbox, words, environ, draw)
        sandbox.delay(POST, seconds=0.02, times=None)
        for _ in range(LOST):
            sandbox.drop(POST, handled=True, after=draw.randrange(ROWS))
        killed = sum(run.start_and_kill(2 * ROWS // KILLS - 2) for _ in range(KILLS))
        begun = len(sandbox.requests)
        last = subprocess.run(run.command(), env=environ, capture_output=True, text=True, timeout=300, check=False)
        run.count(begun)
        _tell(run, proxy, killed)
        assert last.returncode == 0, last.stdout + last.stderr
        assert there(sandbox) == [row["date"] for row in rows]
        with file.with_name("years.csv.result.csv").open(newline="") as result:
            lines = list(csv.DictReader(result))
        assert [(line["number"], line["outcome"]) for line in lines] == [(str(n + 1), "created") for n in range(ROWS)]
        dates = {str(row["id"]): row["date"] for row in sandbox.rows_of("timesheets")}
        assert [dates[line["id"]] for line in lines] == [row["date"] for row in rows]
        again = subprocess.run(run.command("--verify"), env=environ, capture_output=True, timeout=60, check=False)
        assert again.returncode == 0, again.stdout
        if KILLS > 20:
            assert proxy.orphans, "no write was delivered after its sender had died"
        begun = len(sandbox.requests)
        assert subprocess.run(run.command(), env=environ, capture_output=True, timeout=60, check=False).returncode == 0
        assert {each.method for each in sandbox.requests[begun:]} == {"GET"}, "a finished import is a walk"


def _tell(run: _Import, proxy: LateProxy, killed: int) -> None:
    posts = sum(each.method == "POST" for each in run.sandbox.requests)
    counts = run.counts
    sys.stdout.write(
        f"\n{killed} starts of {counts['starts']} killed; {posts:,} POSTs for {ROWS:,} rows, {proxy.held} held back, "
        f"{proxy.orphans} delivered after their sender had died; {counts['walks']} walks, {counts['looks']} looks, "
        f"{counts['settling']} looks of creates whose answer was lost\n"
    )
