"""The lists of the API that a mirror can keep.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lists.mirrored import MirroredList

if TYPE_CHECKING:
    from .. import models

__all__ = ["MirroredLists"]


class MirroredLists:
    """One attribute for each list that a mirror can keep, named as the client's."""

    budget_areas: MirroredList[models.BudgetArea]
    budget_days: MirroredList[models.BudgetDay]
    budget_job_titles: MirroredList[models.BudgetJobTitle]
    budget_price_list_levels: MirroredList[models.BudgetPriceListLevel]
    budget_tasks: MirroredList[models.BudgetTask]
    budgets: MirroredList[models.Budget]
    business_units: MirroredList[models.BusinessUnit]
    capacities: MirroredList[models.Capacity]
    clients: MirroredList[models.Client]
    contacts: MirroredList[models.Contact]
    custom_field_options: MirroredList[models.CustomFieldOption]
    custom_fields: MirroredList[models.CustomField]
    holidays: MirroredList[models.Holiday]
    invoice_contacts: MirroredList[models.InvoiceContact]
    invoices: MirroredList[models.Invoice]
    job_order_categories: MirroredList[models.JobOrderCategory]
    job_order_category_groups: MirroredList[models.JobOrderCategoryGroup]
    job_titles: MirroredList[models.JobTitle]
    levels: MirroredList[models.Level]
    locations: MirroredList[models.Location]
    people_allocations: MirroredList[models.PeopleAllocation]
    person_capacities: MirroredList[models.PersonCapacity]
    person_payrolls: MirroredList[models.PersonPayroll]
    persons: MirroredList[models.Person]
    price_list_levels: MirroredList[models.PriceListLevel]
    price_lists: MirroredList[models.PriceList]
    product_levels: MirroredList[models.ProductLevel]
    production_plan_streams: MirroredList[models.ProductionPlanStream]
    production_plans: MirroredList[models.ProductionPlan]
    production_streams: MirroredList[models.ProductionStream]
    productions: MirroredList[models.Production]
    products: MirroredList[models.Product]
    project_metadata: MirroredList[models.ProjectMetadata]
    project_plan_areas: MirroredList[models.ProjectPlanArea]
    project_plan_subtask_assignees: MirroredList[models.ProjectPlanSubtaskAssignee]
    project_plan_subtasks: MirroredList[models.ProjectPlanSubtask]
    project_plan_task_assignees: MirroredList[models.ProjectPlanTaskAssignee]
    project_plan_tasks: MirroredList[models.ProjectPlanTask]
    project_stages: MirroredList[models.ProjectStage]
    project_status_areas: MirroredList[models.ProjectStatusArea]
    project_statuses: MirroredList[models.ProjectStatus]
    project_types: MirroredList[models.ProjectType]
    projects: MirroredList[models.Project]
    roles: MirroredList[models.Role]
    streams: MirroredList[models.Stream]
    timesheet_areas: MirroredList[models.TimesheetArea]
    timesheet_logs: MirroredList[models.TimesheetLog]
    timesheet_whitelists: MirroredList[models.TimesheetWhitelist]
    timesheets: MirroredList[models.Timesheet]
