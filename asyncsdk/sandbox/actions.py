"""The states of budgets, invoices, projects, streams and custom fields, and what moves a row from one to the next.

A budget is drafted, submitted, approved or sent back; only an approved one becomes the baseline. An invoice is sent,
then paid. What is archived cannot be archived again. An action in the wrong state is refused with 412.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import attrs

from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.refusals import Refusal
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Where

Change = Callable[[Setting, Object, Object], Object]


@attrs.frozen
class Transition:
    """An action: the fields a row must have before, and what it has after (from the setting, the row and the body)."""

    before: Mapping[str, tuple[Json, ...]]
    change: Change
    refusal: str


def _set(**values: Json) -> Change:
    return lambda *_: dict(values)


def _baseline(setting: Setting, row: Object, _: Object) -> Object:
    store, project = setting.store, row["project_id"]
    where = Where("project_id = :id AND is_baseline = 1", {"id": project if isinstance(project, int) else 0})
    for other in store.column("budgets", "id", where):
        store.update("budgets", int(other or 0), {"is_baseline": False})
    return {"is_baseline": True}


def _paid(setting: Setting, _: Object, body: Object) -> Object:
    return {"status": "paid", "payment_date": body.get("payment_date") or setting.clock.today()}


_TRANSITIONS: Mapping[tuple[str, str], Transition] = MappingProxyType(
    {
        ("budgets", "submit"): Transition(
            {"status": ("DRAFT",)}, _set(status="SUBMITTED"), "Only a budget in draft can be submitted."
        ),
        ("budgets", "recall"): Transition(
            {"status": ("SUBMITTED",)}, _set(status="DRAFT"), "Only a submitted budget can be recalled."
        ),
        ("budgets", "approve"): Transition(
            {"status": ("SUBMITTED",)}, _set(status="APPROVED"), "Only a submitted budget can be approved."
        ),
        ("budgets", "reject"): Transition(
            {"status": ("SUBMITTED",)}, _set(status="DRAFT"), "Only a submitted budget can be rejected."
        ),
        ("budgets", "draft"): Transition(
            {"status": ("SUBMITTED", "APPROVED")}, _set(status="DRAFT"), "The budget is in draft already."
        ),
        ("budgets", "set_baseline"): Transition(
            {"status": ("APPROVED",), "is_baseline": (False,)},
            _baseline,
            "Only an approved budget that is not the baseline yet can become it.",
        ),
        ("invoices", "send"): Transition(
            {"status": ("draft",)}, _set(status="sent"), "The invoice has been sent already."
        ),
        ("invoices", "set_paid"): Transition(
            {"status": ("sent",)}, _paid, "Only a sent invoice can be marked as paid."
        ),
        ("invoices", "set_unpaid"): Transition(
            {"status": ("paid",)}, _set(status="sent", payment_date=None), "The invoice is not paid."
        ),
        ("projects", "archive"): Transition(
            {"is_archived": (False,)},
            lambda setting, *_: {"is_archived": True, "archived_on": setting.clock.today()},
            "The project is archived already.",
        ),
        ("projects", "unarchive"): Transition(
            {"is_archived": (True,)}, _set(is_archived=False, archived_on=None), "The project is not archived."
        ),
    }
)


def act(setting: Setting, table: str, name: str, row: Object, body: Object) -> Object:
    """Returns what an action changes in a row; Refusal 412 where the row's state does not allow it."""
    transition = _TRANSITIONS.get((table, name))
    if transition is None:
        return _archive(setting, row, name)
    for field, allowed in transition.before.items():
        if row[field] not in allowed:
            raise Refusal(412, transition.refusal)
    return transition.change(setting, row, body)


def _archive(setting: Setting, row: Object, name: str) -> Object:
    archived = row["archived_at"] is not None
    if archived == (name == "archive"):
        raise Refusal(412, f"This is {'archived already' if archived else 'not archived'}.")
    return {"archived_at": None if archived else setting.clock.tick()}
