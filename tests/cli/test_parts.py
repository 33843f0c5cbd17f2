"""The pure parts of the command line: texts made visible, lengths of time, columns that fit, lines that sum up."""

from __future__ import annotations

import doctest
import importlib
import signal
import subprocess
import sys

import pytest

from asyncsdk.cli.durations import seconds_of
from asyncsdk.cli.visible import ascii_json, one_line, visible, visible_json
from asyncsdk.errors import ArgumentError

pytest.importorskip("typer")
pytest.importorskip("rich")

PARTS = ["visible", "durations", "tables", "display"]


@pytest.mark.parametrize("name", PARTS)
def test_examples_in_docstrings(name: str) -> None:
    assert not doctest.testmod(importlib.import_module(f"asyncsdk.cli.{name}")).failed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [b] text :smile:", "plain [b] text :smile:"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x00\x7f\x85\x9b", r"\x00\x7f\x85\x9b"),
        ("\u202a\u202e\u2066\u200e\u061c", r"\u202a\u202e\u2066\u200e\u061c"),
        ("\u2028\u2029\ufeff\u200b", r"\u2028\u2029\ufeff\u200b"),
        ("\ud83d", r"\ud83d"),
        ("\U000e0041", r"\U000e0041"),
        ("\u20ac \u65e5\u672c \xe0 \U0001f600", "\u20ac \u65e5\u672c \xe0 \U0001f600"),
        ("\U0001f468\u200d\U0001f4bb", "\U0001f468\u200d\U0001f4bb"),
    ],
)
def test_what_would_move_the_cursor_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_line_is_one_and_not_endless() -> None:
    assert one_line("a\nasyncsdk: all is well\n") == r"a\nasyncsdk: all is well"
    said = one_line("x" * 5_000_000)
    assert len(said) < 5_000
    assert said.endswith("(5,000,000 characters)")


def test_escaped_json_says_the_same() -> None:
    import json

    text = json.dumps({"name": "\x7f\x9b\u202e \u20ac \U0001f600 \U000e0041"}, ensure_ascii=False)
    for write in (visible_json, ascii_json):
        assert json.loads(write(text)) == json.loads(text)
    assert ascii_json(text).isascii()
    assert not {"\x7f", "\x9b", "\u202e"} & set(visible_json(text))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("600", 600),
        ("0", 0),
        ("90s", 90),
        ("10m", 600),
        ("10min", 600),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (" 2 m ", 120),
        ("1D", 86400),
    ],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert seconds_of(text, "patience") == seconds


@pytest.mark.parametrize(
    "text", ["", "-1", "ten", "10x", "m", "1h30", "10 20", "inf", "nan", "1e9", "8d", "10mm", "1,5h"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="patience"):
        seconds_of(text, "patience")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_a_second_ctrl_c_leaves_at_once() -> None:
    code = """
import asyncio, asyncsdk.cli.stopping as stopping
stopping.LEAVING_SECONDS = 600
async def main():
    with stopping.interruptible():
        print("ready", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            print("leaving", flush=True)
            await asyncio.Event().wait()
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        try:
            assert run.stdout is not None
            assert run.stdout.readline() == b"ready\n"
            run.send_signal(signal.SIGINT)
            assert run.stdout.readline() == b"leaving\n"
            run.send_signal(signal.SIGINT)
            assert run.wait(timeout=30) == 130
        finally:
            run.kill()


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal there")
def test_what_nohup_ignores_stays_ignored() -> None:
    code = """
import asyncio, os, signal, asyncsdk.cli.stopping as stopping
signal.signal(signal.SIGHUP, signal.SIG_IGN)
async def main():
    with stopping.interruptible():
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        print("still here")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "still here\n")


def test_the_statuses_are_in_the_documents() -> None:
    """What the module says of exit statuses, and the page of the command line."""
    import asyncsdk.cli.ending as ending
    from asyncsdk import docs

    page = docs.page("command-line")
    for status in (ending.INTERRUPTED, ending.READER_GONE, 143, 129):
        assert str(status) in (ending.__doc__ or "")
        assert str(status) in page
