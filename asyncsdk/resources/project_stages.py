"""The calls of `wethod.project_stages`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing
from ..models.project_stages import ProjectStage

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectStages", "ProjectStagesWithResponse"]


class ProjectStages:
    """Stages of opportunities in the pipeline (`/api/project-stages`).

    There is no `get`: the API gives these rows only in lists. Instead:

        {stage.id: stage for stage in await wethod.project_stages.list()}
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        order: str | Sequence[str] | None = None,
        search: str | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectStage]:
        """Lists opportunity stages.

        No reference page was at hand; treat as probable.

        Args:
            order: A field to sort by or several, each descending after `-`; the contract does not name them.
                Assumed: the fields are not named; any field of the row that holds one value.
            search: A keyword to look up. Assumed: a part of the name, in either case.
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
            "/api/project-stages",
            ProjectStage,
            [
                arguments.order("order", order),
                arguments.text("search", search),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_stages.list",
            route="/api/project-stages",
        )


class ProjectStagesWithResponse:
    """The calls of `wethod.with_response.project_stages`: as those of `ProjectStages`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectStages.list)
    def list(self) -> None:
        """As `ProjectStages.list`."""
