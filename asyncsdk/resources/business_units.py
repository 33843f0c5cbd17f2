"""The calls of `wethod.business_units`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.business_units import BusinessUnit

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BusinessUnits", "BusinessUnitsWithResponse"]


class BusinessUnits:
    """Business units of the company (`/api/business-units`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[BusinessUnit]:
        """Lists business units.

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
            "/api/business-units",
            BusinessUnit,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="business_units.list",
            route="/api/business-units",
        )

    async def get(self, id: int) -> BusinessUnit:
        """Reads one business unit.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("business_units.get", "GET", "/api/business-units/{id}", BusinessUnit, id=id)


class BusinessUnitsWithResponse:
    """The calls of `wethod.with_response.business_units`: as those of `BusinessUnits`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BusinessUnits.list)
    def list(self) -> None:
        """As `BusinessUnits.list`."""

    @responding(BusinessUnits.get)
    def get(self) -> None:
        """As `BusinessUnits.get`, in a `Response`."""
