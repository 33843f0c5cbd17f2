"""What tests of a walk's plan share: rows, a plan, and the walk of it against a server that is a function."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import attrs
from hypothesis import strategies as st

from asyncsdk._lists.bookmarks import Bookmark, source_of
from asyncsdk._lists.delivery import Delivery
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.window import PlannedPage
from asyncsdk._sending.page_sizes import PageSizes

DATE = "Sat, 21 Nov 2026 21:26:05 GMT"

SOURCE = source_of("/api/rows")


@attrs.frozen
class Row:
    id: int
    updated_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


IDENTITY = identity_of(Row)


def rows_of(count: int) -> list[Row]:
    return [Row(id) for id in range(1, count + 1)]


def plan_of(
    *,
    limit: int = 100,
    offset: int = 0,
    concurrency: int = 8,
    max_items: int | None = None,
    expected: int | None = None,
    stable: bool = True,
    resume: Bookmark | None = None,
    sizes: PageSizes | None = None,
) -> Plan[Row]:
    return Plan(
        IDENTITY,
        limit=limit,
        offset=offset,
        concurrency=concurrency,
        max_items=max_items,
        expected=expected,
        stable=stable,
        resume=resume,
        source=SOURCE,
        sizes=sizes,
    )


def walk(
    plan: Plan[Row], serve: Callable[[PlannedPage[Row]], list[Row]], concurrency: int = 8, seed: int = 0
) -> tuple[list[Delivery[Row]], list[PlannedPage[Row]]]:
    """Drive a plan to its end; answers come in a random order."""
    rng = random.Random(seed)
    flying: list[PlannedPage[Row]] = []
    asked: list[PlannedPage[Row]] = []
    deliveries: list[Delivery[Row]] = []
    while not plan.done:
        due = plan.due()
        flying += due
        asked += due
        assert len(flying) <= plan.occupied <= concurrency
        assert len(asked) < 3000
        if flying:
            ask = flying.pop(rng.randrange(len(flying)))
            plan.answered(ask, serve(ask), DATE)
        while rng.random() < 0.8 or not flying:
            delivery = plan.take()
            if delivery is None:
                break
            deliveries.append(delivery)
    return deliveries, asked


def server_of(rows: list[Row]) -> Callable[[PlannedPage[Row]], list[Row]]:
    return lambda ask: rows[ask.offset : ask.offset + ask.limit]


def ids_of(deliveries: list[Delivery[Row]]) -> list[int]:
    return [row.id for delivery in deliveries for row in delivery.rows]


sizes = st.integers(0, 60)
