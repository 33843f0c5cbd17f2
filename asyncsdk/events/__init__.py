"""What observers are told: calls, attempts, waits, walks and extractions, as they begin and end.

    from asyncsdk import Hooks, Wethod, events

    wethod = Wethod(hooks=Hooks(every=print))       # of one client
    end = events.observe(print)                     # of all clients of the process; end() ends it

Events name method, path, route and operation. They never carry headers, bodies or query values, so an observer can log
them as they are; `attrs.asdict(event)` gives their fields.

| word | meaning |
|---|---|
| event | a frozen value that says what happened |
| hook | an observer of one client (`Hooks`) |
| observer | a plain function of one event |
| operation | a call of the API by its name in this package: `projects.get` |
| route | its path without ids: `/api/projects/{id}` |
"""

from __future__ import annotations

from ._observers import Event, Hooks, Observer, observe
from ._reading import ExtractionBegun, ExtractionEnded, TableExtracted, WalkBegun, WalkEnded
from ._requests import (
    CallBegun,
    CallEnded,
    CallShared,
    DecodeFailed,
    RequestSent,
    ResponseReceived,
    RetryPlanned,
    WaitBegun,
    WaitEnded,
    WaitReason,
)

__all__ = [
    "CallBegun",
    "CallEnded",
    "CallShared",
    "DecodeFailed",
    "Event",
    "ExtractionBegun",
    "ExtractionEnded",
    "Hooks",
    "Observer",
    "RequestSent",
    "ResponseReceived",
    "RetryPlanned",
    "TableExtracted",
    "WaitBegun",
    "WaitEnded",
    "WaitReason",
    "WalkBegun",
    "WalkEnded",
    "observe",
]
