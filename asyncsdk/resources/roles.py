"""The calls of `wethod.roles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import arguments
from ..models.roles import Role
from ..pager import Pager

if TYPE_CHECKING:
    from ..filters import DateTimeFilter
    from ..session import Session

__all__ = ["Roles"]


class Roles:
    """Roles of persons (`/api/roles`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Role]:
        """Lists roles.

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
            "/api/roles",
            Role,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
        )

    async def get(self, id: int) -> Role:
        """Reads one role.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call("GET", arguments.path("/api/roles/{id}", id=id), Role)
