"""Answers that are not quite JSON: what is mended, which row is refused, and what makes a whole page unreadable."""

from __future__ import annotations

import codecs
import json
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from asyncsdk._codec import json_text
from asyncsdk._codec.decode import (
    LARGEST_REJECT,
    Decoding,
    Reject,
    arrived_whole,
    count_rows,
    one_decoder,
    page_decoder,
    split_page,
    to_json,
)
from asyncsdk._codec.json_text import UnreadableText
from asyncsdk._codec.promises import WarnOnce
from asyncsdk.errors import DecodeError
from asyncsdk.models import Budget, Project, Stream, Timesheet
from asyncsdk.testing import Factory
from tests.codec.test_decode import DEAL, PLAN, Deal, Leader, Plan, Portfolio, text

T = TypeVar("T")

HUGE = "9" * 5000
DEEP = "[" * 100_000 + "]" * 100_000


def row(id: int, fields: str) -> bytes:
    """The text of a Leader that fits, with more text behind its id."""
    return f'{{"id": {id}, {fields}}}'.encode()


def page(*rows: bytes) -> bytes:
    return b"[" + b", ".join(rows) + b"]"


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


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        b"[",
        b'{"a":',
        b'"\\',
        b'"\\"',
        b'"",',
        b"\\ud83d",
        b'{"a":1},',
        b'{"name":"\\ud83d"},',
        b"NaN,",
        b"\xed\xa0\xbd",
    ],
)
def test_the_work_grows_with_the_text_and_no_faster(unit: bytes) -> None:
    """Counted, not timed: twice the text takes at most about twice the steps of the regular expressions."""

    def marks(size: int) -> int:
        body = b"[" + unit * size
        parts = [json_text._MARKS, json_text._PARTS, json_text._SURROGATES]
        return sum(found.end() - found.start() + 1 for part in parts for found in part.finditer(body))

    assert marks(2000) <= 2.1 * marks(1000) + 10
    for model in (Leader, dict):
        with pytest.raises(DecodeError):
            page_decoder(model)(b"[" + unit * 20_000)


# --- any bytes ------------------------------------------------------------------------------------------------------

MODELS: Sequence[type] = (Plan, Deal, Portfolio, Project, Stream, Budget, Timesheet, dict)
TOKENS = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"null", b"NaN", b"-Infinity", b"1e999", b"true", b"[]", b"{}"),
    *(
        b"\\ud83d",
        b"\\ude00",
        b"\xff",
        b"\xed\xa0\xbd",
        b"\x00",
        b"\n",
        b"7",
        b'"7"',
        b"-",
        b".5",
        b'"id":',
        b'"id":null',
    ),
    *(codecs.BOM_UTF8, HUGE.encode(), b"[" * 2000, b'{"a":' * 2000),
]


def whole(model: type, count: int) -> list[bytes]:
    """The texts of some rows of a model that fit."""
    make = Factory()
    if model is dict:
        return [text({"id": id, "name": "x", "a": [1, {"b": None}]}) for id in range(1, count + 1)]
    samples = {Plan: PLAN, Deal: DEAL, Portfolio: {"deals": [DEAL]}}
    if model in samples:
        return [text({**samples[model], "id": id}) for id in range(1, count + 1)]
    return [to_json(make(model)) for _ in range(count)]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[type, bytes]:
    """A page of a model, changed in some places."""
    model = draw(st.sampled_from(MODELS))
    body = bytearray(page(*whole(model, draw(st.integers(0, 4)))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        match draw(st.sampled_from(["flip", "cut", "insert", "drop", "replace"])):
            case "flip" if at < len(body):
                body[at] = draw(st.integers(0, 255))
            case "cut":
                del body[at:]
            case "insert":
                body[at:at] = draw(st.sampled_from(TOKENS))
            case "drop":
                del body[at : at + draw(st.integers(1, 20))]
            case "replace":
                body[at : at + draw(st.integers(1, 12))] = draw(st.sampled_from(TOKENS))
    return model, bytes(body)


def rejects_of(rows: Sequence[object]) -> list[Reject]:
    return [row for row in rows if isinstance(row, Reject)]


def attempt(decode: Callable[[bytes], T], body: bytes) -> T | DecodeError:
    """What came of a body: a value, or an error that can be printed. Any other error is a failure."""
    try:
        return decode(body)
    except DecodeError as error:
        refusal = error
    assert str(refusal).isprintable()
    assert len(str(refusal)) <= 2000
    assert len(refusal.body) <= 500
    return refusal


@settings(deadline=2000, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.booleans())
def test_any_bytes_are_values_or_a_decode_error(case: tuple[type, bytes], strict: bool) -> None:
    """With rejects: rows and rejects that are the page, each in its place; without: those rows, or the first reject."""
    model, body = case
    decoding = Decoding(strict=strict)
    read = attempt(decoding.page_with_rejects(model), body)
    page: Callable[[bytes], list[object]] = decoding.page(model)
    rows, count = attempt(page, body), attempt(count_rows, body)
    if isinstance(read, DecodeError):
        assert read.path == "$"
        assert isinstance(rows, DecodeError)
        assert str(rows) == str(read)
        assert isinstance(count, DecodeError)
    else:
        assert len(read) == count
        rejects = rejects_of(read)
        assert [read[reject.index] for reject in rejects] == rejects
        assert all(reject.error.path.startswith(f"$[{reject.index}]") for reject in rejects)
        if isinstance(rows, DecodeError):
            assert str(rows) == str(rejects[0].error)
        else:
            assert rejects == []
            assert rows == read
            assert not any(getattr(row, "id", 0) is None for row in rows)
    attempt(decoding.one(model), body)
    attempt(decoding.one(object), body)


@settings(deadline=2000, max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=12).map(b"".join))
def test_texts_are_cut_and_mended_whatever_they_are(body: bytes) -> None:
    """What a strict parser takes is not changed and is cut as it cuts; no text gives another error."""
    try:
        parsed = json.loads(body) if codecs.BOM_UTF8 not in body else None
    except (ValueError, RecursionError):
        parsed = None
    json_text.fault(body)
    json_text.facts(body, "id")
    try:
        mended = json_text.mended(body)
    except UnreadableText:
        return
    if not mended.startswith(codecs.BOM_UTF8):
        assert json_text.mended(mended) == mended
    if isinstance(parsed, list):
        assert len(json_text.row_texts(mended)) == len(parsed)


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b'[{"id": NaN}]', True),
        (b'{"id": NaN}', True),
        (b'\xef\xbb\xbf{"name": "\\ud83d"}\n', True),
        (b'{"id": {"a": [1, ]}}', True),
        (b"\xff\xfe[\x00]\x00", True),
        (b"{}", True),
        (b"17", True),
        (b'[{"id": 1}, {"id":', False),
        (b'{"id": 1, "name": "x}', False),
        (b'{"id": 1} and more', False),
        (b'{"id": 1}, {"id": 2}', False),
        (b'[{"id": 1}] and more', False),
        (b'[{"id": 1]}', False),
        (b"<html>", False),
        (b"", False),
        (b"upstream timed out", False),
    ],
)
def test_an_answer_that_came_whole_is_told_from_one_that_was_cut(body: bytes, whole: bool) -> None:
    """Only the latter is worth asking for again."""
    assert arrived_whole(body) is whole
