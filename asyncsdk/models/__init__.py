"""What the API answers with: one frozen class for each kind of row.

Date-times are aware, dates are dates, arrays are tuples. Values of enumerations are plain strings, since the API
adds to them. A class is imported when it is first asked for.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .budget_areas import BudgetArea
    from .budget_days import BudgetDay
    from .budget_job_titles import BudgetJobTitle
    from .budget_price_list_levels import BudgetPriceListLevel
    from .budget_tasks import BudgetTask
    from .budgets import Budget
    from .business_units import BusinessUnit
    from .capacities import Capacity
    from .clients import Client, ExternalClientIdentifier
    from .contacts import Contact
    from .custom_field_options import CustomFieldOption
    from .custom_fields import CustomField
    from .holidays import Holiday, HolidayLocation
    from .invoice_contacts import InvoiceContact
    from .invoices import Invoice
    from .job_order_categories import JobOrderCategory
    from .job_order_category_groups import JobOrderCategoryGroup
    from .job_titles import JobTitle
    from .levels import Level
    from .locations import Location
    from .people_allocations import PeopleAllocation
    from .person_capacities import PersonCapacity
    from .person_payrolls import PersonPayroll
    from .persons import Person
    from .price_list_levels import PriceListLevel
    from .price_lists import PriceList
    from .product_levels import ProductLevel
    from .production_plan_streams import ProductionPlanStream
    from .production_plans import ProductionPlan
    from .production_streams import ProductionStream
    from .productions import Production
    from .products import Product
    from .project_metadata import ProjectMetadata
    from .project_plan_areas import ProjectPlanArea
    from .project_plan_subtask_assignees import ProjectPlanSubtaskAssignee
    from .project_plan_subtasks import ProjectPlanSubtask
    from .project_plan_task_assignees import ProjectPlanTaskAssignee
    from .project_plan_tasks import ProjectPlanTask
    from .project_stages import ProjectStage
    from .project_status_areas import ProjectStatusArea
    from .project_statuses import ProjectStatus
    from .project_types import ProjectType
    from .projects import Project
    from .roles import Role
    from .streams import Stream, StreamLeader, StreamMember
    from .timesheet_areas import TimesheetArea
    from .timesheet_logs import TimesheetLog
    from .timesheet_whitelists import TimesheetWhitelist
    from .timesheets import Timesheet

__all__ = [
    "Budget",
    "BudgetArea",
    "BudgetDay",
    "BudgetJobTitle",
    "BudgetPriceListLevel",
    "BudgetTask",
    "BusinessUnit",
    "Capacity",
    "Client",
    "Contact",
    "CustomField",
    "CustomFieldOption",
    "ExternalClientIdentifier",
    "Holiday",
    "HolidayLocation",
    "Invoice",
    "InvoiceContact",
    "JobOrderCategory",
    "JobOrderCategoryGroup",
    "JobTitle",
    "Level",
    "Location",
    "PeopleAllocation",
    "Person",
    "PersonCapacity",
    "PersonPayroll",
    "PriceList",
    "PriceListLevel",
    "Product",
    "ProductLevel",
    "Production",
    "ProductionPlan",
    "ProductionPlanStream",
    "ProductionStream",
    "Project",
    "ProjectMetadata",
    "ProjectPlanArea",
    "ProjectPlanSubtask",
    "ProjectPlanSubtaskAssignee",
    "ProjectPlanTask",
    "ProjectPlanTaskAssignee",
    "ProjectStage",
    "ProjectStatus",
    "ProjectStatusArea",
    "ProjectType",
    "Role",
    "Stream",
    "StreamLeader",
    "StreamMember",
    "Timesheet",
    "TimesheetArea",
    "TimesheetLog",
    "TimesheetWhitelist",
]

_HOMES: Final = {
    "Budget": "budgets",
    "BudgetArea": "budget_areas",
    "BudgetDay": "budget_days",
    "BudgetJobTitle": "budget_job_titles",
    "BudgetPriceListLevel": "budget_price_list_levels",
    "BudgetTask": "budget_tasks",
    "BusinessUnit": "business_units",
    "Capacity": "capacities",
    "Client": "clients",
    "Contact": "contacts",
    "CustomField": "custom_fields",
    "CustomFieldOption": "custom_field_options",
    "ExternalClientIdentifier": "clients",
    "Holiday": "holidays",
    "HolidayLocation": "holidays",
    "Invoice": "invoices",
    "InvoiceContact": "invoice_contacts",
    "JobOrderCategory": "job_order_categories",
    "JobOrderCategoryGroup": "job_order_category_groups",
    "JobTitle": "job_titles",
    "Level": "levels",
    "Location": "locations",
    "PeopleAllocation": "people_allocations",
    "Person": "persons",
    "PersonCapacity": "person_capacities",
    "PersonPayroll": "person_payrolls",
    "PriceList": "price_lists",
    "PriceListLevel": "price_list_levels",
    "Product": "products",
    "ProductLevel": "product_levels",
    "Production": "productions",
    "ProductionPlan": "production_plans",
    "ProductionPlanStream": "production_plan_streams",
    "ProductionStream": "production_streams",
    "Project": "projects",
    "ProjectMetadata": "project_metadata",
    "ProjectPlanArea": "project_plan_areas",
    "ProjectPlanSubtask": "project_plan_subtasks",
    "ProjectPlanSubtaskAssignee": "project_plan_subtask_assignees",
    "ProjectPlanTask": "project_plan_tasks",
    "ProjectPlanTaskAssignee": "project_plan_task_assignees",
    "ProjectStage": "project_stages",
    "ProjectStatus": "project_statuses",
    "ProjectStatusArea": "project_status_areas",
    "ProjectType": "project_types",
    "Role": "roles",
    "Stream": "streams",
    "StreamLeader": "streams",
    "StreamMember": "streams",
    "Timesheet": "timesheets",
    "TimesheetArea": "timesheet_areas",
    "TimesheetLog": "timesheet_logs",
    "TimesheetWhitelist": "timesheet_whitelists",
}

if not TYPE_CHECKING:  # so that type checkers know exactly the names above

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
