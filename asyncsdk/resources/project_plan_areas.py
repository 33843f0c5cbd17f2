"""The calls of `wethod.project_plan_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import arguments, body
from ..models.project_plan_areas import ProjectPlanArea
from ..omitted import OMITTED, Omitted
from ..pager import Pager

if TYPE_CHECKING:
    from ..filters import DateTimeFilter
    from ..session import Session

__all__ = ["ProjectPlanAreas"]


class ProjectPlanAreas:
    """Areas of project plans (`/api/project-plan-areas`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

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
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return Pager(
            self._session,
            "/api/project-plan-areas",
            ProjectPlanArea,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
        )

    async def get(self, id: int) -> ProjectPlanArea:
        """Reads one project plan area.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call("GET", arguments.path("/api/project-plan-areas/{id}", id=id), ProjectPlanArea)

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        project_id: int | Omitted = OMITTED,
    ) -> ProjectPlanArea:
        """Creates a project plan area.

        No reference page says which fields are mandatory. Assumed to be mandatory: name, project_id. A
        ValidationError names what is missing.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "POST",
            "/api/project-plan-areas",
            ProjectPlanArea,
            body=[
                body.text("name", name),
                body.integer("project_id", project_id, minimum=1),
            ],
        )

    async def update(self, id: int, *, name: str | Omitted = OMITTED) -> ProjectPlanArea:
        """Changes fields of a project plan area.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "PATCH",
            arguments.path("/api/project-plan-areas/{id}", id=id),
            ProjectPlanArea,
            body=[body.text("name", name)],
        )

    async def delete(self, id: int) -> None:
        """Deletes a project plan area.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        await self._session.call("DELETE", arguments.path("/api/project-plan-areas/{id}", id=id), None)
