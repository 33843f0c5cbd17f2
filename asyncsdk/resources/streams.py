"""The calls of `wethod.streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created, linked
from .._lists.pager import Pager
from .._sending.response import listing, responding
from .._sending.settle import SOME, settled
from ..models.streams import Stream, StreamLeader, StreamMember

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Include", "IncludeItem", "Streams", "StreamsWithResponse"]

IncludeItem: TypeAlias = Literal["streamLeaders", "stream_leaders", "streamMembers", "stream_members"]

Include: TypeAlias = (
    IncludeItem
    | Sequence[IncludeItem]
    | Literal[
        "streamLeaders,streamMembers",
        "streamLeaders,stream_members",
        "stream_leaders,streamMembers",
        "stream_leaders,stream_members",
        "streamMembers,streamLeaders",
        "streamMembers,stream_leaders",
        "stream_members,streamLeaders",
        "stream_members,stream_leaders",
    ]
)

CREATION: Final = Creation("streams", "/api/streams", Stream, row="/api/streams/{id}")


class Streams:
    """Streams of the company, with their leaders and members (`/api/streams`).

    For example:

        streams = await wethod.streams.list(is_archived=False, include=["stream_leaders", "stream_members"])
        await wethod.streams.attach_leader(stream_id=3, leader_id=12)
        await wethod.streams.archive(12)

    Members cannot be detached: the API has no call for it, so end a membership in Wethod itself. Leaders can, with
    `detach_leader`.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        is_archived: bool | None = None,
        include: Include | None = None,
        order: str | Sequence[str] | None = None,
        search: str | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Stream]:
        """Lists the company's streams.

        Args:
            is_archived: True for archived rows only, False for the others only. Assumed: true, false, 1 and 0 are
                taken, nothing else.
            include: Relations to read along, one or several. They come back in snake_case.
            order: A field to sort by or several, each descending after `-`; the contract does not name them.
                Assumed: the fields are not named; any field of the row that holds one value.
            search: Keyword looked up in the stream name.
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
            "/api/streams",
            Stream,
            [
                arguments.flag("is_archived", is_archived),
                arguments.include("include", include, ("streamLeaders", "streamMembers")),
                arguments.order("order", order),
                arguments.text("search", search),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="streams.list",
            route="/api/streams",
        )

    async def get(self, id: int) -> Stream:
        """Reads one stream.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("streams.get", "GET", "/api/streams/{id}", Stream, id=id)

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> Stream:
        """Creates a stream.

        No reference page says which fields are mandatory. Assumed to be mandatory: name. An InvalidDataError names
        what is missing.

        No reference page was at hand; treat as probable.

        Args:
            name: Responses cap names at 255 characters.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [body.text("name", name)]
        call = self._sender.call("streams.create", "POST", "/api/streams", Stream, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(self, id: int, *, name: str | Omitted = OMITTED) -> Stream:
        """Renames a stream.

        No reference page was at hand; treat as probable.

        Args:
            name: Responses cap names at 255 characters.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "streams.update", "PATCH", "/api/streams/{id}", Stream, body=[body.text("name", name)], id=id
        )

    async def delete(self, id: int) -> None:
        """Deletes a stream.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("streams.delete", "DELETE", "/api/streams/{id}", None, id=id)

    async def archive(self, id: int, *, settle: bool = False) -> Stream:
        """Archives a stream linked to a person or budget.

        Assumed: a stream that is archived already is answered 412.

        Permissions: settings.company.

        Args:
            settle: Where the answer is lost, look once with a GET whether `archived_at` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("streams.archive", "POST", "/api/streams/{id}:archive", Stream, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/streams/{id}", id=id),
                Stream,
                operation="streams.get",
                route="/api/streams/{id}",
                archived_at=SOME,
            )
        return await call

    async def unarchive(self, id: int, *, settle: bool = False) -> Stream:
        """Brings an archived stream back.

        Assumed: a stream that is not archived is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `archived_at` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("streams.unarchive", "POST", "/api/streams/{id}:unarchive", Stream, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/streams/{id}", id=id),
                Stream,
                operation="streams.get",
                route="/api/streams/{id}",
                archived_at=None,
            )
        return await call

    def list_leaders(
        self,
        stream_id: int,
        *,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[StreamLeader]:
        """Lists the leaders of a stream.

        No reference page was at hand; treat as probable.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            arguments.path("/api/streams/{stream_id}/leaders", stream_id=stream_id),
            StreamLeader,
            [
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="streams.list_leaders",
            route="/api/streams/{stream_id}/leaders",
        )

    async def attach_leader(self, stream_id: int, leader_id: int, *, settle: bool = False) -> StreamLeader:
        """Makes a person a leader of a stream.

        Assumed: what is linked already is answered 412; linking again after the link was deleted brings the old link
        back, with its id.

        Permissions: settings.company. Feature: Streams.

        Args:
            settle: Where the answer is lost, look in the list whether the two are linked.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Streams is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        call = self._sender.call(
            "streams.attach_leader",
            "POST",
            "/api/streams/{stream_id}/leaders/{leader_id}",
            StreamLeader,
            stream_id=stream_id,
            leader_id=leader_id,
        )
        if settle:
            return await linked(
                call,
                self._sender,
                arguments.path("/api/streams/{stream_id}/leaders", stream_id=stream_id),
                StreamLeader,
                leader_id=leader_id,
            )
        return await call

    async def detach_leader(self, stream_id: int, leader_id: int) -> None:
        """Removes a leader from a stream.

        Assumed: what is not linked is answered 404.

        Permissions: settings.company. Feature: Streams.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Streams is off.
        """
        return await self._sender.call(
            "streams.detach_leader",
            "DELETE",
            "/api/streams/{stream_id}/leaders/{leader_id}",
            None,
            stream_id=stream_id,
            leader_id=leader_id,
        )

    def list_members(
        self,
        stream_id: int,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[StreamMember]:
        """Lists the members of a stream.

        Permissions: settings.company. Feature: Streams.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Streams is off.
        """
        return Pager(
            self._sender,
            arguments.path("/api/streams/{stream_id}/members", stream_id=stream_id),
            StreamMember,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="streams.list_members",
            route="/api/streams/{stream_id}/members",
        )

    async def attach_member(self, stream_id: int, member_id: int, *, settle: bool = False) -> StreamMember:
        """Makes a person a member of a stream.

        Assumed: what is linked already is answered 412; linking again after the link was deleted brings the old link
        back, with its id.

        Permissions: settings.team.

        Args:
            settle: Where the answer is lost, look in the list whether the two are linked.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        call = self._sender.call(
            "streams.attach_member",
            "POST",
            "/api/streams/{stream_id}/members/{member_id}",
            StreamMember,
            stream_id=stream_id,
            member_id=member_id,
        )
        if settle:
            return await linked(
                call,
                self._sender,
                arguments.path("/api/streams/{stream_id}/members", stream_id=stream_id),
                StreamMember,
                member_id=member_id,
            )
        return await call


class StreamsWithResponse:
    """The calls of `wethod.with_response.streams`: as those of `Streams`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Streams.list)
    def list(self) -> None:
        """As `Streams.list`."""

    @responding(Streams.get)
    def get(self) -> None:
        """As `Streams.get`, in a `Response`."""

    @responding(Streams.create)
    def create(self) -> None:
        """As `Streams.create`, in a `Response`."""

    @responding(Streams.update)
    def update(self) -> None:
        """As `Streams.update`, in a `Response`."""

    @responding(Streams.delete)
    def delete(self) -> None:
        """As `Streams.delete`, in a `Response`."""

    @responding(Streams.archive)
    def archive(self) -> None:
        """As `Streams.archive`, in a `Response`."""

    @responding(Streams.unarchive)
    def unarchive(self) -> None:
        """As `Streams.unarchive`, in a `Response`."""

    @listing(Streams.list_leaders)
    def list_leaders(self) -> None:
        """As `Streams.list_leaders`."""

    @responding(Streams.attach_leader)
    def attach_leader(self) -> None:
        """As `Streams.attach_leader`, in a `Response`."""

    @responding(Streams.detach_leader)
    def detach_leader(self) -> None:
        """As `Streams.detach_leader`, in a `Response`."""

    @listing(Streams.list_members)
    def list_members(self) -> None:
        """As `Streams.list_members`."""

    @responding(Streams.attach_member)
    def attach_member(self) -> None:
        """As `Streams.attach_member`, in a `Response`."""
