"""What the contract leaves to its readers: which field points to which list, and whose rows are whose."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

from types import MappingProxyType

from asyncsdk.sandbox.tables import tables

# Fields whose name is not the singular of the list they point to.
_POINTERS = MappingProxyType(
    {
        "account_id": "persons",
        "allocation_manager_id": "persons",
        "approver_id": "persons",
        "author_id": "persons",
        "capacity_id": "capacities",
        "client_contact_id": "contacts",
        "employee_id": "persons",
        "holiday_id": "holidays",
        "leader_id": "persons",
        "member_id": "persons",
        "pm_id": "persons",
        "project_status_id": "project_statuses",
        "to_project_id": "projects",
    }
)

# include=value -> (property of the response, table of the related rows, their field that points back)
INCLUDES = MappingProxyType(
    {
        "externalIdentifiers": ("external_identifiers", "external_client_identifiers", "client_id"),
        "options": ("options", "custom_field_options", "custom_field_id"),
        "streamLeaders": ("stream_leaders", "stream_leaders", "stream_id"),
        "streamMembers": ("stream_members", "stream_members", "stream_id"),
    }
)

_MINE = "(SELECT id FROM projects WHERE pm_id = :me OR account_id = :me)"
_MY_BUDGETS = f"(SELECT id FROM budgets WHERE project_id IN {_MINE})"
_MY_AREAS = f"(SELECT id FROM budget_areas WHERE budget_id IN {_MY_BUDGETS})"
_MY_TASKS = f"(SELECT id FROM budget_tasks WHERE budget_area_id IN {_MY_AREAS})"
_MY_STATUSES = f"(SELECT id FROM project_statuses WHERE project_id IN {_MINE})"

# How far each list is from the project whose PM or account decides who sees it, with the tables on the way.
OWNED = MappingProxyType(
    {
        "budget_areas": (f"budget_id IN {_MY_BUDGETS}", ("budgets", "projects")),
        "budget_days": (f"budget_task_id IN {_MY_TASKS}", ("budget_tasks", "budget_areas", "budgets", "projects")),
        "budget_job_titles": (f"budget_id IN {_MY_BUDGETS}", ("budgets", "projects")),
        "budget_price_list_levels": (f"budget_id IN {_MY_BUDGETS}", ("budgets", "projects")),
        "budget_tasks": (f"budget_area_id IN {_MY_AREAS}", ("budget_areas", "budgets", "projects")),
        "project_status_areas": (f"project_status_id IN {_MY_STATUSES}", ("project_statuses", "projects")),
        "projects": ("(pm_id = :me OR account_id = :me)", ()),
        **dict.fromkeys(
            (
                "budgets",
                "invoices",
                "people_allocations",
                "production_plan_streams",
                "production_plans",
                "production_streams",
                "productions",
                "project_statuses",
                "timesheet_whitelists",
            ),
            (f"project_id IN {_MINE}", ("projects",)),
        ),
    }
)


def target(field: str, table: str) -> str | None:
    """Returns the table an id field of `table` points to; None where no list holds such rows (`vat_rate_id`)."""
    if field == "depends_on_id":
        return table
    if field in _POINTERS:
        return _POINTERS[field]
    if not field.endswith("_id"):
        return None
    plural = field.removesuffix("_id")
    plural = f"{plural[:-1]}ies" if plural.endswith("y") else f"{plural}s"
    return plural if plural in tables() else None


def pointers(table: str) -> list[tuple[str, str]]:
    """Returns every (table, field) whose rows may point to a row of `table`."""
    return [
        (other.name, field)
        for other in tables().values()
        for field in other.all_columns
        if target(field, other.name) == table
    ]
