"""The calls of `wethod.projects`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from .._sending.settle import settled
from ..models.projects import Project

if TYPE_CHECKING:
    from .._codec.values import Json
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter, IntegerFilter

__all__ = ["Projects", "ProjectsWithResponse"]

CREATION: Final = Creation(
    "projects",
    "/api/projects",
    Project,
    row="/api/projects/{id}",
    spelled={
        "value": ("value", "number-or-string"),
        "probability": ("probability", "number-or-string"),
        "start_date": ("date_start", "first-of-month"),
        "duration": ("duration", "number-or-string"),
    },
)


class Projects:
    """Projects and pipeline opportunities, which are one resource (`/api/projects`).

    For example:

        project = await wethod.projects.get(7)
        sector = project.metadata[13]
        await wethod.projects.update(7, probability=80, metadata={13: "Finance"})

    `project.metadata` holds what `wethod.project_metadata.list()` names, by its ids.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        probability: IntegerFilter | None = None,
        project_stage_id: int | None = None,
        date_start: DateFilter | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Project]:
        """Lists projects and pipeline opportunities.

        Permissions: pipeline.view, pipeline.view_other.

        Args:
            probability: In percent: an integer or a filter such as `F.gte(50)`.
            date_start: A date or a filter such as `F.between(first, last)`.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/projects",
            Project,
            [
                arguments.integers("probability", probability),
                arguments.integer("project_stage_id", project_stage_id),
                arguments.date("date_start", date_start),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="projects.list",
            route="/api/projects",
        )

    async def get(self, id: int) -> Project:
        """Reads one project.

        Permissions: pipeline.view, pipeline.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("projects.get", "GET", "/api/projects/{id}", Project, id=id)

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        client_id: int | Omitted = OMITTED,
        client_contact_id: int | Omitted = OMITTED,
        purchase_order: str | Omitted = OMITTED,
        pm_id: int | Omitted = OMITTED,
        account_id: int | Omitted = OMITTED,
        job_order_category_id: int | Omitted = OMITTED,
        project_type_id: int | Omitted = OMITTED,
        job_order: str | Omitted = OMITTED,
        value: float | Omitted = OMITTED,
        probability: int | Omitted = OMITTED,
        external_cost_percentage: int | Omitted = OMITTED,
        start_date: dt.date | str | Omitted = OMITTED,
        duration: int | Omitted = OMITTED,
        due_date: dt.date | str | Omitted = OMITTED,
        signed_on: dt.date | str | Omitted = OMITTED,
        business_unit_id: int | Omitted = OMITTED,
        metadata: Mapping[int, Json] | Omitted = OMITTED,
        settle: bool = False,
    ) -> Project:
        """Creates a project.

        No reference page says which fields are mandatory. Assumed to be mandatory: name, client_id. An
        InvalidDataError names what is missing.

        Permissions: pipeline.create, pipeline.create_other.

        Args:
            name: At most 500 characters.
            client_contact_id: May be mandatory by company settings.
            pm_id: Assumed: the person of the token where it is left out.
            job_order_category_id: Assumed: the first there is where it is left out.
            job_order: At most 150 characters.
            value: In thousands (K). Assumed: `0` where it is left out.
            probability: In percent. At most 100. Assumed: at least 0. `0` where it is left out.
            external_cost_percentage: Percent of the project value.
            start_date: First day of the month in which it starts. Answers name it `date_start`. Assumed: any day of
                the month is taken, and comes back as its first. The current month where it is left out.
            duration: In months. At least 1. Assumed: `1` where it is left out.
            metadata: Values by the id of a project metadata, as in `{13: "Finance"}`.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=500),
            body.integer("client_id", client_id, minimum=1),
            body.integer("client_contact_id", client_contact_id, minimum=1),
            body.text("purchase_order", purchase_order),
            body.integer("pm_id", pm_id, minimum=1),
            body.integer("account_id", account_id, minimum=1),
            body.integer("job_order_category_id", job_order_category_id, minimum=1),
            body.integer("project_type_id", project_type_id),
            body.text("job_order", job_order, max_length=150),
            body.number("value", value),
            body.integer("probability", probability, maximum=100),
            body.integer("external_cost_percentage", external_cost_percentage),
            body.date("start_date", start_date),
            body.integer("duration", duration, minimum=1),
            body.date("due_date", due_date),
            body.date("signed_on", signed_on),
            body.integer("business_unit_id", business_unit_id),
            *body.numbered("metadata", metadata, "metadata_"),
        ]
        call = self._sender.call("projects.create", "POST", "/api/projects", Project, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        client_id: int | Omitted = OMITTED,
        client_contact_id: int | Omitted = OMITTED,
        purchase_order: str | Omitted = OMITTED,
        pm_id: int | Omitted = OMITTED,
        account_id: int | Omitted = OMITTED,
        job_order_category_id: int | Omitted = OMITTED,
        project_type_id: int | Omitted = OMITTED,
        job_order: str | Omitted = OMITTED,
        value: float | Omitted = OMITTED,
        probability: int | Omitted = OMITTED,
        external_cost_percentage: int | Omitted = OMITTED,
        start_date: dt.date | str | Omitted = OMITTED,
        duration: int | Omitted = OMITTED,
        due_date: dt.date | str | Omitted = OMITTED,
        signed_on: dt.date | str | Omitted = OMITTED,
        project_stage_id: int | Omitted = OMITTED,
        business_unit_id: int | Omitted = OMITTED,
        is_timesheet_whitelist_enabled: bool | Omitted = OMITTED,
        metadata: Mapping[int, Json] | Omitted = OMITTED,
    ) -> Project:
        """Changes fields of a project.

        Permissions: pipeline.edit, pipeline.edit_other, pipeline.job_order.

        Args:
            name: At most 500 characters.
            job_order: At most 150 characters.
            value: In thousands (K).
            probability: In percent. At most 100. Assumed: at least 0.
            external_cost_percentage: Percent of the project value.
            start_date: First day of the month in which it starts. Answers name it `date_start`. Assumed: any day of
                the month is taken, and comes back as its first.
            duration: In months. At least 1.
            metadata: Values by the id of a project metadata, as in `{13: "Finance"}`.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "projects.update",
            "PATCH",
            "/api/projects/{id}",
            Project,
            body=[
                body.text("name", name, max_length=500),
                body.integer("client_id", client_id, minimum=1),
                body.integer("client_contact_id", client_contact_id, minimum=1),
                body.text("purchase_order", purchase_order),
                body.integer("pm_id", pm_id, minimum=1),
                body.integer("account_id", account_id, minimum=1),
                body.integer("job_order_category_id", job_order_category_id, minimum=1),
                body.integer("project_type_id", project_type_id),
                body.text("job_order", job_order, max_length=150),
                body.number("value", value),
                body.integer("probability", probability, maximum=100),
                body.integer("external_cost_percentage", external_cost_percentage),
                body.date("start_date", start_date),
                body.integer("duration", duration, minimum=1),
                body.date("due_date", due_date),
                body.date("signed_on", signed_on),
                body.integer("project_stage_id", project_stage_id),
                body.integer("business_unit_id", business_unit_id),
                body.boolean("is_timesheet_whitelist_enabled", is_timesheet_whitelist_enabled),
                *body.numbered("metadata", metadata, "metadata_"),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project.

        Permissions: pipeline.delete, pipeline.delete_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("projects.delete", "DELETE", "/api/projects/{id}", None, id=id)

    async def archive(self, id: int, *, settle: bool = False) -> Project:
        """Archives a project.

        Assumed: a project that is archived already is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `is_archived` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("projects.archive", "POST", "/api/projects/{id}:archive", Project, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/projects/{id}", id=id),
                Project,
                operation="projects.get",
                route="/api/projects/{id}",
                is_archived=True,
            )
        return await call

    async def unarchive(self, id: int, *, settle: bool = False) -> Project:
        """Unarchives a project.

        Assumed: a project that is not archived is answered 412.

        Permissions: pipeline.edit, pipeline.edit_other.

        Args:
            settle: Where the answer is lost, look once with a GET whether `is_archived` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("projects.unarchive", "POST", "/api/projects/{id}:unarchive", Project, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/projects/{id}", id=id),
                Project,
                operation="projects.get",
                route="/api/projects/{id}",
                is_archived=False,
            )
        return await call


class ProjectsWithResponse:
    """The calls of `wethod.with_response.projects`: as those of `Projects`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Projects.list)
    def list(self) -> None:
        """As `Projects.list`."""

    @responding(Projects.get)
    def get(self) -> None:
        """As `Projects.get`, in a `Response`."""

    @responding(Projects.create)
    def create(self) -> None:
        """As `Projects.create`, in a `Response`."""

    @responding(Projects.update)
    def update(self) -> None:
        """As `Projects.update`, in a `Response`."""

    @responding(Projects.delete)
    def delete(self) -> None:
        """As `Projects.delete`, in a `Response`."""

    @responding(Projects.archive)
    def archive(self) -> None:
        """As `Projects.archive`, in a `Response`."""

    @responding(Projects.unarchive)
    def unarchive(self) -> None:
        """As `Projects.unarchive`, in a `Response`."""
