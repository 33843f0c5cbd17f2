"""The compiled ways from the text of a row, or of a page that fits to the letter, into a model.

Fast is msgspec, straight into attrs classes. Slow is the converter of `rules`: it knows the leniencies and names the
field it refuses. Models whose keys differ from their attributes start from dicts either way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import GenericAlias
from typing import Final, Generic, Protocol, TypeAlias, TypeVar, cast

import attrs
import msgspec
from cattrs import BaseValidationError

from ..errors import DecodeError
from . import json_text, rules
from .json_text import UnreadableText
from .keys import is_model, key_map, nested_models
from .promises import Misfit, misfits_of
from .relaxed import Relaxed, relaxed

__all__ = [
    "EXCERPT",
    "NONE",
    "PATH",
    "REFUSALS",
    "Decode",
    "Read",
    "Reader",
    "check_text",
    "one_line",
    "raw_rows",
    "reader_of",
    "row_texts_of",
]

T = TypeVar("T")
R = TypeVar("R")
Decode: TypeAlias = "Callable[[bytes], T]"
Read: TypeAlias = "tuple[T, frozenset[Misfit]]"
"""What was read, and the promises it breaks."""

EXCERPT: Final = 500
"""Bytes of an answer that a DecodeError keeps."""

PATH: Final = 300  # characters of a path that errors show
SENTENCE: Final = 1000  # and of a refusal

REFUSALS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BaseValidationError)
_OF_THE_TEXT: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

NONE: Final[frozenset[Misfit]] = frozenset()


@attrs.frozen
class Reader(Generic[T]):
    """The compiled ways into one model.

    The other ways let what they refuse through; `row` raises DecodeError. It takes the text of a row and its index
    (None: it is all there is), and gives the row and the promises that it breaks.
    """

    name: str
    fast_page: Decode[list[T]]
    fast_row: Decode[T]
    slow_row: Decode[Read[T]] | None = None
    relaxed_page: Decode[list[Read[T]]] | None = None

    def row(self, raw: bytes, index: int | None) -> Read[T]:
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
    if isinstance(refusal, _OF_THE_TEXT):
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
    name = getattr(model, "__name__", str(model))
    if not is_model(model):
        return Reader(name, _rows_of(model), msgspec.json.Decoder(model).decode)

    converter = rules.converter(strict=True) if strict else rules.converter()
    structure = cast("Callable[[object, type[T]], T]", converter.get_structure_hook(model))

    def slow(body: bytes) -> Read[T]:
        row = _object(msgspec.json.decode(body))
        return structure(row, model), NONE if strict else misfits_of(model, row)

    if any(key_map(nested).differ for nested in nested_models(model)):
        # msgspec would look for attribute names inside.
        to_the_letter = cast("Callable[[object, type[T]], T]", rules.converter(strict=True).get_structure_hook(model))
        return Reader(
            name,
            lambda body: [to_the_letter(row, model) for row in _objects(body)],
            lambda body: to_the_letter(_object(msgspec.json.decode(body)), model),
            slow,
        )
    page: _Maker = _rows_of
    one: _RowMaker = _row_of
    if key_map(model).differ:
        page, one = _by_attribute(model)
    wider = None if strict else relaxed(model)
    return Reader(name, page(model), one(model), slow, None if wider is None else _finished(wider, page(wider.struct)))


def _rows_of(model: type[R]) -> Decode[list[R]]:
    return msgspec.json.Decoder(_list_of(model)).decode


def _row_of(model: type[R]) -> Decode[R]:
    return msgspec.json.Decoder(model).decode


def _list_of(model: type[R]) -> type[list[R]]:
    return cast("type[list[R]]", GenericAlias(list, (model,)))


def _finished(wider: Relaxed[T], page: Decode[list[msgspec.Struct]]) -> Decode[list[Read[T]]]:
    return lambda body: wider.finish(page(body))


def _object(row: object) -> dict[str, object]:
    # Raises in the words of the fast way.
    return cast("dict[str, object]", row) if isinstance(row, dict) else msgspec.convert(row, dict[str, object])


def _by_attribute(model: type) -> tuple[_Maker, _RowMaker]:
    """The ways into classes with the attributes of a model whose keys differ: by dicts that are renamed and gathered.

    msgspec looks for attribute names alone and drops other keys in silence.
    """
    keys = key_map(model)
    hooks = rules.number_hooks(model)

    def by_attribute(row: dict[str, object]) -> dict[str, object]:
        keys.gather(row)
        # Most rows send some number as a string; refused as a whole they would all go the slow way.
        for name, hook in hooks:
            if type(value := row.get(name)) is str:
                row[name] = hook(value, None)
        return row

    def page(kind: type[R]) -> Decode[list[R]]:
        kinds = _list_of(kind)
        return lambda body: msgspec.convert([by_attribute(row) for row in _objects(body)], kinds)

    def one(kind: type[R]) -> Decode[R]:
        return lambda body: msgspec.convert(by_attribute(_object(msgspec.json.decode(body))), kind)

    return page, one


class _Maker(Protocol):
    def __call__(self, model: type[R], /) -> Decode[list[R]]: ...


class _RowMaker(Protocol):
    def __call__(self, model: type[R], /) -> Decode[R]: ...


raw_rows: Callable[[bytes], list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw]).decode
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
    check_text(text, place=False)
    raise DecodeError(f"a page is an array of rows: {rules.locate(refusal)[1]}", body=text[:EXCERPT])


def check_text(text: bytes, *, place: bool = True) -> None:
    """Raises DecodeError where a body is no JSON at all, in words that say what it is instead, and at which `place`."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except REFUSALS as problem:
        path, start = "", text.lstrip()
        if not start:
            reason = "the answer is empty"
        elif start.startswith(b"<"):
            reason = "the answer is not JSON, it looks like HTML: a proxy answered, not the API"
        elif start.startswith((b"{", b"[")) and (broken := json_text.fault(text)) is not None:
            path, reason = (
                broken[0] if place else "",
                f"the answer is not JSON: {rules.locate(problem)[1]}; {broken[1]}",
            )
        else:
            reason = f"the answer is not JSON: {rules.locate(problem)[1]}"
    else:
        return
    raise DecodeError(one_line(reason, SENTENCE), path=one_line(f"${path}", PATH), body=text[:EXCERPT])
