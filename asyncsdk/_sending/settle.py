"""Settling an action whose answer was lost: one look at the row tells whether it was carried out.

A POST is never sent twice on suspicion, so a lost answer ends in `OutcomeUnknownError`. Where an action leaves a mark
in the row itself (an archived stream has `archived_at`), a GET can tell, and harms nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from ..errors import DecodeError, OutcomeUnknownError, WethodError
from . import wire

if TYPE_CHECKING:
    from .sender import Sender

__all__ = ["SOME", "Mark", "settled", "shows"]

T = TypeVar("T")


class _Some(Enum):
    SOME = "any value but null"


SOME: Final = _Some.SOME
"""Any value but null."""

Mark: TypeAlias = "str | bool | Literal[_Some.SOME] | None"
"""What a field holds once an action was carried out; None is null."""


def shows(row: object, marks: Mapping[str, Mark]) -> bool:
    """Whether a row, as plain JSON, bears all marks of an action.

    A field that is not there says nothing, so it never counts as a mark, not even of null. Texts are compared without
    regard to case: enum values come back in another case than they are sent in.

    Example:
        >>> shows({"status": "paid"}, {"status": "paid"}), shows({}, {"archived_at": None})
        (True, False)
    """
    return isinstance(row, dict) and all(name in row and _is(row[name], mark) for name, mark in marks.items())


def _is(value: object, mark: Mark) -> bool:
    if mark is SOME:
        return value is not None
    if isinstance(mark, str):
        return isinstance(value, str) and value.casefold() == mark.casefold()
    return value is mark


async def settled(call: Awaitable[T], sender: Sender, path: str, model: type[T], **marks: Mark) -> T:
    """The outcome of an action, looked up once where its answer was lost.

    Args:
        call: the action, not awaited yet.
        sender: sends the look, as a request of its own with its own deadline.
        path: of the row.
        model: of the row.
        marks: what the row's fields hold once the action was carried out.

    Raises:
        OutcomeUnknownError: the answer was lost, and the row does not show the action or cannot be read. It may still
            be carried out later, by a server that is slow.
        DecodeError: it was carried out, but neither its answer nor the row can be read, or the row does not show it.
        WethodError: as the action raised it.
    """
    unknown: OutcomeUnknownError | DecodeError
    try:
        return await call
    except OutcomeUnknownError as error:
        unknown = error
    except DecodeError as error:
        if not error.carried_out:
            raise
        unknown = error
    try:
        reply = await sender.send(wire.build("GET", path), sender.decoding.one(model))
        row = sender.decoding.one(object)(reply.answer.body)
    except WethodError as problem:
        unknown.add_note(f"It could not be settled: {problem}")
    else:
        if shows(row, marks):
            return sender.result(reply)
        unknown.add_note(f"It could not be settled: GET {path} does not show it.")
    raise unknown
