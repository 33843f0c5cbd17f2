"""The questions that following a list asks of it: what is live, what changed, what was marked as deleted.

Each is the list itself with other filters. The caller's own stay, but for those of time and deletion, which are the
questions' own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar

import attrs

from .. import filters
from .._catalog import Listing, listed_at
from .._codec import arguments
from .._codec.values import Field
from .._sending.page_sizes import LARGEST_PAGE
from .listed import List

__all__ = ["changed_at", "changed_since", "everything", "is_filtered", "listing_of", "live", "marked_since"]

T = TypeVar("T")

_OWN: Final = frozenset({"updated_at", "deleted", "deleted_at"})
_SHAPE: Final = frozenset({"order", "include"})
"""Parameters that say how rows come, not which."""


def listing_of(asked: List[T]) -> Listing | None:
    """Returns what the contract says of a list; None of one that it does not know."""
    return listed_at(asked.route or asked.path)


def is_filtered(asked: List[T]) -> bool:
    """Returns whether a list is not all rows of its kind: a row may leave it and still be there."""
    return any(name not in _SHAPE for name, _ in asked.query)


def live(asked: List[T]) -> List[T]:
    """Returns the list as the API shows it: without the rows marked as deleted, without relations read along."""
    return _asking(asked, drop=_OWN | {"include"})


def everything(asked: List[T], *, soft: bool) -> List[T]:
    """Returns the list itself; where it is `soft`, with the rows marked as deleted."""
    return _asking(asked, ("deleted", "include") if soft else None, drop=_OWN)


def changed_since(asked: List[T], since: datetime, *, soft: bool) -> List[T]:
    """Returns the rows of a list that were updated since a moment; where it is `soft`, those marked as deleted too."""
    marked = arguments.choice("deleted", "include" if soft else None, ("include",))
    return _asking(asked, arguments.date_time("updated_at", filters.gte(since)), marked, drop=_OWN)


def marked_since(asked: List[T], since: datetime) -> List[T]:
    """Returns the rows of a list that were marked as deleted since a moment."""
    moment = arguments.date_time("deleted_at", filters.gte(since))
    return _asking(asked, ("deleted", "only"), moment, drop=_OWN)


def changed_at(asked: List[T], moment: datetime) -> List[T]:
    """Returns the rows of a list that were last updated in the second of a moment."""
    second = moment.replace(microsecond=0)
    window = filters.between(second, second + timedelta(seconds=1))
    return _asking(asked, arguments.date_time("updated_at", window), drop=_OWN | {"include"})


def _asking(asked: List[T], *fields: Field, drop: frozenset[str]) -> List[T]:
    kept = tuple(field for field in asked.query if field[0] not in drop)
    return attrs.evolve(
        asked, query=(*kept, *(field for field in fields if field is not None)), limit=LARGEST_PAGE, offset=0
    )
