"""The hidden folder of a target of files: a lost staging file, mounts, leftovers, and other people's files."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from asyncsdk.extract.target import Contents, Place, Table, TargetError, TargetRefused
from asyncsdk.extract.targets import make_target, mounts
from asyncsdk.extract.targets.mounts import type_of_mount
from tests.extract.stored import ACME, THINGS, Thing, batch, folder_of, kind_of, opened, rows_of


def staging(place: Place) -> Path:
    return folder_of(place) / ".asyncsdk" / "staging.duckdb"


# --- the staging file ---------------------------------------------------------------------------------------------


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: len(content) // 3])
    elif how == "no database":
        path.write_text("my notes " * 2000)
    else:
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("how", ["removed", "cut", "no database", "overwritten"])
def test_a_lost_staging_file_means_reading_whole_while_the_published_file_stays(folder_place: Place, how: str) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(*(Thing(id=id, name="x" * 50) for id in range(3000))), "k", b"1")
        target.finish(THINGS)
    spoil(staging(folder_place), how)
    for night in range(3):  # damage may show in the midst of a run: then the next one begins anew
        try:
            with opened(folder_place) as target:
                state = target.state(THINGS, "k")
                if state is None:
                    assert [int(row["id"]) for row in rows_of(folder_place)] == list(range(3000))
                    assert bool(target.warnings(THINGS)) is (how != "removed")
                    target.write(THINGS, batch(Thing(id=1)), "k", b"2")
                    target.finish(THINGS)
                    break
                target.write(THINGS, batch(*(Thing(id=id) for id in range(3000))), "k", b"2")
        except TargetError:
            assert night < 2
    assert [int(row["id"]) for row in rows_of(folder_place)] == [1]


def test_the_staging_file_may_be_elsewhere(folder_place: Place, tmp_path: Path) -> None:
    place = attrs.evolve(folder_place, state=tmp_path / "states")
    for number in (1, 2):
        with opened(place) as target:
            assert (target.state(THINGS, "k") is None) is (number == 1)
            target.write(THINGS, batch(Thing(id=number)), "k", b"1")
            target.finish(THINGS)
            with pytest.raises(TargetRefused, match="another run"):
                make_target(place).open(ACME, [THINGS])
    assert not staging(place).exists()
    assert (tmp_path / "states" / "staging.duckdb").exists()
    assert [int(row["id"]) for row in rows_of(place)] == [1, 2]


def test_a_network_mount_is_refused_unless_the_state_is_elsewhere(
    folder_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = folder_of(folder_place)

    def kind(folder: Path) -> str | None:
        return "nfs4" if folder.is_relative_to(remote) else None

    monkeypatch.setattr("asyncsdk.extract.targets.folder.network_mount", kind)
    with pytest.raises(TargetRefused, match=r"network file system \(nfs4\).*--state PATH"):
        make_target(folder_place).open(ACME, [THINGS])
    assert not remote.exists(), "nothing was made there"
    with opened(attrs.evolve(folder_place, state=tmp_path / "states")) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    assert len(rows_of(folder_place)) == 1


def test_the_innermost_mount_counts() -> None:
    lines = [
        "22 1 8:1 / / rw - ext4 /dev/a rw",
        "30 22 0:40 / /mnt/data rw shared:1 - nfs4 host:/data rw",
        "31 30 0:41 / /mnt/data/my\\040disk rw - xfs /dev/b rw",
        "32 22 0:42 / /mnt/data2 rw - cifs //host/x rw",
    ]
    places = {"/home": "ext4", "/mnt/data": "nfs4", "/mnt/data/x/y": "nfs4", "/mnt/data/my disk/x": "xfs"}
    places |= {"/mnt/data2": "cifs", "/mnt/dataset": "ext4"}
    assert {path: type_of_mount(Path(path), lines) for path in places} == places
    assert mounts.network_mount(Path("/proc/self")) is None


def test_leftovers_of_a_crash_are_removed(folder_place: Place) -> None:
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
    hidden = folder_of(folder_place) / ".asyncsdk"
    (hidden / "draft.tmp").write_bytes(b"half")
    spilled = hidden / "staging.duckdb.tmp"
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_S64K-0.tmp").write_bytes(b"x")
    with opened(folder_place):
        assert not (hidden / "draft.tmp").exists()
        assert not spilled.exists()


# --- other hands --------------------------------------------------------------------------------------------------


def test_a_folder_of_the_old_layout_is_refused_with_what_to_do(folder_place: Place) -> None:
    folder = folder_of(folder_place)
    (folder / "things").mkdir(parents=True)
    part = folder / "things" / f"part-000001.{kind_of(folder_place)}"
    for path in (folder / "_asyncsdk.jsonl", part):
        path.write_text("{}\n")
        with pytest.raises(TargetRefused, match=r"earlier asyncsdk.*another folder, or remove"):
            make_target(folder_place).open(ACME, [THINGS])
        assert not (folder / ".asyncsdk").exists()
        path.unlink()


def test_other_peoples_files_are_never_taken_for_ours(folder_place: Place) -> None:
    folder, kind = folder_of(folder_place) / "things", kind_of(folder_place)
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("mine")
    for name, words in ((f"things.{kind}", "has not made it"), (f"mine.{kind}", "would be read as rows")):
        (folder / name).write_text("mine,too\n1,2\n")
        with pytest.raises(TargetRefused, match=words):
            make_target(folder_place).open(ACME, [THINGS])
        assert (folder / name).read_text() == "mine,too\n1,2\n"
        (folder / name).unlink()
    with opened(folder_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        target.finish(THINGS)
    part = folder / f"part-000777.{kind}"  # named as those of the old layout, which this is not
    part.write_text("mine,too\n1,2\n")
    with pytest.raises(TargetRefused, match=rf"{part.name} would be read as rows"):
        make_target(folder_place).open(ACME, [THINGS])
    part.unlink()
    with opened(folder_place) as target:
        target.drop(THINGS)
    assert [path.name for path in folder.iterdir()] == ["README.md"]


# --- what shall be stored nowhere ---------------------------------------------------------------------------------

SECRET = "s3cret-value"


def holding_the_secret(folder: Path) -> list[str]:
    """The files in which a text still stands, in whatever part of them."""
    return [path.name for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def without_names() -> Table:
    columns = tuple(column for column in THINGS.columns if column.name != "name")
    return attrs.evolve(THINGS, columns=columns, without=frozenset({"name"}))


def keep_the_secret(place: Place) -> None:
    with opened(place, THINGS, NARROW_THINGS) as target:
        for table in (THINGS, NARROW_THINGS):
            target.write(table, batch(*(Thing(id=id_, name=SECRET) for id_ in range(2000))), "k", b"1")
            target.finish(table)


NARROW_THINGS = attrs.evolve(THINGS, name="others")


def test_what_is_removed_is_not_left_in_free_space_of_the_staging_file(folder_place: Place) -> None:
    keep_the_secret(folder_place)
    assert "staging.duckdb" in holding_the_secret(folder_of(folder_place))
    with opened(folder_place, without_names()) as target:
        assert target.state(THINGS, "k") == b"1", "states and rows are kept"
        assert target.contents(THINGS) == Contents(2000, 2000)
        target.drop(NARROW_THINGS)
        target.finish(without_names())
    assert holding_the_secret(folder_of(folder_place)) == []
    assert [int(row["id"]) for row in rows_of(folder_place)] == [*range(2000)]
    assert sorted(path.name for path in staging(folder_place).parent.iterdir()) == ["staging.duckdb"]


def test_a_staging_file_that_could_not_be_written_anew_is_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(f"parquet:{tmp_path / 'rows'}")
    keep_the_secret(place)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(TargetError, match="No space left"):
            make_target(place).open(ACME, [without_names()])
    with opened(place, without_names()) as target:
        target.drop(NARROW_THINGS)
        target.finish(without_names())
    assert holding_the_secret(folder_of(place)) == []
    assert sorted(path.name for path in staging(place).parent.iterdir()) == ["staging.duckdb"]
