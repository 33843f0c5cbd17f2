"""What was seen of the API: kinds, counts and verdicts. Of the values of rows it holds those of enumerations alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs

from .kinds import Kind

__all__ = ["FORMAT", "Learned", "SeenField", "SeenList", "SeenServer", "Verdict"]

FORMAT: Final = 1

Verdict: TypeAlias = Literal["honoured", "ignored", "refused", "not told"]


@attrs.frozen
class SeenField:
    """A field in the rows of one list.

    Args:
        kinds: that its values had.
        present: rows that had its key.
        rows: rows that could have it.
        nulls: rows in which it was null.
        values: of an enumeration, as far as they are words.
    """

    kinds: tuple[Kind, ...]
    present: int
    rows: int
    nulls: int
    values: tuple[str, ...] = ()


@attrs.frozen
class SeenList:
    """A list as it answered.

    Args:
        status: of its first page; None where no answer could be read.
        rows: of its first page.
        page_cap: rows a page at the most, where more were there; None where that did not show.
        order: the fields its first page was ordered by (`id`, `-created_at`), `none`, or None for too few rows.
        stable: whether two reads of the same rows had them in the same order; None where none were read twice.
        offset: whether `offset` was honoured.
        parameters: what became of each filter, of `deleted`, `order` and `include`.
        deletion_moves_updated_at: whether deleted rows were updated when they were deleted; None without such rows.
        fields: by path: `pm_id`, `options[].name`, `metadata_*`.
    """

    status: int | None
    rows: int = 0
    page_cap: int | None = None
    order: str | None = None
    stable: bool | None = None
    offset: Verdict = "not told"
    parameters: Mapping[str, Verdict] = attrs.field(factory=dict)
    deletion_moves_updated_at: bool | None = None
    fields: Mapping[str, SeenField] = attrs.field(factory=dict)


@attrs.frozen
class SeenServer:
    """What all answers had in common.

    Args:
        skew: seconds, the server's clock minus ours; None without a Date header.
        date_behind: seconds by which a row was stamped later than the Date of the answer that held it; 0 for none.
        etag, compressed: whether answers had an ETag, and a content encoding.
        limit_headers: names of headers that tell of a rate limit.
    """

    skew: float | None = None
    date_behind: float = 0.0
    etag: bool = False
    compressed: bool = False
    limit_headers: tuple[str, ...] = ()


@attrs.frozen
class Learned:
    """What was learned of the API in one go: when (UTC, ISO 8601), of which version, of the server and each list."""

    learned_at: str
    version: str
    server: SeenServer
    lists: Mapping[str, SeenList]
