"""What is to be done for one table, and what all tables of a run share: values, made before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from .exclusions import Hidden
from .options import ExtractionOptions

if TYPE_CHECKING:
    from .._catalog import Listing
    from .target import Table

__all__ = ["Job", "RunOptions"]


@attrs.frozen(kw_only=True)
class RunOptions(ExtractionOptions):
    """What all tables of a run share: its options, its name, and what no report may show."""

    run: str
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
