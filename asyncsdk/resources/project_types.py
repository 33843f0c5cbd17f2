"""The calls of `wethod.project_types`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_types import ProjectType

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectTypes", "ProjectTypesWithResponse"]


class ProjectTypes:
    """Types of projects (`/api/project-types`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        order: str | Sequence[str] | None = None,
        search: str | None = None,
        group: str | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectType]:
        """Lists project types.

        No reference page was at hand; treat as probable.

        Args:
            order: A field to sort by or several, each descending after `-`; the contract does not name them.
                Assumed: the fields are not named; any field of the row that holds one value.
            search: A keyword to look up. Assumed: a part of the name, in either case.
            group: Assumed: the whole text of the group.
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
            "/api/project-types",
            ProjectType,
            [
                arguments.order("order", order),
                arguments.text("search", search),
                arguments.text("group", group),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_types.list",
            route="/api/project-types",
        )

    async def get(self, id: int) -> ProjectType:
        """Reads one project type.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("project_types.get", "GET", "/api/project-types/{id}", ProjectType, id=id)


class ProjectTypesWithResponse:
    """The calls of `wethod.with_response.project_types`: as those of `ProjectTypes`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectTypes.list)
    def list(self) -> None:
        """As `ProjectTypes.list`."""

    @responding(ProjectTypes.get)
    def get(self) -> None:
        """As `ProjectTypes.get`, in a `Response`."""
