"""Which fields of a model a list still sends, told from the keys of its rows.

A key that is there with null says that the value was emptied. A key that no row has says nothing of the values: the
field has vanished from the API, or was renamed, and what a table holds in its column must not be wiped. The rows
themselves cannot tell the two apart once they are read, so the texts of their pages are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar, cast

import attrs
import msgspec

from .._codec import json_text
from .._codec.fields import dynamic_prefix, wire_name

if TYPE_CHECKING:
    from .._codec.decode import Decode, Decoding, Reject
    from .._codec.promises import Misfits
    from ..client import Wethod

__all__ = ["ENOUGH_ROWS", "FieldsSeen", "gone", "shown_to"]

T = TypeVar("T")

ENOUGH_ROWS: Final = 100
"""Rows that changed which are enough to tell that a key is gone. Fewer may be without it by chance."""


@attrs.frozen
class _Field:
    """A field: its column, the start of its key in a text, the key or the prefix of its keys, whether it is promised.

    `dynamic`: `key` is a prefix.
    """

    column: str
    mark: bytes
    key: str
    dynamic: bool
    promised: bool

    def is_in(self, keys: Iterable[str]) -> bool:
        return any(key.startswith(self.key) for key in keys) if self.dynamic else self.key in keys


class FieldsSeen:
    """The fields of a model whose keys were met, and keys that nobody knows.

    Keys that are `hidden` are not looked at. Once each key was met, a page costs nothing more; before, a search for
    those that were not.
    """

    def __init__(self, model: type, hidden: Container[str] = ()) -> None:
        self._hidden = hidden
        fields = [_field(each) for each in attrs.fields(cast("type[attrs.AttrsInstance]", model))]
        self._fields = {field.column: field for field in fields}
        self._missing = {name: field for name, field in self._fields.items() if name != "id"}
        self._met: set[str] = set()
        self._strange: list[Mapping[str, object]] = []
        self._looked = False

    @property
    def met(self) -> frozenset[str]:
        """Columns whose key some row had."""
        return frozenset(self._met)

    @property
    def missing(self) -> frozenset[str]:
        """Columns whose key no row had so far."""
        return frozenset(self._missing)

    @property
    def strange(self) -> Iterator[Mapping[str, object]]:
        """Rows of the first page that have a key which the model does not, as far as they can be read."""
        for row in self._strange:
            with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                yield {key: msgspec.json.decode(cast("msgspec.Raw", raw)) for key, raw in row.items()}

    def spelled(self, column: str) -> str:
        """A column's key as the contract spells it, where dynamic ones end in a star."""
        field = self._fields[column]
        return f"{field.key}*" if field.dynamic else field.key

    @property
    def promised(self) -> frozenset[str]:
        """Columns of fields that every row should have."""
        return frozenset(name for name, field in self._fields.items() if field.promised) - {"id"}

    def see(self, body: bytes) -> None:
        """Looks at the text of a page."""
        wanted = [field for field in self._missing.values() if field.mark in body]
        if self._looked and not wanted:
            return
        rows = [*_rows_of(body)]
        keys = {key for row in rows for key in row}
        if not self._looked and keys:
            self._looked = True
            shown = {key for key in keys if key not in self._hidden}
            news = {key for key in shown if not any(field.is_in((key,)) for field in self._fields.values())}
            if news:
                strange = [row for row in rows if news.intersection(row)]
                self._strange = [{key: raw for key, raw in row.items() if key in shown} for row in strange]
        for field in wanted:
            if field.is_in(keys):
                del self._missing[field.column]
                self._met.add(field.column)


def gone(known: Collection[str], before: Iterable[str], met: Collection[str], *, proved: bool) -> frozenset[str]:
    """The fields that are gone from the API.

    Args:
        known: those that it has ever sent.
        before: those that were gone already. One that is back is not, so the list has to be read whole before.
        met: those that it sent now.
        proved: whether enough rows came to tell that the others are gone.

    >>> sorted(gone({"a", "b"}, (), {"a"}, proved=True))
    ['b']
    >>> sorted(gone({"a", "b"}, ["b"], (), proved=False))
    ['b']
    >>> gone({"a", "b"}, ["b"], {"a", "b"}, proved=True)
    frozenset()
    """
    return frozenset({*before, *(known if proved else ())}) - frozenset(met)


def shown_to(see: Callable[[bytes], object], wethod: Wethod) -> Wethod:
    """A copy of a client whose lists show the text of each page that could be read to `see`."""
    copy = wethod.with_options()
    copy._sender.decoding = cast("Decoding", _Shown(copy._sender.decoding, see))
    return copy


@attrs.frozen
class _Shown:
    """Reads pages as `decoding` does."""

    decoding: Decoding
    see: Callable[[bytes], object]

    def page(self, model: type[T], misfits: Misfits | None = None) -> Decode[list[T]]:
        return self._seen(self.decoding.page(model, misfits))

    def page_with_rejects(self, model: type[T], misfits: Misfits | None = None) -> Decode[list[T | Reject]]:
        return self._seen(self.decoding.page_with_rejects(model, misfits))

    def _seen(self, decode: Decode[T]) -> Decode[T]:
        def page(body: bytes) -> T:
            rows = decode(body)
            self.see(body)
            return rows

        return page


def _field(field: attrs.Attribute[object]) -> _Field:
    prefix = dynamic_prefix(field)
    key, column = (prefix, field.name) if prefix else (wire_name(field), wire_name(field))
    mark = f'"{key}' if prefix else f'"{key}"'
    return _Field(column, mark.encode(), key, bool(prefix), not prefix and field.default is attrs.NOTHING)


def _rows_of(body: bytes) -> Iterator[Mapping[str, object]]:
    """The rows of a page that are objects, as far as they can be read."""
    try:
        yield from msgspec.json.decode(body, type=list[dict[str, msgspec.Raw]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        with suppress(json_text.UnreadableText):
            for text in json_text.row_texts(json_text.mended(body)):
                with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    yield msgspec.json.decode(text, type=dict[str, msgspec.Raw])
