"""The rows of a pass that wait to be committed, and what the pass came to so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter, ge
from typing import TYPE_CHECKING, cast

import attrs

from .._codec.decode import Reject
from . import rejects
from .states import Progress

if TYPE_CHECKING:
    from .reading import Chunk

__all__ = ["Collected"]

_id_of = cast("attrgetter[int]", attrgetter("id"))


@attrs.define(eq=False)
class Collected:
    """The rows of a pass that wait to be committed, and what the pass came to so far, with what came before it.

    `left_out` parents of a nested list were refused; `kept` columns were left alone in some batch; `falls` ids of the
    list were below the one before, up to the `last` one.
    """

    begun: Progress
    rows: int = attrs.field(init=False)
    rejected: int = attrs.field(init=False)
    anonymous: bool = attrs.field(init=False)
    waiting: list[object] = attrs.field(factory=list)
    raw: list[bytes] | None = None
    refused: list[Reject] = attrs.field(factory=list)
    left_out: int = attrs.field(init=False)
    kept: set[str] = attrs.field(init=False)
    newest: datetime | None = attrs.field(init=False)
    falls: int = attrs.field(init=False)
    last: int | None = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.rows, self.rejected = self.begun.rows, self.begun.rejected
        self.anonymous, self.left_out = self.begun.anonymous, self.begun.left_out
        self.kept, self.newest = set(self.begun.kept), self.begun.newest
        self.falls, self.last = self.begun.falls, self.begun.last

    @property
    def met(self) -> int:
        """Rows of the whole pass, whether they fit or not."""
        return self.rows + self.rejected

    @property
    def came(self) -> int:
        """Those of them that this run has read."""
        return self.met - self.begun.rows - self.begun.rejected

    @property
    def has_news(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.waiting or self.refused)

    def add(self, chunk: Chunk) -> None:
        """Takes rows in."""
        self.waiting += chunk.rows
        if chunk.rows and not chunk.swept:
            ids = [*(() if self.last is None else (self.last,)), *map(_id_of, chunk.rows)]
            self.falls += sum(map(ge, ids, ids[1:]))
            self.last = ids[-1]
        self.rows += len(chunk.rows)
        if chunk.raw is not None:
            self.raw = self.raw or []
            self.raw += chunk.raw
        if chunk.rejects:
            self.refused += chunk.rejects
            self.rejected += len(chunk.rejects)
            self.anonymous = self.anonymous or None in map(rejects.id_of, chunk.rejects)

    def clear(self) -> None:
        """Lets go of what was handed over."""
        self.waiting, self.raw, self.refused = [], None, []

    def note_newest(self) -> None:
        """Notes the latest `updated_at` of the rows that wait, for servers that do not tell their clock."""
        moments = [each for each in (getattr(row, "updated_at", None) for row in self.waiting) if each is not None]
        if moments:
            self.newest = max(moments if self.newest is None else [*moments, self.newest])

    def progress(
        self, place: str, server_time: datetime | None, server_ahead: float | None, met: Iterable[str]
    ) -> Progress:
        """The pass as it is remembered.

        Args:
            place: of the rows that came.
            server_time, server_ahead: of the server's clock, where the pass did not know it before.
            met: columns whose keys came in this run.
        """
        if self.begun.server_time is None:
            begun = attrs.evolve(self.begun, server_time=server_time, server_ahead=server_ahead)
        else:
            begun = self.begun
        return attrs.evolve(
            begun,
            place=place,
            rows=self.rows,
            rejected=self.rejected,
            anonymous=self.anonymous,
            left_out=self.left_out,
            kept=tuple(sorted(self.kept)),
            met=tuple(sorted({*self.begun.met, *met})),
            newest=self.newest,
            falls=self.falls,
            last=self.last,
        )
