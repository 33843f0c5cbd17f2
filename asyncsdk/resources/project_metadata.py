"""The calls of `wethod.project_metadata`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_metadata import ProjectMetadata

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectMetadataResource", "ProjectMetadataResourceWithResponse"]

CREATION: Final = Creation(
    "project_metadata", "/api/project-metadata", ProjectMetadata, row="/api/project-metadata/{id}"
)


class ProjectMetadataResource:
    """Tags that projects can carry, with their allowed values (`/api/project-metadata`).

    Projects show the values as `project.metadata[id]`; here are the ids.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectMetadata]:
        """Lists project metadata.

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
            "/api/project-metadata",
            ProjectMetadata,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="project_metadata.list",
            route="/api/project-metadata",
        )

    async def get(self, id: int) -> ProjectMetadata:
        """Reads one project metadata.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "project_metadata.get", "GET", "/api/project-metadata/{id}", ProjectMetadata, id=id
        )

    async def create(
        self,
        *,
        key: str | Omitted = OMITTED,
        values: Sequence[str] | Omitted = OMITTED,
        is_required: bool | Omitted = OMITTED,
        settle: bool = False,
    ) -> ProjectMetadata:
        """Creates a project metadata.

        No reference page says which fields are mandatory. Assumed to be mandatory: key. An InvalidDataError names
        what is missing.

        Permissions: settings.company.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("key", key),
            body.texts("values", values),
            body.boolean("is_required", is_required),
        ]
        call = self._sender.call(
            "project_metadata.create", "POST", "/api/project-metadata", ProjectMetadata, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        key: str | Omitted = OMITTED,
        values: Sequence[str] | Omitted = OMITTED,
        is_required: bool | Omitted = OMITTED,
    ) -> ProjectMetadata:
        """Changes a project metadata.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_metadata.update",
            "PATCH",
            "/api/project-metadata/{id}",
            ProjectMetadata,
            body=[
                body.text("key", key),
                body.texts("values", values),
                body.boolean("is_required", is_required),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project metadata.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("project_metadata.delete", "DELETE", "/api/project-metadata/{id}", None, id=id)


class ProjectMetadataResourceWithResponse:
    """The calls of `wethod.with_response.project_metadata`: as those of `ProjectMetadataResource`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectMetadataResource.list)
    def list(self) -> None:
        """As `ProjectMetadataResource.list`."""

    @responding(ProjectMetadataResource.get)
    def get(self) -> None:
        """As `ProjectMetadataResource.get`, in a `Response`."""

    @responding(ProjectMetadataResource.create)
    def create(self) -> None:
        """As `ProjectMetadataResource.create`, in a `Response`."""

    @responding(ProjectMetadataResource.update)
    def update(self) -> None:
        """As `ProjectMetadataResource.update`, in a `Response`."""

    @responding(ProjectMetadataResource.delete)
    def delete(self) -> None:
        """As `ProjectMetadataResource.delete`, in a `Response`."""
