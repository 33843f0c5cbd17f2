"""Values that no argument should have, and what becomes of a call that is given one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from asyncsdk import Wethod
from asyncsdk.errors import ConfigurationError
from tests.stub_server import TOKEN

Connect = Callable[..., Wethod]


class Broken:
    """An object that fails at everything a message would do with it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __str__(self) -> str:
        raise RuntimeError("no str")

    __hash__ = None  # type: ignore[assignment]  # it cannot be hashed either


ODD: list[object] = [
    None,
    True,
    0,
    -1,
    5,
    10**400,
    10**5000,
    -(10**5000),
    float("nan"),
    float("inf"),
    -float("inf"),
    1e300,
    "",
    " ",
    "x",
    "\ud800",
    "a\r\nb",
    "\x00",
    "x" * 10_000,
    b"x",
    [],
    [5],
    {},
    {"a": 5},
    {5: "a"},
    set(),
    object(),
    Broken(),
    int,
    print,
    dt.date(2026, 5, 1),
    dt.datetime(2026, 5, 1),  # noqa: DTZ001  # without a zone: that is what is odd about it
    dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=23))),
]

odd = st.one_of(st.sampled_from(ODD), st.text(st.characters()), st.integers(), st.floats(), st.binary(max_size=5))


def refusal(call: Callable[[], object]) -> ConfigurationError | None:
    """The refusal of a call, None where it was taken. Anything else is raised."""
    try:
        call()
    except ConfigurationError as error:
        return error
    return None


def client(**options: Any) -> Wethod:
    return Wethod(**{"token": TOKEN, "company": "acme", "base_url": "http://127.0.0.1:9", **options})
