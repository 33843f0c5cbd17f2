"""The calls of `wethod.job_titles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.job_titles import JobTitle

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["JobTitles", "JobTitlesWithResponse"]


class JobTitles:
    """Job titles of persons (`/api/job-titles`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        level_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[JobTitle]:
        """Lists job titles.

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
            "/api/job-titles",
            JobTitle,
            [
                arguments.integer("level_id", level_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="job_titles.list",
            route="/api/job-titles",
        )

    async def get(self, id: int) -> JobTitle:
        """Reads one job title.

        Permissions: settings.company.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("job_titles.get", "GET", "/api/job-titles/{id}", JobTitle, id=id)


class JobTitlesWithResponse:
    """The calls of `wethod.with_response.job_titles`: as those of `JobTitles`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(JobTitles.list)
    def list(self) -> None:
        """As `JobTitles.list`."""

    @responding(JobTitles.get)
    def get(self) -> None:
        """As `JobTitles.get`, in a `Response`."""
