"""A list of a server that changes between any two requests, in whatever order it is: what following has to bear.

Rows are inserted, updated, deleted softly and for good, taken back, and committed late under an earlier time. The order
is that of ids, or one that only looks like it until a row moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from urllib.parse import parse_qs

import attrs

from asyncsdk.sandbox.service import ReceivedRequest, ServedAnswer

__all__ = ["ListedRow", "Listing", "Server"]

GONE = json.dumps({"key": "not_found", "message": "gone"})


@attrs.frozen
class Listing:
    """What kind of list it is.

    Args:
        path: of the list.
        soft: whether rows are marked as deleted, and shown on request.
        single: whether single rows can be read.
        by_id: whether its order is that of ids.
        late: the longest time, in seconds, by which rows are committed late.
        whole_seconds: whether stamps are in whole seconds.
        silent: whether marking a row as deleted leaves its `updated_at`.
    """

    path: str
    soft: bool
    single: bool
    by_id: bool
    late: float
    whole_seconds: bool
    silent: bool

    @classmethod
    def drawn(cls, draw: Random) -> Listing:
        """Draws a list."""
        soft, single = draw.random() < 0.4, draw.random() < 0.7
        paths = {(True, True): "projects", (True, False): "timesheets", (False, True): "streams"}
        by_id = draw.random() < 0.7
        return cls(
            path=f"/api/{paths.get((soft, single), 'project-stages')}",
            soft=soft,
            single=single,
            by_id=by_id,
            late=draw.choice((0.0, 60.0, 240.0, 1200.0 if by_id else 240.0)),
            whole_seconds=draw.random() < 0.2,
            silent=soft and draw.random() < 0.3,
        )


@attrs.define
class ListedRow:
    """A row: its place in the order, its stamps in milliseconds, and its content."""

    place: float
    updated: int
    value: int = 0
    deleted: int | None = None


@attrs.define(eq=False)
class Server:
    """Answers for one list, and changes it between any two answers.

    Args:
        listing: what kind of list it is.
        draw: chance.
        now: the wall clock.
        rate: how likely one more change is after each answer.
    """

    listing: Listing
    draw: Random
    now: Callable[[], datetime]
    rate: float = 0.0
    rows: dict[int, ListedRow] = attrs.field(factory=dict)
    died: dict[int, int] = attrs.field(factory=dict)
    requests: list[str] = attrs.field(factory=list)
    _last: int = 0
    _late: list[tuple[int, int, ListedRow]] = attrs.field(factory=list)

    def stamp(self) -> int:
        """Returns the present in milliseconds, as stamps have it."""
        moment = int(self.now().timestamp() * 1000)
        return moment // 1000 * 1000 if self.listing.whole_seconds else moment

    @property
    def live(self) -> dict[int, ListedRow]:
        """The rows that the list shows."""
        return {id: row for id, row in self.rows.items() if row.deleted is None}

    def insert(self) -> None:
        """Adds a row, now or, late, under the time that it is now."""
        self._last += self.draw.choice((1, 1, 1, 4))
        row = ListedRow(self._last, self.stamp(), self.draw.randrange(10**6))
        if self.listing.late and self.draw.random() < 0.3:
            due = int(self.now().timestamp() * 1000 + self.draw.uniform(0, self.listing.late) * 1000)
            self._late.append((due, self._last, row))
        else:
            self.rows[self._last] = row

    def change(self) -> None:
        """Changes something."""
        live = self.live
        match self.draw.randrange(6):
            case 0 | 1:
                self.insert()
            case 2 if live:
                self._update(self.rows[self.draw.choice(sorted(live))])
            case 3 if self.listing.soft and (marked := sorted(self.rows.keys() - live.keys())):
                row = self.rows[self.draw.choice(marked)]
                row.deleted = None
                self._update(row)
            case _ if live:
                self._delete(self.draw.choice(sorted(live)))

    def _update(self, row: ListedRow) -> None:
        row.updated, row.value = self.stamp(), self.draw.randrange(10**6)
        if not self.listing.by_id and self.draw.random() < 0.5:
            row.place = self.draw.uniform(0, self._last)

    def _delete(self, id: int) -> None:
        self.died[id] = int(self.now().timestamp() * 1000)
        if self.listing.soft and self.draw.random() < 0.7:
            row = self.rows[id]
            row.deleted = self.stamp()
            if not self.listing.silent:
                row.updated = self.stamp()
        else:
            del self.rows[id]

    def commit(self, *, all: bool = False) -> None:
        """Shows the rows that are due."""
        moment = int(self.now().timestamp() * 1000)
        self.rows.update({id: row for due, id, row in self._late if all or due <= moment})
        self._late = [each for each in self._late if not all and each[0] > moment]

    def answer(self, asked: ReceivedRequest) -> ServedAnswer:
        """Answers a request as the list is now, and changes it."""
        self.requests.append(f"{asked.path}?{asked.query}")
        self.commit()
        query = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        if asked.path == self.listing.path:
            answer = ServedAnswer(200, json.dumps([self._shown(id) for id in self._page(query)]))
        elif (id := int(asked.path.rpartition("/")[2])) in self.live and self.listing.single:
            answer = ServedAnswer(200, json.dumps(self._shown(id)))
        else:
            answer = ServedAnswer(404, GONE)
        while self.draw.random() < self.rate:
            self.change()
        return answer

    def _page(self, query: dict[str, str]) -> list[int]:
        view = query.get("deleted", "exclude")
        ids = [
            id
            for id, row in self.rows.items()
            if (view == "include" or (row.deleted is None) == (view == "exclude"))
            and _passes(row.updated, query.get("updated_at"))
            and _passes(row.deleted or 0, query.get("deleted_at"))
        ]
        ids.sort(key=lambda id: (self.rows[id].place, id))
        offset = int(query["offset"])
        return ids[offset : offset + int(query["limit"])]

    def _shown(self, id: int) -> dict[str, object]:
        row = self.rows[id]
        shown: dict[str, object] = {"id": id, "updated_at": _text(row.updated), "value": row.value}
        if self.listing.soft:
            shown["deleted_at"] = None if row.deleted is None else _text(row.deleted)
        return shown


def _text(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=_UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _passes(stamp: int, condition: str | None) -> bool:
    if condition is None:
        return True
    operator, _, text = condition.partition(":")
    bounds = list(_bounds(text))
    return bounds[0] <= stamp if operator == "gte" else bounds[0] <= stamp <= bounds[-1]


def _bounds(text: str) -> Iterator[int]:
    return (round(datetime.fromisoformat(part).timestamp() * 1000) for part in text.split(","))


_UTC = datetime.fromisoformat("2026-01-01T00:00:00Z").tzinfo
