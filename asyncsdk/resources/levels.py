"""The calls of `wethod.levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.levels import Level

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Levels", "LevelsWithResponse"]


class Levels:
    """Levels of seniority (`/api/levels`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Level]:
        """Lists levels.

        Permissions: settings.company.

        Args:
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
            "/api/levels",
            Level,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="levels.list",
            route="/api/levels",
        )

    async def get(self, id: int) -> Level:
        """Reads one level.

        Permissions: settings.company.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("levels.get", "GET", "/api/levels/{id}", Level, id=id)


class LevelsWithResponse:
    """The calls of `wethod.with_response.levels`: as those of `Levels`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Levels.list)
    def list(self) -> None:
        """As `Levels.list`."""

    @responding(Levels.get)
    def get(self) -> None:
        """As `Levels.get`, in a `Response`."""
