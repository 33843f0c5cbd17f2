"""What a call is given for its body: refused by name before anything is sent, or written as JSON has it."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping

import pytest

from asyncsdk._codec import body
from asyncsdk._codec.omitted import OMITTED
from asyncsdk._codec.values import Field
from asyncsdk._sending.wire import encode_fields
from asyncsdk.errors import ArgumentError

HUGE = 10**5000
LOOP: list[object] = []
LOOP.append(LOOP)
NAIVE = dt.datetime(2026, 1, 1, 10)  # noqa: DTZ001  # naive on purpose


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


Check = Callable[[str, object], "Field | list[Field]"]

CHECKS: Mapping[str, Check] = {
    "text": body.text,
    "integer": body.integer,
    "number": body.number,
    "boolean": body.boolean,
    "date": body.date,
    "month": body.month,
    "choice": lambda name, value: body.choice(name, value, ["OPEN", "PAID"]),
    "texts": body.texts,
    "numbered": lambda name, value: body.numbered(name, value, "metadata_"),
    "open_fields": body.open_fields,
}

REFUSED: list[tuple[str, object, str]] = [
    *(("text", value, "takes a string") for value in (7, 1.5, b"x", ["x"], NAIVE, HUGE, Unshowable())),
    *(("text", value, "half a character") for value in ("cut \ud83d", "\ude00", "a\udcffb")),
    *(("text", value, "control character") for value in ("\x00", "a\x1bb", "\x0b", "\x7f")),
    *(("integer", value, "64 at the most") for value in (HUGE, -HUGE, 2**63, -(2**63) - 1)),
    *(("integer", value, "takes an integer") for value in (True, 1.0, "1", math.nan, NAIVE)),
    *(("number", value, "finite") for value in (math.nan, math.inf, -math.inf)),
    *(("number", value, "64 at the most") for value in (HUGE, -HUGE)),
    *(("number", value, "takes a number") for value in (True, "1", NAIVE, Unshowable())),
    *(("boolean", value, "True or False") for value in (0, 1, "true", HUGE)),
    *(("date", value, "value.date()") for value in (NAIVE, NAIVE.astimezone())),
    *(("date", value, "date") for value in (7, "2026-02-30", "2026-01-01T00:00:00Z", "1.1.2026")),
    *(("month", value, "value.date()") for value in (NAIVE, NAIVE.astimezone())),
    *(("month", value, "takes a month") for value in (5, HUGE, "2026-13", "2026-1", "2026-05-01", "\ud83d")),
    *(("choice", value, "one of") for value in ("", "closed", 7, "\ud83d")),
    ("texts", "one", "several strings"),
    ("texts", ["a", None], "is none"),
    ("texts", ["a", "\ud83d"], "half a character"),
    ("texts", ["a\x00"], "control character"),
    ("numbered", [1], "mapping"),
    ("numbered", {"13": 1}, "ids"),
    ("numbered", {HUGE: 1}, "64 at the most"),
    *(
        (kind, {key: value}, says)
        for kind, key in (("numbered", 13), ("open_fields", "hours"))
        for value, says in [
            (math.nan, "finite"),
            ([{"a": -math.inf}], "finite"),
            (HUGE, "64 at the most"),
            ("\ud83d", "half a character"),
            (["\x00"], "control character"),
            ({"\ud83d": 1}, "half a character"),
            ({1: 2}, "keys are strings"),
            (NAIVE, "no time zone"),
            (NAIVE.astimezone(), "isoformat"),
            (dt.date(2026, 1, 1), "isoformat"),
            (LOOP, "holds itself"),
            (OMITTED, "leave the key out"),
            (b"x", "is not JSON"),
            ({1, 2}, "is not JSON"),
            (Unshowable(), "is not JSON"),
        ]
    ),
    ("open_fields", {"\ud83d": 1}, "half a character"),
    ("open_fields", {"": 1}, "field names"),
    ("open_fields", [("a", 1)], "mapping"),
]


@pytest.mark.parametrize(
    ("kind", "value", "says"), REFUSED, ids=[f"{kind}-{at}-{says}" for at, (kind, _, says) in enumerate(REFUSED)]
)
def test_what_a_body_cannot_hold_is_refused_by_name(kind: str, value: object, says: str) -> None:
    with pytest.raises(ArgumentError, match=says.replace("(", r"\(").replace(")", r"\)")) as caught:
        CHECKS[kind]("field", value)
    assert caught.value.argument.partition("[")[0] == "field"
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 1000
    text.encode()


@pytest.mark.parametrize("kind", [kind for kind in CHECKS if kind not in {"numbered", "open_fields"}])
def test_null_and_nothing_are_told_apart(kind: str) -> None:
    """What is left out is no entry, null is one where the field has it and refused where not."""
    check = CHECKS[kind]
    assert check("field", OMITTED) is None
    with pytest.raises(ArgumentError, match="leave the argument out"):
        check("field", None)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("text", "zwei\nZeilen\tmit 😀 und \u2028", "zwei\nZeilen\tmit 😀 und \u2028"),
        ("text", "", ""),
        ("integer", 2**63 - 1, 2**63 - 1),
        ("integer", -(2**63), -(2**63)),
        ("number", 0.1, 0.1),
        ("number", 7, 7),
        ("number", 1e308, 1e308),
        ("boolean", False, False),
        ("date", dt.date(1, 1, 1), "0001-01-01"),
        ("month", dt.date(2026, 5, 31), "2026-05"),
        ("month", "2026-05", "2026-05"),
        ("choice", "paid", "PAID"),
        ("texts", ("a", "b\n"), ["a", "b\n"]),
    ],
)
def test_what_a_body_can_hold_is_sent_as_it_is(kind: str, value: object, wanted: object) -> None:
    entry = CHECKS[kind]("field", value)
    assert not isinstance(entry, list)
    assert json.loads(encode_fields([entry])) == {"field": wanted}


def test_open_values_are_sent_as_they_are() -> None:
    value = {"a": [1, 2.5, None, True, "x\n"], "b": {"c": []}}
    assert json.loads(encode_fields(body.open_fields("fields", {"hours": value}))) == {"hours": value}
    assert json.loads(encode_fields(body.numbered("metadata", {13: value, 14: None}, "metadata_"))) == {
        "metadata_13": value,
        "metadata_14": None,
    }
