"""Clocks that are wrong: the server's, a proxy's that writes the Date header, ours; nothing that changed is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk._catalog import find
from asyncsdk._limits import clock
from asyncsdk._sending.headers import http_date
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import ExtractionReport, extract
from asyncsdk.extract.incremental import passes
from asyncsdk.extract.states import State
from asyncsdk.extract.watermark import OVERLAP, difference, earlier, usable, went_back
from asyncsdk.filters import gte
from asyncsdk.sandbox.clock import ServiceClock as ServerClock
from asyncsdk.sandbox.drift import mutate
from asyncsdk.testing.simulation import Simulation
from asyncsdk.testing.simulation.run import BEGINNING
from tests.extract.memory import STREAMS, Memory, shown

HOUR, DAY, YEAR = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=365)
NONE = dt.timedelta()
NOW = dt.datetime(2026, 5, 20, 3, tzinfo=dt.UTC)
NIGHTS = 4


@attrs.frozen
class Wrong:
    """By how much clocks are wrong in one night."""

    server: dt.timedelta = NONE
    header: dt.timedelta = NONE
    ours: dt.timedelta = NONE


def night(target: Memory, folder: Path, number: int, wrong: Wrong, *, lists: tuple[str, ...]) -> ExtractionReport:
    """Changes rows for a day and runs; whatever the clocks say, a day passes between two nights."""
    truth = BEGINNING + number * DAY
    simulation = Simulation(
        number, rows=120, data_seed=1, database=str(folder / "server.sqlite"), beginning=truth + wrong.server
    )
    simulation.server.date_header = ServerClock(lambda: (simulation.now() + wrong.header).timestamp()).header
    draw = Random(number)
    for name in lists:
        for kind in ("insert", "update", "update", "soft_delete") if number else ():
            mutate(simulation.store, name, kind, draw)

    async def main() -> ExtractionReport:
        ours = clock.Clock(simulation.clock, lambda: simulation.now() - wrong.server + wrong.ours, lambda: 0.5)
        with clock.running_on(ours):
            async with simulation.client() as wethod:
                return await extract(wethod, lists, "memory", overlap=dt.timedelta(minutes=5))

    report = simulation.run(main)
    for name in lists:
        assert shown(target, name) == simulation.store.ids(name, "live"), f"night {number}"
        for id, row in target.tables[name].items():
            there: Any = simulation.store.row(name, id)
            if there is None:
                assert row["_vanished_at"] is not None
                continue
            stamp = row["updated_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
            assert stamp == there["updated_at"], f"night {number}, {name} {id}"
    return report


@pytest.mark.parametrize("length", [HOUR, DAY, YEAR, -HOUR, -DAY, -YEAR], ids=str)
@pytest.mark.parametrize("whose", ["server", "header", "ours"])
@pytest.mark.parametrize("nights", [(0,), (1,), (2,), (0, 1), (1, 2, 3), (0, 1, 2, 3)], ids=str)
def test_nothing_is_lost_while_a_clock_is_wrong(
    whose: str, length: dt.timedelta, nights: tuple[int, ...], target: Memory, tmp_path: Path
) -> None:
    """In the first night, in a later one, in several, from a night on, for ever."""
    for number in range(NIGHTS):
        wrong = Wrong(**{whose: length}) if number in nights else Wrong()
        report = night(target, tmp_path, number, wrong, lists=(STREAMS,))
        assert report.status == 0
        told = [warning for warning in report.tables[0].warnings if "clock is" in warning]
        assert len(told) == (number in nights)


def test_a_wrong_clock_is_told_of_once_for_all_tables(target: Memory, tmp_path: Path) -> None:
    report = night(target, tmp_path, 0, Wrong(ours=-HOUR), lists=(STREAMS, "streams", "levels"))
    (told,) = [warning for table in report.tables for warning in table.warnings]
    assert told.startswith("this machine's clock is 60 minutes behind the server's: what changes is asked for from the")


def test_right_clocks_read_what_changed_and_say_nothing(target: Memory, tmp_path: Path) -> None:
    for number in range(3):
        report = night(target, tmp_path, number, Wrong(), lists=(STREAMS,))
        assert report.tables[0].mode == ("incremental" if number else "full")
        assert report.tables[0].warnings == ()
    (state,) = map(State.read, target.states.values())
    assert state.watermark is not None
    assert BEGINNING + 2 * DAY <= state.watermark <= BEGINNING + 2 * DAY + dt.timedelta(minutes=1)


# --- decisions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "server", "newest", "watermark"),
    [
        (NOW, NOW - HOUR, None, NOW - HOUR),
        (NOW, NOW + YEAR, None, NOW),
        (NOW, None, None, None),  # our clock alone proves nothing
        (NOW, None, NOW - DAY, NOW - DAY),
        (NOW, None, NOW + DAY, NOW),
        (NOW, dt.datetime(1, 1, 1, tzinfo=dt.UTC), None, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_the_watermark_is_the_earlier_clock(
    ours: dt.datetime, server: dt.datetime | None, newest: dt.datetime | None, watermark: dt.datetime | None
) -> None:
    assert earlier(ours, server, newest) == watermark


def test_a_stored_moment_in_the_future_is_not_used() -> None:
    assert usable(NOW, NOW) == NOW
    assert usable(NOW + dt.timedelta(seconds=1), NOW) is None
    list_ = find(STREAMS)
    future = State(watermark=NOW + HOUR, whole_at=NOW - DAY, rows=50_000)
    assert passes(list_, future, now=NOW, filters={})[0].query["updated_at"] == gte(NOW - DAY - OVERLAP)
    both = attrs.evolve(future, whole_at=NOW + HOUR)
    assert [each.kind for each in passes(list_, both, now=NOW, filters={})] == ["whole"]
    hard = find("timesheet_whitelists")
    due = State(watermark=NOW - DAY, whole_at=NOW + HOUR, rows=50_000)
    assert [each.kind for each in passes(hard, due, now=NOW, filters={})] == ["whole"]


def test_the_overlap_is_what_it_is_told_to_be() -> None:
    done = State(watermark=NOW - DAY, whole_at=NOW - DAY, rows=50_000)
    changed, _ = passes(find(STREAMS), done, now=NOW, filters={}, overlap=HOUR)
    assert changed.query["updated_at"] == gte(NOW - DAY - HOUR)


def test_clocks_differ_where_no_moment_between_asking_and_the_answer_fits() -> None:
    minute = dt.timedelta(minutes=1)
    assert difference(NOW, NOW, NOW) is None
    assert difference(NOW, NOW - HOUR, NOW) is None, "an hour of waiting is no difference"
    assert difference(NOW, NOW + minute, NOW + HOUR) is None
    assert difference(NOW, NOW + 2 * minute, NOW + HOUR) == 2 * minute
    assert difference(NOW, NOW - HOUR, NOW - 2 * minute) == -2 * minute


def test_a_server_s_clock_that_was_set_back_is_noticed() -> None:
    assert went_back(0.0, -3600.0)
    assert not went_back(0.0, 3600.0)
    assert not went_back(None, -3600.0)
    assert not went_back(0.4, -0.8)


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "Wed, 25 Nov 2026 00:00:00 +" + "9" * 22, "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_header_that_says_no_moment_is_none(text: str | None) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize("overlap", [300, -HOUR, 2 * YEAR, "5m", None])
async def test_an_overlap_that_is_none_is_refused(overlap: object, target: Memory) -> None:
    async with Wethod(token="token-of-eight", company="acme") as wethod:  # it opens nothing
        with pytest.raises(ArgumentError, match="overlap"):
            await extract(wethod, ["levels"], "memory", overlap=overlap)  # type: ignore[arg-type]  # on purpose
    assert target.owner is None
