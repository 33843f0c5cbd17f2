"""The resources of the API, as attributes of the client.

Each is imported when it is first used, so that a client costs no more than what it touches.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from .budget_areas import BudgetAreas, BudgetAreasWithResponse
    from .budget_days import BudgetDays, BudgetDaysWithResponse
    from .budget_job_titles import BudgetJobTitles, BudgetJobTitlesWithResponse
    from .budget_price_list_levels import BudgetPriceListLevels, BudgetPriceListLevelsWithResponse
    from .budget_tasks import BudgetTasks, BudgetTasksWithResponse
    from .budgets import Budgets, BudgetsWithResponse
    from .business_units import BusinessUnits, BusinessUnitsWithResponse
    from .capacities import Capacities, CapacitiesWithResponse
    from .clients import Clients, ClientsWithResponse
    from .contacts import Contacts, ContactsWithResponse
    from .custom_field_options import CustomFieldOptions, CustomFieldOptionsWithResponse
    from .custom_fields import CustomFields, CustomFieldsWithResponse
    from .holidays import Holidays, HolidaysWithResponse
    from .invoice_contacts import InvoiceContacts, InvoiceContactsWithResponse
    from .invoices import Invoices, InvoicesWithResponse
    from .job_order_categories import JobOrderCategories, JobOrderCategoriesWithResponse
    from .job_order_category_groups import JobOrderCategoryGroups, JobOrderCategoryGroupsWithResponse
    from .job_titles import JobTitles, JobTitlesWithResponse
    from .levels import Levels, LevelsWithResponse
    from .locations import Locations, LocationsWithResponse
    from .people_allocations import PeopleAllocations, PeopleAllocationsWithResponse
    from .person_capacities import PersonCapacities, PersonCapacitiesWithResponse
    from .person_payrolls import PersonPayrolls, PersonPayrollsWithResponse
    from .persons import Persons, PersonsWithResponse
    from .price_list_levels import PriceListLevels, PriceListLevelsWithResponse
    from .price_lists import PriceLists, PriceListsWithResponse
    from .product_levels import ProductLevels, ProductLevelsWithResponse
    from .production_plan_streams import ProductionPlanStreams, ProductionPlanStreamsWithResponse
    from .production_plans import ProductionPlans, ProductionPlansWithResponse
    from .production_streams import ProductionStreams, ProductionStreamsWithResponse
    from .productions import Productions, ProductionsWithResponse
    from .products import Products, ProductsWithResponse
    from .project_metadata import ProjectMetadataResource, ProjectMetadataResourceWithResponse
    from .project_plan_areas import ProjectPlanAreas, ProjectPlanAreasWithResponse
    from .project_plan_subtask_assignees import ProjectPlanSubtaskAssignees, ProjectPlanSubtaskAssigneesWithResponse
    from .project_plan_subtasks import ProjectPlanSubtasks, ProjectPlanSubtasksWithResponse
    from .project_plan_task_assignees import ProjectPlanTaskAssignees, ProjectPlanTaskAssigneesWithResponse
    from .project_plan_tasks import ProjectPlanTasks, ProjectPlanTasksWithResponse
    from .project_stages import ProjectStages, ProjectStagesWithResponse
    from .project_status_areas import ProjectStatusAreas, ProjectStatusAreasWithResponse
    from .project_statuses import ProjectStatuses, ProjectStatusesWithResponse
    from .project_types import ProjectTypes, ProjectTypesWithResponse
    from .projects import Projects, ProjectsWithResponse
    from .roles import Roles, RolesWithResponse
    from .streams import Streams, StreamsWithResponse
    from .timesheet_areas import TimesheetAreas, TimesheetAreasWithResponse
    from .timesheet_logs import TimesheetLogs, TimesheetLogsWithResponse
    from .timesheet_whitelists import TimesheetWhitelists, TimesheetWhitelistsWithResponse
    from .timesheets import Timesheets, TimesheetsWithResponse

__all__ = ["Resources", "ResourcesWithResponse"]


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


class ResourcesWithResponse:
    """The same attributes, whose calls return a `Response`; what `wethod.with_response` gives."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @cached_property
    def budget_areas(self) -> BudgetAreasWithResponse:
        """Areas of budgets, the groups their tasks belong to (`/api/budget-areas`)."""
        from .budget_areas import BudgetAreasWithResponse

        return BudgetAreasWithResponse(self._sender)

    @cached_property
    def budget_days(self) -> BudgetDaysWithResponse:
        """Days planned in budgets, by task and job title or price list level (`/api/budget-days`)."""
        from .budget_days import BudgetDaysWithResponse

        return BudgetDaysWithResponse(self._sender)

    @cached_property
    def budget_job_titles(self) -> BudgetJobTitlesWithResponse:
        """Job titles as budgets use them (`/api/budget-job-titles`)."""
        from .budget_job_titles import BudgetJobTitlesWithResponse

        return BudgetJobTitlesWithResponse(self._sender)

    @cached_property
    def budget_price_list_levels(self) -> BudgetPriceListLevelsWithResponse:
        """Price list levels as budgets use them, with cost and price a day (`/api/budget-price-list-levels`)."""
        from .budget_price_list_levels import BudgetPriceListLevelsWithResponse

        return BudgetPriceListLevelsWithResponse(self._sender)

    @cached_property
    def budget_tasks(self) -> BudgetTasksWithResponse:
        """Tasks of budgets, with cost, price and days (`/api/budget-tasks`)."""
        from .budget_tasks import BudgetTasksWithResponse

        return BudgetTasksWithResponse(self._sender)

    @cached_property
    def budgets(self) -> BudgetsWithResponse:
        """Budgets of projects: every version, and the way from draft to approval (`/api/budgets`)."""
        from .budgets import BudgetsWithResponse

        return BudgetsWithResponse(self._sender)

    @cached_property
    def business_units(self) -> BusinessUnitsWithResponse:
        """Business units of the company (`/api/business-units`)."""
        from .business_units import BusinessUnitsWithResponse

        return BusinessUnitsWithResponse(self._sender)

    @cached_property
    def capacities(self) -> CapacitiesWithResponse:
        """Weekly working-time capacities, in minutes a day (`/api/capacities`)."""
        from .capacities import CapacitiesWithResponse

        return CapacitiesWithResponse(self._sender)

    @cached_property
    def clients(self) -> ClientsWithResponse:
        """Clients of the company (`/api/clients`)."""
        from .clients import ClientsWithResponse

        return ClientsWithResponse(self._sender)

    @cached_property
    def contacts(self) -> ContactsWithResponse:
        """Contacts at clients (`/api/contacts`)."""
        from .contacts import ContactsWithResponse

        return ContactsWithResponse(self._sender)

    @cached_property
    def custom_field_options(self) -> CustomFieldOptionsWithResponse:
        """Options of custom fields (`/api/custom-field-options`)."""
        from .custom_field_options import CustomFieldOptionsWithResponse

        return CustomFieldOptionsWithResponse(self._sender)

    @cached_property
    def custom_fields(self) -> CustomFieldsWithResponse:
        """Custom fields the company adds to what it plans (`/api/custom-fields`)."""
        from .custom_fields import CustomFieldsWithResponse

        return CustomFieldsWithResponse(self._sender)

    @cached_property
    def holidays(self) -> HolidaysWithResponse:
        """Holidays of the company, and the locations that keep them (`/api/holidays`)."""
        from .holidays import HolidaysWithResponse

        return HolidaysWithResponse(self._sender)

    @cached_property
    def invoice_contacts(self) -> InvoiceContactsWithResponse:
        """Addresses that invoices can be sent to (`/api/invoice-contacts`)."""
        from .invoice_contacts import InvoiceContactsWithResponse

        return InvoiceContactsWithResponse(self._sender)

    @cached_property
    def invoices(self) -> InvoicesWithResponse:
        """Invoices of projects: draft, sent, paid (`/api/invoices`)."""
        from .invoices import InvoicesWithResponse

        return InvoicesWithResponse(self._sender)

    @cached_property
    def job_order_categories(self) -> JobOrderCategoriesWithResponse:
        """Categories of job orders, with the rules a project of that category follows (`/api/job-order-categories`)."""
        from .job_order_categories import JobOrderCategoriesWithResponse

        return JobOrderCategoriesWithResponse(self._sender)

    @cached_property
    def job_order_category_groups(self) -> JobOrderCategoryGroupsWithResponse:
        """Groups of job order categories (`/api/job-order-category-groups`)."""
        from .job_order_category_groups import JobOrderCategoryGroupsWithResponse

        return JobOrderCategoryGroupsWithResponse(self._sender)

    @cached_property
    def job_titles(self) -> JobTitlesWithResponse:
        """Job titles of persons (`/api/job-titles`)."""
        from .job_titles import JobTitlesWithResponse

        return JobTitlesWithResponse(self._sender)

    @cached_property
    def levels(self) -> LevelsWithResponse:
        """Levels of seniority (`/api/levels`)."""
        from .levels import LevelsWithResponse

        return LevelsWithResponse(self._sender)

    @cached_property
    def locations(self) -> LocationsWithResponse:
        """Locations of the company (`/api/locations`)."""
        from .locations import LocationsWithResponse

        return LocationsWithResponse(self._sender)

    @cached_property
    def people_allocations(self) -> PeopleAllocationsWithResponse:
        """Hours allocated to persons on projects, by day (`/api/people-allocations`)."""
        from .people_allocations import PeopleAllocationsWithResponse

        return PeopleAllocationsWithResponse(self._sender)

    @cached_property
    def person_capacities(self) -> PersonCapacitiesWithResponse:
        """Which capacity a person has since when (`/api/person-capacities`)."""
        from .person_capacities import PersonCapacitiesWithResponse

        return PersonCapacitiesWithResponse(self._sender)

    @cached_property
    def person_payrolls(self) -> PersonPayrollsWithResponse:
        """Yearly costs of persons, by period of months (`/api/person-payrolls`)."""
        from .person_payrolls import PersonPayrollsWithResponse

        return PersonPayrollsWithResponse(self._sender)

    @cached_property
    def persons(self) -> PersonsWithResponse:
        """Persons of the company (`/api/persons`)."""
        from .persons import PersonsWithResponse

        return PersonsWithResponse(self._sender)

    @cached_property
    def price_list_levels(self) -> PriceListLevelsWithResponse:
        """Prices and costs of the levels of price lists (`/api/price-list-levels`)."""
        from .price_list_levels import PriceListLevelsWithResponse

        return PriceListLevelsWithResponse(self._sender)

    @cached_property
    def price_lists(self) -> PriceListsWithResponse:
        """Price lists of the company and of clients (`/api/price-lists`)."""
        from .price_lists import PriceListsWithResponse

        return PriceListsWithResponse(self._sender)

    @cached_property
    def product_levels(self) -> ProductLevelsWithResponse:
        """Days of each level that a product takes (`/api/product-levels`)."""
        from .product_levels import ProductLevelsWithResponse

        return ProductLevelsWithResponse(self._sender)

    @cached_property
    def production_plan_streams(self) -> ProductionPlanStreamsWithResponse:
        """Percentages of production planned by project, stream and month (`/api/production-plan-streams`)."""
        from .production_plan_streams import ProductionPlanStreamsWithResponse

        return ProductionPlanStreamsWithResponse(self._sender)

    @cached_property
    def production_plans(self) -> ProductionPlansWithResponse:
        """Percentages of production planned by project and month (`/api/production-plans`)."""
        from .production_plans import ProductionPlansWithResponse

        return ProductionPlansWithResponse(self._sender)

    @cached_property
    def production_streams(self) -> ProductionStreamsWithResponse:
        """Production by project, stream and week (`/api/production-streams`)."""
        from .production_streams import ProductionStreamsWithResponse

        return ProductionStreamsWithResponse(self._sender)

    @cached_property
    def productions(self) -> ProductionsWithResponse:
        """Production by project and date (`/api/productions`)."""
        from .productions import ProductionsWithResponse

        return ProductionsWithResponse(self._sender)

    @cached_property
    def products(self) -> ProductsWithResponse:
        """Products that budgets can contain (`/api/products`)."""
        from .products import ProductsWithResponse

        return ProductsWithResponse(self._sender)

    @cached_property
    def project_metadata(self) -> ProjectMetadataResourceWithResponse:
        """Tags that projects can carry, with their allowed values (`/api/project-metadata`)."""
        from .project_metadata import ProjectMetadataResourceWithResponse

        return ProjectMetadataResourceWithResponse(self._sender)

    @cached_property
    def project_plan_areas(self) -> ProjectPlanAreasWithResponse:
        """Areas of project plans (`/api/project-plan-areas`)."""
        from .project_plan_areas import ProjectPlanAreasWithResponse

        return ProjectPlanAreasWithResponse(self._sender)

    @cached_property
    def project_plan_subtask_assignees(self) -> ProjectPlanSubtaskAssigneesWithResponse:
        """Persons assigned to subtasks of project plans, with their hours (`/api/project-plan-subtask-assignees`)."""
        from .project_plan_subtask_assignees import ProjectPlanSubtaskAssigneesWithResponse

        return ProjectPlanSubtaskAssigneesWithResponse(self._sender)

    @cached_property
    def project_plan_subtasks(self) -> ProjectPlanSubtasksWithResponse:
        """Subtasks of project plans (`/api/project-plan-subtasks`)."""
        from .project_plan_subtasks import ProjectPlanSubtasksWithResponse

        return ProjectPlanSubtasksWithResponse(self._sender)

    @cached_property
    def project_plan_task_assignees(self) -> ProjectPlanTaskAssigneesWithResponse:
        """Persons assigned to tasks of project plans, with their hours (`/api/project-plan-task-assignees`)."""
        from .project_plan_task_assignees import ProjectPlanTaskAssigneesWithResponse

        return ProjectPlanTaskAssigneesWithResponse(self._sender)

    @cached_property
    def project_plan_tasks(self) -> ProjectPlanTasksWithResponse:
        """Tasks of project plans (`/api/project-plan-tasks`)."""
        from .project_plan_tasks import ProjectPlanTasksWithResponse

        return ProjectPlanTasksWithResponse(self._sender)

    @cached_property
    def project_stages(self) -> ProjectStagesWithResponse:
        """Stages of opportunities in the pipeline (`/api/project-stages`)."""
        from .project_stages import ProjectStagesWithResponse

        return ProjectStagesWithResponse(self._sender)

    @cached_property
    def project_status_areas(self) -> ProjectStatusAreasWithResponse:
        """Progress by budget area within project statuses (`/api/project-status-areas`)."""
        from .project_status_areas import ProjectStatusAreasWithResponse

        return ProjectStatusAreasWithResponse(self._sender)

    @cached_property
    def project_statuses(self) -> ProjectStatusesWithResponse:
        """Statuses of projects: progress and days left, reported by week (`/api/project-statuses`)."""
        from .project_statuses import ProjectStatusesWithResponse

        return ProjectStatusesWithResponse(self._sender)

    @cached_property
    def project_types(self) -> ProjectTypesWithResponse:
        """Types of projects (`/api/project-types`)."""
        from .project_types import ProjectTypesWithResponse

        return ProjectTypesWithResponse(self._sender)

    @cached_property
    def projects(self) -> ProjectsWithResponse:
        """Projects and pipeline opportunities, which are one resource (`/api/projects`)."""
        from .projects import ProjectsWithResponse

        return ProjectsWithResponse(self._sender)

    @cached_property
    def roles(self) -> RolesWithResponse:
        """Roles of persons (`/api/roles`)."""
        from .roles import RolesWithResponse

        return RolesWithResponse(self._sender)

    @cached_property
    def streams(self) -> StreamsWithResponse:
        """Streams of the company, with their leaders and members (`/api/streams`)."""
        from .streams import StreamsWithResponse

        return StreamsWithResponse(self._sender)

    @cached_property
    def timesheet_areas(self) -> TimesheetAreasWithResponse:
        """Hours of timesheets by budget area (`/api/timesheet-areas`)."""
        from .timesheet_areas import TimesheetAreasWithResponse

        return TimesheetAreasWithResponse(self._sender)

    @cached_property
    def timesheet_logs(self) -> TimesheetLogsWithResponse:
        """Changes made to timesheets (`/api/timesheet-logs`)."""
        from .timesheet_logs import TimesheetLogsWithResponse

        return TimesheetLogsWithResponse(self._sender)

    @cached_property
    def timesheet_whitelists(self) -> TimesheetWhitelistsWithResponse:
        """Who may log time on which project (`/api/timesheet-whitelists`)."""
        from .timesheet_whitelists import TimesheetWhitelistsWithResponse

        return TimesheetWhitelistsWithResponse(self._sender)

    @cached_property
    def timesheets(self) -> TimesheetsWithResponse:
        """Hours logged by person, project and day (`/api/timesheets`)."""
        from .timesheets import TimesheetsWithResponse

        return TimesheetsWithResponse(self._sender)
