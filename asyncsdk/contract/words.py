"""The sentences of the generated docstrings that the contract does not give: written by hand, looked up by name.

The generator refuses a resource or model that has no sentence here, and a sentence whose subject is gone.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "DYNAMIC",
    "EXAMPLES",
    "INSTEAD_OF_GET",
    "MODELS",
    "NOTES",
    "OPEN_BODIES",
    "RESOURCE_NOTES",
    "UNITS",
    "VERBS",
]

RESOURCE_NOTES: Final = {
    "project_metadata": "Projects show the values as `project.metadata[id]`; here are the ids.",
    "projects": "`project.metadata` holds what `wethod.project_metadata.list()` names, by its ids.",
    "streams": (
        "Members cannot be detached: the API has no call for it, so end a membership in Wethod itself. Leaders can, "
        "with `detach_leader`."
    ),
}

INSTEAD_OF_GET: Final = {
    "people_allocations": "await wethod.people_allocations.list(person_id=3, project_id=7, date=day).first()",
    "production_plans": "await wethod.production_plans.list(project_id=7)",
    "productions": "await wethod.productions.list(project_id=7)",
    "project_stages": "{stage.id: stage for stage in await wethod.project_stages.list()}",
    "project_status_areas": "await wethod.project_status_areas.list(project_status_id=5)",
    "timesheet_areas": "await wethod.timesheet_areas.list(timesheet_id=9)",
    "timesheets": "await wethod.timesheets.list(person_id=3, project_id=7, date=day).first()",
}

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "budgets": ('await wethod.budgets.submit(5, approver_id=3, message="Ready")',),
    "clients": ('client = await wethod.clients.get(4, include="external_identifiers")',),
    "custom_fields": (
        'fields = await wethod.custom_fields.list(domain="project_plan", include="options", order="sort")',
    ),
    "invoices": ('await wethod.invoices.set_paid(8, payment_date="2026-05-31")',),
    "people_allocations": ("await wethod.people_allocations.create(person_id=3, project_id=7, date=day, hours=8)",),
    "production_plan_streams": (
        "async for row in wethod.production_plan_streams.list(project_id=7, updated_at=F.gte(since)):",
        "    print(row.date, row.value)",
    ),
    "production_streams": ('rows = await wethod.production_streams.list(project_id=7, deleted="include")',),
    "project_plan_tasks": (
        'await wethod.project_plan_tasks.update(6, status_key="done", notes=None, custom_fields={7: 2})',
    ),
    "projects": (
        "project = await wethod.projects.get(7)",
        "sector = project.metadata[13]",
        'await wethod.projects.update(7, probability=80, metadata={13: "Finance"})',
    ),
    "streams": (
        'streams = await wethod.streams.list(is_archived=False, include=["stream_leaders", "stream_members"])',
        "await wethod.streams.attach_leader(stream_id=3, leader_id=12)",
        "await wethod.streams.archive(12)",
    ),
    "timesheet_logs": (
        'async for log in wethod.timesheet_logs.list(mode="daily", order="created_at", updated_at=F.gte(since)):',
        "    print(log.from_hours, log.to_hours)",
    ),
    "timesheets": ('await wethod.timesheets.create(person_id=3, project_id=7, date=day, hours=7.5, mode="daily")',),
}

MODELS: Final = {
    "Budget": "One version of a project's budget.",
    "BudgetArea": "An area of a budget: a group of its tasks.",
    "BudgetDay": "Days planned for one task of a budget.",
    "BudgetJobTitle": "A job title as one budget uses it.",
    "BudgetPriceListLevel": "A level as one budget uses it, with its cost and price.",
    "BudgetTask": "A task of a budget area.",
    "BusinessUnit": "A business unit of the company.",
    "Capacity": "A weekly working time: the minutes of each day.",
    "Client": "A client of the company.",
    "Contact": "A person at a client.",
    "CustomField": "A field the company adds to what it plans.",
    "CustomFieldOption": "One value a custom field can have.",
    "ExternalClientIdentifier": "The id of a client in another system.",
    "Holiday": "A holiday of the company: on one exact date, or every year on a day of a month.",
    "HolidayLocation": "The link between a holiday and a location that keeps it.",
    "Invoice": "An invoice of a project.",
    "InvoiceContact": "An address that invoices can be sent to.",
    "JobOrderCategory": "A category of job orders, with the rules its projects follow.",
    "JobOrderCategoryGroup": "A group of job order categories.",
    "JobTitle": "A job title of persons.",
    "Level": "A level of seniority.",
    "Location": "A location of the company.",
    "PeopleAllocation": "The hours of one day that a person is allocated to a project.",
    "Person": "A person of the company.",
    "PersonCapacity": "The capacity a person has from a date on.",
    "PersonPayroll": "The yearly cost of a person in a period of months.",
    "PriceList": "A price list of the company or of a client.",
    "PriceListLevel": "Price and cost of a level in a price list.",
    "Product": "A product that budgets can contain.",
    "ProductLevel": "The days of a level that a product takes.",
    "Production": "The production of a project at a date.",
    "ProductionPlan": "The percentage of a project's production planned in a month.",
    "ProductionPlanStream": "The percentage of a project's production planned for one stream in a month.",
    "ProductionStream": "The production of one stream of a project in a week.",
    "Project": "A project, or an opportunity in the pipeline.",
    "ProjectMetadata": "A tag that projects can carry, with its allowed values.",
    "ProjectPlanArea": "An area of a project's plan.",
    "ProjectPlanSubtask": "A subtask of a task in a project's plan.",
    "ProjectPlanSubtaskAssignee": "A person assigned to a subtask, with the hours.",
    "ProjectPlanTask": "A task of an area in a project's plan.",
    "ProjectPlanTaskAssignee": "A person assigned to a task, with the hours.",
    "ProjectStage": "A stage of opportunities in the pipeline.",
    "ProjectStatus": "How far a project is: progress, or days left.",
    "ProjectStatusArea": "How far one budget area of a project is, within a project status.",
    "ProjectType": "A type of projects.",
    "Role": "A role of persons.",
    "Stream": "A stream of the company.",
    "StreamLeader": "A person who leads a stream.",
    "StreamMember": "A person who is a member of a stream, and when.",
    "Timesheet": "The hours a person logged on a project for a day.",
    "TimesheetArea": "The hours of a timesheet that went to one budget area, by kind.",
    "TimesheetLog": "A change made to a timesheet.",
    "TimesheetWhitelist": "A person who may log time on a project.",
}

DYNAMIC: Final = {
    # The prefix of dynamic keys: the mapping that gathers them, what it is in answers, and what it is in calls.
    "metadata_": (
        "metadata",
        "By the id of a project metadata; only those with a value are there.",
        'Values by the id of a project metadata, as in `{13: "Finance"}`.',
    ),
    "custom_field_": (
        "custom_fields",
        "By the id of a custom field: the chosen option's id, None where unset.",
        "Ids of the chosen options by the id of a custom field, as in `{7: 2}`.",
    ),
}

OPEN_BODIES: Final = {
    # What answers have besides the ids that every row has: the best guess at what these bodies take.
    "CreateProjectPlanSubtaskAssignee": "Answers have employee_id, project_plan_subtask_id, hours and strategy.",
    "CreateProjectPlanTaskAssignee": "Answers have employee_id, project_plan_task_id, hours and strategy.",
    "UpdateProjectPlanEffort": "Answers have employee_id, hours and strategy.",
}

UNITS: Final = {
    # By field name, where the contract leaves the unit out.
    "final_net_price": "In the master currency.",
    "final_net_price_currency": "In the budget's currency.",
    "probability": "In percent.",
}

NOTES: Final = {
    # What the contract says of a field, parameter or schema: the same for readers of Python.
    "Dynamic keys metadata_<id> (id of a project metadata) appear only where that metadata has a value. "
    "value is in thousands (K).": "",
    "Dynamic keys custom_field_<id>: the chosen option's id, or null when unset.": "",
    "Dynamic keys custom_field_<id>: an option's id; null clears it; an omitted key keeps its value.": (
        "Of `custom_fields`, an id that is left out keeps its value and None clears it."
    ),
    "Integers must be JSON numbers. mode is upper case here and lower case in responses.": (
        "`mode` is sent in upper case and comes back in lower case."
    ),
    "date is the first day of a month; value is a percentage.": "",
    "date is the first day of a week.": "",
    "date is a Monday.": "`date` is a Monday.",
    "starts_at and ends_at are dates.": "",
    "YYYY-MM-DD": "",
    "boolean-like archived filter": "",
    "comma list of relations; dot notation for nested": "Dots lead to relations of relations.",
    "comma list; prefix - descending, + ascending; default ascending": "",
    "comma-separated list; camelCase values, snake_case keys come back": "They come back in snake_case.",
    "comma-separated relations; camelCase here, response field is external_identifiers": (
        "They come back in snake_case."
    ),
    "budget currency": "In the budget's currency.",
    "first day of month": "First day of the month.",
    "bodies name it currency_enabled": "Calls name it `currency_enabled`.",
    "bodies name it enabled": "Calls name it `enabled`.",
    "first day of month; bodies name it start_date": "First day of the month. Calls name it `start_date`.",
    "first day of week (not of month)": "First day of the week (not of the month).",
    "float": "",
    "gt:/lt: prefixes": "",
    "in thousands (K)": "In thousands (K).",
    "in thousands (K); usually a number, in examples a string; older pages name it estimate": (
        "In thousands (K). Older reference pages name it estimate."
    ),
    "list_streams: only when asked for with include": "In lists only when asked for with `include`.",
    "lower case in responses (daily, weekly); upper case on input": (
        "daily or weekly, in lower case; calls send it in upper case."
    ),
    "master currency": "In the master currency.",
    "months": "In months.",
    "months; usually a number, in examples a string": "In months.",
    "multi-currency switch; response field is is_currency_enabled": "Switches several currencies on.",
    "no sign means ascending; encode + as %2B": "",
    "null = since the beginning of time": "None: since ever.",
    "only for type single_option, status or multi_select; list takes include=options": (
        'For the types single_option, status and multi_select; in lists only with `include="options"`.'
    ),
    "other lists use +field / -field": "",
    "per day": "A day.",
    "percent": "In percent.",
    "percent; usually a number, in examples a string; older pages list 0, 10, 25, 50, 75, 90 and 100": "In percent.",
    "percentage": "In percent.",
    "required when the project status mode is percentage": (
        "In percent; required when the project status mode is percentage."
    ),
    "response field is is_enabled": "",
    "start month; response names it date_start": "First day of the month in which it starts.",
    "whether costs follow the company default list; bodies name it sync_with_company_default": (
        "Whether costs follow the company's default list. Calls name it `sync_with_company_default`."
    ),
    "the stream and plan relatives are floats": (
        "The contract gives it no type; in production streams and plans it is a number."
    ),
}

VERBS: Final = {
    "Archive": "Archives",
    "Attach": "Attaches",
    "Create": "Creates",
    "Change": "Changes",
    "Delete": "Deletes",
    "Detach": "Detaches",
    "Get": "Reads",
    "List": "Lists",
    "Mark": "Marks",
    "Send": "Sends",
    "Unarchive": "Unarchives",
    "Update": "Changes",
}
