"""Bytes to models, a page at a time, and models to bytes again.

A page that fits its model to the letter is decoded at once. One that does not is taken apart, and only the rows that
were refused go the slow way (`readers`). So whatever is wrong with a row stays with that row, also where its text is
broken (`json_text`).
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import TypeAlias, TypeVar, cast, get_args, get_origin, overload

import attrs
import msgspec

from ..errors import ArgumentError, DecodeError
from . import json_text, rules, surprises
from .json_text import UnreadableText
from .promises import Misfit, Misfits, WarnOnce
from .readers import (
    EXCERPT,
    NONE,
    PATH,
    REFUSALS,
    Decode,
    Read,
    Reader,
    check_text,
    one_line,
    raw_rows,
    reader_of,
    row_texts_of,
)
from .values import Json

__all__ = [
    "Decode",
    "Decoding",
    "OnReject",
    "Reject",
    "arrived_whole",
    "count_rows",
    "lenient_page_decoder",
    "one_decoder",
    "page_decoder",
    "split_page",
    "to_dict",
    "to_json",
]

T = TypeVar("T")
R = TypeVar("R")

_TOO_DEEP = "is nested too deeply to be written, or holds itself"

LARGEST_REJECT = 65_536
"""Bytes of a row that a Reject keeps."""


@attrs.frozen
class Reject:
    """A row that does not fit its model: its place in the page (from 0), its JSON text, and why.

    `id` and `updated_at` are what the text says, as far as it does, so that a walk can tell the row from others. Of a
    text beyond 64 KiB the start is kept. Two are equal where their texts are, wherever they stand.
    """

    index: int = attrs.field(eq=False, repr=False)
    raw: bytes
    error: DecodeError = attrs.field(eq=False)
    id: int | str | None = None
    updated_at: str | None = None


OnReject: TypeAlias = Callable[[Reject], object]
"""Is called with each row that does not fit its model."""


@attrs.frozen
class Decoding:
    """How one client reads answers.

    Args:
        strict: null or missing where a model promises a value is refused; otherwise it is None.
        warn_once: remembers of which fields the client was warned; None: nobody is warned.
    """

    strict: bool = False
    warn_once: WarnOnce | None = None

    def page(self, model: type[T], misfits: Misfits | None = None) -> Decode[list[T]]:
        """A function from the body of a page, a JSON array, to its rows.

        Args:
            model: an attrs class, or `dict` for rows of which nothing is known.
            misfits: is told when a row is met that breaks a promise.

        The function raises DecodeError: `path` is `$` where the body is no JSON array, else it names row and field
        (`$[3].value`), and `body` is the start of that row's text.
        """
        reader = reader_of(model, strict=self.strict)
        fast = reader.fast_page

        def page(body: bytes) -> list[T]:
            try:
                return fast(body)
            except REFUSALS:
                pass  # go on outside: an error raised in here would drag this one along
            return self._slowly(reader, body, misfits, reader.row)

        return page

    def page_with_rejects(self, model: type[T], misfits: Misfits | None = None) -> Decode[list[T | Reject]]:
        """Like `page`, but a row that does not fit is a `Reject` in its place instead of an error.

        The function raises DecodeError where the body is no JSON array at all.
        """
        reader = reader_of(model, strict=self.strict)

        def row(raw: bytes, index: int) -> Read[T | Reject]:
            try:
                return reader.row(raw, index)
            except DecodeError as error:
                return _reject(raw, index, error), NONE

        def page(body: bytes) -> list[T | Reject]:
            try:
                return cast("list[T | Reject]", reader.fast_page(body))
            except REFUSALS:
                pass
            return self._slowly(reader, body, misfits, row)

        return page

    def one(self, model: type[T]) -> Decode[T]:
        """A function from a body to one `model`: an attrs class, a list of one, `dict`, or `object` for any JSON.

        The function raises DecodeError with the field's path (`$.value`).
        """
        if get_origin(model) is list:
            return cast("Decode[T]", self.page(get_args(model)[0]))
        reader = reader_of(model, strict=self.strict)

        def one(body: bytes) -> T:
            try:
                return reader.fast_row(body)
            except REFUSALS:
                pass
            text = self._mended(reader.name, body)
            check_text(text)
            row, found = reader.row(text, None)
            self._tell(reader.name, [(getattr(row, "id", None), found)])
            return row

        return one

    def _slowly(
        self,
        reader: Reader[T],
        body: bytes,
        misfits: Misfits | None,
        decode: Callable[[bytes, int], Read[R]],
    ) -> list[R]:
        """The rows of a page that was refused as a whole: at once if that can be, else one by one."""
        text = self._mended(reader.name, body)
        if text is not body:
            try:
                return cast("list[R]", reader.fast_page(text))
            except REFUSALS:
                pass
        read: list[Read[R]] | None = None
        if reader.relaxed_page is not None:
            with suppress(*REFUSALS):
                read = cast("list[Read[R]]", reader.relaxed_page(text))
        if read is None:
            read = [decode(raw, index) for index, raw in enumerate(row_texts_of(text))]
        if any(found for _, found in read):
            if misfits is not None:
                misfits.meet()
            self._tell(reader.name, [(getattr(row, "id", None), found) for row, found in read])
        return [row for row, _ in read]

    def _mended(self, name: str, body: bytes) -> bytes:
        """A body without what can be mended; the same object where there is nothing."""
        try:
            text = json_text.mended(body)
        except UnreadableText as problem:
            reason = str(problem)
        else:
            if self.warn_once is not None and text != body.removeprefix(codecs.BOM_UTF8):
                where = one_line(f"${json_text.first_half(body)}", PATH)
                self.warn_once.warn(
                    name,
                    "",
                    f"{name}: half of a character (a lone surrogate, from a text that was cut within an emoji) was "
                    f"read as U+FFFD, first at {where}; this is said once",
                )
            return text
        raise DecodeError(reason, body=body[:EXCERPT])

    def _tell(self, name: str, rows: Sequence[tuple[object, frozenset[Misfit]]]) -> None:
        """Warns of broken promises, each with the ids of the rows."""
        if self.warn_once is None:
            return
        for misfit in sorted({misfit for _, found in rows for misfit in found}, key=attrgetter("field")):
            ids = [id for id, found in rows if misfit in found]
            every = len(ids) == len(rows) > 1
            where = f"in all {len(ids)} rows of a page" if every else f"row id {ids[0]!r:.40}"
            promised = "an object" if misfit.found == "an empty array" else "a value"
            self.warn_once.warn(
                name,
                misfit.field,
                f"{surprises.sentence(f'{name}.{misfit.field}', surprises.broken_promise(misfit.found, promised))} "
                f"({where}); {surprises.MEANINGS['null']}. This is said once",
            )


@functools.cache
def _decoding(strict: bool) -> Decoding:
    return Decoding(strict)


def page_decoder(model: type[T], *, strict: bool = False) -> Decode[list[T]]:
    """`Decoding.page` for whoever belongs to no client. Compiled once per model."""
    key: type = model  # a type variable is not seen to be hashable
    return cast("Decode[list[T]]", _page(key, strict))


@functools.cache
def _page(model: type, strict: bool) -> Decode[list[object]]:
    return _decoding(strict).page(model)


def one_decoder(model: type[T], *, strict: bool = False) -> Decode[T]:
    """`Decoding.one` for whoever belongs to no client. Compiled once per model."""
    key: type = model  # a type variable is not seen to be hashable
    return cast("Decode[T]", _one(key, strict))


@functools.cache
def _one(model: type, strict: bool) -> Decode[object]:
    return _decoding(strict).one(model)


def lenient_page_decoder(model: type[T], *, strict: bool = False) -> Decode[list[T | Reject]]:
    """`Decoding.page_with_rejects` for whoever belongs to no client."""
    return _decoding(strict).page_with_rejects(model)


def split_page(model: type[T], body: bytes, *, strict: bool = False) -> tuple[list[T], list[Reject]]:
    """The rows of a page that fit `model`, in order, and those that do not.

    Raises:
        DecodeError: the body is no JSON array at all.
    """
    page = lenient_page_decoder(model, strict=strict)(body)
    return [row for row in page if not isinstance(row, Reject)], [row for row in page if isinstance(row, Reject)]


def count_rows(body: bytes) -> int:
    """How many rows a page has, whatever they are.

    Raises:
        DecodeError: the body is no JSON array at all.
    """
    try:
        return len(raw_rows(body))
    except REFUSALS:
        pass
    return len(row_texts_of(_decoding(strict=False)._mended("", body)))


def arrived_whole(body: bytes) -> bool:
    """Whether a body that was refused came from the API and to its end: asking again would not give another one."""
    try:
        text = json_text.mended(body)
    except UnreadableText:
        return True
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except REFUSALS:
        pass
    else:
        return True
    text = text.strip()
    try:
        if text[:1] == b"{":
            return text[-1:] == b"}" and len(json_text.row_texts(b"[" + text + b"]")) == 1
        json_text.row_texts(text)
    except UnreadableText:
        return False
    return True


def _reject(raw: bytes, index: int, error: DecodeError) -> Reject:
    facts = json_text.facts(raw, "id", "updated_at")
    id, updated_at = facts.get("id"), facts.get("updated_at")
    return Reject(
        index,
        raw[:LARGEST_REJECT],
        error,
        id if isinstance(id, (int, str)) else None,
        updated_at if isinstance(updated_at, str) else None,
    )


@overload
def to_dict(obj: Mapping[str, object]) -> dict[str, Json]: ...
@overload
def to_dict(obj: Sequence[object]) -> list[Json]: ...
@overload
def to_dict(obj: attrs.AttrsInstance) -> dict[str, Json]: ...  # to pyright every class is one, so it comes last
@overload
def to_dict(obj: object) -> Json: ...
def to_dict(obj: object) -> Json:
    """A model, or lists and mappings of models, as data that JSON can say.

    Keys are those of the wire, dynamic ones among them (`metadata_13`); date-times are UTC with `Z` and keep their
    microseconds, dates `YYYY-MM-DD`. Decoding the result gives an equal model.

    Raises:
        ArgumentError: a naive date-time, nan, infinity, an object that is none of these, or data nested too deeply.
    """
    try:
        return cast("Json", rules.plain(obj))
    except RecursionError:
        raise ArgumentError("obj", _TOO_DEEP) from None


def to_json(obj: object) -> bytes:
    """`to_dict` as JSON text in UTF-8, on one line."""
    try:
        return msgspec.json.encode(rules.plain(obj))
    except RecursionError:
        raise ArgumentError("obj", _TOO_DEEP) from None
