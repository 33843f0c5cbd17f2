"""Folders of files: at any instant readers see each row once, and a long list does not end in many small files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from asyncsdk.extract.target import Place
from tests.extract.killed import traced
from tests.extract.stored import THINGS, Thing, batch, opened, rows_of


def test_readers_of_files_see_no_row_twice_before_the_merge(folder_place: Place) -> None:
    """New ids show at once, a row that replaces another waits."""
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1, value=1.0)), "k", b"1")
        target.write(THINGS, batch(Thing(id=2, value=1.0)), "k", b"2")
        target.write(THINGS, batch(Thing(id=1, value=2.0)), "k", b"3")
        assert [(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)] == [(1, 1.0), (2, 1.0)]
        target.finish(THINGS)
        assert [(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)] == [(1, 2.0), (2, 1.0)]


@pytest.mark.parametrize("seed", range(5))
def test_readers_of_files_see_each_row_once_at_any_instant_of_a_merge(seed: int, folder_place: Place) -> None:
    """As it was or as it is: a file is replaced by one rename, and what changed in it is in the new one."""
    chance = random.Random(seed)
    seen: list[list[tuple[int, float]]] = []
    looks: list[set[tuple[str, int]]] = []
    folder = Path(folder_place.text.partition(":")[2])
    with opened(folder_place) as target:
        for start in range(0, 50, 10):
            target.write(THINGS, batch(*(Thing(id=start + k, value=0.0) for k in range(10))), "k", b"1")
        changed = chance.sample(range(50), 12)
        for ids in (changed[:7], [*changed[7:], 50], [*changed[:2], 51, 52]):
            target.write(THINGS, batch(*(Thing(id=id, value=1.0) for id in ids)), "k", b"2")

        def look(_: str) -> None:
            files = {(file.name, file.stat().st_ino) for file in folder.glob("things/*")}
            if looks and looks[-1] == files:
                return  # a reader sees what the last one saw
            looks.append(files)
            seen.append([(int(row["id"]), float(row["value"])) for row in rows_of(folder_place)])

        with traced(look):
            target.finish(THINGS)
    assert seen[0] == [(id, 0.0) for id in range(50)]
    for rows in seen:
        ids = [id for id, _ in rows]
        assert ids[:50] == list(range(50))
        assert set(ids[50:]) <= {50, 51, 52}
        assert len(set(ids)) == len(ids)
    assert [id for id, value in seen[-1] if value] == sorted([*changed, 50, 51, 52])


def test_empty_text_and_null_stay_apart_through_a_merge(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1, name=""), Thing(id=2), Thing(id=3)), "k", b"1")
        target.write(THINGS, batch(Thing(id=3, name="x")), "k", b"2")
        target.finish(THINGS)
        target.finish(THINGS)
    if folder_place.text.startswith("csv:"):
        text = next(Path(folder_place.text[4:]).glob("things/*.csv")).read_text()
        assert [line.split(",")[1] for line in text.splitlines()[1:]] == ['""', "", '"x"']
    else:
        assert [row["name"] for row in rows_of(folder_place)] == ["", None, "x"]


def test_many_small_files_are_put_together(folder_place: Place) -> None:
    with opened(folder_place) as target:
        for start in range(0, 300, 10):
            target.write(THINGS, batch(*(Thing(id=start + k) for k in range(10))), "k", b"1")
        target.finish(THINGS)
    kind, _, where = folder_place.text.partition(":")
    assert len(list(Path(where).glob(f"things/*.{kind}"))) == 1
    assert [int(row["id"]) for row in rows_of(folder_place)] == list(range(300))


def test_small_files_are_put_together_while_a_long_list_is_read(
    folder_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a long run has no more to merge than that of a short one."""
    monkeypatch.setattr("asyncsdk.extract.targets.drafts.LARGE", 100)
    kind, _, where = folder_place.text.partition(":")
    with opened(folder_place) as target:
        for start in range(0, 1000, 10):
            target.write(THINGS, batch(*(Thing(id=start + k) for k in range(10))), "k", str(start).encode())
            assert len(list(Path(where).glob(f"things/*.{kind}"))) <= start / 100 + 10
        before = content(folder_place)
        target.finish(THINGS)
        assert content(folder_place) == before
    assert [int(row["id"]) for row in rows_of(folder_place)] == list(range(1000))


def content(place: Place) -> list[tuple[str, bytes]]:
    folder = Path(place.text.partition(":")[2])
    return sorted((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
