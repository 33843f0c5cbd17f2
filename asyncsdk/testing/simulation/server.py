"""The server of a simulation: the sandbox's own service behind links in memory, under the conditions of a seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import attrs
from multidict import CIMultiDict

from ...sandbox import Sandbox, drift
from ...sandbox import service as service_
from ...sandbox.handlers import table_of
from ...sandbox.striking import Outgoing, Strike, strike_of
from .conditions import FAULTS, Conditions, NetworkFault
from .http import AskedRequest, Framing, RequestReader, answer_bytes
from .network import Link

__all__ = ["Deed", "SimulatedServer"]

STRAY: Final = b"[]"
"""The body of an answer nobody asked for: a page without rows, the worst there is for a walk."""


@attrs.frozen
class Deed:
    """One request that was carried out: when (virtual seconds), what was asked, what was answered."""

    at: float
    asked: AskedRequest
    status: int
    text: str | None


@attrs.define(eq=False)
class SimulatedServer:
    """Answers what arrives over links.

    Args:
        sandbox: the companies, their rows, and the faults that were ordered.
        conditions: how it behaves; may be exchanged while the run goes on.
        draw: chance.
        trace: is told each event as text.

    `counts` has the requests that came in, by method, and the faults they met; `writes` are the deeds of requests
    other than GET, in the order they were done; `requests` are all that came in, `arrivals` the virtual
    seconds at which they did. `service` answers and `date_header` tells the time; tests may put others there.
    """

    sandbox: Sandbox
    conditions: Conditions
    draw: Random
    trace: Callable[[str], object]
    counts: Counter[str] = attrs.field(factory=Counter)
    writes: list[Deed] = attrs.field(factory=list)
    requests: list[AskedRequest] = attrs.field(factory=list)
    arrivals: list[float] = attrs.field(factory=list)
    service: service_.Service = attrs.field(init=False)
    date_header: Callable[[], str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.service = self.sandbox.service
        self.date_header = self.sandbox.date_header

    def accept(self, link: Link) -> _Conversation:
        """Takes a new link."""
        return _Conversation(self, link)

    def arrived(self, link: Link, asked: AskedRequest, done: Callable[[float], object]) -> None:
        """Serves one request; `done` is called with the seconds after which its answer has gone out."""
        self.requests.append(asked)
        self.arrivals.append(asyncio.get_running_loop().time())
        self.counts["requests"] += 1
        strike = strike_of(self.sandbox.faults, asked.method, asked.path, asked.query)
        if strike.faults:
            self._strike(link, asked, strike, done)
            return
        name = self.conditions.fault(self.draw)
        self.trace(f"{link.serial} {asked.method} {asked.target} {name or 'well'}")
        fault = NetworkFault(deed="yes") if name is None else FAULTS[name]
        if name is not None:
            self.counts[name] += 1
        think = self.conditions.think(self.draw)
        data = self._carry_out(asked, fault)
        match fault.ending:
            case "nothing":
                return
            case "reset":
                link.reset(think)
            case "end":
                link.finish(think)
            case "cut":
                self._send(link, data[: self.draw.randrange(1, max(2, len(data)))], think)
                link.finish(think)
            case "answer":
                last = self._send(link, data, think)
                if name == "stray answer":
                    link.send(self._bytes(200, STRAY, "application/json"), last + self.draw.choice((0.0, 0.01, 0.2)))
                if b"connection: close" in data[:2000].lower() or self.draw.random() < self.conditions.closes:
                    link.finish(last)
                else:
                    done(last)

    def _strike(self, link: Link, asked: AskedRequest, strike: Strike, done: Callable[[float], object]) -> None:
        """Serves a request that an ordered fault meets."""
        loop = asyncio.get_running_loop()
        names = ", ".join(fault.kind for fault in strike.faults)
        self.trace(f"{link.serial} {asked.method} {asked.target} ordered: {names}")
        self.counts.update(f"ordered {fault.kind}" for fault in strike.faults)
        understood = attrs.evolve(asked, target=f"{asked.path}?{strike.query(asked.query)}")

        def answer() -> None:
            if not link.open:
                return  # the client went away while it waited: it has asked for nothing
            given = None
            if strike.deed == "now":
                given = strike.spoil(self._do(understood), self.draw)
            elif strike.deed == "later":
                loop.call_later(strike.deed_after, self._do, understood)
            self._send_ordered(link, strike.outgoing(given), self.conditions.think(self.draw) + strike.wait, done)

        loop.call_later(strike.before, answer)

    def _send_ordered(self, link: Link, sent: Outgoing, after: float, done: Callable[[float], object]) -> None:
        last = after
        if sent.status is not None:
            kind, headers = sent.content_type or "application/json", dict(sent.headers)
            data = self._bytes(sent.status, sent.body, kind, headers, length=sent.length)
            last = self._send(link, data, after)
        if sent.ending == "kept":
            done(last)
        elif sent.ending == "closed":
            link.finish(last)

    def _carry_out(self, asked: AskedRequest, fault: NetworkFault) -> bytes:
        """Does what is asked, now or later, and returns the bytes of the answer."""
        answer: service_.ServedAnswer | None = None
        if fault.deed == "yes":
            answer = self._do(asked)
        elif fault.deed == "late":
            loop = asyncio.get_running_loop()
            loop.call_later(self.draw.uniform(0, self.conditions.late_seconds), self._do, asked)
        if fault.status is not None or answer is None:
            wait = {} if fault.retry_after is None else {"Retry-After": str(self.draw.randint(1, fault.retry_after))}
            return self._bytes(fault.status or 500, fault.body(), fault.content_type, wait)
        body = b"" if answer.text is None else answer.text.encode()
        return self._bytes(answer.status, body, "application/json", answer.headers)

    def _do(self, asked: AskedRequest) -> service_.ServedAnswer:
        headers = CIMultiDict(asked.headers)
        kind = asked.headers.get("content-type", "").partition(";")[0]
        answer = self.service.answer(
            service_.ReceivedRequest(asked.method, asked.path, asked.query, headers, kind, asked.body)
        )
        if asked.method != "GET":
            self.writes.append(Deed(asyncio.get_running_loop().time(), asked, answer.status, answer.text))
            self.trace(f"done {asked.method} {asked.target} {answer.status}")
        if answer.operation is not None and answer.store is not None and answer.operation.is_list:
            table = table_of(answer.operation).name
            for kind in self.conditions.changes(self.draw):
                drift.mutate(answer.store, table, kind, self.draw)
                self.counts["changes"] += 1
        return answer

    def _bytes(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: Mapping[str, str] | None = None,
        *,
        length: int | None = None,
    ) -> bytes:
        """Returns an answer as it goes out. `length` is what its head says of the body, where that is not the truth."""
        fields = {"Date": self.date_header(), **(headers or {})}
        if body:
            fields["Content-Type"] = kind
        if length is not None:
            data = answer_bytes(status, fields, body)
            return data.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d" % length, 1)
        framing: Framing = "chunked" if self.draw.random() < self.conditions.chunked else "length"
        return answer_bytes(status, fields, body, framing=framing, packed=self.draw.random() < self.conditions.packed)

    def _send(self, link: Link, data: bytes, after: float) -> float:
        """Sends an answer in its pieces and returns when the last of them goes out."""
        last = after
        for seconds, piece in self.conditions.pieces(data, self.draw):
            last = after + seconds
            link.send(piece, last)
        return last


class _Conversation:
    """The server's end of one link."""

    def __init__(self, server: SimulatedServer, link: Link) -> None:
        self._server = server
        self._link = link
        self._reader = RequestReader()
        self._idle: asyncio.TimerHandle | None = None
        self._wait(0.0)

    def received(self, data: bytes) -> None:
        self._stop_waiting()
        for asked in self._reader.feed(data):
            self._server.arrived(self._link, asked, self._wait)

    def ended(self) -> None:
        self._stop_waiting()

    def _wait(self, after: float) -> None:
        """Closes the link once it was idle for long enough."""
        if (seconds := self._server.conditions.idle_seconds) is not None:
            self._idle = asyncio.get_running_loop().call_later(after + seconds, self._link.finish)

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
