"""The states of budgets, invoices, projects, streams and custom fields, and what moves a row from one to the next.

Which state an action asks for and which it leaves stands in the contract (`x-state`); here is what follows besides.
An action in the wrong state is refused with 412.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from asyncsdk.sandbox.contract import Json, Object, ServedOperation, items
from asyncsdk.sandbox.refusals import Refusal
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Where

_ANY = "*"  # any value but null; as what an action leaves, a new stamp


def _baseline(setting: Setting, row: Object, _: Object) -> Object:
    store, project = setting.store, row["project_id"]
    where = Where("project_id = :id AND is_baseline = 1", {"id": project if isinstance(project, int) else 0})
    for other in store.column("budgets", "id", where):
        store.update("budgets", int(other or 0), {"is_baseline": False})
    return {}


# What an action changes beside the state it leaves.
_BESIDES: Mapping[tuple[str, str], Callable[[Setting, Object, Object], Object]] = MappingProxyType(
    {
        ("budgets", "set_baseline"): _baseline,
        ("invoices", "set_paid"): lambda s, _, body: {"payment_date": body.get("payment_date") or s.clock.today()},
        ("invoices", "set_unpaid"): lambda *_: {"payment_date": None},
        ("projects", "archive"): lambda s, *_: {"archived_on": s.clock.today()},
        ("projects", "unarchive"): lambda *_: {"archived_on": None},
    }
)


def act(setting: Setting, operation: ServedOperation, row: Object, body: Object) -> Object:
    """Returns what an action changes in a row; Refusal 412 where the row's state does not allow it."""
    for field, allowed in operation.before.items():
        if not any(_is(row.get(field), choice) for choice in items(allowed)):
            raise Refusal(412, f"{operation.assumed or 'Not in this state.'} Its {field} is {row.get(field)}.")
    besides = _BESIDES.get((operation.resource, operation.name))
    left = {field: setting.clock.tick() if value == _ANY else value for field, value in operation.after.items()}
    return {**left, **(besides(setting, row, body) if besides else {})}


def _is(value: Json, choice: Json) -> bool:
    return value is not None if choice == _ANY else value == choice
