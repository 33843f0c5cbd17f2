"""The calls of `wethod.roles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.roles import Role

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Roles", "RolesWithResponse"]


class Roles:
    """Roles of persons (`/api/roles`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

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
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/roles",
            Role,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="roles.list",
            route="/api/roles",
        )

    async def get(self, id: int) -> Role:
        """Reads one role.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("roles.get", "GET", "/api/roles/{id}", Role, id=id)


class RolesWithResponse:
    """The calls of `wethod.with_response.roles`: as those of `Roles`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Roles.list)
    def list(self) -> None:
        """As `Roles.list`."""

    @responding(Roles.get)
    def get(self) -> None:
        """As `Roles.get`, in a `Response`."""
