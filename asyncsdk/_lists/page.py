"""A page: rows that came in one answer, as an immutable sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload

from .._codec.pydantic_hook import PydanticSerializer, page_hook
from .._sending.headers import plain_headers
from .window import NO_HEADERS

__all__ = ["Page"]

T_co = TypeVar("T_co", covariant=True)


class Page(Sequence[T_co], Generic[T_co]):
    """Rows of one page, in the list's order. It never changes and fetches nothing.

    Attributes:
        offset: where in the list the page was asked for (its first rows may have been dropped as seen before).
        is_last: whether the list ends with this page; None where only another request could tell: a list may end with a
            full page. In `pages()` the last page says True and all others False, because a page is handed out when the
            next one is there. Only where a walk ends early it may be None: by `max_items`, or by an error.
    """

    __slots__ = ("_bookmark", "_headers", "_rows", "is_last", "offset")

    def __init__(
        self,
        rows: Sequence[T_co],
        *,
        offset: int,
        is_last: bool | None,
        bookmark: Callable[[], str],
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        self._rows = rows
        self.offset: int = offset
        self.is_last: bool | None = is_last
        self._bookmark = bookmark
        self._headers = headers

    @property
    def items(self) -> tuple[T_co, ...]:
        """The rows as a tuple."""
        return tuple(self._rows)

    @property
    def bookmark(self) -> str:
        """Where to go on after this page: `pager.pages(resume=page.bookmark)`."""
        return self._bookmark()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer that its rows came in, by their lower-case names."""
        return plain_headers(self._headers)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self.items[index] if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"<Page of {len(self._rows)} rows at offset {self.offset}{', the last' if self.is_last else ''}>"

    __pydantic_serializer__: PydanticSerializer = PydanticSerializer()
    __get_pydantic_core_schema__ = page_hook
