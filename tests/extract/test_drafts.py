"""Which new files a merge writes: every row that counts in exactly one of them, and as few files changed as can be."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

import asyncsdk.extract.targets.drafts as drafts_module
from asyncsdk.extract.targets.drafts import Draft, in_place, rewritten, together
from asyncsdk.extract.targets.formats import Ids, Mask
from asyncsdk.extract.targets.manifest import PartFile
from asyncsdk.extract.targets.merging import newest, unreplaced


def file_of(number: int, ids: list[int], *, shown: bool, stale: bool = False) -> PartFile:
    return PartFile(number, len(ids), min(ids), max(ids), shown, stale)


def rows_of(draft: Draft, ids: dict[int, list[int]]) -> list[tuple[int, int]]:
    """The rows a draft gets, as (id, number of the file)."""
    rows = []
    for file, mask in draft.parts:
        kept = [True] * file.rows if mask is None else mask.to_pylist()
        rows += [(id, file.number) for id, keep in zip(ids[file.number], kept, strict=True) if keep]
    return rows


def masks_of(shown: list[PartFile], waiting: list[PartFile], ids: dict[int, list[int]]) -> dict[int, Mask | None]:
    newer = [pa.array(ids[file.number], pa.int64()) for file in waiting]
    masks = dict(zip((file.number for file in waiting), newest(newer), strict=True))
    return masks | {file.number: unreplaced(pa.array(ids[file.number], pa.int64()), newer) for file in shown}


@pytest.mark.parametrize("seed", range(60))
def test_every_row_is_in_one_file_as_it_was_written_last(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(drafts_module, "LARGEST", chance.choice([20, 45, 1000]))
    ids: dict[int, list[int]] = {}
    shown, waiting = [], []
    for number in range(chance.randrange(5)):
        ids[number] = sorted(chance.sample(range(20 * number, 20 * number + 20), chance.randrange(1, 20)))
        shown.append(file_of(number, ids[number], shown=True, stale=chance.random() < 0.2))
    for number in range(10, 10 + chance.randrange(1, 5)):
        ids[number] = chance.sample(range(-20, 120), chance.randrange(1, 30))
        waiting.append(file_of(number, ids[number], shown=False))

    def ids_of(file: PartFile) -> Ids:
        return pa.array(ids[file.number], pa.int64())

    drafts = in_place(shown, waiting, masks_of(shown, waiting, ids), ids_of)
    expected = {id: file.number for file in (*shown, *waiting) for id in ids[file.number]}
    written = [row for draft in drafts for row in rows_of(draft, ids)]
    untouched = [file for file in shown if file.named not in {draft.place for draft in drafts}]
    found = written + [(id, file.number) for file in untouched for id in ids[file.number]]
    assert sorted(found) == sorted(expected.items())
    for draft in drafts:
        rows = rows_of(draft, ids)
        assert draft.rows == len(rows)
        assert all(draft.least <= id <= draft.most for id, _ in rows)
        if draft.place is not None:
            old = set(ids[draft.place])
            assert old <= {id for id, _ in rows}, "rows that readers saw there are still there"
    assert not any(file.stale for file in untouched)


def test_a_file_that_nothing_changes_is_left_alone() -> None:
    ids = {1: [1, 2], 2: [3, 4], 3: [2]}
    shown = [file_of(1, ids[1], shown=True), file_of(2, ids[2], shown=True)]
    waiting = [file_of(3, ids[3], shown=False)]
    (draft,) = in_place(
        shown, waiting, masks_of(shown, waiting, ids), lambda file: pa.array(ids[file.number], pa.int64())
    )
    assert draft.place == 1
    assert rows_of(draft, ids) == [(1, 1), (2, 3)]


def test_a_file_keeps_its_place_when_it_is_replaced_again() -> None:
    file = PartFile(7, 2, 1, 2, shown=True, place=3)
    assert rewritten(file).place == 3


def test_files_are_put_together_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts_module, "LARGEST", 5)
    files = [file_of(number, [2 * number, 2 * number + 1], shown=True) for number in range(5)]
    found = [[file.number for file, _ in draft.parts] for draft in together(files, {})]
    assert found == [[0, 1], [2, 3], [4]]
    assert not in_place(files, [], {}, lambda _: pa.array([], pa.int64()))
