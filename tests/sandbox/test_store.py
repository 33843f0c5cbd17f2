"""The rows behind the sandbox: positions, searches, files; and the size it is made for."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.drift import mutate
from asyncsdk.sandbox.fill import Filling
from asyncsdk.sandbox.positions import BLOCK, Positions, View
from asyncsdk.sandbox.store import Store, Where
from asyncsdk.sandbox.tables import tables

PLANS = "production_plan_streams"
VIEWS: tuple[View, ...] = ("all", "live", "deleted")


OPENED: list[Store] = []


def make(rows: int, **options: str) -> Store:
    OPENED.append(Store(Filling(rows, 1), "test", ServiceClock(), **options))
    return OPENED[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes what a test opened: from Python 3.13 on SQLite warns of connections that nobody closes."""
    yield
    while OPENED:
        OPENED.pop().close()


def test_a_position_finds_its_row_after_any_change() -> None:
    draw = random.Random(3)
    rows: dict[int, bool] = {id: draw.random() < 0.1 for id in range(1, 2000) if draw.random() < 0.7}
    positions = Positions()
    blocks = {id // BLOCK for id in rows}
    positions.load(
        [
            (
                block,
                sum(id // BLOCK == block for id in rows),
                sum(gone for id, gone in rows.items() if id // BLOCK == block),
            )
            for block in sorted(blocks)
        ]
    )
    for step in range(60):
        for view in VIEWS:
            ids = sorted(id for id, gone in rows.items() if view == "all" or gone == (view == "deleted"))
            assert positions.count(view) == len(ids)
            for position in {0, len(ids) - 1, draw.randrange(len(ids))}:
                found = positions.find(view, position)
                assert found is not None
                assert [id for id in ids if id >= found[0]][found[1]] == ids[position]
                assert found[1] < BLOCK
            assert positions.find(view, len(ids)) is None
        if step % 2:
            id = draw.choice(sorted(rows))
            positions.change(id, rows=-1, deleted=-int(rows.pop(id)))
        else:
            id = 2000 + step * 40
            rows[id] = bool(step % 3)
            positions.change(id, rows=1, deleted=int(rows[id]))


def test_pages_and_searches_agree_while_rows_change() -> None:
    store, draw = make(3000), random.Random(4)
    for step in range(40):
        offset = draw.randrange(3000)
        page = store.page(PLANS, "live", 100, offset)
        assert page == store.search(PLANS, Where("deleted_at IS NULL"), 100, offset)
        assert [row[0] for row in page] == sorted(store.ids(PLANS, "live"))[offset : offset + 100]
        kinds = ("insert", "update", "soft_delete", "hard_delete")
        mutate(store, PLANS, kinds[step % 4], draw)


def test_a_search_that_goes_on_gives_what_one_from_the_start_gives() -> None:
    where = Where("deleted_at IS NULL AND updated_at >= :since", {"since": "2024-01-01T00:00:00.000Z"})
    walked, fresh = make(3000), make(3000)
    everything = fresh.search(PLANS, where, 5000, 0)
    for offset in (0, 99, 198, 100, 1000, 297, 5, 2999, 396):
        assert walked.search(PLANS, where, 100, offset) == everything[offset : offset + 100]


def test_a_page_is_a_short_range_read_at_any_offset() -> None:
    store = make(20_000)
    steps: list[int] = []
    store.ready(PLANS)

    def step() -> int:
        steps.append(1)
        return 0

    store._connection.set_progress_handler(step, 100)
    costs = []
    for offset in (0, 10_000, 19_900):
        steps.clear()
        assert len(store.page(PLANS, "live", 100, offset)) == 100
        costs.append(len(steps))
    assert max(costs) < 120  # hundreds of virtual machine steps: 100 rows and at most a block before them


@pytest.mark.parametrize("field", ["project_id", "production_plan_id", "stream_id"])
def test_id_filters_use_an_index(field: str) -> None:
    plan = make(100).explain(PLANS, Where(f'deleted_at IS NULL AND "{field}" = 7'))
    assert any(f"USING INDEX {PLANS}.{field}" in line for line in plan), plan


def test_a_list_by_id_is_never_sorted() -> None:
    plan = make(100).explain(PLANS, Where("deleted_at IS NULL AND updated_at >= '2024'"))
    assert not any("TEMP B-TREE" in line for line in plan), plan


def test_a_file_keeps_its_rows_and_refuses_other_settings(tmp_path: Path) -> None:
    database = str(tmp_path / "rows.db")
    store = make(100, database=database)
    id = store.insert("streams", {"name": "Kept", "is_default": False})
    store.close()
    again = make(100, database=database)
    kept = again.row("streams", id)
    assert kept is not None
    assert kept["name"] == "Kept"
    again.close()
    wiped = make(100, database=database)
    wiped.wipe()
    assert wiped.row("streams", id) is None
    wiped.close()
    with pytest.raises(ValueError, match="other data"):
        Store(Filling(100, 2), "other", ServiceClock(), database)


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "mine.db"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE precious (id)")
    connection.close()
    with pytest.raises(ValueError, match="other data"):
        make(1, database=str(database))


def test_stamps_never_repeat_and_the_header_is_not_behind_them() -> None:
    clock = ServiceClock(lambda: 1_800_000_000.0)
    stamps = [clock.tick() for _ in range(2500)]
    assert stamps == sorted(set(stamps))
    assert clock.header() == "Fri, 15 Jan 2027 08:00:02 GMT"


def test_every_table_has_rows_from_a_recipe() -> None:
    store = make(10)
    assert all(store.count(name) for name in tables())
