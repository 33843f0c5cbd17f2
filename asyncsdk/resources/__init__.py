"""The resources of the API, as attributes of the client.

Each is imported when it is first used, so that a client costs no more than what it touches.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from .budget_areas import BudgetAreas
    from .budget_days import BudgetDays
    from .budget_job_titles import BudgetJobTitles
    from .budget_price_list_levels import BudgetPriceListLevels
    from .budget_tasks import BudgetTasks
    from .budgets import Budgets
    from .business_units import BusinessUnits
    from .capacities import Capacities
    from .clients import Clients
    from .contacts import Contacts
    from .custom_field_options import CustomFieldOptions
    from .custom_fields import CustomFields
    from .holidays import Holidays
    from .invoice_contacts import InvoiceContacts
    from .invoices import Invoices
    from .job_order_categories import JobOrderCategories
    from .job_order_category_groups import JobOrderCategoryGroups
    from .job_titles import JobTitles
    from .levels import Levels
    from .locations import Locations
    from .people_allocations import PeopleAllocations
    from .person_capacities import PersonCapacities
    from .person_payrolls import PersonPayrolls
    from .persons import Persons
    from .price_list_levels import PriceListLevels
    from .price_lists import PriceLists
    from .product_levels import ProductLevels
    from .production_plan_streams import ProductionPlanStreams
    from .production_plans import ProductionPlans
    from .production_streams import ProductionStreams
    from .productions import Productions
    from .products import Products
    from .project_metadata import ProjectMetadataResource
    from .project_plan_areas import ProjectPlanAreas
    from .project_plan_subtask_assignees import ProjectPlanSubtaskAssignees
    from .project_plan_subtasks import ProjectPlanSubtasks
    from .project_plan_task_assignees import ProjectPlanTaskAssignees
    from .project_plan_tasks import ProjectPlanTasks
    from .project_stages import ProjectStages
    from .project_status_areas import ProjectStatusAreas
    from .project_statuses import ProjectStatuses
    from .project_types import ProjectTypes
    from .projects import Projects
    from .roles import Roles
    from .streams import Streams
    from .timesheet_areas import TimesheetAreas
    from .timesheet_logs import TimesheetLogs
    from .timesheet_whitelists import TimesheetWhitelists
    from .timesheets import Timesheets

__all__ = ["Resources"]


class Resources:
    """One attribute for each resource, named as its path; what a client offers besides its own methods."""

    _sender: Sender

    @cached_property
    def budget_areas(self) -> BudgetAreas:
        """Areas of budgets, the groups their tasks belong to (`/api/budget-areas`)."""
        from .budget_areas import BudgetAreas

        return BudgetAreas(self._sender)

    @cached_property
    def budget_days(self) -> BudgetDays:
        """Days planned in budgets, by task and job title or price list level (`/api/budget-days`)."""
        from .budget_days import BudgetDays

        return BudgetDays(self._sender)

    @cached_property
    def budget_job_titles(self) -> BudgetJobTitles:
        """Job titles as budgets use them (`/api/budget-job-titles`)."""
        from .budget_job_titles import BudgetJobTitles

        return BudgetJobTitles(self._sender)

    @cached_property
    def budget_price_list_levels(self) -> BudgetPriceListLevels:
        """Price list levels as budgets use them, with cost and price a day (`/api/budget-price-list-levels`)."""
        from .budget_price_list_levels import BudgetPriceListLevels

        return BudgetPriceListLevels(self._sender)

    @cached_property
    def budget_tasks(self) -> BudgetTasks:
        """Tasks of budgets, with cost, price and days (`/api/budget-tasks`)."""
        from .budget_tasks import BudgetTasks

        return BudgetTasks(self._sender)

    @cached_property
    def budgets(self) -> Budgets:
        """Budgets of projects: every version, and the way from draft to approval (`/api/budgets`)."""
        from .budgets import Budgets

        return Budgets(self._sender)

    @cached_property
    def business_units(self) -> BusinessUnits:
        """Business units of the company (`/api/business-units`)."""
        from .business_units import BusinessUnits

        return BusinessUnits(self._sender)

    @cached_property
    def capacities(self) -> Capacities:
        """Weekly working-time capacities, in minutes a day (`/api/capacities`)."""
        from .capacities import Capacities

        return Capacities(self._sender)

    @cached_property
    def clients(self) -> Clients:
        """Clients of the company (`/api/clients`)."""
        from .clients import Clients

        return Clients(self._sender)

    @cached_property
    def contacts(self) -> Contacts:
        """Contacts at clients (`/api/contacts`)."""
        from .contacts import Contacts

        return Contacts(self._sender)

    @cached_property
    def custom_field_options(self) -> CustomFieldOptions:
        """Options of custom fields (`/api/custom-field-options`)."""
        from .custom_field_options import CustomFieldOptions

        return CustomFieldOptions(self._sender)

    @cached_property
    def custom_fields(self) -> CustomFields:
        """Custom fields the company adds to what it plans (`/api/custom-fields`)."""
        from .custom_fields import CustomFields

        return CustomFields(self._sender)

    @cached_property
    def holidays(self) -> Holidays:
        """Holidays of the company, and the locations that keep them (`/api/holidays`)."""
        from .holidays import Holidays

        return Holidays(self._sender)

    @cached_property
    def invoice_contacts(self) -> InvoiceContacts:
        """Addresses that invoices can be sent to (`/api/invoice-contacts`)."""
        from .invoice_contacts import InvoiceContacts

        return InvoiceContacts(self._sender)

    @cached_property
    def invoices(self) -> Invoices:
        """Invoices of projects: draft, sent, paid (`/api/invoices`)."""
        from .invoices import Invoices

        return Invoices(self._sender)

    @cached_property
    def job_order_categories(self) -> JobOrderCategories:
        """Categories of job orders, with the rules a project of that category follows (`/api/job-order-categories`)."""
        from .job_order_categories import JobOrderCategories

        return JobOrderCategories(self._sender)

    @cached_property
    def job_order_category_groups(self) -> JobOrderCategoryGroups:
        """Groups of job order categories (`/api/job-order-category-groups`)."""
        from .job_order_category_groups import JobOrderCategoryGroups

        return JobOrderCategoryGroups(self._sender)

    @cached_property
    def job_titles(self) -> JobTitles:
        """Job titles of persons (`/api/job-titles`)."""
        from .job_titles import JobTitles

        return JobTitles(self._sender)

    @cached_property
    def levels(self) -> Levels:
        """Levels of seniority (`/api/levels`)."""
        from .levels import Levels

        return Levels(self._sender)

    @cached_property
    def locations(self) -> Locations:
        """Locations of the company (`/api/locations`)."""
        from .locations import Locations

        return Locations(self._sender)

    @cached_property
    def people_allocations(self) -> PeopleAllocations:
        """Hours allocated to persons on projects, by day (`/api/people-allocations`)."""
        from .people_allocations import PeopleAllocations

        return PeopleAllocations(self._sender)

    @cached_property
    def person_capacities(self) -> PersonCapacities:
        """Which capacity a person has since when (`/api/person-capacities`)."""
        from .person_capacities import PersonCapacities

        return PersonCapacities(self._sender)

    @cached_property
    def person_payrolls(self) -> PersonPayrolls:
        """Yearly costs of persons, by period of months (`/api/person-payrolls`)."""
        from .person_payrolls import PersonPayrolls

        return PersonPayrolls(self._sender)

    @cached_property
    def persons(self) -> Persons:
        """Persons of the company (`/api/persons`)."""
        from .persons import Persons

        return Persons(self._sender)

    @cached_property
    def price_list_levels(self) -> PriceListLevels:
        """Prices and costs of the levels of price lists (`/api/price-list-levels`)."""
        from .price_list_levels import PriceListLevels

        return PriceListLevels(self._sender)

    @cached_property
    def price_lists(self) -> PriceLists:
        """Price lists of the company and of clients (`/api/price-lists`)."""
        from .price_lists import PriceLists

        return PriceLists(self._sender)

    @cached_property
    def product_levels(self) -> ProductLevels:
        """Days of each level that a product takes (`/api/product-levels`)."""
        from .product_levels import ProductLevels

        return ProductLevels(self._sender)

    @cached_property
    def production_plan_streams(self) -> ProductionPlanStreams:
        """Percentages of production planned by project, stream and month (`/api/production-plan-streams`)."""
        from .production_plan_streams import ProductionPlanStreams

        return ProductionPlanStreams(self._sender)

    @cached_property
    def production_plans(self) -> ProductionPlans:
        """Percentages of production planned by project and month (`/api/production-plans`)."""
        from .production_plans import ProductionPlans

        return ProductionPlans(self._sender)

    @cached_property
    def production_streams(self) -> ProductionStreams:
        """Production by project, stream and week (`/api/production-streams`)."""
        from .production_streams import ProductionStreams

        return ProductionStreams(self._sender)

    @cached_property
    def productions(self) -> Productions:
        """Production by project and date (`/api/productions`)."""
        from .productions import Productions

        return Productions(self._sender)

    @cached_property
    def products(self) -> Products:
        """Products that budgets can contain (`/api/products`)."""
        from .products import Products

        return Products(self._sender)

    @cached_property
    def project_metadata(self) -> ProjectMetadataResource:
        """Tags that projects can carry, with their allowed values (`/api/project-metadata`)."""
        from .project_metadata import ProjectMetadataResource

        return ProjectMetadataResource(self._sender)

    @cached_property
    def project_plan_areas(self) -> ProjectPlanAreas:
        """Areas of project plans (`/api/project-plan-areas`)."""
        from .project_plan_areas import ProjectPlanAreas

        return ProjectPlanAreas(self._sender)

    @cached_property
    def project_plan_subtask_assignees(self) -> ProjectPlanSubtaskAssignees:
        """Persons assigned to subtasks of project plans, with their hours (`/api/project-plan-subtask-assignees`)."""
        from .project_plan_subtask_assignees import ProjectPlanSubtaskAssignees

        return ProjectPlanSubtaskAssignees(self._sender)

    @cached_property
    def project_plan_subtasks(self) -> ProjectPlanSubtasks:
        """Subtasks of project plans (`/api/project-plan-subtasks`)."""
        from .project_plan_subtasks import ProjectPlanSubtasks

        return ProjectPlanSubtasks(self._sender)

    @cached_property
    def project_plan_task_assignees(self) -> ProjectPlanTaskAssignees:
        """Persons assigned to tasks of project plans, with their hours (`/api/project-plan-task-assignees`)."""
        from .project_plan_task_assignees import ProjectPlanTaskAssignees

        return ProjectPlanTaskAssignees(self._sender)

    @cached_property
    def project_plan_tasks(self) -> ProjectPlanTasks:
        """Tasks of project plans (`/api/project-plan-tasks`)."""
        from .project_plan_tasks import ProjectPlanTasks

        return ProjectPlanTasks(self._sender)

    @cached_property
    def project_stages(self) -> ProjectStages:
        """Stages of opportunities in the pipeline (`/api/project-stages`)."""
        from .project_stages import ProjectStages

        return ProjectStages(self._sender)

    @cached_property
    def project_status_areas(self) -> ProjectStatusAreas:
        """Progress by budget area within project statuses (`/api/project-status-areas`)."""
        from .project_status_areas import ProjectStatusAreas

        return ProjectStatusAreas(self._sender)

    @cached_property
    def project_statuses(self) -> ProjectStatuses:
        """Statuses of projects: progress and days left, reported by week (`/api/project-statuses`)."""
        from .project_statuses import ProjectStatuses

        return ProjectStatuses(self._sender)

    @cached_property
    def project_types(self) -> ProjectTypes:
        """Types of projects (`/api/project-types`)."""
        from .project_types import ProjectTypes

        return ProjectTypes(self._sender)

    @cached_property
    def projects(self) -> Projects:
        """Projects and pipeline opportunities, which are one resource (`/api/projects`)."""
        from .projects import Projects

        return Projects(self._sender)

    @cached_property
    def roles(self) -> Roles:
        """Roles of persons (`/api/roles`)."""
        from .roles import Roles

        return Roles(self._sender)

    @cached_property
    def streams(self) -> Streams:
        """Streams of the company, with their leaders and members (`/api/streams`)."""
        from .streams import Streams

        return Streams(self._sender)

    @cached_property
    def timesheet_areas(self) -> TimesheetAreas:
        """Hours of timesheets by budget area (`/api/timesheet-areas`)."""
        from .timesheet_areas import TimesheetAreas

        return TimesheetAreas(self._sender)

    @cached_property
    def timesheet_logs(self) -> TimesheetLogs:
        """Changes made to timesheets (`/api/timesheet-logs`)."""
        from .timesheet_logs import TimesheetLogs

        return TimesheetLogs(self._sender)

    @cached_property
    def timesheet_whitelists(self) -> TimesheetWhitelists:
        """Who may log time on which project (`/api/timesheet-whitelists`)."""
        from .timesheet_whitelists import TimesheetWhitelists

        return TimesheetWhitelists(self._sender)

    @cached_property
    def timesheets(self) -> Timesheets:
        """Hours logged by person, project and day (`/api/timesheets`)."""
        from .timesheets import Timesheets

        return Timesheets(self._sender)
