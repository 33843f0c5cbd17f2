"""Texts of others on one bounded line that every terminal and encoder takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk.errors._printable import encodable, printable, shown


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("as it is: ü, 漢, 😀", "as it is: ü, 漢, 😀"),
        ("two\r\nlines\ttab", r"two\r\nlines\ttab"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("half \ud83d of it", r"half \ud83d of it"),
        ("\u202eturned\u2028", r"\u202eturned\u2028"),
        ("\x9b31m", r"\x9b31m"),
    ],
)
def test_what_a_terminal_would_act_on_is_escaped(text: str, printed: str) -> None:
    assert printable(text) == printed


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert printable("x" * 5_000_000) == "x" * 2000 + "... (4,998,000 more characters)"
    assert printable("\x00" * 2000).count("\\x00") == 500


@given(st.text(st.characters(), max_size=50), st.integers(1, 30))
def test_every_text_becomes_one_line_that_can_be_encoded(text: str, most: int) -> None:
    printed = printable(text, most)
    printed.encode()
    assert len(printed.splitlines()) <= 1
    assert len(printed) <= most + len(f"... ({len(text)} more characters)")
    assert encodable(text).encode().decode() == encodable(text)


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def test_values_whose_repr_fails_are_named_by_their_type() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    for value, kind in ((10**5000, "int"), (Broken(), "Broken"), (nested, "list")):
        assert shown(value) == f"a value of type {kind}"
    assert shown("x\n") == r"'x\n'"
    assert len(shown("x" * 10**6)) < 300
