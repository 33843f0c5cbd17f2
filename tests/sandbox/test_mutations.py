"""Rows of a sandbox that change between answers: the same seed changes the same, and survivors are known."""

from __future__ import annotations

import pytest

from asyncsdk.sandbox.tables import tables

from .conftest import Api, Open

PLANS = "/api/production-plan-streams"


async def test_rows_change_between_answers_and_survivors_are_known(open_api: Open) -> None:
    async with open_api(rows=400) as api:
        before = {row["id"]: row for offset in range(0, 400, 100) for row in await api.get(f"{PLANS}?offset={offset}")}
        mark = api.sandbox.mark()
        api.sandbox.drift(f"GET {PLANS}", per_request=5)
        for _ in range(20):
            await api.get(PLANS)
        changes = api.sandbox.history(PLANS, since=mark)
        assert len(changes) == 100
        assert {change.kind for change in changes} == {"insert", "update", "soft_delete", "hard_delete"}
        gone = {change.id for change in changes if "delete" in change.kind}
        assert api.sandbox.survivors(PLANS, since=mark) == before.keys() - gone
        api.sandbox.faults.clear()
        after = {row["id"]: row for offset in range(0, 600, 100) for row in await api.get(f"{PLANS}?offset={offset}")}
        assert after.keys() == api.sandbox.store.ids("production_plan_streams", "live")
        assert len(after) == api.sandbox.count(PLANS)
        touched = {change.id for change in changes if change.kind == "update"} & after.keys() & before.keys()
        assert touched
        assert all(after[id]["updated_at"] > before[id]["updated_at"] for id in touched)


async def test_the_same_seed_gives_the_same_changes(open_api: Open) -> None:
    found = []
    for _ in range(2):
        async with open_api(seed=5) as api:
            api.sandbox.drift(f"GET {PLANS}")
            for _ in range(10):
                await api.get(PLANS)
            found.append([(change.kind, change.id) for change in api.sandbox.history(PLANS)])
    assert found[0] == found[1]


async def test_every_list_can_be_mutated(api: Api) -> None:
    for name in tables():
        for kind in ("insert", "update", "soft_delete", "hard_delete"):
            assert len(api.sandbox.mutate(name, kind)) == 1
    with pytest.raises(ValueError, match="known"):
        api.sandbox.mutate("nothing")
