"""Bytes to models, a page at a time, and models to bytes again.

A page that fits its model to the letter is decoded by msgspec straight into attrs classes. A page that does not is
taken apart, and only the rows that were refused go through the converter of `rules`, which knows the leniencies and
names the field it refuses. Models whose keys differ from their attributes always start from dicts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import GenericAlias
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
import msgspec
from cattrs import BaseValidationError

from . import rules
from .errors import DecodeError
from .keys import is_model, key_map, nested_models

if TYPE_CHECKING:
    from .wire import Json

__all__ = [
    "Decode",
    "Reject",
    "lenient_page_decoder",
    "one_decoder",
    "page_decoder",
    "split_page",
    "to_dict",
    "to_json",
]

T = TypeVar("T")
Decode: TypeAlias = "Callable[[bytes], T]"

EXCERPT = 500
"""Bytes of an answer that a DecodeError keeps."""

_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BaseValidationError)


@attrs.frozen
class Reject:
    """A row that does not fit its model: its place in the page (from 0), its JSON text, and why.

    `id` and `updated_at` are what the text says, as far as it does, so that a walk can tell the row from others.
    """

    index: int
    raw: bytes
    error: DecodeError
    id: int | str | None = None
    updated_at: str | None = None


def page_decoder(model: type[T]) -> Decode[list[T]]:
    """A function from the body of a page, a JSON array, to its rows. Compiled once per model.

    Args:
        model: an attrs class, or `dict` for rows of which nothing is known.

    The function raises DecodeError: `path` is `$` where the body is no JSON array, else it names row and field
    (`$[3].value`), and `body` is the start of that row's text.
    """
    return _reader(model).page


def one_decoder(model: type[T]) -> Decode[T]:
    """A function from a body to one `model`: an attrs class, a list of one, `dict`, or `object` for any JSON.

    The function raises DecodeError with the field's path (`$.value`).
    """
    key: type = model  # a type variable is not seen to be hashable
    return cast("Decode[T]", _one(key))


@functools.cache
def _one(model: type) -> Decode[object]:
    if get_origin(model) is list:
        return page_decoder(get_args(model)[0])
    return _reader(model).one


def lenient_page_decoder(model: type[T]) -> Decode[list[T | Reject]]:
    """Like `page_decoder`, but a row that does not fit is a `Reject` in its place instead of an error.

    The function raises DecodeError where the body is no JSON array at all.
    """
    reader = _reader(model)

    def row(raw: bytes, index: int) -> T | Reject:
        try:
            return reader.row(raw, f"$[{index}]")
        except DecodeError as error:
            return _reject(raw, index, error)

    def page(body: bytes) -> list[T | Reject]:
        try:
            return cast("list[T | Reject]", reader.strict_page(body))
        except _REFUSALS:
            pass  # go on outside: an error raised in here would drag this one along
        return [row(raw, index) for index, raw in enumerate(_raw_rows(body))]

    return page


def split_page(model: type[T], body: bytes) -> tuple[list[T], list[Reject]]:
    """The rows of a page that fit `model`, in order, and those that do not.

    Raises:
        DecodeError: the body is no JSON array at all.
    """
    page = lenient_page_decoder(model)(body)
    return [row for row in page if not isinstance(row, Reject)], [row for row in page if isinstance(row, Reject)]


def _reject(raw: bytes, index: int, error: DecodeError) -> Reject:
    try:
        facts = msgspec.json.decode(raw, type=dict[str, object])
    except _REFUSALS:
        facts = {}
    id, updated_at = facts.get("id"), facts.get("updated_at")
    return Reject(
        index,
        raw,
        error,
        id if isinstance(id, (int, str)) else None,
        updated_at if isinstance(updated_at, str) else None,
    )


def to_dict(obj: object) -> Json:
    """A model, or lists and mappings of models, as data that JSON can say.

    Keys are those of the wire, dynamic ones among them (`metadata_13`); date-times are UTC with `Z` and keep their
    microseconds, dates `YYYY-MM-DD`. Decoding the result gives an equal model.

    Raises:
        ArgumentError: a naive date-time, nan, infinity, or an object that is none of these.
    """
    return cast("Json", rules.plain(obj))


def to_json(obj: object) -> bytes:
    """`to_dict` as JSON text in UTF-8, on one line."""
    return msgspec.json.encode(rules.plain(obj))


@attrs.frozen
class _Reader(Generic[T]):
    """The compiled ways into one model. `strict_page` lets msgspec's refusals through, the others raise DecodeError."""

    strict_page: Decode[list[T]]
    page: Decode[list[T]]
    one: Decode[T]
    row: Callable[[bytes, str], T]


def _reader(model: type[T]) -> _Reader[T]:
    key: type = model  # a type variable is not seen to be hashable
    return cast("_Reader[T]", _compiled(key))


@functools.cache
def _compiled(model: type[T]) -> _Reader[T]:
    strict_page, strict_row, lenient_row = _ways(model)
    name = getattr(model, "__name__", str(model))

    def row(raw: bytes, place: str) -> T:
        try:
            return strict_row(raw)
        except _REFUSALS as problem:
            refusal: BaseException = problem
        if lenient_row is not None:
            try:
                return lenient_row(raw)
            except _REFUSALS as problem:
                refusal = problem
        path, reason = rules.locate(refusal)
        raise DecodeError(f"{name}: {reason}", path=place + path.removeprefix("$"), body=raw[:EXCERPT])

    def page(body: bytes) -> list[T]:
        try:
            return strict_page(body)
        except _REFUSALS:
            pass  # go on outside: an error raised in here would drag this one along
        return [row(raw, f"$[{index}]") for index, raw in enumerate(_raw_rows(body))]

    def one(body: bytes) -> T:
        try:
            return strict_row(body)
        except _REFUSALS:
            pass
        _check_json(body)
        return row(body, "$")

    return _Reader(strict_page, page, one, row)


def _ways(model: type[T]) -> tuple[Decode[list[T]], Decode[T], Decode[T] | None]:
    """Strict for a page and for a row, and lenient for a row where the model has leniencies."""
    rows_of_model = cast("type[list[T]]", GenericAlias(list, (model,)))
    if not is_model(model):
        return msgspec.json.Decoder(rows_of_model).decode, msgspec.json.Decoder(model).decode, None

    structure = cast("Callable[[object, type[T]], T]", rules.converter().get_structure_hook(model))

    def lenient(body: bytes) -> T:
        return structure(msgspec.json.decode(body), model)

    if any(key_map(nested).differ for nested in nested_models(model)):
        # msgspec would look for attribute names inside.
        return (lambda body: [structure(row, model) for row in _objects(body)]), lenient, None
    if key_map(model).differ:
        return *_keyed_ways(model), lenient
    return msgspec.json.Decoder(rows_of_model).decode, msgspec.json.Decoder(model).decode, lenient


def _keyed_ways(model: type[T]) -> tuple[Decode[list[T]], Decode[T]]:
    """Rename and gather, then convert: msgspec looks for attribute names alone and drops other keys in silence."""
    rows_of_model = cast("type[list[T]]", GenericAlias(list, (model,)))
    keys = key_map(model)
    hooks = rules.number_hooks(model)

    def by_attribute(row: dict[str, object]) -> None:
        keys.gather(row)
        # Most rows send some number as a string; refused as a whole they would all go the slow way.
        for name, hook in hooks:
            if type(value := row.get(name)) is str:
                row[name] = hook(value, None)

    def page(body: bytes) -> list[T]:
        rows = _objects(body)
        for row in rows:
            by_attribute(row)
        return msgspec.convert(rows, rows_of_model)

    def row(body: bytes) -> T:
        fields = msgspec.json.decode(body, type=dict[str, object])
        by_attribute(fields)
        return msgspec.convert(fields, model)

    return page, row


_raw_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_objects = msgspec.json.Decoder(list[dict[str, object]]).decode


def _raw_rows(body: bytes) -> list[bytes]:
    """The JSON text of each row of a page."""
    try:
        return [bytes(raw) for raw in _raw_decoder.decode(body)]
    except _REFUSALS as problem:
        path, reason = rules.locate(problem)
    _check_json(body)
    raise DecodeError(f"a page is an array of rows: {reason}", path=path, body=body[:EXCERPT])


def _check_json(body: bytes) -> None:
    """Raises DecodeError where a body is no JSON at all, in words that say what it is instead."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _REFUSALS as problem:
        start = body.lstrip()
        if not start:
            reason = "the answer is empty"
        elif start.startswith(b"<"):
            reason = "the answer is not JSON, it looks like HTML: a proxy answered, not the API"
        else:
            reason = f"the answer is not JSON: {rules.locate(problem)[1]}"
    else:
        return
    raise DecodeError(reason, body=body[:EXCERPT])
