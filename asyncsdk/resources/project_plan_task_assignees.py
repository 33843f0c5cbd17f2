"""The calls of `wethod.project_plan_task_assignees`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._codec import arguments, body
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_plan_task_assignees import ProjectPlanTaskAssignee

if TYPE_CHECKING:
    from .._codec.values import Json
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectPlanTaskAssignees", "ProjectPlanTaskAssigneesWithResponse"]


class ProjectPlanTaskAssignees:
    """Persons assigned to tasks of project plans, with their hours (`/api/project-plan-task-assignees`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        employee_id: int | None = None,
        project_plan_task_id: int | None = None,
        project_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectPlanTaskAssignee]:
        """Lists project plan task assignees.

        No reference page was at hand; treat as probable.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/project-plan-task-assignees",
            ProjectPlanTaskAssignee,
            [
                arguments.integer("employee_id", employee_id, minimum=1),
                arguments.integer("project_plan_task_id", project_plan_task_id, minimum=1),
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_plan_task_assignees.list",
            route="/api/project-plan-task-assignees",
        )

    async def get(self, id: int) -> ProjectPlanTaskAssignee:
        """Reads one project plan task assignee.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_task_assignees.get",
            "GET",
            "/api/project-plan-task-assignees/{id}",
            ProjectPlanTaskAssignee,
            id=id,
        )

    async def create(self, *, fields: Mapping[str, Json]) -> ProjectPlanTaskAssignee:
        """Creates a project plan task assignee.

        No reference page says which fields are mandatory. Assumed to be mandatory: employee_id,
        project_plan_task_id. An InvalidDataError names what is missing.

        Assumed: fields are named as in the rows that come back.

        No reference page was at hand; treat as probable.

        Args:
            fields: The body by the API's field names; no schema is published. Answers have employee_id,
                project_plan_task_id, hours and strategy. So there is no `settle`: nobody can tell what the row of a
                lost create looks like.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_task_assignees.create",
            "POST",
            "/api/project-plan-task-assignees",
            ProjectPlanTaskAssignee,
            body=body.open_fields("fields", fields),
        )

    async def update(self, id: int, *, fields: Mapping[str, Json]) -> ProjectPlanTaskAssignee:
        """Changes fields of a project plan task assignee.

        Assumed: fields are named as in the rows that come back.

        No reference page was at hand; treat as probable.

        Args:
            fields: The body by the API's field names; no schema is published. Answers have employee_id, hours and
                strategy.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_task_assignees.update",
            "PATCH",
            "/api/project-plan-task-assignees/{id}",
            ProjectPlanTaskAssignee,
            body=body.open_fields("fields", fields),
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project plan task assignee.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_task_assignees.delete", "DELETE", "/api/project-plan-task-assignees/{id}", None, id=id
        )


class ProjectPlanTaskAssigneesWithResponse:
    """The calls of `wethod.with_response.project_plan_task_assignees`: as those of `ProjectPlanTaskAssignees`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectPlanTaskAssignees.list)
    def list(self) -> None:
        """As `ProjectPlanTaskAssignees.list`."""

    @responding(ProjectPlanTaskAssignees.get)
    def get(self) -> None:
        """As `ProjectPlanTaskAssignees.get`, in a `Response`."""

    @responding(ProjectPlanTaskAssignees.create)
    def create(self) -> None:
        """As `ProjectPlanTaskAssignees.create`, in a `Response`."""

    @responding(ProjectPlanTaskAssignees.update)
    def update(self) -> None:
        """As `ProjectPlanTaskAssignees.update`, in a `Response`."""

    @responding(ProjectPlanTaskAssignees.delete)
    def delete(self) -> None:
        """As `ProjectPlanTaskAssignees.delete`, in a `Response`."""
