"""Delta tables in other hands: maintenance, rivals, lost answers and tables of others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import pytest

from asyncsdk.extract import TargetError, TargetRefused
from asyncsdk.extract.target import Batch, Contents, Place, RunLine, Shrink, Written
from asyncsdk.extract.targets import make_target
from tests.extract.opened_delta import STATE, DeltaTarget, opened, rows_in, rows_of_pass, table_in
from tests.extract.stored import ACME, GLOBEX, NIGHT, THINGS, things

deltalake = pytest.importorskip("deltalake")

LATER = NIGHT + dt.timedelta(days=1)


def tidied_by_others(where: Path) -> None:
    """Compacts, vacuums and cleans up as somebody's nightly job may."""
    others = table_in(where)
    others.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 days"})
    others.optimize.compact()
    others.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    others.create_checkpoint()
    others.cleanup_metadata()


def test_maintenance_of_our_own_keeps_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsdk.extract.targets.delta_table._MANY_FILES", 4)
    with opened(tmp_path) as target:
        for number in range(6):
            target.write(THINGS, Batch(rows=things(number)), "k", b"%d" % number)
        assert len(table_in(tmp_path).file_uris()) == 6
        target.finish(THINGS)
        assert len(table_in(tmp_path).file_uris()) == 1
    newest = table_in(tmp_path).history(1)[0]
    assert '"k":5' in newest["asyncsdk.state"], "a clean-up of the log leaves the newest commit"
    tidied_by_others_log_only(tmp_path)
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == b"5"
        assert target.warnings(THINGS) == ()
    assert [row["id"] for row in rows_in(tmp_path)] == list(range(6))


def tidied_by_others_log_only(where: Path) -> None:
    others = table_in(where)
    others.create_checkpoint()
    others.cleanup_metadata()


def test_a_state_that_somebodys_clean_up_has_removed_is_known_to_be_lost(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2)), "k", STATE)
    tidied_by_others(tmp_path)
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") is None
        assert target.contents(THINGS) == Contents(2)
        assert any("read whole" in warning for warning in target.warnings(THINGS))
        assert target.write(THINGS, Batch(rows=things(1, 2)), "k", STATE) == Written()
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == STATE
        assert target.warnings(THINGS) == ()


def test_maintenance_in_the_midst_of_a_run_is_no_rival(tmp_path: Path) -> None:
    with opened(tmp_path) as target:
        for number in range(3):
            target.write(THINGS, Batch(rows=things(number)), "k", STATE)
        tidied_by_others(tmp_path)
        assert target.write(THINGS, Batch(rows=things(0, 1, hours=5)), "k", b'{"page":2}') == Written(changed=2)
        tidied_by_others(tmp_path)
        target.save(THINGS, "k", b'{"page":3}')
    with opened(tmp_path) as target:
        assert target.state(THINGS, "k") == b'{"page":3}'
    assert [row["hours"] for row in rows_in(tmp_path)] == [5, 5, None]


def test_of_two_runs_at_once_the_second_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(TargetRefused, match="another run is writing"), opened(tmp_path):
        pass


def test_of_two_writers_that_do_not_know_of_each_other_one_fails_and_nothing_is_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a bucket, where there is no lock."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        one.write(THINGS, Batch(rows=things(1)), "k", b"1")
        for attempt in (
            lambda: other.write(THINGS, Batch(rows=things(1, 2)), "k", b"2"),
            lambda: other.save(THINGS, "k", b"2"),
            lambda: other.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True),
        ):
            with pytest.raises(TargetError, match="another run has written"):
                attempt()
        one.write(THINGS, Batch(rows=things(3)), "k", b"3")
        assert one.state(THINGS, "k") == b"3"
    assert [row["id"] for row in rows_in(tmp_path)] == [1, 3]


def test_a_writer_that_gives_up_takes_nothing_from_what_the_other_has_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that a pass has met must not be marked as vanished, nor need the first of two writers give up as well."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        one.write(THINGS, Batch(rows=things(*range(20)), whole=NIGHT), "k", b"1")
        with pytest.raises(TargetError, match="another run has written"):
            other.write(THINGS, Batch(rows=things(1), whole=LATER), "k", b"2")
        one.write(THINGS, Batch(rows=things(*range(20, 40)), whole=NIGHT), "k", b"3")
    with opened(tmp_path) as target:  # the pass goes on in the next run
        target.write(THINGS, Batch(rows=things(*range(40, 200)), whole=NIGHT), "k", b"4")
        assert target.mark_vanished(THINGS, NIGHT, LATER, allow_shrink=False) == Shrink(200, 0, marked=True)
        target.finish(THINGS)
        assert rows_of_pass(tmp_path) == 0, "nor does anything stay of the pass that was given up"


def test_a_pass_that_is_over_leaves_what_another_run_is_about_to_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one:
        one.write(THINGS, Batch(rows=things(*range(200)), whole=NIGHT), "k", b"1")
        with opened(tmp_path) as other:
            other.write(THINGS, Batch(rows=things(*range(100)), whole=LATER), "k", b"2")
            one.finish(THINGS)
            other.write(THINGS, Batch(rows=things(*range(100, 200)), whole=LATER), "k", b"3")
            assert other.mark_vanished(THINGS, LATER, LATER, allow_shrink=False) == Shrink(200, 0, marked=True)
            other.finish(THINGS)
    assert rows_of_pass(tmp_path) == 0


def test_two_runs_at_once_write_one_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be of different lists: then neither is in the way of the other."""
    monkeypatch.setattr(DeltaTarget, "_take_lock", lambda self: None)
    with opened(tmp_path) as one, opened(tmp_path) as other:
        for target, run in ((one, "a"), (other, "b"), (one, "c")):
            target.log_run(RunLine(run=run, table="things", mode="full", started=NIGHT, finished=LATER, rows=3))
    lines = deltalake.DeltaTable(f"{tmp_path}/_asyncsdk_runs").to_pyarrow_table().to_pylist()
    assert sorted(line["run"] for line in lines) == ["a", "b", "c"]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = deltalake.write_deltalake

    def deaf(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        raise OSError("connection reset")

    with opened(tmp_path) as target:
        target.write(THINGS, Batch(rows=things(1, 2)), "k", b"1")
        with monkeypatch.context() as patch:
            patch.setattr("asyncsdk.extract.targets.delta_table.write_deltalake", deaf)
            target.save(THINGS, "k", b"2")
        version = table_in(tmp_path).version()
        assert target.write(THINGS, Batch(rows=things(1, 2, 3)), "k", b"3") == Written(new=1)
        assert table_in(tmp_path).version() == version + 1


def test_tables_of_others_are_refused_and_left_alone(tmp_path: Path) -> None:
    import pyarrow as pa

    deltalake.write_deltalake(f"{tmp_path}/things", pa.table({"id": [1], "mine": ["x"]}))
    with pytest.raises(TargetRefused, match="has not made it"), opened(tmp_path):
        pass
    assert table_in(tmp_path).version() == 0
    with opened(tmp_path, prefix="a_"), pytest.raises(TargetRefused):
        make_target(Place(f"delta:{tmp_path}", None, "a_")).open(ACME, [THINGS])
    for prefix in ("a_", "b_"):
        with opened(tmp_path, prefix=prefix):
            pass
        with pytest.raises(TargetRefused, match="holds rows of acme"):
            make_target(Place(f"delta:{tmp_path}", None, prefix)).open(GLOBEX, [attrs.evolve(THINGS, name="other")])
