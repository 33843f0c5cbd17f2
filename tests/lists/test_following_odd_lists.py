"""Lists that cannot be followed as others are: what is told of them all the same, and what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from aiohttp import web

from asyncsdk import ArgumentError, Reject, Wethod, filters
from asyncsdk._lists.change_stream import followed_from
from asyncsdk._lists.pager import list_of
from asyncsdk.sandbox import Deviation, Sandbox
from tests.lists.followed import STREAMS, client_of, learned, told
from tests.stub_server import Server, rows_json

# --- lists that are not as they should be ---------------------------------------------------------------------------


async def test_in_a_list_that_is_not_in_the_order_of_ids_deletions_are_told_after_two_counts() -> None:
    async with Sandbox(rows=300, seed=5, order="-id") as other, client_of(other) as wethod:
        pager = wethod.budget_days.list()
        bookmark = await learned(pager)
        (gone,) = other.mutate("budget_days", "hard_delete", 1)
        rounds = []
        for _ in range(3):
            changes = pager.changes(bookmark, every=None)
            rounds.append([(change.kind, change.id) for change in await told(changes)])
            bookmark = changes.bookmark
        assert rounds == [[], [("deleted", gone.id)], []]


async def test_a_list_of_a_server_that_gives_smaller_pages_is_followed() -> None:
    async with (
        Sandbox(rows=400, seed=5, deviations=[Deviation("page_cap", "*", "50")]) as small,
        client_of(small) as wethod,
    ):
        pager = wethod.production_plan_streams.list()
        bookmark = await learned(pager)
        gone = {change.id for change in small.mutate(STREAMS, "hard_delete", 3)}
        small.requests.clear()
        found = await told(pager.changes(bookmark, every=None))
        assert {(change.kind, change.id) for change in found} == {("deleted", id) for id in gone}


async def test_a_list_that_seems_to_have_lost_a_fifth_of_its_rows_has_to_say_so_twice(
    sandbox: Sandbox, wethod: Wethod, caplog: pytest.LogCaptureFixture
) -> None:
    pager = wethod.budget_days.list()
    bookmark = await learned(pager)
    gone = {change.id for change in sandbox.mutate("budget_days", "hard_delete", 100)}
    rounds = []
    for _ in range(2):
        changes = pager.changes(bookmark, every=None)
        rounds.append({change.id for change in await told(changes)})
        bookmark = changes.bookmark
    assert rounds == [set(), gone]
    assert "are gone at once" in caplog.text


async def test_a_bookmark_of_the_future_is_of_a_wrong_clock_so_all_is_read_and_told(
    sandbox: Sandbox, wethod: Wethod
) -> None:
    pager = wethod.budget_days.list()
    ids = sorted(sandbox.store.ids("budget_days", "live"))
    assert len(ids) > 100
    later = datetime.now(UTC) + timedelta(days=1)
    followed = followed_from(list_of(pager), None)
    bookmark = attrs.evolve(followed, ids=[*ids, 10**6], since=later, proved=later, learned=True).write()
    found = Counter((change.kind, change.id) for change in await told(pager.changes(bookmark, every=None)))
    assert found == Counter([*(("changed", id) for id in ids), ("deleted", 10**6)])


async def test_a_list_with_a_row_that_has_no_id_is_counted(server: Server, connect: Callable[..., Wethod]) -> None:
    rows: list[dict[str, object]] = [{**row, "deleted_at": None} for row in rows_json(0, 250)]
    rows[7] = {**rows[7], "id": None}

    async def handler(request: web.Request) -> web.StreamResponse:
        offset = int(request.query["offset"])
        return web.json_response([] if "updated_at" in request.query else rows[offset : offset + 100])

    server.handler = handler
    pager = connect().production_plan_streams.list()
    rejects: list[Reject] = []
    bookmark = "beginning"
    for _ in range(8):
        changes = pager.changes(bookmark, every=None, on_reject=rejects.append)
        await told(changes)
        bookmark = changes.bookmark
    assert {reject.id for reject in rejects} == {None}


REFUSED: list[tuple[Callable[[Wethod], object], str]] = [
    (lambda w: w.streams.list(offset=10).changes(), "offset: a list is followed from its beginning"),
    (lambda w: w.streams.list(order="-name").changes(), "order: a list is followed in the order of its ids"),
    (lambda w: w.timesheet_logs.list(order="-created_at").changes(), "order: a list is followed"),
    (lambda w: w.streams.list(updated_at=filters.gte(datetime.now(UTC))).changes(), "updated_at: leave it out"),
    (lambda w: w.timesheets.list(deleted="only").changes(), "deleted: leave it out"),
    (lambda w: w.timesheets.list(deleted_at=filters.gte(datetime.now(UTC))).changes(), "deleted_at: leave it out"),
    (lambda w: w.list("/api/brand-new-thing").changes(), "nobody knows whether /api/brand-new-thing"),
    (lambda w: w.streams.list().changes(datetime(2026, 1, 1)), "since: an aware date-time"),  # noqa: DTZ001  # naive
    (lambda w: w.streams.list().changes(datetime(2200, 1, 1, tzinfo=UTC)), "which is to come"),
    (lambda w: w.streams.list().changes(7), "since: an aware date-time"),  # type: ignore[arg-type]  # refused
    (lambda w: w.streams.list().changes("2026-01-01T00:00:00Z"), "not its text; write fromisoformat"),
    (lambda w: w.streams.list().changes("yesterday"), "not the text of changes.bookmark"),
    (lambda w: w.streams.list().changes(every=0), "every: a number of seconds above 0"),
    (lambda w: w.streams.list().changes(every=True), "every: a number of seconds above 0"),
    (lambda w: w.streams.list().changes(concurrency=0), "concurrency"),
    (lambda w: w.streams.list().into(Nameless).changes(), "rows need an id and updated_at"),
]


@attrs.frozen
class Nameless:
    name: str


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(len(REFUSED)))
async def test_what_cannot_be_followed_is_refused_before_anything_is_sent(
    sandbox: Sandbox, wethod: Wethod, at: int
) -> None:
    ask, message = REFUSED[at]
    with pytest.raises(ArgumentError, match=message):
        ask(wethod)
    assert len(sandbox.requests) == 0


async def test_bookmarks_that_were_cut_or_belong_to_another_list_are_refused(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    page = await pager.first_page()
    sandbox.requests.clear()
    for text in ("", "no", bookmark[:-3], bookmark[1:], page.bookmark):
        with pytest.raises(ArgumentError, match=r"changes\.bookmark"):
            pager.changes(text)
    for other in (wethod.streams.list(), wethod.production_plan_streams.list(project_id=7)):
        with pytest.raises(ArgumentError, match="another list or to other filters"):
            other.changes(bookmark)
    assert len(sandbox.requests) == 0
