"""The search for deleted rows names what a list lost, never what it has, whatever happens between two requests."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from statistics import mean

import pytest

from asyncsdk._lists import changes
from asyncsdk._lists.changes import DeletionSearch, PageAsked, RowAsked, SearchEnd, SearchResult


class ListOfIds:
    """A list of a server: rows with an id and a place in its order, changed between any two requests."""

    def __init__(self, seed: int, *, by_id: bool = True) -> None:
        self.random = random.Random(seed)
        self.by_id = by_id
        self.last = 0
        self.place: dict[int, float] = {}
        self.late: list[int] = []
        for _ in range(self.random.choice((0, 3, 99, 100, 101, 400, 900))):
            self.insert()

    def insert(self) -> None:
        self.last += self.random.choice((1, 1, 1, 4))
        self.place[self.last] = self.last

    def change(self) -> None:
        match self.random.randrange(5):
            case 0:
                self.insert()
            case 1:  # an id is given now, its row shows later
                self.last += 1
                self.late.append(self.last)
            case 2 if self.late:
                late = self.late.pop(0)
                self.place[late] = late
            case _ if self.place:
                chosen = self.random.choice(sorted(self.place))
                if not self.by_id and self.random.random() < 0.5:
                    self.place[chosen] = self.random.uniform(0, self.last)  # the order only looked like that of ids
                else:
                    del self.place[chosen]

    def page(self, offset: int, limit: int) -> list[int]:
        return sorted(self.place, key=lambda i: (self.place[i], i))[offset : offset + limit]


def searched(held: Sequence[int], rows: ListOfIds, rate: float, *, confirm: bool = True) -> SearchResult:
    search = DeletionSearch(held)
    while (question := search.question) is not None:
        while rows.random.random() < rate:
            rows.change()
        if isinstance(question, PageAsked):
            search.answer_page(rows.page(question.offset, question.limit))
        else:
            search.answer_row(found=confirm and question.id in rows.place)
    return search.result


def faults(seed: int, *, by_id: bool = True, confirm: bool = True) -> list[str]:
    """Returns what is wrong in one history: moving nights, then a calm one."""
    rows = ListOfIds(seed, by_id=by_id)
    held = set(rows.page(0, 10**9))
    found = []
    for rate in (0.5, 0.3, 0.0):
        for _ in range(rows.random.choice((0, 1, 5, 30))):
            rows.change()
        brought = sorted(set(rows.place) - held)  # by a pass over updated_at, which misses what is committed late
        held |= {i for i in brought if not rate or rows.random.random() < 0.8}
        result = searched(sorted(held), rows, rate, confirm=confirm)
        if result.end is SearchEnd.ORDER and by_id:
            found.append("a row that is there was named")
        found.extend(f"{i} is there" for i in result.deleted if i in rows.place)
        held = (held | set(result.new)) - set(result.deleted)
        if result.end in (SearchEnd.TOO_MANY, SearchEnd.ORDER):
            held = set(rows.place)  # a whole pass
    if held != set(rows.place):
        found.append("the calm night is not exact")
    return found


@pytest.mark.parametrize("by_id", [True, False], ids=["by id", "looks like ids"])
def test_no_history_gives_a_false_name_and_the_calm_night_is_exact(by_id: bool) -> None:
    assert {seed: bad for seed in range(400) if (bad := faults(seed, by_id=by_id))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("by_id", [True, False], ids=["by id", "looks like ids"])
def test_5000_histories(by_id: bool) -> None:
    assert {seed: bad for seed in range(5_000) if (bad := faults(seed, by_id=by_id))} == {}


def by_rank(ids: Sequence[int], offset: int, held: Sequence[int], limit: int = 100) -> range:
    return range(min(offset, len(held)), min(offset + len(ids), len(held)))


def beyond_the_page(ids: Sequence[int], offset: int, held: Sequence[int], limit: int = 100) -> range:
    inside = bisect_left(held, ids[0]) if ids else 0
    return range(max(inside - 5, 0), min(inside + len(ids) + 5, len(held)))


@pytest.mark.parametrize("broken", [by_rank, beyond_the_page])
def test_a_search_that_names_what_no_page_encloses_is_found(
    broken: Callable[..., range], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "enclosed", broken)
    assert any(faults(seed) for seed in range(60))


def test_a_search_that_does_not_confirm_is_found() -> None:
    assert any(faults(seed, by_id=False, confirm=False) for seed in range(200))


@pytest.mark.parametrize(("deleted", "most"), [(0, 1), (1, 14), (5, 45), (20, 115)])
def test_deletions_in_100_000_rows_cost_few_pages(deleted: int, most: int) -> None:
    costs = []
    for seed in range(10):
        gone = set(random.Random(seed).sample(range(1, 100_001), deleted))
        there = [i for i in range(1, 100_001) if i not in gone]
        search = DeletionSearch(range(1, 100_001))
        pages = 0
        while (question := search.question) is not None:
            if isinstance(question, RowAsked):
                search.answer_row(found=False)
            else:
                pages += 1
                search.answer_page(there[question.offset : question.offset + question.limit])
        assert (search.result.end, set(search.result.deleted)) == (SearchEnd.PROVED, gone)
        costs.append(pages)
    assert mean(costs) <= most


def test_more_names_than_are_confirmed_end_the_search_as_soon_as_they_are_found() -> None:
    gone = set(random.Random(1).sample(range(1, 100_001), 2_000))
    there = [i for i in range(1, 100_001) if i not in gone]
    search = DeletionSearch(range(1, 100_001))
    pages = 0
    while isinstance(question := search.question, PageAsked):
        pages += 1
        search.answer_page(there[question.offset : question.offset + question.limit])
    assert search.result.end is SearchEnd.TOO_MANY
    assert pages <= 40


def test_a_row_committed_late_is_not_searched_for() -> None:
    search = DeletionSearch(i for i in range(1, 100_001) if i != 50_000)
    asked = 0
    while isinstance(question := search.question, PageAsked):
        asked += 1
        search.answer_page(range(1, 100_001)[question.offset : question.offset + question.limit])
    assert (search.result.end, search.result.deleted) == (SearchEnd.UNPROVED, ())
    assert asked <= 3


def test_the_drawn_histories_meet_every_end() -> None:
    ends = set()
    for seed in range(200):
        rows = ListOfIds(seed, by_id=seed % 2 == 0)
        held = [i for i in rows.page(0, 10**9) if i != 50 or seed % 3]
        for _ in range(seed % 7):
            rows.change()
        ends.add(searched(held, rows, 0.3).end)
    assert ends == set(SearchEnd)


def test_more_names_than_a_whole_pass_is_worth_end_the_search_unnamed() -> None:
    search = DeletionSearch(range(1, 51))
    search.answer_page([1])
    assert search.question is None
    assert search.result == SearchResult(SearchEnd.TOO_MANY, (), (), 1)


def test_a_page_that_does_not_rise_forgets_the_order() -> None:
    search = DeletionSearch([1, 2, 3])
    search.answer_page([1, 3, 2])
    assert search.result.end is SearchEnd.ORDER


def test_an_answer_nobody_asked_for_is_refused() -> None:
    search = DeletionSearch([1])
    with pytest.raises(RuntimeError, match="no row was asked for"):
        search.answer_row(found=True)
    with pytest.raises(RuntimeError, match="not over"):
        _ = search.result
