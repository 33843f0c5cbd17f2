"""The compiled ways from the text of a row, or of a page that fits to the letter, into a model.

Fast is msgspec, straight into attrs classes. Slow is the converter of `rules`: it knows the leniencies and names the
field it refuses. Models whose keys differ from their attributes start from dicts either way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import GenericAlias
from typing import Final, Generic, TypeAlias, TypeVar, cast

import attrs
import msgspec
from cattrs import BaseValidationError

from . import json_text, rules
from .errors import DecodeError
from .json_text import UnreadableText
from .keys import is_model, key_map, nested_models
from .promises import Misfit, misfits_of

__all__ = [
    "EXCERPT",
    "NONE",
    "PATH",
    "REFUSALS",
    "Decode",
    "Reader",
    "check_text",
    "one_line",
    "raw_rows",
    "reader_of",
    "row_texts_of",
]

T = TypeVar("T")
Decode: TypeAlias = "Callable[[bytes], T]"

EXCERPT: Final = 500
"""Bytes of an answer that a DecodeError keeps."""

PATH: Final = 300  # characters of a path that errors show
SENTENCE: Final = 1000  # and of a refusal

REFUSALS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BaseValidationError)
_NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

NONE: Final[frozenset[Misfit]] = frozenset()


@attrs.frozen
class Reader(Generic[T]):
    """The compiled ways into one model.

    The fast ways let what they refuse through; `row` raises DecodeError. It takes the text of a row and its index
    (None: it is all there is), and gives the row and the promises that it breaks.
    """

    name: str
    fast_page: Decode[list[T]]
    fast_row: Decode[T]
    slow_row: Callable[[bytes], tuple[T, frozenset[Misfit]]] | None

    def row(self, raw: bytes, index: int | None) -> tuple[T, frozenset[Misfit]]:
        """A row, the fast way or the slow one."""
        try:
            return self.fast_row(raw), NONE
        except REFUSALS as problem:
            refusal: BaseException = problem
        if self.slow_row is not None:
            try:
                return self.slow_row(raw)
            except REFUSALS as problem:
                refusal = problem
        path, reason = _refused(raw, refusal)
        place, of_row = "$", ""
        if index is not None:
            place = f"$[{index}]"
            id = json_text.facts(raw, "id").get("id")
            of_row = "" if id is None else f" (row id {id!r:.40})"
        raise DecodeError(
            f"{self.name}: {one_line(reason, SENTENCE)}{of_row}",
            path=one_line(place + path, PATH),
            body=raw[:EXCERPT],
        )


def _refused(raw: bytes, refusal: BaseException) -> tuple[str, str]:
    """Where and why a row was refused, as a path without the `$` and a sentence."""
    if isinstance(refusal, _NOT_JSON) and not isinstance(refusal, msgspec.ValidationError):
        broken = json_text.fault(raw)
        if broken is not None:
            return broken
    path, reason = rules.locate(refusal)
    return path.removeprefix("$"), reason


def one_line(text: str, most: int) -> str:
    """A text as it can be printed anywhere: on one line, without control characters, not longer than `most`."""
    if len(text) > most:
        text = f"{text[: most - 3]}..."
    return text if text.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def reader_of(model: type[T], *, strict: bool) -> Reader[T]:
    """The ways into a model, compiled once for each, by lenient or by strict rules."""
    key: type = model  # a type variable is not seen to be hashable
    return cast("Reader[T]", _compiled(key, strict))


@functools.cache
def _compiled(model: type[T], strict: bool) -> Reader[T]:
    return Reader(getattr(model, "__name__", str(model)), *_ways(model, strict=strict))


def _ways(
    model: type[T], *, strict: bool
) -> tuple[Decode[list[T]], Decode[T], Callable[[bytes], tuple[T, frozenset[Misfit]]] | None]:
    """Fast for a page and for a row, and slow for a row where the model has rules."""
    rows_of_model = cast("type[list[T]]", GenericAlias(list, (model,)))
    if not is_model(model):
        return msgspec.json.Decoder(rows_of_model).decode, msgspec.json.Decoder(model).decode, None

    converter = rules.converter(strict=True) if strict else rules.converter()
    structure = cast("Callable[[object, type[T]], T]", converter.get_structure_hook(model))

    def slow(body: bytes) -> tuple[T, frozenset[Misfit]]:
        row = msgspec.json.decode(body)
        if not isinstance(row, dict):
            row = msgspec.convert(row, dict)  # raises, in the words of the fast way
        made = structure(row, model)
        return made, NONE if strict else misfits_of(model, row)

    if any(key_map(nested).differ for nested in nested_models(model)):
        # msgspec would look for attribute names inside.
        return (lambda body: [structure(row, model) for row in _objects(body)]), (lambda body: slow(body)[0]), slow
    if key_map(model).differ:
        return *_keyed_ways(model), slow
    return msgspec.json.Decoder(rows_of_model).decode, msgspec.json.Decoder(model).decode, slow


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


raw_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode
_objects = msgspec.json.Decoder(list[dict[str, object]]).decode


def row_texts_of(text: bytes) -> list[bytes]:
    """The JSON text of each row of a page."""
    try:
        return [bytes(raw) for raw in raw_rows(text)]
    except REFUSALS as problem:
        refusal: BaseException = problem
    if text.lstrip()[:1] == b"[":
        try:
            return json_text.row_texts(text)
        except UnreadableText as problem:
            reason = f"the answer is not JSON: {rules.locate(refusal)[1]}; {problem}"
        raise DecodeError(one_line(reason, SENTENCE), body=text[:EXCERPT])
    check_text(text)
    raise DecodeError(f"a page is an array of rows: {rules.locate(refusal)[1]}", body=text[:EXCERPT])


def check_text(text: bytes) -> None:
    """Raises DecodeError where a body is no JSON at all, in words that say what it is instead."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except REFUSALS as problem:
        path, start = "", text.lstrip()
        if not start:
            reason = "the answer is empty"
        elif start.startswith(b"<"):
            reason = "the answer is not JSON, it looks like HTML: a proxy answered, not the API"
        elif start.startswith((b"{", b"[")) and (broken := json_text.fault(text)) is not None:
            path, reason = broken[0], f"the answer is not JSON: {rules.locate(problem)[1]}; {broken[1]}"
        else:
            reason = f"the answer is not JSON: {rules.locate(problem)[1]}"
    else:
        return
    raise DecodeError(one_line(reason, SENTENCE), path=one_line(f"${path}", PATH), body=text[:EXCERPT])
