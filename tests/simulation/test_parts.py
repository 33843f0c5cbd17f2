"""The pure parts of the simulation: HTTP out of bytes, and conditions that draw what they say."""

from __future__ import annotations

import gzip
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk.testing.simulation import Conditions
from asyncsdk.testing.simulation.http import RequestReader, answer_bytes

TWO = (
    b"POST /api/streams?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    b"GET /api/projects HTTP/1.1\r\nhost: x\r\n\r\n"
)


@given(st.lists(st.integers(1, len(TWO) - 1), max_size=6))
def test_requests_are_whole_however_their_bytes_arrive(cuts: list[int]) -> None:
    reader = RequestReader()
    ends = [0, *sorted(cuts), len(TWO)]
    asked = [each for start, end in pairwise(ends) for each in reader.feed(TWO[start:end])]
    assert [(each.method, each.path, each.query, each.body) for each in asked] == [
        ("POST", "/api/streams", "a=1", b"hello"),
        ("GET", "/api/projects", "", b""),
    ]
    assert asked[0].headers["host"] == "x"


def test_an_answer_says_how_its_body_ends() -> None:
    body = b"[1, 2]"
    assert answer_bytes(200, {"Date": "d"}, body) == b"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 6\r\n\r\n" + body
    chunked = answer_bytes(200, {}, body, framing="chunked")
    assert chunked == b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[1, 2]\r\n0\r\n\r\n"
    closing = answer_bytes(520, {}, body, framing="close")
    assert closing == b"HTTP/1.1 520 Unknown\r\nConnection: close\r\n\r\n[1, 2]"
    assert answer_bytes(204, {}, b"", framing="chunked").endswith(b"Content-Length: 0\r\n\r\n")


def test_a_packed_answer_unpacks_to_its_body() -> None:
    head, _, packed = answer_bytes(200, {}, b"rows" * 500, packed=True).partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(packed) == b"rows" * 500


def test_faults_come_as_often_as_they_are_ordered() -> None:
    conditions = Conditions(faults={"503": 0.2, "cut": 0.05})
    draw = Random(1)
    met = Counter(conditions.fault(draw) for _ in range(10_000))
    assert met["503"] == pytest.approx(2000, rel=0.1)
    assert met["cut"] == pytest.approx(500, rel=0.2)
    assert met[None] == pytest.approx(7500, rel=0.05)


def test_pieces_are_the_whole_and_come_one_after_the_other() -> None:
    conditions = Conditions(piece_bytes=100, piece_seconds=0.5)
    data = bytes(range(250)) * 3
    pieces = conditions.pieces(data, Random(1))
    assert b"".join(piece for _, piece in pieces) == data
    moments = [at for at, _ in pieces]
    assert moments == sorted(moments)
    assert (moments[0], len(pieces)) == (0.0, 8)


def test_a_good_day_has_equal_trips_and_no_changes() -> None:
    draw = Random(1)
    assert {Conditions(round_trip=0.3).trip(draw) for _ in range(5)} == {0.3}
    assert Conditions().changes(draw) == []
    assert len({Conditions(jitter=(0.5, 1.5)).trip(draw) for _ in range(5)}) == 5
