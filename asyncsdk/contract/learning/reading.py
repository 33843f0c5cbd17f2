"""Asks the API: every list for two overlapping pages and one page for each parameter. Reads alone; nothing is kept.

The one module of `learning` with a network; what answers mean is decided by pure functions.
"""

from __future__ import annotations

import asyncio
import email.utils
import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs
import msgspec

from ..._codec import json_text
from ..._limits import clock
from ...errors import APIError, AuthenticationError, DecodeError, TransportError
from .contracted import ContractedList, contracted
from .fields import seen_fields
from .observed import Learned, SeenField, SeenList, SeenServer, Verdict
from .paging import Rows, latest, moved_by_deletion, order_of, page_cap_of, repeated, second_offset
from .probes import judged, most_probes, probes_of, refused

if TYPE_CHECKING:
    from ...client import Wethod

__all__ = ["cost", "learn"]

AT_ONCE: Final = 4
_PAGES: Final = 2


@attrs.frozen
class _Page:
    status: int | None
    rows: Rows = ()


@attrs.define
class _Headers:
    """What the headers of all answers said."""

    skews: list[float] = attrs.field(factory=list)
    behind: float = 0.0
    etag: bool = False
    compressed: bool = False
    limits: set[str] = attrs.field(factory=set)

    def note(self, headers: Mapping[str, str], rows: Rows) -> None:
        """Takes in the headers of one answer and the stamps of its rows."""
        names = {name.lower(): value for name, value in headers.items()}
        self.etag |= "etag" in names
        self.compressed |= "content-encoding" in names
        self.limits |= {name for name in names if "ratelimit" in name.replace("-", "") or name == "retry-after"}
        date = _date(names.get("date"))
        if date is None:
            return
        self.skews.append((date - clock.utc_now()).total_seconds())
        stamped = latest(rows, "updated_at")
        if stamped is not None:
            self.behind = max(self.behind, (stamped - date).total_seconds())

    def seen(self) -> SeenServer:
        """The facts; a Date has whole seconds, so that less than two of them say nothing."""
        return SeenServer(
            skew=round(statistics.median(self.skews)) if self.skews else None,
            date_behind=round(self.behind) if self.behind >= 2 else 0.0,
            etag=self.etag,
            compressed=self.compressed,
            limit_headers=tuple(sorted(self.limits)),
        )


def cost() -> int:
    """Requests that `learn` sends at the most."""
    return sum(_PAGES + most_probes(each) for each in contracted().values())


async def learn(wethod: Wethod, *, done: Callable[[str], object] | None = None) -> Learned:
    """Learns what every list is, by reading.

    Args:
        wethod: whose token reads.
        done: is called with the name of each list once it is read.

    Returns:
        What was seen: kinds, counts and verdicts. No value of a row but those of enumerations, no id, no text.

    Raises:
        AuthenticationError: the token is refused.
        WethodError: the client is closed, or its budget or deadline ran out.

    Example:
        >>> learned = await learn(wethod)  # doctest: +SKIP
        >>> learned.lists["projects"].order  # doctest: +SKIP
        'id'
    """
    headers = _Headers()
    parents: dict[str, object] = {}
    found: dict[str, SeenList] = {}
    places = asyncio.Semaphore(AT_ONCE)

    async def one(asked: ContractedList) -> None:
        async with places:
            found[asked.table] = await _learn_list(wethod, asked, headers, parents)
            if done is not None:
                done(asked.table)

    lists = contracted().values()
    # The first one alone: where the token is refused, the others need not be asked. Nested ones wait for their parents.
    top = [each for each in lists if each.parent is None]
    await one(top[0])
    try:
        for group_of in (top[1:], [each for each in lists if each.parent is not None]):
            async with asyncio.TaskGroup() as group:
                for each in group_of:
                    group.create_task(one(each))
    except BaseExceptionGroup as problems:
        raise problems.exceptions[0] from None
    return Learned(
        learned_at=clock.utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=wethod.settings.version,
        server=headers.seen(),
        lists=dict(sorted(found.items())),
    )


async def _learn_list(wethod: Wethod, asked: ContractedList, headers: _Headers, parents: dict[str, object]) -> SeenList:
    path = asked.path
    if asked.parent is not None:
        if (parent := parents.get(asked.parent)) is None:
            return SeenList(status=None)
        path = path.replace(path[path.index("{") : path.index("}") + 1], str(parent))

    async def page(query: Mapping[str, str]) -> _Page:
        return await _page(wethod, path, query, headers)

    first = await page({})
    if first.status != 200:
        return SeenList(status=first.status)
    rows = first.rows
    if rows:
        parents[asked.table] = rows[0].get("id")
    # Even an empty page is asked for again where deleted rows may be all there is; otherwise it tells nothing more.
    second = await page({"offset": str(second_offset(len(rows)))}) if len(rows) > 1 else _Page(200)
    stable, offset = repeated(rows, second.rows) if second.status == 200 and len(rows) > 1 else (None, "not told")
    verdicts: dict[str, Verdict] = {}
    met: list[Mapping[str, object]] = [*rows, *second.rows]
    fields = seen_fields(met, asked.fields)
    moved: bool | None = None
    for probe in probes_of(asked, rows):
        answer = await page(probe.query)
        if answer.status != 200:
            verdicts[probe.parameter] = refused(probe, answer.status)
            continue
        verdicts[probe.parameter] = judged(probe, rows, answer.rows)
        if probe.demand == "keys":
            fields = _with(fields, seen_fields(answer.rows, asked.fields))
        if probe.demand == "deleted":
            moved = moved_by_deletion(answer.rows)
    if verdicts.get("deleted") == "ignored" and "deleted_at" in verdicts:
        verdicts["deleted_at"] = "not told"  # its probe rests on `deleted`
    return SeenList(
        status=200,
        rows=len(rows),
        page_cap=page_cap_of(rows, second.rows) if second.status == 200 and offset != "ignored" else None,
        order=order_of(rows, asked.order),
        stable=stable,
        offset=offset,
        parameters=dict(sorted(verdicts.items())),
        deletion_moves_updated_at=moved,
        fields=dict(sorted(fields.items())),
    )


def _with(fields: Mapping[str, SeenField], others: Mapping[str, SeenField]) -> dict[str, SeenField]:
    """Fields, and those that only another answer had."""
    return {**others, **{path: each for path, each in fields.items() if each.present or path not in others}}


async def _page(wethod: Wethod, path: str, query: Mapping[str, str], headers: _Headers) -> _Page:
    try:
        answer = await wethod.request("GET", path, params={"limit": "100", **query})
    except AuthenticationError:
        raise
    except APIError as error:
        headers.note(error.headers, ())
        return _Page(error.status)
    except (TransportError, DecodeError):
        return _Page(None)
    rows = _rows(answer.body)
    headers.note(answer.headers, rows or ())
    return _Page(None) if rows is None else _Page(200, rows)


def _rows(body: bytes) -> Rows | None:
    """The rows of a page that are objects; None where the body is no list."""
    try:
        found = msgspec.json.decode(json_text.mended(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, json_text.UnreadableText):
        return None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else None


def _date(text: str | None) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)
