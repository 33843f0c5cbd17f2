"""Settles a create whose answer was lost: looks in the list of its resource whether the row is there.

The API has no keys that would make a create safe to repeat. What can be told is told by the row itself: made not before
the create was sent, by the server's clock, with what was sent in its fields as the API spells it back (`x-sent-as` of
the contract), and taken by no other create of this client. An exact twin that another client makes in the same seconds
cannot be told apart.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

import attrs

from .._codec import arguments
from .._limits import clock
from .._sending import wire
from .._sending.headers import http_date
from .._sending.response import Response
from .._sending.sender import Reply
from .._sending.wire import Answer
from ..errors import DecodeError, OutcomeUnknownError, WethodError
from ..filters import gte
from .created_rows import Creation, matches, spelled
from .pager import Pager

if TYPE_CHECKING:
    from .._codec.values import Field, Json
    from .._sending.created import Place
    from .._sending.sender import Sender

__all__ = ["created", "linked"]

T = TypeVar("T")
_Rows: TypeAlias = list[dict[str, Any]]

GRACE: Final = timedelta(seconds=2)
"""How much earlier than its sending a row may say that it was made: clocks are read to the second."""

MARGIN: Final = timedelta(minutes=10)
"""How much earlier than its sending, by our own clock, the list is asked for: the server's may be behind."""

SECONDS: Final = (0.0, 2.0, 30.0)
"""When to look, after the answer was lost. After a broken connection most deeds are done by the second look. The last
one decides: a proxy that has given up may deliver what it holds for so long."""


async def created(
    call: Awaitable[T], sender: Sender, creation: Creation, fields: Sequence[Field], *, settle: bool
) -> T:
    """Awaits a create, and looks for its row where its answer was lost and `settle` says so.

    Args:
        call: the create, not awaited yet.
        sender: sends the looks, each a request of its own with its own deadline.
        creation: what is known of it.
        fields: of its body.
        settle: whether to look. Without it the row is only noted as this client's.

    Raises:
        OutcomeUnknownError: the answer was lost, and no look could tell what became of it. `carried_out` is False
            where nothing was done: no row is there, and a look has met rows that this client created before.
        DecodeError: it was carried out, but neither its answer nor its row can be read.
        WethodError: as the create raised it.
    """
    place = (sender.settings.base_url, sender.settings.company, creation.resource)
    sent = {field[0]: field[1] for field in fields if field is not None}
    log = sender.accounts.created
    flying = log.begin(place, wire.encode_json(cast("Json", sent)))
    begun = clock.utc_now()
    try:
        unknown: OutcomeUnknownError | DecodeError
        try:
            value = await call
        except OutcomeUnknownError as error:
            unknown = error
        except DecodeError as error:
            if not error.carried_out:
                raise
            unknown = error
        else:
            if (id := _id_of(value)) is not None:
                log.claim(place, id)
            return value
        flying.end(lost=True)
        if not settle:
            raise unknown
        # One after the other: the answer of an equal one that is still to come says which row is not ours.
        for other in log.alike(place, flying):
            await other.wait()
        async with log.looking(place):
            search = _Search(sender, creation, place, spelled(creation, sent), sent, begun)
            row = await search.settle(unknown, rivals=sum(each.lost for each in log.alike(place, flying)))
    finally:
        log.end(place, flying)
    body = json.dumps(row).encode()
    model: type[T] = creation.model
    return sender.result(Reply(sender.decoding.one(model)(body), Answer(200, {}, body)))


def _id_of(value: object) -> int | str | None:
    found = getattr(value.value if isinstance(value, Response) else value, "id", None)
    return found if isinstance(found, int | str) else None


@attrs.frozen
class _Search:
    """Looks for the row of one create.

    Args:
        held: what its row holds; sent: what was sent; begun: when, by our clock.
    """

    sender: Sender
    creation: Creation
    place: Place
    held: Mapping[str, Json]
    sent: Mapping[str, Json]
    begun: datetime

    async def settle(self, unknown: OutcomeUnknownError | DecodeError, *, rivals: int) -> dict[str, Json]:
        """Returns the row; raises `unknown`, with what is known of it, where none can be told to be ours."""
        log, lost = self.sender.accounts.created, clock.monotonic()
        try:
            if isinstance(unknown, DecodeError) and unknown.id is not None and self.creation.row is not None:
                return await self._by_id(unknown.id)
            for seconds in SECONDS:
                await asyncio.sleep(max(0.0, lost + seconds - clock.monotonic()))
                equal, alike, earlier = await self._look()
                if equal:
                    break
        except WethodError as problem:
            unknown.add_note(f"It could not be settled: {problem}")
            raise unknown from None
        where = f"{self.creation.path}?{wire.encode_query(self._query())}"
        if equal and (len(equal) == 1 or len(equal) <= rivals + 1):
            row = min(equal, key=lambda each: str(each.get("id")).zfill(20))
            log.claim(self.place, cast("int", row["id"]), found=True)
            return row
        if equal:
            unknown.add_note(f"It could not be settled: rows {_ids(equal)} look the same, made since it was sent.")
        elif alike:
            unknown.add_note(
                f"It could not be settled: rows {_ids(alike)} have its ids and dates, and differ otherwise."
            )
        elif isinstance(unknown, DecodeError):
            unknown.add_note(f"Its row was not found: GET {where}")
        elif earlier:
            unknown.add_note(f"It could not be settled: rows {_ids(earlier)} are equal, and say they were made before.")
        elif log.shows(self.place):
            unknown.carried_out = False
            unknown.add_note(
                "It was not carried out: its row is not in the list, which shows what this client creates."
            )
        else:
            unknown.add_note(f"It could not be settled: no such row is in the list, which may not show it: GET {where}")
        raise unknown

    async def _by_id(self, id: int | str) -> dict[str, Json]:
        path = arguments.path(cast("str", self.creation.row), id=id)
        reply = await self.sender.send(wire.build("GET", path), self.sender.decoding.one(object))
        row = cast("dict[str, Json]", reply.value)
        self.sender.accounts.created.claim(self.place, id)  # says nothing of what the list shows
        return row

    async def _look(self) -> tuple[_Rows, _Rows, _Rows]:
        """Reads the whole window of the list: rows that are equal, that are alike, and equal ones of an earlier time.

        The last are those of somebody else, or ours where the clock that writes the Date header is not the one that
        dates rows: so nothing is said of a create while there are any.
        """
        equal: _Rows = []
        alike: _Rows = []
        earlier: _Rows = []
        moment: datetime | None = None
        pager = Pager(self.sender, self.creation.path, dict, self._query())
        async for page in pager.pages():
            if moment is None:
                moment = self._sent_at(page.headers)
            for row in page:
                if self.sender.accounts.created.recognize(self.place, row.get("id")):
                    continue
                match matches(row, self.held):
                    case "equal":
                        (equal if _is_new(row, moment) else earlier).append(row)
                    case "alike" if _is_new(row, moment) and not self._is_of_another(row):
                        alike.append(row)
        return equal, alike, earlier

    def _is_of_another(self, row: Mapping[str, Json]) -> bool:
        """Whether a row is what another create in the air, with other content, makes."""
        others = self.sender.accounts.created.flying(self.place)
        return any(matches(row, spelled(self.creation, json.loads(each.content))) == "equal" for each in others)

    def _query(self) -> Iterable[Field]:
        yield arguments.date_time("updated_at", gte(self.begun - MARGIN))
        for name, kind in self.creation.filters.items():
            if (value := self.sent.get(name)) is not None:
                yield (name, value) if kind == "plain" else arguments.date(name, cast("str", value))

    def _sent_at(self, headers: Mapping[str, str]) -> datetime:
        """When the create was sent, by the server's clock."""
        there, here = http_date(headers.get("date")), clock.utc_now()
        return self.begun if there is None else self.begun + (there - here)


async def linked(call: Awaitable[T], sender: Sender, path: str, model: type[T], **second: int) -> T:
    """Awaits the link of two rows, and looks whether they are linked where the answer was lost.

    Args:
        call: the link, not awaited yet.
        sender: sends the look.
        path: of the list of links of the first row.
        model: of a link.
        **second: the other row's id, by its name in a link.

    Raises:
        OutcomeUnknownError: the answer was lost, and the two are not linked yet, or the list cannot be read.
        DecodeError: it was carried out, and the link cannot be read.
        WethodError: as the link raised it.
    """
    unknown: OutcomeUnknownError | DecodeError
    try:
        return await call
    except OutcomeUnknownError as error:
        unknown = error
    except DecodeError as error:
        if not error.carried_out:
            raise
        unknown = error
    try:
        rows = await Pager(sender, path, dict)
    except WethodError as problem:
        unknown.add_note(f"It could not be settled: {problem}")
        raise unknown from None
    for row in rows:
        if row.get("deleted_at") is None and all(row.get(name) == id for name, id in second.items()):
            body = json.dumps(row).encode()
            return sender.result(Reply(sender.decoding.one(model)(body), Answer(200, {}, body)))
    unknown.add_note(f"It could not be settled: GET {path} does not show it. Linking what is linked is answered 412.")
    raise unknown


def _is_new(row: Mapping[str, Json], moment: datetime) -> bool:
    made = _moment(row.get("created_at")) or _moment(row.get("updated_at"))
    return made is None or made >= moment - GRACE


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ids(rows: Iterable[Mapping[str, Json]]) -> str:
    return ", ".join(str(row.get("id")) for row in rows)
