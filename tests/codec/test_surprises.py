"""Answers that are not quite JSON: what is mended, which row is refused, and what makes a whole page unreadable."""

from __future__ import annotations

import codecs
import json
import logging
from collections.abc import Callable

import attrs
import pytest

from asyncsdk._codec.decode import (
    LARGEST_REJECT,
    Decoding,
    count_rows,
    one_decoder,
    page_decoder,
    split_page,
)
from asyncsdk._codec.promises import WarnOnce
from asyncsdk.errors import DecodeError
from tests.codec.broken_pages import HUGE, page, row
from tests.codec.rows import DEAL, Deal, Leader, Portfolio, text

DEEP = "[" * 100_000 + "]" * 100_000

BROKEN = [
    (row(2, '"name": "x", "rate": NaN'), "$[1].rate", "NaN, which JSON does not have"),
    (row(2, '"a": {"b": [1, -Infinity]}'), "$[1].a.b[1]", "-Infinity, which"),
    (row(2, '"name": "a\x01b"'), "$[1].name", "control character"),
    (row(2, '"name": "a\nb"'), "$[1].name", "control character"),
    (row(2, '"name": "\\x41"'), "$[1].name", "escape"),
    (row(2, '"name": "\\u12"'), "$[1].name", "escape"),
    (row(2, '"name": "?"').replace(b"?", b"\xff"), "$[1].name", "not valid UTF-8"),
    (row(2, '"name": "x"; "a": 1'), "$[1].name", "not JSON"),
    (row(2, '"name" "x"'), "$[1]", "not JSON"),
    (row(2, '"name": 01'), "$[1].name", "not JSON"),
    (row(2, f'"name": {HUGE}'), "$[1].name", "5000 digits"),
    (row(2, '"name": {"b": [1e999]}'), "$[1].name.b[0]", "beyond all floats"),
    (row(2, f'"a": {DEEP}'), "$[1]", "nested too deeply"),
    (row(2, '"name": 7'), "$[1].name", "Expected `str`, got `int`"),
    (row(2, '"id": "x"'), "$[1].id", "Expected `int`, got `str`"),  # of two equal keys the last one counts
    (b"null", "$[1]", "Expected `object`, got `null`"),
    (b"17", "$[1]", "Expected `object`, got `int`"),
    (b'"row"', "$[1]", "Expected `object`, got `str`"),
    (b"[]", "$[1]", "Expected `object`, got `array`"),
    (b'[{"id": 2}]', "$[1]", "Expected `object`, got `array`"),
    (b"NaN", "$[1]", "NaN, which JSON does not have"),
    (b"nonsense", "$[1]", "not JSON"),
    (b"", "$[1]", "not JSON"),
]


@pytest.mark.parametrize(("bad", "path", "says"), BROKEN)
def test_a_broken_row_is_one_reject(bad: bytes, path: str, says: str) -> None:
    """The rows around it are read; the error names index, id and field, on one line that is not endless."""
    body = page(row(1, '"name": "a"'), bad, row(3, '"name": "c"'))
    rows, rejects = split_page(Leader, body)
    assert rows == [Leader(id=1, name="a"), Leader(id=3, name="c")]
    (reject,) = rejects
    assert (reject.index, reject.error.path, reject.raw) == (1, path, bad[:LARGEST_REJECT])
    assert says in str(reject.error)
    assert str(reject.error).isprintable()
    assert len(str(reject.error)) <= 2000
    assert len(reject.error.body) <= 500
    assert reject.error.__context__ is None
    assert reject.id == ("x" if path == "$[1].id" else 2 if bad.startswith(b"{") else None)
    if reject.id == 2:
        assert "(row id 2)" in str(reject.error)

    with pytest.raises(DecodeError) as caught:
        page_decoder(Leader)(body)
    assert (str(caught.value), caught.value.path) == (str(reject.error), path)
    assert count_rows(body) == 3


@pytest.mark.parametrize("bad", [bad for bad, _, says in BROKEN if not says.startswith("Expected") or bad[:1] != b"{"])
def test_a_broken_row_of_unknown_shape_is_one_reject(bad: bytes) -> None:
    if b'"name": 7' in bad:
        return
    rows, rejects = split_page(dict, page(b'{"id": 1}', bad, b'{"id": 3}'))
    assert rows == [{"id": 1}, {"id": 3}]
    assert [reject.index for reject in rejects] == [1]


@pytest.mark.parametrize(
    ("bad", "path"),
    [(bad, path.replace("$[1]", "$")) for bad, path, _ in BROKEN if bad[:1] == b"{" and DEEP.encode() not in bad],
)
def test_a_broken_answer_names_its_field(bad: bytes, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        one_decoder(Leader)(bad)
    assert caught.value.path == path
    assert str(caught.value).isprintable()


HALVES = [
    (b'"cut \\ud83d"', "cut \ufffd"),
    (b'"\\uDE00 cut"', "\ufffd cut"),
    (b'"\\ud83d\\ud83d\\ude00"', "\ufffd😀"),
    (b'"\\ud83d\\n"', "\ufffd\n"),
    (b'"\\\\ud83d"', "\\ud83d"),
    (b'"\\ud83d\\u0041"', "\ufffdA"),
    (b'"a\xed\xa0\xbdb"', "a\ufffdb"),
    (b'"a\xed\xa0\xbd\xed\xb8\x80b"', "a😀b"),
]


@pytest.mark.parametrize(("written", "meant"), HALVES)
def test_halves_of_characters_are_replaced(written: bytes, meant: str) -> None:
    """In values of every kind of model, in keys, alone or in a page, and beside rows that are refused."""
    one = b'{"id": 2, "name": ' + written + b"}"
    body = page(row(1, '"name": "a"'), one, row(3, '"name": "c"'))
    assert [leader.name for leader in page_decoder(Leader)(body)] == ["a", meant, "c"]
    assert one_decoder(Leader)(one).name == meant
    assert one_decoder(list[Leader])(body)[1].name == meant
    assert page_decoder(dict)(body)[1] == {"id": 2, "name": meant}
    assert one_decoder(dict)(b"{" + written + b": 1}") == {meant: 1}
    assert one_decoder(object)(b"[" + written + b"]") == [meant]
    rows, (reject,) = split_page(Leader, body[:-1] + b', {"id": 4, "name": [' + written + b"]}]")
    assert [leader.name for leader in rows] == ["a", meant, "c"]
    assert (reject.index, reject.id, json.loads(reject.raw)) == (3, 4, {"id": 4, "name": [meant]})
    deal = text(DEAL)[:-1] + b', "metadata_7": ' + written + b"}"
    assert page_decoder(Deal)(page(deal))[0].metadata == {7: meant}
    assert page_decoder(Portfolio)(page(b'{"id": 1, "deals": [' + deal + b"]}"))[0].deals[0].metadata == {7: meant}


def test_halves_are_warned_of_once_for_each_model(caplog: pytest.LogCaptureFixture) -> None:
    decoding = Decoding(warn_once=WarnOnce())
    bad = page(row(1, '"name": "a"'), row(2, '"name": "\\ud83d"'))
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        for _ in range(3):
            decoding.page(Leader)(bad)
            decoding.page_with_rejects(Leader)(bad)
            decoding.one(Leader)(row(2, '"name": "\\ud83d"'))
        decoding.page(dict)(bad)
    first, second = caplog.messages
    assert first.startswith("Leader: ")
    assert "U+FFFD, first at $[1].name" in first
    assert second.startswith("dict: ")


def test_a_byte_order_mark_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    decoding = Decoding(warn_once=WarnOnce())
    for model in (Leader, dict):
        assert len(decoding.page(model)(codecs.BOM_UTF8 + b'[{"id": 1}]')) == 1
        assert decoding.one(model)(codecs.BOM_UTF8 + b'{"id": 1}')
    assert decoding.page(Leader)(codecs.BOM_UTF8 + b"[]") == []
    assert one_decoder(object)(codecs.BOM_UTF8 + b"7") == 7
    assert caplog.messages == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("model", [Leader, Deal, dict])
def test_other_encodings_are_refused_with_words(model: type, encoding: str) -> None:
    mark = {"utf-16-be": codecs.BOM_UTF16_BE, "utf-16-le": codecs.BOM_UTF16_LE}.get(encoding, b"")
    decoders: list[Callable[[bytes], object]] = [page_decoder(model), one_decoder(model)]
    for decode in decoders:
        with pytest.raises(DecodeError, match=encoding[:6].upper()):
            decode(mark + '[{"id": 1}]'.encode(encoding))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'[{"id": 1}, {"id": 2', "cut off in row 1"),
        (b'[{"id": 1}, ', "cut off in row 1"),
        (b'[{"id": 1}, {"name": "\\ud83d', "cut off in row 1"),
        (b'[{"id": 1}, {"name": "x\\', "cut off in row 1"),
        (b'[{"id": NaN}, {"id": 2', "cut off in row 1"),
        (b"[", "cut off in row 0"),
        (b'[{"id": 1}] and more', "goes on behind the end"),
        (b'[{"id": 1}][{"id": 2}]', "goes on behind the end"),
        (b'[{"id": 1}]]', "goes on behind the end"),
        (b'[{"id": 1]}, {"id": 2}]', "do not match"),
        (b'{"data": []}', "Expected `array`, got `object`"),
        (b"17", "Expected `array`, got `int`"),
        (b"\x00\x01", "not JSON"),
    ],
)
@pytest.mark.parametrize("model", [Leader, Deal, dict])
def test_what_is_no_whole_array_is_no_page(model: type, body: bytes, says: str) -> None:
    """Rejects do not help: not even the rows can be told apart."""
    for decode in (page_decoder(model), Decoding().page_with_rejects(model), count_rows):
        with pytest.raises(DecodeError, match=says) as caught:
            decode(body)
        assert caught.value.path == "$"


def test_a_reject_keeps_a_bounded_text() -> None:
    long = row(2, f'"name": ["{"x" * 200_000}"], "updated_at": "2026-01-01T00:00:00Z"')
    _, (reject,) = split_page(Leader, page(long))
    assert (len(reject.raw), reject.id, reject.updated_at) == (LARGEST_REJECT, 2, "2026-01-01T00:00:00Z")


def test_what_errors_say_is_bounded_and_on_one_line() -> None:
    @attrs.frozen
    class Odd:
        id: int
        table: dict[str, int]

    key = "\x1b[31m\r\n" + "k" * 5000
    with pytest.raises(DecodeError) as caught:
        page_decoder(Odd)(text([{"id": 1, "table": {key: "x"}}]))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 2000
    assert caught.value.path.startswith("$[0].table")
