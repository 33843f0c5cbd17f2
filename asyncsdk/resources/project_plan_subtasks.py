"""The calls of `wethod.project_plan_subtasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_plan_subtasks import ProjectPlanSubtask

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectPlanSubtasks", "ProjectPlanSubtasksWithResponse"]

CREATION: Final = Creation(
    "project_plan_subtasks",
    "/api/project-plan-subtasks",
    ProjectPlanSubtask,
    row="/api/project-plan-subtasks/{id}",
    filters={"project_plan_task_id": "plain"},
)


class ProjectPlanSubtasks:
    """Subtasks of project plans (`/api/project-plan-subtasks`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        project_plan_task_id: int | None = None,
        employee_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectPlanSubtask]:
        """Lists project plan subtasks.

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
            "/api/project-plan-subtasks",
            ProjectPlanSubtask,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("project_plan_task_id", project_plan_task_id, minimum=1),
                arguments.integer("employee_id", employee_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_plan_subtasks.list",
            route="/api/project-plan-subtasks",
        )

    async def get(self, id: int) -> ProjectPlanSubtask:
        """Reads one project plan subtask.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_subtasks.get", "GET", "/api/project-plan-subtasks/{id}", ProjectPlanSubtask, id=id
        )

    async def create(
        self,
        *,
        project_plan_task_id: int | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        start_date: dt.date | str | Omitted = OMITTED,
        end_date: dt.date | str | Omitted = OMITTED,
        depends_on_id: int | Omitted = OMITTED,
        dependency_type: str | Omitted = OMITTED,
        status_key: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> ProjectPlanSubtask:
        """Creates a project plan subtask.

        No reference page says which fields are mandatory. Assumed to be mandatory: project_plan_task_id, name. An
        InvalidDataError names what is missing.

        No reference page was at hand; treat as probable.

        Args:
            end_date: Assumed: answered 400 where it is before start_date.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("project_plan_task_id", project_plan_task_id, minimum=1),
            body.text("name", name),
            body.text("notes", notes),
            body.date("start_date", start_date),
            body.date("end_date", end_date),
            body.integer("depends_on_id", depends_on_id),
            body.text("dependency_type", dependency_type),
            body.text("status_key", status_key),
        ]
        call = self._sender.call(
            "project_plan_subtasks.create", "POST", "/api/project-plan-subtasks", ProjectPlanSubtask, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        start_date: dt.date | str | Omitted = OMITTED,
        end_date: dt.date | str | Omitted = OMITTED,
        depends_on_id: int | Omitted = OMITTED,
        project_plan_task_id: int | Omitted = OMITTED,
        dependency_type: str | Omitted = OMITTED,
        status_key: str | Omitted = OMITTED,
    ) -> ProjectPlanSubtask:
        """Changes fields of a project plan subtask.

        No reference page was at hand; treat as probable.

        Args:
            end_date: Assumed: answered 400 where it is before start_date.
            project_plan_task_id: Moves the subtask to another task.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_subtasks.update",
            "PATCH",
            "/api/project-plan-subtasks/{id}",
            ProjectPlanSubtask,
            body=[
                body.text("name", name),
                body.text("notes", notes),
                body.date("start_date", start_date),
                body.date("end_date", end_date),
                body.integer("depends_on_id", depends_on_id),
                body.integer("project_plan_task_id", project_plan_task_id, minimum=1),
                body.text("dependency_type", dependency_type),
                body.text("status_key", status_key),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project plan subtask.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_subtasks.delete", "DELETE", "/api/project-plan-subtasks/{id}", None, id=id
        )


class ProjectPlanSubtasksWithResponse:
    """The calls of `wethod.with_response.project_plan_subtasks`: as those of `ProjectPlanSubtasks`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectPlanSubtasks.list)
    def list(self) -> None:
        """As `ProjectPlanSubtasks.list`."""

    @responding(ProjectPlanSubtasks.get)
    def get(self) -> None:
        """As `ProjectPlanSubtasks.get`, in a `Response`."""

    @responding(ProjectPlanSubtasks.create)
    def create(self) -> None:
        """As `ProjectPlanSubtasks.create`, in a `Response`."""

    @responding(ProjectPlanSubtasks.update)
    def update(self) -> None:
        """As `ProjectPlanSubtasks.update`, in a `Response`."""

    @responding(ProjectPlanSubtasks.delete)
    def delete(self) -> None:
        """As `ProjectPlanSubtasks.delete`, in a `Response`."""
