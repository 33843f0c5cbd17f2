"""The events of what takes many requests: walks over lists, and extractions of many lists."""

from __future__ import annotations

import attrs

__all__ = ["ExtractionBegun", "ExtractionEnded", "TableExtracted", "WalkBegun", "WalkEnded"]


@attrs.frozen
class WalkBegun:
    """A walk has asked for its first page.

    Attributes:
        walk_id: the same in `WalkEnded` and in the events of the walk's requests.
        operation: such as `projects.list`; None for a list the contract does not know.
        route: such as `/api/projects`; None likewise.
        path: of the list.
        company: the company's slug.
    """

    walk_id: int
    operation: str | None
    route: str | None
    path: str
    company: str


@attrs.frozen
class WalkEnded:
    """A walk has ended: at the end of its list, by its consumer, or with an error.

    Attributes:
        seconds: since it began.
        rows: delivered.
        requests: pages that were asked for.
        repairs: how often pages did not fit together and were asked for again.
        error: name of the error; None where there was none.
    """

    walk_id: int
    operation: str | None
    route: str | None
    path: str
    company: str
    seconds: float
    rows: int
    requests: int
    repairs: int
    error: str | None


@attrs.frozen
class ExtractionBegun:
    """An extraction has begun; `tables` are the names of its lists, `run` is the same in all its events."""

    run: str
    company: str
    tables: tuple[str, ...]


@attrs.frozen
class TableExtracted:
    """One table of an extraction is done.

    Attributes:
        outcome: as in the extraction's report.
        rows: written.
        requests: what it cost.
        seconds: since the table was begun.
    """

    run: str
    company: str
    table: str
    outcome: str
    rows: int
    requests: int
    seconds: float


@attrs.frozen
class ExtractionEnded:
    """An extraction has ended; `ok` is what its report says, `error` the name of what ended it otherwise."""

    run: str
    company: str
    ok: bool
    seconds: float
    error: str | None
