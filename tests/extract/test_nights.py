"""Nights: what they cost where little has changed, and that rows which went without a word are found at once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk.extract import TableReport, extract
from asyncsdk.extract.deletions import most_pages
from asyncsdk.extract.states import State
from asyncsdk.extract.target import Place
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory, client, living, pull, shown
from tests.extract.served import ServedList, now, row
from tests.extract.stored import rows_of
from tests.stub_server import Server

Connect = Callable[..., Wethod]
HARD, SOFT, ROWLESS = "levels", "locations", "timesheet_areas"
"""Lists without and with `deleted`, whose rows can be read by themselves; and one whose rows cannot."""


async def night(served: ServedList, wethod: Wethod, **options: object) -> TableReport:
    """One run; `served.asked` holds its requests alone."""
    served.asked.clear()
    (table,) = (await pull(wethod, served.table, **options)).tables
    assert table.requests == len(served.asked)
    return table


@pytest.fixture
def loaded(server: Server, target: Memory) -> Callable[..., ServedList]:
    """Makes a list that is served, and that a run has left in the target an hour ago."""

    def make(table: str, ids: object = range(10, 30_010, 10)) -> ServedList:
        served = ServedList.of(table, ids)  # type: ignore[arg-type]  # whole numbers
        server.handler = served.answer
        served.load_into(target)
        return served

    return make


Load = Callable[..., ServedList]


@pytest.mark.parametrize("table", [HARD, SOFT, ROWLESS])
async def test_a_night_without_changes_costs_two_requests_and_writes_no_row(
    table: str, loaded: Load, connect: Connect, target: Memory
) -> None:
    """What changed, and a proof on the last page that nothing is gone."""
    served = loaded(table)
    report = await night(served, connect())
    assert (report.outcome, report.mode, report.requests, report.rows, report.vanished) == (
        "complete",
        "incremental",
        2,
        0,
        0,
    )
    assert "updated_at" in served.asked[0]
    assert (served.asked[1]["offset"], served.asked[1]["limit"]) == (str(3000 - 99), "100")
    assert "deleted" not in served.asked[1], "the proof is made on what the list shows"
    assert target.writes == 0


async def test_logs_that_come_newest_first_are_asked_for_in_the_order_of_their_making(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """Otherwise no page could prove anything, and a whole pass could not learn that their ids rise."""
    served = loaded("timesheet_logs")
    served.remove([500])
    assert (await night(served, connect())).vanished == 1
    pages = [query for query in served.asked if query]
    assert len(pages) < len(served.asked), "one row was asked for by itself"
    assert {query.get("order") for query in pages} == {"created_at"}


async def test_a_list_of_one_page_is_read_whole_in_one_request(loaded: Load, connect: Connect, target: Memory) -> None:
    served = loaded(HARD, range(1, 100))
    served.remove([7])
    report = await night(served, connect())
    assert (report.mode, report.requests, report.vanished, report.rows) == ("full", 1, 1, 0)
    assert shown(target, HARD) == served.live


@pytest.mark.parametrize("table", [HARD, SOFT, ROWLESS])
@pytest.mark.parametrize("number", [1, 5, 20])
async def test_rows_that_went_without_a_word_are_marked_in_the_same_night(
    number: int, table: str, loaded: Load, connect: Connect, target: Memory
) -> None:
    served = loaded(table)
    gone = random.Random(f"{number} {table}").sample(sorted(served.live), number)
    served.remove(gone)
    report = await night(served, connect())
    assert (report.outcome, report.vanished, report.rows) == ("complete", number, 0)
    assert shown(target, table) == served.live
    assert {id for id, each in target.tables[table].items() if each["_vanished_at"]} == set(gone)
    if number < 20:
        assert report.mode == "incremental"
    assert (await night(served, connect())).requests == 2, "the next night has nothing to find"


async def test_a_deletion_and_an_insertion_do_not_hide_each_other(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """As many rows as before are not the same rows."""
    served = loaded(HARD)
    served.remove([500])
    served.rows.append(row(30_500, now()))
    report = await night(served, connect())
    assert (report.mode, report.vanished, report.rows) == ("incremental", 1, 1)
    assert shown(target, HARD) == served.live


async def test_a_row_that_was_deleted_and_not_touched_is_found_where_the_list_marks_it(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """A server that moves `deleted_at` and not `updated_at`: the proof fails, and the list is asked what it marked."""
    served = loaded(SOFT)
    served.rows[100]["deleted_at"] = now()
    report = await night(served, connect())
    assert (report.mode, report.rows, report.vanished, report.requests) == ("incremental", 1, 0, 4)
    assert target.tables[SOFT][1010]["deleted_at"] is not None
    assert shown(target, SOFT) == served.live


async def test_a_row_that_is_back_without_a_word_is_found_by_a_whole_pass(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    served = loaded(SOFT)
    target.tables[SOFT][1010]["deleted_at"] = now()
    report = await night(served, connect())
    assert (report.mode, report.rows) == ("full", 1)
    assert shown(target, SOFT) == served.live


@pytest.mark.parametrize("place", [5, 2999])
async def test_a_row_that_was_committed_late_is_read_in_the_same_night(
    place: int, loaded: Load, connect: Connect, target: Memory
) -> None:
    """Later than the overlap, under an old time: what changed does not show it, and the proof does."""
    served = loaded(HARD)
    served.rows.insert(place, row(place * 10 + 5))
    report = await night(served, connect())
    assert (report.mode, report.rows) == ("full", 1)
    assert shown(target, HARD) == served.live
    assert (await night(served, connect())).requests == 2


async def test_rows_that_are_created_while_a_night_runs_are_read_in_it(
    loaded: Load, connect: Connect, server: Server, target: Memory
) -> None:
    served = loaded(HARD)

    async def answer(request: web.Request) -> web.StreamResponse:
        if len(served.asked) == 1:
            served.rows.append(row(31_000, now()))
        return await served.answer(request)

    server.handler = answer
    report = await night(served, connect())
    assert (report.mode, report.requests, report.rows) == ("incremental", 5, 1)
    assert shown(target, HARD) == served.live


async def test_more_deletions_than_a_search_pays_for_are_found_by_a_whole_pass(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    served = loaded(HARD)
    served.remove(random.Random(1).sample(sorted(served.live), 200))
    report = await night(served, connect())
    assert (report.mode, report.vanished) == ("full", 200)
    assert shown(target, HARD) == served.live


@pytest.mark.slow
async def test_a_search_that_leads_nowhere_costs_little_beside_the_whole_pass(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """A tenth of the list is gone: it is soon seen that these are too many to be named one by one."""
    served = loaded(HARD, range(1, 20_001))
    served.remove(random.Random(1).sample(sorted(served.live), 2000))
    report = await night(served, connect())
    assert (report.mode, report.vanished) == ("full", 2000)
    beyond = 8  # pages that were believed to be there
    assert report.requests <= 1 + most_pages(20_000) + 18_000 / 99 + 2 + beyond


@pytest.mark.parametrize("status", [400, 403, 412])
async def test_a_row_that_must_not_be_read_by_itself_is_settled_by_a_whole_pass(
    status: int, loaded: Load, connect: Connect, server: Server, target: Memory
) -> None:
    served = loaded(HARD)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.rpartition("/")[2].isdecimal():
            return web.json_response({"key": "refused", "message": "no"}, status=status)
        return await served.answer(request)

    server.handler = answer
    served.remove([500])
    (table,) = (await pull(connect(), HARD)).tables
    assert (table.outcome, table.mode, table.vanished) == ("complete", "full", 1)
    assert shown(target, HARD) == served.live


async def test_an_api_that_gives_no_single_rows_at_all_confirms_nothing(
    loaded: Load, connect: Connect, server: Server, target: Memory
) -> None:
    """Its 404 says that there is no such path. One row that is there is asked for as well, and tells."""
    served = loaded(HARD)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.rpartition("/")[2].isdecimal():
            return web.json_response({"key": "not_found", "message": "no such path"}, status=404)
        return await served.answer(request)

    server.handler = answer
    moved = served.rows.pop(1200)  # the order only looked like that of ids
    served.rows.append(moved)
    (table,) = (await pull(connect(), HARD)).tables
    assert (table.outcome, table.vanished) == ("complete", 0)
    assert shown(target, HARD) == served.live


async def test_a_list_that_shrinks_by_more_than_a_fifth_is_left_as_it_was(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """A lost permission narrows lists in silence."""
    served = loaded(HARD, range(1, 121))
    before = set(served.live)
    served.remove(range(1, 61))
    report = await night(served, connect())
    assert report.outcome == "failed"
    assert "--allow-shrink" in (report.error or "")
    assert shown(target, HARD) == before


async def test_an_order_that_only_looked_like_that_of_ids_names_nobody(
    loaded: Load, connect: Connect, target: Memory
) -> None:
    """A row moved in a list that is in another order: it is asked for by itself, and there it is."""
    served = loaded(HARD)
    moved = served.rows.pop(1200)
    served.rows.append(moved)
    report = await night(served, connect())
    assert (report.outcome, report.mode, report.vanished) == ("complete", "full", 0)
    assert shown(target, HARD) == served.live
    state = State.read(target.states[f"{HARD}?"])
    assert not state.rising, "it is not searched again before a whole pass has shown that its ids rise"


async def test_a_row_that_the_table_cannot_hold_is_neither_late_nor_gone(
    loaded: Load, connect: Connect, server: Server, target: Memory
) -> None:
    served = ServedList.of(HARD, range(1, 301))
    served.rows[50]["name"] = {"not": "a text"}
    server.handler = served.answer
    assert (await night(served, connect())).rejected == 1
    assert (await night(served, connect())).requests == 2
    served.remove([51])
    report = await night(served, connect())
    assert (report.mode, report.vanished) == ("incremental", 0)
    assert (await night(served, connect())).requests == 2


async def test_a_row_without_an_id_ends_no_night(loaded: Load, connect: Connect, target: Memory) -> None:
    served = loaded(HARD)
    served.rows[-1]["id"] = None
    report = await night(served, connect())
    assert (report.outcome, report.mode) == ("complete", "full")


async def test_a_whole_pass_is_made_when_it_is_asked_for(loaded: Load, connect: Connect) -> None:
    served = loaded(HARD)
    assert (await night(served, connect(), reconcile=True)).mode == "full"
    assert (await night(served, connect())).mode == "incremental"


async def test_a_list_of_known_length_is_read_with_hardly_a_request_in_vain(loaded: Load, connect: Connect) -> None:
    """Thirty-one pages, the short one at the end included, and the look for rows that moved."""
    served = loaded(HARD)
    assert (await night(served, connect(), full=True)).requests <= 33


# --- lists in others ------------------------------------------------------------------------------------------------


async def test_nested_lists_are_read_along_with_their_parents(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    """Fifteen parents are one page; a leader that is gone shows there, and no parent changed."""
    for _ in range(2):
        sandbox.requests.clear()
        report = await pull(wethod, "streams_leaders", "streams_members")
        assert [each.requests for each in report.tables] == [1, 1]
    gone = sandbox.mutate("stream_leaders", "soft_delete", 2)
    report = await pull(wethod, "streams_leaders")
    assert (report.tables[0].vanished, report.rows) == (2, 0)
    assert shown(target, "streams_leaders") == sandbox.survivors("stream_leaders")
    assert not {change.id for change in gone} & shown(target, "streams_leaders")


async def test_parents_that_come_without_their_rows_are_asked_for_them(
    server: Server, connect: Connect, target: Memory
) -> None:
    """The relation is null where it is not known: that is no proof that there are no rows."""
    leaders = ServedList.of("streams_leaders", [900])
    leaders.rows[0] |= {"stream_id": 7, "leader_id": 3}
    streams = ServedList.of("streams", range(1, 131))
    for each in streams.rows:
        own = {**row(each["id"] + 1000), "stream_id": each["id"], "leader_id": 3}
        each |= {"is_default": False, "stream_leaders": None if each["id"] == 7 else [own]}

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (leaders if request.path.endswith("/7/leaders") else streams).answer(request)

    server.handler = answer
    report = await pull(connect(), "streams_leaders")
    assert (report.status, report.rows, len(leaders.asked)) == (0, 130, 1)
    assert shown(target, "streams_leaders") == {900, *(id + 1000 for id in range(1, 131) if id != 7)}
    assert all(each["include"] == "streamLeaders" for each in streams.asked)


# --- in a target that others read -----------------------------------------------------------------------------------


async def test_databases_show_what_was_searched_for(database_place: Place) -> None:
    """A list that marks deleted rows, one that does not, and one whose rows cannot be read by themselves."""
    lists = [STREAMS, "budget_days", "timesheets"]
    async with Sandbox(rows=300, seed=3) as sandbox, client(sandbox) as wethod:
        await extract(wethod, lists, database_place.text, schema=database_place.schema)
        for name in lists:
            sandbox.mutate(name, "hard_delete", 2)
            sandbox.mutate(name, "insert", 1)
        report = await extract(wethod, lists, database_place.text, schema=database_place.schema)
        assert [(each.mode, each.vanished, each.rows) for each in report.tables] == [("incremental", 2, 1)] * 3
        for name in lists:
            stored = rows_of(database_place, name)
            live = {int(row["id"]) for row in stored if not row["_vanished_at"] and not row.get("deleted_at")}
            assert live == living(sandbox, name)
