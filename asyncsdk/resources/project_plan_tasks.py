"""The calls of `wethod.project_plan_tasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_plan_tasks import ProjectPlanTask

if TYPE_CHECKING:
    from .._codec.values import Json
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["DependencyType", "ProjectPlanTasks", "ProjectPlanTasksWithResponse", "StatusKey"]

DependencyType: TypeAlias = Literal["start-to-start", "finish-to-start", "start-to-finish", "finish-to-finish"]

StatusKey: TypeAlias = Literal["not-started", "in-progress", "blocked", "done", "closed"]

CREATION: Final = Creation(
    "project_plan_tasks",
    "/api/project-plan-tasks",
    ProjectPlanTask,
    row="/api/project-plan-tasks/{id}",
    filters={"project_plan_area_id": "plain"},
)


class ProjectPlanTasks:
    """Tasks of project plans (`/api/project-plan-tasks`).

    For example:

        await wethod.project_plan_tasks.update(6, status_key="done", notes=None, custom_fields={7: 2})
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        project_plan_area_id: int | None = None,
        employee_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectPlanTask]:
        """Lists project plan tasks.

        Permissions: project_plan.view.

        Args:
            employee_id: Tasks assigned to this employee through plan effort.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/project-plan-tasks",
            ProjectPlanTask,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("project_plan_area_id", project_plan_area_id, minimum=1),
                arguments.integer("employee_id", employee_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_plan_tasks.list",
            route="/api/project-plan-tasks",
        )

    async def get(self, id: int) -> ProjectPlanTask:
        """Reads one project plan task.

        Permissions: project_plan.view.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_tasks.get", "GET", "/api/project-plan-tasks/{id}", ProjectPlanTask, id=id
        )

    async def create(
        self,
        *,
        project_plan_area_id: int | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        start_date: dt.date | str | Omitted = OMITTED,
        end_date: dt.date | str | Omitted = OMITTED,
        depends_on_id: int | Omitted = OMITTED,
        dependency_type: DependencyType | Omitted = OMITTED,
        status_key: StatusKey | Omitted = OMITTED,
        custom_fields: Mapping[int, Json] | Omitted = OMITTED,
        settle: bool = False,
    ) -> ProjectPlanTask:
        """Creates a project plan task.

        No reference page says which fields are mandatory. Assumed to be mandatory: project_plan_area_id, name. An
        InvalidDataError names what is missing.

        Permissions: project_plan.edit.

        Args:
            name: At most 255 characters.
            end_date: Assumed: answered 400 where it is before start_date.
            custom_fields: Ids of the chosen options by the id of a custom field, as in `{7: 2}`.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("project_plan_area_id", project_plan_area_id),
            body.text("name", name, max_length=255),
            body.text("notes", notes),
            body.date("start_date", start_date),
            body.date("end_date", end_date),
            body.integer("depends_on_id", depends_on_id, minimum=1),
            body.choice("dependency_type", dependency_type, get_args(DependencyType)),
            body.choice("status_key", status_key, get_args(StatusKey)),
            *body.numbered("custom_fields", custom_fields, "custom_field_"),
        ]
        call = self._sender.call(
            "project_plan_tasks.create", "POST", "/api/project-plan-tasks", ProjectPlanTask, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        notes: str | Omitted | None = OMITTED,
        start_date: dt.date | str | Omitted | None = OMITTED,
        end_date: dt.date | str | Omitted | None = OMITTED,
        depends_on_id: int | Omitted | None = OMITTED,
        project_plan_area_id: int | Omitted | None = OMITTED,
        dependency_type: DependencyType | Omitted | None = OMITTED,
        status_key: StatusKey | Omitted | None = OMITTED,
        custom_fields: Mapping[int, Json] | Omitted = OMITTED,
    ) -> ProjectPlanTask:
        """Changes fields of a project plan task.

        Of `custom_fields`, an id that is left out keeps its value and None clears it.

        Permissions: project_plan.edit.

        Args:
            name: At most 255 characters.
            notes: None is sent as null.
            start_date: None is sent as null.
            end_date: None is sent as null. Assumed: answered 400 where it is before start_date.
            depends_on_id: None is sent as null.
            project_plan_area_id: None is sent as null. Assumed: null is answered 400: no task is without an area.
            dependency_type: None is sent as null.
            status_key: None is sent as null.
            custom_fields: Ids of the chosen options by the id of a custom field, as in `{7: 2}`.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_tasks.update",
            "PATCH",
            "/api/project-plan-tasks/{id}",
            ProjectPlanTask,
            body=[
                body.text("name", name, max_length=255),
                body.text("notes", notes, nullable=True),
                body.date("start_date", start_date, nullable=True),
                body.date("end_date", end_date, nullable=True),
                body.integer("depends_on_id", depends_on_id, minimum=1, nullable=True),
                body.integer("project_plan_area_id", project_plan_area_id, nullable=True),
                body.choice("dependency_type", dependency_type, get_args(DependencyType), nullable=True),
                body.choice("status_key", status_key, get_args(StatusKey), nullable=True),
                *body.numbered("custom_fields", custom_fields, "custom_field_"),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project plan task.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_tasks.delete", "DELETE", "/api/project-plan-tasks/{id}", None, id=id
        )


class ProjectPlanTasksWithResponse:
    """The calls of `wethod.with_response.project_plan_tasks`: as those of `ProjectPlanTasks`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectPlanTasks.list)
    def list(self) -> None:
        """As `ProjectPlanTasks.list`."""

    @responding(ProjectPlanTasks.get)
    def get(self) -> None:
        """As `ProjectPlanTasks.get`, in a `Response`."""

    @responding(ProjectPlanTasks.create)
    def create(self) -> None:
        """As `ProjectPlanTasks.create`, in a `Response`."""

    @responding(ProjectPlanTasks.update)
    def update(self) -> None:
        """As `ProjectPlanTasks.update`, in a `Response`."""

    @responding(ProjectPlanTasks.delete)
    def delete(self) -> None:
        """As `ProjectPlanTasks.delete`, in a `Response`."""
