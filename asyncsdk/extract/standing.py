"""A pass while it is read: what it came to, and the rows that wait to be committed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from ..codec import Reject
from . import rejects
from .incremental import Progress

if TYPE_CHECKING:
    from .reading import Chunk

__all__ = ["Standing"]


@attrs.define(eq=False)
class Standing:
    """A pass while it is read: what it came to, and the rows that wait to be committed."""

    begun: Progress
    rows: int = attrs.field(init=False)
    rejected: int = attrs.field(init=False)
    spared: list[int] = attrs.field(init=False)
    anonymous: bool = attrs.field(init=False)
    waiting: list[object] = attrs.field(factory=list)
    raw: list[bytes] | None = None
    refused: list[Reject] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.rows, self.rejected = self.begun.rows, self.begun.rejected
        self.spared, self.anonymous = list(self.begun.spared), self.begun.anonymous

    @property
    def has_news(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.waiting or self.refused)

    def add(self, chunk: Chunk) -> None:
        """Takes rows in."""
        self.waiting += chunk.rows
        self.rows += len(chunk.rows)
        if chunk.raw is not None:
            self.raw = self.raw or []
            self.raw += chunk.raw
        if chunk.rejects:
            self.refused += chunk.rejects
            self.rejected += len(chunk.rejects)
            ids = [rejects.id_of(reject) for reject in chunk.rejects]
            self.spared += [id_ for id_ in ids if id_ is not None]
            self.anonymous = self.anonymous or None in ids

    def clear(self) -> None:
        """Lets go of what was handed over."""
        self.waiting, self.raw, self.refused = [], None, []

    def progress(self, place: str, server_time: datetime | None) -> Progress:
        """The pass as it is remembered."""
        return attrs.evolve(
            self.begun,
            place=place,
            server_time=server_time,
            rows=self.rows,
            rejected=self.rejected,
            spared=tuple(self.spared),
            anonymous=self.anonymous,
        )
