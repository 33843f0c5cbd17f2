"""Makes the source: names of lists, options of the client, and a resource of dlt for each list."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa
from dlt.extract import DltResource, DltSource

from ..._catalog import Listing, find, listings
from ..._codec.arrow.columns import columns_of
from ..._codec.decode import OnReject
from ..._codec.omitted import OMITTED, Omitted
from ..._lists.meanings import with_meanings
from ..._lists.options import CONCURRENCY
from ..._sending.proxies import Proxy
from ..._sending.secret import Secret
from ..._sending.settings import Priority, RetryPolicy
from ..._sending.tokens import Token
from ...client import Wethod
from ...errors import ArgumentError
from ...errors._checks import check_whole_number
from ...errors._printable import shown
from ...events import Hooks
from ...extract.exclusions import Exclusions, exclusions_of, hidden_of, reduced
from .reading import Reading, read
from .refusing import refuse_what_would_double
from .running import Handover
from .tables import CURSOR, hints_of, restored

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["wethod_source"]

LAG = 300.0


def wethod_source(
    *lists: str,
    whole: Collection[str] = (),
    without: Sequence[str] = (),
    lag: float = LAG,
    concurrency: int = CONCURRENCY,
    on_reject: OnReject | None = None,
    token: Token | None = None,
    company: str | None = None,
    version: str | None = None,
    base_url: str | None = None,
    max_in_flight: int = 16,
    connect_timeout: float = 5.0,
    read_timeout: float = 30.0,
    deadline: float | None = None,
    retry: RetryPolicy | None = None,
    budget: int | Omitted | None = OMITTED,
    shared_budget: str | Secret | None = None,
    budget_key: str | None = None,
    strict: bool = False,
    priority: Priority = "bulk",
    proxy: str | Proxy | None = None,
    ssl: SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    hooks: Hooks | None = None,
) -> DltSource:
    """A source of dlt with a resource for each list, named as the list.

    A resource yields Arrow tables of some thousand rows, with the primary key `id`, to be merged. dlt remembers how far
    a list was read (incremental, by `updated_at`); later runs read what changed since, and remove the rows that were
    deleted. Columns carry what the contract says of them: `description`, and the unit as `x-unit`. Values that nest
    are columns of JSON; lists that nest in others (`streams_members`) are resources, read whole and replaced.

    Args:
        lists: their names (`timesheets`, `production_plan_streams`), or "all".
        whole: lists that are read whole and replaced in every run: so rows go that were removed without a trace, as
            lists without `deleted` remove them.
        without: lists and fields (`persons.email`) that are not read.
        lag: seconds before the cursor from which on a run asks: rows may be committed late, under an earlier time.
        concurrency: pages of one list in flight.
        on_reject: is given each row that does not fit its model, and the rest is loaded; by default such a row is an
            error, and the run loads nothing.
        token, company, version, base_url, max_in_flight, connect_timeout, read_timeout, deadline, retry, budget,
            shared_budget, budget_key, strict, priority, proxy, ssl, headers, hooks: of the client, as `Wethod` takes
            them. Each resource shares this one client, which is read-only.

    Raises:
        ArgumentError: no list is named, or one that does not exist, or a number out of range.
        ConfigurationError: as `Wethod`. When the source runs: a destination that cannot merge, such as plain files,
            or a pipeline that holds another company's rows. Nothing was sent.

    Example:
        >>> pipeline = dlt.pipeline("plan", destination="duckdb", dataset_name="wethod")  # doctest: +SKIP
        >>> pipeline.run(wethod_source("timesheets", "projects", company="acme"))
    """
    wethod = Wethod(
        token=token,
        company=company,
        version=version,
        base_url=base_url,
        max_in_flight=max_in_flight,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        deadline=deadline,
        retry=retry,
        budget=budget,
        shared_budget=shared_budget,
        budget_key=budget_key,
        strict=strict,
        read_only=True,
        priority=priority,
        proxy=proxy,
        ssl=ssl,
        headers=headers,
        hooks=hooks,
    )
    seconds = _seconds(lag)
    check_whole_number(
        "concurrency", concurrency, 1, max_in_flight, "the client keeps max_in_flight requests in flight"
    )
    if on_reject is not None and not callable(on_reject):
        raise ArgumentError("on_reject", f"a function that takes each such row, not {shown(on_reject)}")
    excluded = exclusions_of([without] if isinstance(without, str) else without)
    named = _named(lists, excluded)
    replaced = {listing.table for listing in _named_whole(whole, named)}
    resources = [
        _resource(
            Reading(
                wethod=wethod,
                listing=listing,
                model=(model := reduced(listing.model, excluded.of(listing))),
                hidden=hidden_of(listing.model, excluded.of(listing)),
                columns=with_meanings(columns_of(model), listing.schema),
                concurrency=concurrency,
                whole=listing.parent is not None or listing.table in replaced,
                on_reject=on_reject,
            ),
            seconds,
        )
        for listing in named
    ]
    return dlt.source(lambda: resources, name="wethod", section="wethod")()


def _seconds(lag: object) -> float:
    if isinstance(lag, bool) or not isinstance(lag, int | float) or not 0 <= lag < math.inf:
        raise ArgumentError("lag", f"a number of seconds, 0 or more, not {shown(lag)}")
    return float(lag)


def _named(lists: Sequence[str], excluded: Exclusions) -> list[Listing]:
    """The lists that names mean, each once."""
    for name in lists:
        if not isinstance(name, str):
            raise ArgumentError("lists", f"names of lists, each for itself, such as 'timesheets', not {shown(name)}")
    if not lists:
        raise ArgumentError("lists", "name at least one, such as 'timesheets', or 'all'")
    every = lists == ("all",)
    found = [*listings().values()] if every else [*map(find, lists)]
    both = sorted(excluded.lists & {listing.table for listing in found})
    if both and not every:
        raise ArgumentError("without", f"{both[0]} is among the lists to read as well; name it in one place")
    kept = {listing.table: listing for listing in found if listing.table not in excluded.lists}
    _refuse_without_cursor(kept.values(), excluded)
    return list(kept.values())


def _refuse_without_cursor(found: Collection[Listing], excluded: Exclusions) -> None:
    for listing in found:
        if CURSOR in excluded.of(listing):
            raise ArgumentError(
                "without", f"{listing.table}.{CURSOR} has to be loaded: it says how far a list was read"
            )


def _named_whole(whole: Collection[str], named: Sequence[Listing]) -> list[Listing]:
    """The lists of this source that are read whole in every run."""
    if isinstance(whole, str):
        whole = [whole]
    found = [*map(find, whole)]
    tables = {listing.table for listing in named}
    for listing in found:
        if listing.table not in tables:
            raise ArgumentError("whole", f"{listing.table} is not among the lists of this source")
    return found


def _resource(reading: Reading, lag: float) -> DltResource:
    """A list as a resource of dlt."""

    def tables(cursor: Any) -> AsyncIterator[pa.Table]:
        async def checked(out: Handover) -> None:
            # Here, where dlt says which resource runs, and has told the cursor what the last run remembered.
            refuse_what_would_double(reading.wethod)
            await read(reading, None if cursor is None else cursor.start_value, out)

        return Handover(checked)

    def replaced() -> AsyncIterator[pa.Table]:
        return tables(None)

    def merged(
        # No `primary_key`: rows at the cursor are read again anyway, and merged.
        updated_at: Any = dlt.sources.incremental[datetime](CURSOR, lag=lag, primary_key=()),  # noqa: B008
    ) -> AsyncIterator[pa.Table]:
        return tables(updated_at)

    made: Any = dlt.resource  # how it is typed differs from version to version
    resource: DltResource = made(
        replaced if reading.whole else merged,
        name=reading.listing.table,
        primary_key="id",
        write_disposition="replace" if reading.whole else "merge",
        columns=hints_of(reading.columns, deletes=reading.deletes),
    )
    return resource if reading.whole else resource.add_map(restored, insert_at=2)  # behind the incremental step
