"""Whatever bytes an answer is made of: values or an error of ours, in a time that grows with the text."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from asyncsdk._codec import json_text
from asyncsdk._codec.decode import (
    Decoding,
    Reject,
    arrived_whole,
    count_rows,
    page_decoder,
    to_json,
)
from asyncsdk._codec.json_text import UnreadableText
from asyncsdk.errors import DecodeError
from asyncsdk.models import Budget, Project, Stream, Timesheet
from asyncsdk.testing import Factory
from tests.codec.broken_pages import HUGE, page
from tests.codec.rows import DEAL, PLAN, Deal, Leader, Plan, Portfolio, text

T = TypeVar("T")


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


# --- any bytes ------------------------------------------------------------------------------------------------------


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
