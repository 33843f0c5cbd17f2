"""From what a user names to what is done: tables, filters and the keys their states are kept under."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from .._catalog import Listing, find, listings
from .._codec.arrow.columns import columns_of
from .._lists.meanings import with_meanings
from ..errors import ArgumentError
from ..errors._printable import shown
from .exclusions import exclusions_of, hidden_of, reduced
from .incremental import key_of
from .job import Job
from .reading import pager_of
from .target import Place, Table

if TYPE_CHECKING:
    from ..client import Wethod

__all__ = ["excluded_tables", "jobs_of", "moment_of", "place_of"]

FOLDERS: Final = ("parquet", "csv", "jsonl")


def jobs_of(
    wethod: Wethod,
    resources: Sequence[str] | Literal["all"],
    *,
    filters: Mapping[str, object],
    since: datetime | None,
    raw: bool = False,
    without: Sequence[str] = (),
    known: Callable[[Listing], Listing] | None = None,
) -> list[Job]:
    """What is to be done for each table named, in that order, each once.

    Args:
        wethod: checks the filters; nothing is sent.
        resources: names of lists, or "all".
        filters: by parameter (`project_id`), valid for every list named, or by table and parameter
            (`timesheets.project_id`). Text is read as on the command line (`gte:2026-05-01`).
        since: lower bound of `updated_at`.
        raw: whether tables keep the JSON text of rows.
        without: lists and fields (`persons.email`) that are stored nowhere.
        known: gives each list as it was learned to be.

    Raises:
        ArgumentError: a name or a filter that does not exist.
    """
    found = listings().values() if resources == "all" else map(find, resources)
    named = list({each.table: each if known is None else known(each) for each in found}.values())
    if not named:
        raise ArgumentError("resource", "name at least one, or --all")
    excluded = exclusions_of(without)
    if resources != "all" and (both := sorted(excluded.lists & {listing.table for listing in named})):
        raise ArgumentError("without", f"{both[0]} is among the lists to read as well; name it in one place")
    named = [listing for listing in named if listing.table not in excluded.lists]
    own = {name.partition(".")[0].replace("-", "_") for name in filters if "." in name}
    for table in own - {listing.table for listing in named}:
        raise ArgumentError("filter", f"{table} is not among the lists of this run")
    return [_job(wethod, listing, filters, since, raw=raw, without=excluded.of(listing)) for listing in named]


def _job(
    wethod: Wethod,
    listing: Listing,
    filters: Mapping[str, object],
    since: datetime | None,
    *,
    raw: bool,
    without: frozenset[str],
) -> Job:
    given: dict[str, object] = {}
    for name, value in filters.items():
        table, dot, parameter = name.rpartition(".")
        if not dot or table.replace("-", "_") == listing.table:
            given[parameter] = value
    if since is not None and "updated_at" in given:
        raise ArgumentError("since", "is a filter of updated_at itself; give one of the two")
    query = {name: listing.value(name, value) if isinstance(value, str) else value for name, value in given.items()}
    if listing.parent is None:
        pager_of(wethod, listing, query)
    else:
        since = None  # asked for parent by parent, whole
    model = reduced(listing.model, without)
    return Job(
        listing=listing,
        model=model,
        hidden=hidden_of(listing.model, without),
        table=Table(listing.table, model, with_meanings(columns_of(model), listing.schema), raw=raw, without=without),
        # As they are meant, not as they are written: `today` of another night is another filter.
        key=key_of(listing, {name: str(value) for name, value in query.items()}, since),
        filters=query,
        since=since,
    )


def excluded_tables(without: Sequence[str]) -> list[Table]:
    """The tables of lists that are stored nowhere: a run removes what an earlier one left of them."""
    excluded = [listings()[name] for name in sorted(exclusions_of(without).lists)]
    return [Table(listing.table, listing.model, columns_of(listing.model)) for listing in excluded]


def moment_of(value: datetime | date | str | None) -> datetime | None:
    """A lower bound in UTC, from a date, an aware date-time or their ISO texts; a date begins at midnight UTC.

    Raises:
        ArgumentError: the text is neither, or the moment is none that UTC can tell.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            words = f"takes a date or a date-time such as 2026-05-01, not {shown(value)}"
            raise ArgumentError("since", words) from None
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            words = f"{value} is out of range in UTC; give a date between years 1 and 9999"
            raise ArgumentError("since", words) from None
    return None if value is None else datetime.combine(value, time(), UTC)


def place_of(
    to: str, schema: str | None, prefix: str, state: str | PathLike[str] | None, patience: float = 0.0
) -> Place:
    """The target that an address names, and where in it.

    Raises:
        ArgumentError: only folders keep what is remembered in another place, and a path must be one.
    """
    if state is None:
        return Place(to, schema, prefix, patience=patience)
    if (kind := to.partition(":")[0]) not in FOLDERS:
        raise ArgumentError(
            "state", f"only folders ({', '.join(FOLDERS)}) keep it apart; {kind}: keeps it with the rows"
        )
    try:
        folder = Path(state).expanduser()
    except RuntimeError:
        raise ArgumentError("state", f"nobody on this machine is called {state!s:.100}; write the whole path") from None
    return Place(to, schema, prefix, folder / schema if schema else folder, patience)
