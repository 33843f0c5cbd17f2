"""What is remembered between two runs, for one table and one set of filters, and its JSON text.

A target commits it with the rows it belongs to. What cannot be read, or is of another version, is nothing remembered:
then a list is read whole.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

import attrs

__all__ = ["Kind", "Progress", "State", "iso"]

Kind: TypeAlias = Literal["whole", "changed", "deleted"]

_FORMAT: Final = 2


@attrs.frozen(kw_only=True)
class Progress:
    """A pass that was begun and not ended.

    Args:
        kind: of the pass.
        place: where to go on: a bookmark; for a nested list the last parent that is done.
        began: our clock at the start of the pass, which names it as well.
        server_time: the server's clock at its first answer. server_ahead: seconds by which it was ahead of ours then.
        newest: the latest `updated_at` that came.
        rows, rejected: what it came to so far.
        anonymous: a rejected row told no id, so nothing can be said about what vanished.
        left_out: parents of a nested list that were refused.
        met: columns whose keys came so far. kept: columns that some batch left as they were, since no key had come.
        falls: how often an id of the list was below the one before it. last: the last of them.
    """

    kind: Kind
    place: str
    began: datetime
    server_time: datetime | None = None
    server_ahead: float | None = None
    newest: datetime | None = None
    rows: int = 0
    rejected: int = 0
    anonymous: bool = False
    left_out: int = 0
    met: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    falls: int = 0
    last: int | None = None

    @property
    def rising(self) -> bool:
        """Whether the list seems to be in the order of its ids.

        A row that was hidden and is back while its page is read comes behind the others: few falls say nothing. That an
        order is another one all the same shows when a name is confirmed.
        """
        return self.falls <= 2 + self.rows // 200


@attrs.frozen(kw_only=True)
class State:
    """What is remembered between runs, for one table and one set of filters.

    Args:
        watermark: the earlier of the server's clock and ours at the start of the last complete run.
        whole_at: the same of the last complete whole pass.
        rows: rows of the list, as far as that is known: those of the last whole pass, and what came and went since.
        rising: whether the ids of the list rose in the last whole pass, so that deletions can be searched for.
        unstored: ids of live rows that the list has and the table cannot hold.
        server_ahead: seconds by which the server's clock was ahead of ours in the last complete run.
        held: rows that the table held after the last complete run; they never become fewer by themselves.
        fields: columns whose keys the list ever sent. gone: those of them that it does not send any more.
        requests, seconds: what the last complete run cost. answer_seconds: what an answer took in it, on average.
        progress: where a run that was not completed stood.
    """

    watermark: datetime | None = None
    whole_at: datetime | None = None
    rows: int | None = None
    rising: bool = False
    unstored: tuple[int, ...] = ()
    server_ahead: float | None = None
    held: int = 0
    fields: tuple[str, ...] | None = None
    gone: tuple[str, ...] = ()
    requests: int | None = None
    seconds: float | None = None
    answer_seconds: float | None = None
    progress: Progress | None = None

    def write(self) -> bytes:
        """The bytes that `State.read` takes."""
        facts = {"format": _FORMAT} | attrs.asdict(self, value_serializer=_plain)
        return json.dumps(facts, separators=(",", ":")).encode()

    @classmethod
    def read(cls, data: bytes | None) -> State:
        """A state from its bytes; an empty one, which begins with a whole pass, where they cannot be read."""
        try:
            facts: dict[str, Any] = json.loads(data or b"{}")
            if facts.pop("format", None) != _FORMAT:
                return cls()
            if progress := facts.get("progress"):
                facts["progress"] = Progress(
                    **progress | _moments(progress, "began", "server_time", "newest") | _tuples(progress, "met", "kept")
                )
            return cls(
                **facts | _moments(facts, "watermark", "whole_at") | _tuples(facts, "fields", "gone", "unstored")
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


def iso(moment: datetime) -> str:
    """A moment as text, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(_owner: object, _field: object, value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


def _moments(facts: dict[str, Any], *names: str) -> dict[str, datetime | None]:
    return {name: None if facts[name] is None else datetime.fromisoformat(facts[name]) for name in names}


def _tuples(facts: dict[str, Any], *names: str) -> dict[str, tuple[Any, ...] | None]:
    return {name: None if facts[name] is None else tuple(facts[name]) for name in names if name in facts}
