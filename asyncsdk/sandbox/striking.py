"""What a request meets: which faults strike it, what becomes of its deed, and what goes out of its answer.

All of it is decided without a socket and without a clock, so that another server in front of the service can use it:

```python
strike = strike_of(faults, "POST", "/api/streams", "")
answer = strike.spoil(service.answer(asked), draw) if strike.deed == "now" else None
sent = strike.outgoing(answer)
```
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from asyncsdk.sandbox.contract import Json
from asyncsdk.sandbox.drift import mutate
from asyncsdk.sandbox.faults import LOST, Fault
from asyncsdk.sandbox.handlers import table_of
from asyncsdk.sandbox.service import ServedAnswer

Deed = Literal["now", "later", "never"]
Ending = Literal["kept", "closed", "never"]

_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>proxy</body></html>"
_PHRASES: Mapping[int, str] = MappingProxyType(
    {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
)
_BARE = (204, 304)  # statuses whose answers have no body


@attrs.frozen
class Outgoing:
    """What goes over the wire: `status` None is nothing at all, `length` what the headers say of the body.

    After it the connection is kept, closed, or never used again while the client waits (`ending`).
    """

    status: int | None
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    length: int | None = None
    ending: Ending = "kept"


@attrs.frozen
class Strike:
    """The faults that strike one request, in the order they were ordered; of several that lose it, the first."""

    faults: tuple[Fault, ...] = ()

    @property
    def lost(self) -> Fault | None:
        """The fault that loses the answer."""
        return next((fault for fault in self.faults if fault.kind in LOST), None)

    @property
    def deed(self) -> Deed:
        """Whether what is asked is done now, `deed_after` seconds later, or never."""
        if self.lost is None or self.lost.handled:
            return "now"
        return "later" if self.lost.kind == "late" else "never"

    @property
    def deed_after(self) -> float:
        """Seconds from the request to a deed that is done later."""
        return self.lost.seconds if self.lost is not None and self.lost.kind == "late" else 0.0

    @property
    def before(self) -> float:
        """Seconds to wait before the deed; a client that goes away meanwhile has asked for nothing."""
        return sum(fault.seconds for fault in self.faults if fault.kind == "delay" and not fault.handled)

    @property
    def wait(self) -> float:
        """Seconds to wait between the deed and its answer."""
        own = sum(fault.seconds for fault in self.faults if fault.kind == "delay" and fault.handled)
        return own + (self.lost.wait if self.lost is not None else 0.0)

    def query(self, query: str) -> str:
        """Returns the query string as it is understood."""
        if any(fault.kind == "ignore_offset" for fault in self.faults):
            return "&".join(part for part in query.split("&") if not part.startswith("offset="))
        return query

    def spoil(self, answer: ServedAnswer, draw: random.Random) -> ServedAnswer:
        """Returns an answer with other fields in it, and changes rows behind it, where a fault says so."""
        operation, store = answer.operation, answer.store
        if answer.status >= 300 or operation is None or store is None:
            return answer
        for fault in self.faults:
            if fault.kind in ("rename", "retype") and answer.text:
                answer = attrs.evolve(answer, text=disfigure(fault, answer.text))
            elif fault.kind == "drift":
                for _ in range(fault.per_request):
                    mutate(store, table_of(operation).name, draw.choice(fault.kinds), draw)
        return answer

    def outgoing(self, answer: ServedAnswer | None) -> Outgoing:
        """Returns what goes out instead of an answer, or of none where the deed was not done."""
        data = b"" if answer is None or answer.text is None else answer.text.encode()
        status = 200 if answer is None else answer.status
        fault = self.lost
        if fault is None:
            kind = "application/json" if data else None
            return Outgoing(status, data, kind, {} if answer is None else answer.headers)
        return _lost(fault, data, status)


def _lost(fault: Fault, data: bytes, status: int) -> Outgoing:
    match fault.answer if fault.kind == "late" else fault.kind:
        case "fail":
            return _failed(fault)
        case "html":
            if fault.status in _BARE:
                return Outgoing(fault.status, headers=fault.headers)
            title = f"{fault.status} {_PHRASES.get(fault.status, '')}".strip()
            return Outgoing(fault.status, _HTML.format(title).encode(), "text/html", fault.headers)
        case "garbage":
            return Outgoing(status if status < 300 else 200, b'[{"id": 1, \xff\xfe', "application/json")
        case "cut":
            whole = data if len(data) > 1 else b"[]"
            return Outgoing(status, whole[: len(whole) // 2], "application/json", length=len(whole), ending="closed")
        case "hang":
            return Outgoing(None, ending="never")
    return Outgoing(None, ending="closed")


def _failed(fault: Fault) -> Outgoing:
    wait = {} if fault.retry_after is None else {"x-ratelimit-retry-after": str(fault.retry_after)}
    headers = {**wait, **fault.headers}
    if fault.status in _BARE:
        return Outgoing(fault.status, headers=headers)
    body = fault.body if fault.body is not None else {"key": "ordered", "message": f"An ordered {fault.status}."}
    return Outgoing(fault.status, json.dumps(body).encode(), "application/json", headers)


def strike_of(faults: Iterable[Fault], method: str, path: str, query: str) -> Strike:
    """Returns what strikes a request; the faults count it."""
    return Strike(tuple(fault for fault in faults if fault.strikes(method, path, query)))


def disfigure(fault: Fault, text: str) -> str:
    """Returns an answer's JSON with a field renamed or of another type, in the row or in each row of a list."""
    value: Json = json.loads(text)
    for row in value if isinstance(value, list) else [value]:
        if not isinstance(row, dict) or fault.field not in row:
            continue
        if fault.kind == "rename":
            row[fault.to] = row.pop(fault.field)
        else:
            row[fault.field] = _retyped(row[fault.field], fault.to)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _retyped(value: Json, to: str) -> Json:
    others: dict[str, Json] = {
        "number": 4711,
        "boolean": True,
        "null": None,
        "object": {"value": value},
        "array": [value],
    }
    return str(value) if to == "string" else others[to]
