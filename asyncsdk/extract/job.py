"""What is to be done for one table, and what all tables of a run share: values, made before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from .exclusions import Hidden
from .incremental import WHOLE_EVERY
from .watermark import OVERLAP

if TYPE_CHECKING:
    from .._catalog import Listing
    from .target import Table

__all__ = ["Job", "Options"]


@attrs.frozen(kw_only=True)
class Options:
    """What all tables of a run share."""

    run: str
    full: bool
    reconcile: bool
    raw: bool
    allow_shrink: bool
    concurrency: int
    overlap: timedelta = OVERLAP
    whole_every: timedelta = WHOLE_EVERY
    secrets: frozenset[str] = attrs.field(default=frozenset(), repr=False)


@attrs.frozen(kw_only=True)
class Job:
    """What is to be done for one table.

    Args:
        listing: what is read.
        table: what is written.
        key: of its state.
        filters: the user's, as the client's method takes them.
        since: the user's lower bound of `updated_at`.
        model: of the rows: the list's, less the fields that are stored nowhere.
        hidden: the keys of those fields.
    """

    listing: Listing
    table: Table
    key: str
    filters: Mapping[str, object]
    since: datetime | None
    model: type = attrs.field()
    hidden: Hidden = attrs.field(factory=Hidden)

    @model.default
    def _whole(self) -> type:
        return self.listing.model

    @property
    def partial(self) -> bool:
        """Whether the table holds more than this job reads, so that nothing can be said about what vanished."""
        return bool(self.filters) or self.since is not None
