"""What must not grow unseen: modules imported, requests a walk, page faults a page, memory a row.

Counts and no seconds: they are the same on a slow machine and on a fast one.
"""

from __future__ import annotations

import asyncio
import gc
import platform
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Final

import msgspec
import pytest

from asyncsdk import Wethod
from asyncsdk.models import ProductionPlanStream
from benchmarks.peers import ours
from benchmarks.server import Rows, requests_of, serving

ROWS: Final = 10_000
PAGES: Final = ROWS // 100

MODULES: Final = 25
"""Of asyncsdk, that `from asyncsdk import Wethod` loads."""

MODULES_IN_ALL: Final = 106
"""Those of the standard library and of attrs included, over what an interpreter starts with."""

FAULTS_A_PAGE: Final = 3
"""Page faults for a page of 100 rows, those of a new loop and pool among them."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of its own process, so that what it calls and keeps is not counted."""
    with serving(ROWS) as address:
        yield address


@pytest.fixture
async def wethod(url: str) -> AsyncIterator[Wethod]:
    async with ours.client(url) as client:
        yield client


# --- imports ----------------------------------------------------------------------------------------------------------


def test_importing_costs_next_to_nothing() -> None:
    """Nothing heavy is loaded before it is needed: checked by name, because times creep back unseen."""
    code = (
        "import sys; before = len(sys.modules); from asyncsdk import Wethod; "
        "heavy = [m for m in sys.modules if m.split('.')[0] in "
        "('aiohttp', 'cattrs', 'limits', 'redis', 'msgspec', 'yarl', 'anyio', 'jsonschema', 'uvloop', 'pyarrow') "
        "or f'{m}.'.startswith(('asyncsdk.models.', 'asyncsdk.sandbox.', 'asyncsdk._codec.decode.', "
        "'asyncsdk.extract.', 'asyncsdk.cli.', 'asyncsdk.integrations.', 'asyncsdk.contract.')) "
        "or m.startswith('asyncsdk.resources.')]; "
        "assert not heavy, heavy; print(len(sys.modules) - before); "
        "print(sum(m.split('.')[0] == 'asyncsdk' for m in sys.modules)); "
        "Wethod(token='t', company='c'); assert 'aiohttp' in sys.modules; "
        "print(sum(m.startswith(('asyncsdk.models', 'asyncsdk.resources.')) for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    in_all, modules, of_resources = map(int, done.stdout.split())
    assert modules <= MODULES
    assert in_all <= MODULES_IN_ALL
    assert of_resources == 0


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 4, 8, 16])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 800, 2500, 10_000])
async def test_requests_a_walk(url: str, wethod: Wethod, count: int, concurrency: int) -> None:
    """A plain walk asks for each page, and beyond the end for no more than were in flight; a stable one 1 % more."""
    pager = wethod.list("/api/production-plan-streams", params={}, offset=ROWS - count)
    spent = []
    for stable in (False, True):
        before = requests_of(url)
        assert len(await pager.all(concurrency=concurrency, stable=stable)) == count
        spent.append(requests_of(url) - before)
    plain, overlapped = count // 100 + 1, max(count - 1, 0) // 99 + 1  # up to the first page that is short
    # One at a time needs no more than that. Several find out late that the list is over, and prove the end.
    beyond = 0 if count < 100 or concurrency == 1 else concurrency
    assert plain <= spent[0] <= plain + beyond
    assert overlapped <= spent[1] <= overlapped + beyond


async def test_a_single_row_is_a_single_request(url: str, wethod: Wethod) -> None:
    before = requests_of(url)
    await wethod.production_plan_streams.get(7)
    await wethod.production_plan_streams.list().first()
    await wethod.production_plan_streams.list().first_page()
    assert requests_of(url) - before == 3


# --- system calls -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about the allocator of glibc")
def test_no_memory_is_mapped_for_each_answer(url: str) -> None:
    """Six page faults an answer and three system calls, where the buffer of every read is mapped and unmapped."""
    code = (
        "import asyncio, resource, sys; from benchmarks.peers import Job, ours; "
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt; "
        f"job = Job(sys.argv[1], {ROWS}, 8, ''); ours.read_pages(job); before = faults(); "
        "ours.read_pages(job); print(faults() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) / PAGES < FAULTS_A_PAGE


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _others() -> None:
    """Keeps what other tests left out of what is looked through here again and again."""
    gc.collect()
    gc.freeze()


def alive() -> int:
    """Rows that are held by anybody."""
    gc.collect()
    return sum(type(each) is ProductionPlanStream for each in gc.get_objects())


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.parametrize("stable", [True, False])
async def test_a_walk_leaves_nothing_behind(wethod: Wethod, stable: bool) -> None:
    """Blocks of memory that are still taken when a walk is over do not grow with its rows."""
    for _ in range(2):
        await ours.rows(wethod, 8, stable=stable)
    before = blocks()
    await ours.rows(wethod, 8, stable=stable)
    assert blocks() - before <= ROWS / 20


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("most", [ROWS, 250])
async def test_no_row_outlives_its_walk(wethod: Wethod, most: int, stable: bool) -> None:
    """Whether it was read to its end or left while pages were in flight."""
    before = alive()
    async with wethod.production_plan_streams.list().items(stable=stable) as walk:
        async for row in walk:
            if row.id == most:
                break
    del row, walk
    for _ in range(2):
        await asyncio.sleep(0)
    assert alive() <= before


@pytest.mark.parametrize("stable", [True, False])
async def test_a_walk_holds_no_more_than_its_window(wethod: Wethod, stable: bool) -> None:
    """However long the list is, the rows of 8 pages and the last ones seen are all that is kept."""
    taken = []
    async with wethod.production_plan_streams.list().pages(concurrency=8, stable=stable) as walk:
        number = 0
        async for page in walk:
            number += 1
            if number >= 20 and number % 10 == 0:  # the window is open and full
                taken.append(blocks())
            del page
    half = len(taken) // 2
    assert max(taken[half:]) - max(taken[:half]) <= 5000, "a row takes some seven blocks, and 4,000 rows lie between"


async def test_a_whole_list_weighs_what_its_rows_weigh(wethod: Wethod) -> None:
    """Awaiting a list keeps the rows as bare msgspec makes them, and nothing beside them."""
    pager = wethod.production_plan_streams.list()
    text = Rows(ROWS).page(0, ROWS)
    await pager
    before = blocks()
    rows = await pager
    between = blocks()
    bare = msgspec.json.decode(text, type=list[ProductionPlanStream])
    assert rows == bare
    assert between - before <= 1.02 * (blocks() - between)
