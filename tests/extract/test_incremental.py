"""What the next run reads, decided from what the last one left."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace

import attrs
import pytest

from asyncsdk import filters
from asyncsdk._catalog import Parent, find, listings
from asyncsdk.extract.collected import Collected
from asyncsdk.extract.incremental import OVERLAP, Progress, State, is_searched, key_of, passes
from asyncsdk.extract.reading import Chunk

NOW = dt.datetime(2026, 5, 20, 3, tzinfo=dt.UTC)
LAST = dt.datetime(2026, 5, 19, 3, tzinfo=dt.UTC)

SOFT = find("production_plan_streams")
HARD = find("timesheet_whitelists")
NESTED = find("streams_leaders")

DONE = State(watermark=LAST, whole_at=LAST, rows=50_000, requests=500, seconds=60.0)


def kinds(listing: str, state: State, **options: object) -> list[str]:
    options.setdefault("filters", {})
    return [each.kind for each in passes(find(listing), state, now=NOW, **options)]  # type: ignore[arg-type]


def test_the_first_run_reads_the_whole_list_with_deleted_rows() -> None:
    (only,) = passes(SOFT, State(), now=NOW, filters={})
    assert (only.kind, only.query) == ("whole", {"deleted": "include"})


def test_a_list_whose_ids_rise_is_asked_for_changes_alone_and_searched() -> None:
    """Deleted rows are in what changed; what went without a word is searched for."""
    state = attrs.evolve(DONE, rising=True)
    (changed,) = passes(SOFT, state, now=NOW, filters={})
    assert changed.query == {"updated_at": filters.gte(LAST - OVERLAP), "deleted": "include"}
    assert is_searched(state, {}, None)
    assert not is_searched(state, {"project_id": 7}, None), "the table may hold more than is read"
    assert not is_searched(state, {}, LAST)
    assert not is_searched(DONE, {}, None)


def test_another_list_is_asked_for_changes_and_deletions_since_the_watermark_less_an_overlap() -> None:
    changed, deleted = passes(SOFT, DONE, now=NOW, filters={"project_id": 7})
    since = filters.gte(LAST - OVERLAP)
    assert changed.query == {"updated_at": since, "deleted": "include"}
    assert deleted.query == {"deleted": "only", "deleted_at": since}


@pytest.mark.parametrize(
    ("rows", "age", "kind"),
    [
        (1000, dt.timedelta(hours=1), "whole"),  # small: ten pages are cheaper than doubt
        (1001, dt.timedelta(hours=1), "changed"),
        (1001, dt.timedelta(days=7), "whole"),  # a week: deletions must show some day
        (None, dt.timedelta(hours=1), "whole"),
    ],
)
def test_a_list_that_cannot_be_searched_is_read_whole_while_small_or_after_a_week(
    rows: int | None, age: dt.timedelta, kind: str
) -> None:
    assert kinds("timesheet_whitelists", attrs.evolve(DONE, rows=rows, whole_at=NOW - age)) == [kind]


@pytest.mark.parametrize("listing", ["timesheets", "timesheet_whitelists"])
@pytest.mark.parametrize(
    ("rows", "age", "every", "kind"),
    [
        (99, dt.timedelta(hours=1), 30, "whole"),  # one page that is not full
        (100, dt.timedelta(hours=1), 30, "changed"),
        (100_000, dt.timedelta(days=29), 30, "changed"),
        (100_000, dt.timedelta(days=30), 30, "whole"),  # for nothing but doubt
        (100_000, dt.timedelta(days=8), 7, "whole"),
        (100_000, dt.timedelta(days=-1), 30, "whole"),  # a clock was wrong
    ],
)
def test_a_list_that_is_searched_is_read_whole_while_it_is_one_page_or_once_a_month(
    listing: str, rows: int, age: dt.timedelta, every: int, kind: str
) -> None:
    state = attrs.evolve(DONE, rising=True, rows=rows, whole_at=NOW - age)
    assert kinds(listing, state, whole_every=dt.timedelta(days=every)) == [kind]


def test_a_list_with_deleted_that_cannot_be_searched_is_read_whole_as_rarely() -> None:
    """What it marks as deleted is asked for."""
    old = attrs.evolve(DONE, rows=100, whole_at=NOW - dt.timedelta(days=29))
    assert kinds("timesheets", old) == ["changed", "deleted"]
    assert kinds("timesheets", attrs.evolve(old, whole_at=NOW - dt.timedelta(days=30))) == ["whole"]


@pytest.mark.parametrize("option", ["full", "reconcile"])
def test_full_and_reconcile_read_whole_lists(option: str) -> None:
    assert kinds("timesheets", DONE, **{option: True}) == ["whole"]


def test_a_filter_of_the_times_themselves_leaves_only_whole_reads() -> None:
    assert kinds("timesheets", DONE, filters={"updated_at": filters.lt(LAST)}) == ["whole"]


def test_nested_lists_are_read_whole() -> None:
    """Along with their parents without a filter, where the API can: it does not show deleted ones there."""
    assert kinds("streams_leaders", DONE) == ["whole"]
    assert passes(NESTED, DONE, now=NOW, filters={})[0].query == {}
    assert passes(find("holidays_locations"), DONE, now=NOW, filters={})[0].query == {"deleted": "include"}


def progress(kind: str) -> Progress:
    return Progress(kind=kind, place="bookmark", began=LAST, server_time=LAST, rows=5)  # type: ignore[arg-type]


def test_a_pass_that_was_begun_is_gone_on_with() -> None:
    (whole,) = passes(SOFT, State(progress=progress("whole")), now=NOW, filters={})
    assert whole.resume == progress("whole")
    changed, deleted = passes(SOFT, attrs.evolve(DONE, progress=progress("changed")), now=NOW, filters={})
    assert (changed.resume, deleted.resume) == (progress("changed"), None)
    for rising in (False, True):
        (deleted,) = passes(SOFT, attrs.evolve(DONE, progress=progress("deleted"), rising=rising), now=NOW, filters={})
        assert deleted.resume == progress("deleted")


def test_full_begins_anew_and_reconcile_goes_on() -> None:
    begun = attrs.evolve(DONE, progress=progress("whole"))
    assert passes(SOFT, begun, now=NOW, filters={}, full=True)[0].resume is None
    assert passes(SOFT, begun, now=NOW, filters={}, reconcile=True)[0].resume is not None


def test_since_reads_from_there_whatever_an_earlier_run_has_read() -> None:
    since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    first, _ = passes(SOFT, State(), now=NOW, filters={}, since=since)
    assert first.query["updated_at"] == filters.gte(since)
    later, _ = passes(SOFT, DONE, now=NOW, filters={}, since=since)
    assert later.query["updated_at"] == filters.gte(since)
    again, _ = passes(SOFT, DONE, now=NOW, filters={}, since=since, full=True)
    assert again.query["updated_at"] == filters.gte(since)


def test_other_filters_are_another_state() -> None:
    keys = {
        key_of(SOFT, {}, None),
        key_of(SOFT, {"project_id": "7"}, None),
        key_of(SOFT, {"project_id": "8"}, None),
        key_of(SOFT, {"deleted": "exclude"}, None),
        key_of(SOFT, {}, LAST),
        key_of(HARD, {}, None),
    }
    assert len(keys) == 6
    assert key_of(SOFT, {"a": "1", "b": "2"}, None) == key_of(SOFT, {"b": "2", "a": "1"}, None)


def test_a_state_survives_being_written() -> None:
    state = attrs.evolve(
        DONE,
        rising=True,
        unstored=(3, 7),
        progress=attrs.evolve(progress("whole"), anonymous=True, met=("value",), kept=("notes",), falls=2, last=9),
    )
    assert State.read(state.write()) == state
    assert State.read(State().write()) == State()


@pytest.mark.parametrize("data", [None, b"", b"nonsense", b"{}", b"[]", b'{"format": 99}', b'{"format": 1}'])
def test_what_cannot_be_read_begins_with_a_whole_pass(data: bytes | None) -> None:
    assert State.read(data) == State()


def test_every_list_of_the_contract_is_there_and_has_a_model_with_an_id() -> None:
    known = listings()
    assert len(known) == 52
    assert sum(not each.soft_deletes for each in known.values()) == 32
    assert {name for name, each in known.items() if each.parent} == {
        "holidays_locations",
        "streams_leaders",
        "streams_members",
    }
    assert all("id" in attrs.fields_dict(each.model) for each in known.values())


def test_lists_are_found_by_path_and_by_attribute() -> None:
    assert find("production-plan-streams") == find("/api/production-plan-streams") == SOFT
    with pytest.raises(ValueError, match="did you mean timesheets"):
        find("timesheet")


def test_filters_are_read_as_the_api_writes_them() -> None:
    timesheets = find("timesheets")
    assert timesheets.value("project_id", "7") == 7
    assert timesheets.value("date", "gte:2026-05-01") == filters.gte("2026-05-01")
    assert timesheets.value("date", "bt:2026-05-01,2026-05-31") == filters.between("2026-05-01", "2026-05-31")
    assert find("projects").value("probability", "gt:50") == filters.gt(50)
    assert find("streams").value("is_archived", "False") is False
    for name, text in (("project_id", "seven"), ("no_such", "1"), ("project_id", "gte:7")):
        with pytest.raises(ValueError, match=name):
            timesheets.value(name, text)
    assert NESTED.parent == Parent("streams", "stream_id", "streamLeaders", "stream_leaders")
    assert find("streams_members").parent == Parent("streams", "stream_id", "streamMembers", "stream_members")
    assert find("holidays_locations").parent == Parent("holidays", "holiday_id")


def order_of(*pages: list[int], swept: list[int] | None = None, begun: Progress | None = None) -> Progress:
    """What is remembered of a pass that met these ids."""
    collected = Collected(begun or progress("whole"))
    for ids in pages:
        collected.add(Chunk([SimpleNamespace(id=id) for id in ids], None, []))
    if swept is not None:
        collected.add(Chunk([SimpleNamespace(id=id) for id in swept], None, [], swept=True))
    return collected.progress("", None, None, ())


def test_an_order_is_that_of_ids_also_where_a_row_came_late_or_was_looked_for_at_the_end() -> None:
    """A row that was hidden for a moment comes behind its neighbours, one that a sweep brings behind all."""
    by_hundreds = [list(range(start, start + 100)) for start in range(1, 1001, 100)]
    assert order_of(*by_hundreds).falls == 0
    assert order_of(*by_hundreds, swept=[5, 400, 6]).falls == 0
    late = order_of(by_hundreds[0], [*by_hundreds[1], 301, 302], [250, *range(303, 400)])
    assert (late.falls, late.rising) == (1, True)
    assert not order_of(*(page[::-1] for page in by_hundreds)).rising
    assert not order_of(*by_hundreds[::-1]).rising
    assert not order_of(random.Random(1).sample(range(1000), 100)).rising


def test_the_order_is_remembered_where_a_pass_goes_on() -> None:
    first = order_of(list(range(1, 101)))
    assert order_of(list(range(101, 201)), begun=first).falls == 0
    assert order_of(list(range(50, 60)), begun=first).falls == 1
    assert order_of([101, *range(99, 0, -1)], begun=first).falls == 99
