"""The calls of `wethod.project_plan_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_plan_areas import ProjectPlanArea

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectPlanAreas", "ProjectPlanAreasWithResponse"]

CREATION: Final = Creation(
    "project_plan_areas",
    "/api/project-plan-areas",
    ProjectPlanArea,
    row="/api/project-plan-areas/{id}",
    filters={"project_id": "plain"},
)


class ProjectPlanAreas:
    """Areas of project plans (`/api/project-plan-areas`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectPlanArea]:
        """Lists project plan areas.

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
            "/api/project-plan-areas",
            ProjectPlanArea,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_plan_areas.list",
            route="/api/project-plan-areas",
        )

    async def get(self, id: int) -> ProjectPlanArea:
        """Reads one project plan area.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_areas.get", "GET", "/api/project-plan-areas/{id}", ProjectPlanArea, id=id
        )

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        project_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> ProjectPlanArea:
        """Creates a project plan area.

        No reference page says which fields are mandatory. Assumed to be mandatory: name, project_id. An
        InvalidDataError names what is missing.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name),
            body.integer("project_id", project_id, minimum=1),
        ]
        call = self._sender.call(
            "project_plan_areas.create", "POST", "/api/project-plan-areas", ProjectPlanArea, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(self, id: int, *, name: str | Omitted = OMITTED) -> ProjectPlanArea:
        """Changes fields of a project plan area.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_areas.update",
            "PATCH",
            "/api/project-plan-areas/{id}",
            ProjectPlanArea,
            body=[body.text("name", name)],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project plan area.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_plan_areas.delete", "DELETE", "/api/project-plan-areas/{id}", None, id=id
        )


class ProjectPlanAreasWithResponse:
    """The calls of `wethod.with_response.project_plan_areas`: as those of `ProjectPlanAreas`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectPlanAreas.list)
    def list(self) -> None:
        """As `ProjectPlanAreas.list`."""

    @responding(ProjectPlanAreas.get)
    def get(self) -> None:
        """As `ProjectPlanAreas.get`, in a `Response`."""

    @responding(ProjectPlanAreas.create)
    def create(self) -> None:
        """As `ProjectPlanAreas.create`, in a `Response`."""

    @responding(ProjectPlanAreas.update)
    def update(self) -> None:
        """As `ProjectPlanAreas.update`, in a `Response`."""

    @responding(ProjectPlanAreas.delete)
    def delete(self) -> None:
        """As `ProjectPlanAreas.delete`, in a `Response`."""
