"""Walks in virtual time over lists at rest: how many requests, connections and round trips they take.

The client and aiohttp are the real ones; network and clock are simulated. A round trip is one virtual second, a new
connection takes two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs

import attrs

from asyncsdk import Wethod
from asyncsdk.testing.simulation import Conditions, Simulation
from asyncsdk.testing.simulation.http import AskedRequest, RequestReader, answer_bytes
from asyncsdk.testing.simulation.network import Link
from asyncsdk.testing.simulation.run import HOST

LIMIT = 20
DATE = "Mon, 15 Jun 2026 08:00:00 GMT"
JITTER = (0.5, 1.5)

Serve = Callable[[AskedRequest], tuple[int, object, dict[str, str]]]


def rows_for(pages: int, limit: int = LIMIT) -> int:
    """The rows of a list whose stable walk, one page at a time, takes so many requests: the last one is half full."""
    return (pages - 1) * (limit - 1) + limit // 2


def listing(rows: int) -> Serve:
    """A list of so many rows at every path."""

    def serve(asked: AskedRequest) -> tuple[int, object, dict[str, str]]:
        query = parse_qs(asked.query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        return (
            200,
            [{"id": at + 1, "updated_at": "2026-01-01T00:00:00Z"} for at in range(rows)[offset : offset + limit]],
            {},
        )

    return serve


@attrs.define(eq=False)
class World:
    """A simulation whose server answers as a test says.

    `asked` are the requests that arrived, with the virtual second; `links` the connections made.
    """

    serve: Serve
    seed: int = 0
    jitter: tuple[float, float] = (1.0, 1.0)
    simulation: Simulation = attrs.field(init=False)
    asked: list[tuple[float, str]] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        conditions = Conditions(round_trip=1.0, jitter=self.jitter)
        self.simulation = Simulation(self.seed, conditions, rows=0)
        self.simulation.network.listen(HOST, 443, lambda link: _Peer(self, link))

    @property
    def links(self) -> int:
        return self.simulation.network.counts["links"]

    @property
    def now(self) -> float:
        return self.simulation.seconds

    def run(self, main: Callable[[Wethod], Coroutine[Any, Any, Any]], **options: Any) -> Any:
        """Runs an application with a client, which is closed at its end."""

        async def whole() -> Any:
            async with self.simulation.client(**options) as wethod:
                return await main(wethod)

        result = self.simulation.run(whole)
        assert self.simulation.left == []
        return result


class _Peer:
    def __init__(self, world: World, link: Link) -> None:
        self._world, self._link, self._reader = world, link, RequestReader()

    def received(self, data: bytes) -> None:
        for asked in self._reader.feed(data):
            world = self._world
            world.asked.append((world.now, asked.target))
            status, body, headers = world.serve(asked)
            text = json.dumps(body).encode()
            sent = {"Content-Type": "application/json", "Date": DATE, **headers}
            self._link.send(answer_bytes(status, {name: value for name, value in sent.items() if value}, text))
            if headers.get("Connection") == "close":
                self._link.finish(1e-6)  # behind the answer

    def ended(self) -> None:
        pass


@attrs.frozen
class Cost:
    requests: int
    seconds: float
    links: int


def cost(
    rows: int,
    *,
    limit: int = LIMIT,
    seed: int = 0,
    jitter: tuple[float, float] = (1.0, 1.0),
    warm: bool = False,
    **options: Any,
) -> Cost:
    """What one walk of a list of so many rows takes; `warm`: the client has walked a long list before."""
    world = World(listing(rows), seed, jitter)

    async def main(wethod: Wethod) -> Cost:
        if warm:
            world.serve = listing(rows_for(100))
            await wethod.list("/api/other", limit=LIMIT)
            world.serve = listing(rows)
        asked, seconds, links = len(world.asked), world.now, world.links
        ids = [row["id"] for row in await wethod.list("/api/rows", limit=limit).all(**options)]
        assert ids == list(range(1, rows + 1))[: options.get("max_items")]
        return Cost(len(world.asked) - asked, world.now - seconds, world.links - links)

    found: Cost = world.run(main)
    return found
