"""Who asks, what they may do, and whose rows they see.

`x.view` is for the rows of projects where the person is PM or account, `x.view_other` for the rest: with one of the
two, lists are narrowed in silence, as the real API presumably does.
"""

from __future__ import annotations

from typing import Literal

import attrs

from asyncsdk.sandbox.contract import Json, Object, ServedContract, ServedOperation
from asyncsdk.sandbox.refusals import Refusal
from asyncsdk.sandbox.relations import OWNED
from asyncsdk.sandbox.store import Store, Where

Scope = Literal["all", "mine", "others"]

# The way up from a row to its project.
_PARENTS = (
    ("project_id", "projects"),
    ("budget_id", "budgets"),
    ("budget_area_id", "budget_areas"),
    ("budget_task_id", "budget_tasks"),
    ("project_status_id", "project_statuses"),
)


@attrs.frozen
class Caller:
    """A token's person: `person` is their id, `permissions` None stands for all of them.

    Rows of the tables in `hidden` are neither listed nor read with it, though it may make some.
    """

    token: str = attrs.field(repr=False)
    company: str
    person: int = 1
    permissions: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether this person has a permission."""
        return self.permissions is None or permission in self.permissions


def scope(contract: ServedContract, operation: ServedOperation, identity: Caller) -> Scope:
    """Returns which rows of the operation's resource this person sees.

    An operation without permissions of its own takes the view permissions of its resource, where the person has any.
    """
    if identity.permissions is None or operation.resource not in OWNED:
        return "all"
    pair = _pair(operation.permissions) if operation.method == "GET" else None
    if pair is None:
        pair = next(
            (
                found
                for other in contract.operations
                if other.resource == operation.resource
                and other.method == "GET"
                and (found := _pair(other.permissions))
            ),
            None,
        )
    if pair is None:
        return "all"
    own, other_own = identity.may(pair), identity.may(f"{pair}_other")
    if own == other_own:
        return "all"
    return "mine" if own else "others"


def narrow(table: str, seen: Scope, identity: Caller) -> Where | None:
    """Returns the condition a scope puts on a list; None where it puts none."""
    if seen == "all":
        return None
    condition, needs = OWNED[table]
    sql = condition if seen == "mine" else f"NOT ifnull({condition}, 0)"
    return Where(sql, {"me": identity.person}, needs=needs)


def is_mine(store: Store, table: str, row: Object, person: int) -> bool:
    """Whether the project a row belongs to has this person as PM or account."""
    while table != "projects":
        for field, parent in _PARENTS:
            id = row.get(field)
            if isinstance(id, int) and (found := store.row(parent, id)) is not None:
                table, row = parent, found
                break
        else:
            return False
    return person in (row.get("pm_id"), row.get("account_id"))


def require(operation: ServedOperation, identity: Caller) -> None:
    """Refuses a person who has none of the permissions an operation names, whatever the row."""
    if identity.permissions is None or not operation.permissions:
        return
    pair = _pair(operation.permissions)
    if pair:
        enough = (pair, f"{pair}_other", *(extra for extra in operation.permissions if extra == "pipeline.job_order"))
    else:
        enough = operation.permissions
    if not any(identity.may(permission) for permission in enough):
        raise _forbidden(" or ".join(enough))


def require_row(
    operation: ServedOperation, identity: Caller, *, mine: bool, row: Object, values: Object, today: str
) -> None:
    """Refuses a person who may do this, but not to this row.

    `row` is the row as it is (as it will be, for a new one), `values` what the body asks to change.
    """
    if identity.permissions is None:
        return
    pair = _pair(operation.permissions)
    only_job_order = "pipeline.job_order" in operation.permissions and set(values) == {"job_order"}
    if pair and not (only_job_order and identity.may("pipeline.job_order")):
        needed = pair if mine else f"{pair}_other"
        if not identity.may(needed):
            raise _forbidden(needed)
    for permission in operation.permissions:
        if pair and _applies(permission, row, today) and not identity.may(permission):
            raise _forbidden(permission)


def _applies(extra: str, row: Object, today: str) -> bool:
    value: Json
    if extra == "invoices.edit_sent":
        return row.get("status") != "draft"
    if extra == "planning.modify_past":
        value = row.get("date")
        return isinstance(value, str) and value < today
    return False


def _pair(permissions: tuple[str, ...]) -> str | None:
    return next((name for name in permissions if f"{name}_other" in permissions), None)


def _forbidden(needed: str) -> Refusal:
    return Refusal(403, f"You do not have the permission to do this: {needed}.")
