"""Checks a row by the very call it is meant for, without sending it; and makes that call later."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from .._lists.created_rows import Creation
from ..errors import ArgumentError

if TYPE_CHECKING:
    from .._codec.values import Field, Json
    from .._lists.pager import Pager
    from .._sending.sender import Sender

__all__ = ["Calls", "calls_of"]


class _Checked(Exception):
    """A call has passed its checks: what it would send."""

    def __init__(self, body: dict[str, Json]) -> None:
        super().__init__("checked")
        self.body = body


class _Unsending:
    """Stands where a sender does, and keeps what a call hands to it."""

    def call(self, *_: object, body: Iterable[Field] | None = None, **__: object) -> None:
        raise _Checked({field[0]: field[1] for field in body or () if field is not None})


@attrs.frozen
class Calls:
    """The calls of one resource that write rows, and what is known of them.

    Args:
        resource: such as `wethod.timesheets`.
        creation: where its rows appear, and how what was sent comes back.
        sender: of the resource.
    """

    resource: Any
    creation: Creation
    sender: Sender

    @property
    def company(self) -> str:
        """Whose rows they are."""
        return self.sender.settings.company

    def has(self, method: str) -> bool:
        """Whether there is such a call."""
        return hasattr(self.resource, method)

    def takes(self, method: str) -> Mapping[str, str]:
        """The fields that a call takes, by the API's names, and its own name for each."""
        signature = inspect.signature(getattr(self.resource, method))
        own = [name for name, each in signature.parameters.items() if each.kind is each.KEYWORD_ONLY]
        return {name.removesuffix("_"): name for name in own if name != "settle"}

    def checked(self, method: str, fields: Mapping[str, object]) -> dict[str, Json]:
        """Returns the body that a create or update would send.

        Raises:
            ArgumentError: a rule of the call refuses it.
        """
        names = self.takes(method)
        if strange := [name for name in fields if name not in names]:
            raise ArgumentError(str(strange[0]), f"{method} has no such field; it has {', '.join(names)}")
        apart = type(self.resource)(_Unsending())
        call = getattr(apart, method)
        given = {names[name]: value for name, value in fields.items()}
        coroutine = call(**given) if method == "create" else call(1, **given)
        try:
            coroutine.send(None)
        except _Checked as passed:
            return passed.body
        finally:
            coroutine.close()
        raise RuntimeError(f"{self.creation.resource}.{method} does not send")

    async def create(self, body: Mapping[str, Json]) -> object:
        """Creates a row, and looks for it where the answer is lost."""
        names = self.takes("create")
        given = {names[name]: value for name, value in body.items()}
        return await cast("Awaitable[object]", self.resource.create(**given, settle=True))

    async def update(self, id: int, body: Mapping[str, Json]) -> object:
        """Changes a row."""
        names = self.takes("update")
        given = {names[name]: value for name, value in body.items()}
        return await cast("Awaitable[object]", self.resource.update(id, **given))

    async def delete(self, id: int) -> None:
        """Deletes a row."""
        await cast("Awaitable[None]", self.resource.delete(id))

    def list(self, filters: Mapping[str, object]) -> Pager[dict[str, Any]]:
        """The list of the rows, as plain data."""
        listed = cast("Callable[..., Pager[object]]", self.resource.list)
        return listed(**filters).into(cast("type[dict[str, Any]]", dict))


def calls_of(resource: object) -> Calls:
    """What a resource's rows can be written with.

    Raises:
        ArgumentError: it is none whose creates can be found again, so none that can be written in bulk.
    """
    creation = getattr(sys.modules.get(type(resource).__module__), "CREATION", None)
    sender = getattr(resource, "_sender", None)
    if not isinstance(creation, Creation) or sender is None:
        raise ArgumentError(
            "resource",
            f"{type(resource).__name__} is none whose created rows can be found again; give one such as "
            "wethod.timesheets",
        )
    return Calls(resource, creation, sender)
