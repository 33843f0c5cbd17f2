"""A list that a test changes as no API should: in any order, without a word, with rows that come late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
from aiohttp import web

from asyncsdk._catalog import find
from asyncsdk.extract.states import State
from tests.extract.memory import Memory

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@attrs.define(eq=False)
class ServedList:
    """A list of the API, answered from rows in the order in which they are shown.

    `asked` holds the queries that came in; `before` is called before each answer.
    """

    table: str
    rows: list[dict[str, Any]]
    asked: list[dict[str, str]] = attrs.field(factory=list)

    @classmethod
    def of(cls, table: str, ids: Iterable[int]) -> ServedList:
        """A list of rows that nobody has changed for long."""
        more = {"deleted_at": None} if find(table).soft_deletes else {}
        return cls(table, [row(id, _text(LONG_AGO + id * dt.timedelta(seconds=1)), **more) for id in ids])

    def remove(self, ids: Iterable[int]) -> None:
        """Takes rows away without a trace."""
        gone = set(ids)
        self.rows = [each for each in self.rows if each["id"] not in gone]

    @property
    def live(self) -> set[int]:
        """The ids that the list shows without being asked for deleted rows."""
        return {each["id"] for each in self.rows if each.get("deleted_at") is None}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answers one request, for a page or for a row."""
        query = dict(request.query)
        self.asked.append(query)
        if (last := request.path.rpartition("/")[2]).isdecimal():
            found = [each for each in self.rows if each["id"] == int(last)]
            if not found:
                return web.json_response({"key": "not_found", "message": "no such row"}, status=404)
            return web.json_response(found[0])
        view = query.get("deleted", "exclude")
        shown = [
            each for each in self.rows if view == "include" or (each.get("deleted_at") is None) == (view != "only")
        ]
        for name in ("updated_at", "deleted_at"):
            if name in query:
                shown = [each for each in shown if _fits(each.get(name), query[name])]
        offset = int(query["offset"])
        return web.json_response(shown[offset : offset + int(query["limit"])])

    def load_into(self, target: Memory) -> None:
        """Leaves the list in a target as a run would have, an hour ago."""
        model: Any = find(self.table).model
        blank = {field.name: None for field in attrs.fields(model)} | {"_vanished_at": None}
        times = ("created_at", "updated_at")
        stored = {each["id"]: blank | each | {name: _moment(each[name]) for name in times} for each in self.rows}
        target.tables[self.table], target.committed[self.table] = stored, len(stored)
        ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
        listing = find(self.table)
        key = f"{self.table}?{'deleted=include' if listing.soft_deletes else ''}"
        fields = tuple(sorted(self.rows[0].keys() - {"id"}))
        state = State(watermark=ago, whole_at=ago, rows=len(stored), rising=True, held=len(stored), fields=fields)
        target.states[key] = state.write()


def row(id: int, updated_at: str | None = None, **more: object) -> dict[str, Any]:
    """A row with little in it."""
    old = _text(LONG_AGO)
    return {"id": id, "created_at": old, "updated_at": updated_at or old, "name": f"row {id}", **more}


def now() -> str:
    """This moment as the API writes it."""
    return _text(dt.datetime.now(dt.UTC))


def _fits(value: str | None, wanted: str) -> bool:
    operator, _, text = wanted.partition(":")
    bounds = [_moment(part) for part in text.split(",")]
    if value is None:
        return False
    moment = _moment(value)
    match operator:
        case "gte":
            return moment >= bounds[0]
        case "lt":
            return moment < bounds[0]
        case _:
            return bounds[0] <= moment <= bounds[-1]


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
