"""Under which conditions a simulated client works: the network's speed, the server's habits, and its faults.

Everything here is a value or a pure draw from one: the same seed draws the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

__all__ = [
    "FAULTS",
    "AnswerEnding",
    "CarriedOut",
    "Conditions",
    "NetworkFault",
]

CarriedOut: TypeAlias = Literal["no", "yes", "late"]
"""Whether a request that met a fault is carried out: never, before the answer, or some time after it was given up."""

AnswerEnding: TypeAlias = Literal["answer", "nothing", "reset", "end", "cut"]
"""What becomes of the connection: an answer goes out whole, none ever does, or it is closed without or within one."""

_HTML: Final = b"<html><body><h1>proxy</h1></body></html>"


@attrs.frozen
class NetworkFault:
    """One way in which a request can go wrong.

    Args:
        deed: whether it is carried out all the same.
        ending: what becomes of its answer.
        status: the status that is answered, where it is not the API's own answer.
        own: whether the body of that status is the API's own error object, rather than a proxy's page.
        retry_after: the longest wait that is ordered, in whole seconds; None: none is ordered.
    """

    deed: CarriedOut = "no"
    ending: AnswerEnding = "answer"
    status: int | None = None
    own: bool = True
    retry_after: int | None = None

    def body(self) -> bytes:
        """Returns the body that goes with its status."""
        return json.dumps({"key": "simulated", "message": f"status {self.status}"}).encode() if self.own else _HTML

    @property
    def content_type(self) -> str:
        """The type of that body."""
        return "application/json" if self.own else "text/html"


FAULTS: Final[Mapping[str, NetworkFault]] = MappingProxyType(
    {
        "reset": NetworkFault(ending="reset"),
        "ended": NetworkFault(ending="end"),
        "reset after the deed": NetworkFault(deed="yes", ending="reset"),
        "ended after the deed": NetworkFault(deed="yes", ending="end"),
        "reset before a late deed": NetworkFault(deed="late", ending="reset"),
        "cut": NetworkFault(deed="yes", ending="cut"),
        "hung": NetworkFault(ending="nothing"),
        "hung after the deed": NetworkFault(deed="yes", ending="nothing"),
        "hung before a late deed": NetworkFault(deed="late", ending="nothing"),
        "429": NetworkFault(status=429, retry_after=30),
        "429 without a wait": NetworkFault(status=429),
        "503": NetworkFault(status=503),
        "503 with a wait": NetworkFault(status=503, retry_after=20),
        "500": NetworkFault(status=500),
        "502 of a proxy": NetworkFault(status=502, own=False),
        "502 after the deed": NetworkFault(deed="yes", status=502, own=False),
        "504 before a late deed": NetworkFault(deed="late", status=504, own=False),
        "500 of a proxy after the deed": NetworkFault(deed="yes", status=500, own=False),
        "503 of a proxy after the deed": NetworkFault(deed="yes", status=503, own=False),
        "520 after the deed": NetworkFault(deed="yes", status=520, own=False),
        "524 before a late deed": NetworkFault(deed="late", status=524, own=False),
        "408": NetworkFault(status=408, own=False),
        "garbage after the deed": NetworkFault(deed="yes", ending="answer", status=200, own=False),
        "stray answer": NetworkFault(deed="yes"),
    }
)
"""Every fault there is, by name. A stray answer is one that follows the real one, and that nobody asked for."""


@attrs.frozen(kw_only=True)
class Conditions:
    """How the network and the server behave. The defaults are a good day: nothing goes wrong, every trip is equal.

    Args:
        round_trip: seconds.
        jitter: the least and the most a trip's seconds are multiplied with, drawn evenly for each.
        think_seconds: mean of the time the server takes for an answer (exponential); 0: none.
        piece_bytes: answers arrive in pieces of so many bytes; None: whole.
        piece_seconds: mean of the time between two pieces (exponential).
        idle_seconds: after so long without a request the server closes a connection; None: never.
        closes: share of answers after which the server closes the connection in silence.
        refuses: share of connections that are refused.
        packed: share of answers that are compressed.
        chunked: share of answers whose length is not told in advance.
        late_seconds: the longest time after which a late deed is done.
        faults: share of requests that meet each of `FAULTS`.
        drift: the most rows that change after each answer.
        drift_kinds: how they change.
    """

    round_trip: float = 0.05
    jitter: tuple[float, float] = (1.0, 1.0)
    think_seconds: float = 0.0
    piece_bytes: int | None = None
    piece_seconds: float = 0.0
    idle_seconds: float | None = None
    closes: float = 0.0
    refuses: float = 0.0
    packed: float = 0.0
    chunked: float = 0.0
    late_seconds: float = 25.0
    faults: Mapping[str, float] = attrs.field(factory=dict)
    drift: int = 0
    drift_kinds: tuple[str, ...] = ("insert", "update", "soft_delete", "hard_delete")

    @faults.validator
    def _known(self, _: object, value: Mapping[str, float]) -> None:
        if unknown := value.keys() - FAULTS.keys():
            raise ValueError(f"faults: there is no {', '.join(sorted(unknown))}; known: {', '.join(FAULTS)}")
        if sum(value.values()) > 1:
            raise ValueError("faults: the shares are of all requests, so together they are 1 at the most")

    def trip(self, draw: Random) -> float:
        """Returns the seconds of one round trip."""
        least, most = self.jitter
        return self.round_trip * (least if least == most else draw.uniform(least, most))

    def think(self, draw: Random) -> float:
        """Returns the seconds an answer takes at the server."""
        return draw.expovariate(1 / self.think_seconds) if self.think_seconds else 0.0

    def fault(self, draw: Random) -> str | None:
        """Returns the fault the next request meets, by name; None for none."""
        if not self.faults:
            return None
        chance = draw.random()
        for name, share in self.faults.items():
            if (chance := chance - share) < 0:
                return name
        return None

    def changes(self, draw: Random) -> list[str]:
        """Returns the kinds of the changes that follow an answer."""
        return [draw.choice(self.drift_kinds) for _ in range(draw.randint(0, self.drift))] if self.drift else []

    def pieces(self, data: bytes, draw: Random) -> list[tuple[float, bytes]]:
        """Returns the pieces in which an answer arrives, each with the seconds after the first."""
        if self.piece_bytes is None or len(data) <= self.piece_bytes:
            return [(0.0, data)]
        pieces, at = [], 0.0
        for start in range(0, len(data), self.piece_bytes):
            pieces.append((at, data[start : start + self.piece_bytes]))
            at += draw.expovariate(1 / self.piece_seconds) if self.piece_seconds else 0.0
        return pieces
