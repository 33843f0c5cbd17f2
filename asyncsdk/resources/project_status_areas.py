"""The calls of `wethod.project_status_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing
from ..models.project_status_areas import ProjectStatusArea

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectStatusAreas", "ProjectStatusAreasWithResponse"]


class ProjectStatusAreas:
    """Progress by budget area within project statuses (`/api/project-status-areas`).

    There is no `get`: the API gives these rows only in lists. Instead:

        await wethod.project_status_areas.list(project_status_id=5)
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_status_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectStatusArea]:
        """Lists project status areas.

        Permissions: project_status.view, project_status.view_other.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/project-status-areas",
            ProjectStatusArea,
            [
                arguments.integer("project_status_id", project_status_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_status_areas.list",
            route="/api/project-status-areas",
        )


class ProjectStatusAreasWithResponse:
    """The calls of `wethod.with_response.project_status_areas`: as those of `ProjectStatusAreas`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectStatusAreas.list)
    def list(self) -> None:
        """As `ProjectStatusAreas.list`."""
