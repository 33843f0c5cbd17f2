"""Pages handed through: `?page=3&size=50`, or `?limit=50&offset=100`, becomes exactly one request to Wethod."""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeVar

import attrs
from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from ..._lists.page import Page
from ..._sending.page_sizes import LARGEST_PAGE
from ...errors import ConfigurationError

__all__ = ["PageOf", "PageParams", "PageParamsDep", "get_page_params"]

T = TypeVar("T")

FURTHEST: Final = 100_000_000
"""Rows; an offset beyond is somebody's mistake, and Wethod is not asked."""


class PageOf(BaseModel, Generic[T]):
    """A page as an answer.

    `next` is the query of the next page (`?page=4&size=50`, other parameters kept), None where there is none. `is_last`
    is true where the list is known to end here and null where only another request could tell: the next page may then
    be empty.
    """

    items: list[T]
    limit: int
    offset: int
    is_last: bool | None
    next: str | None


@attrs.frozen
class PageParams:
    """Which page was asked for: `limit` rows from `offset` on.

    async def projects(wethod: WethodDep, params: PageParamsDep) -> PageOf[Project]:
        page = await wethod.projects.list(limit=params.limit, offset=params.offset).first_page()
        return params.answer(page)
    """

    limit: int
    offset: int
    next: str
    """The query of the page behind this one, whether or not there is one."""

    def answer(self, page: Page[T]) -> PageOf[T]:
        """The page as an answer, with what is known about the next one. Asks for nothing.

        Raises:
            ConfigurationError: the page is another one: its list was not asked for with this limit and offset.
        """
        if page.offset != self.offset or len(page) > self.limit:
            raise ConfigurationError(
                "this is not the page that was asked for; write "
                "wethod.<resource>.list(limit=params.limit, offset=params.offset).first_page()"
            )
        last = True if page.is_last or not page else None
        return PageOf(
            items=list(page),
            limit=self.limit,
            offset=self.offset,
            is_last=last,
            next=None if last else self.next,
        )


async def get_page_params(
    request: Request,
    page: Annotated[int | None, Query(ge=1, le=FURTHEST, description="From 1 on.")] = None,
    size: Annotated[int | None, Query(ge=1, le=LARGEST_PAGE, description="Rows a page.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=LARGEST_PAGE, description="Rows a page, beside `offset`.")] = None,
    offset: Annotated[int | None, Query(ge=0, le=FURTHEST, description="Rows to skip, beside `limit`.")] = None,
) -> PageParams:
    """The page that a request asks for: the first hundred rows where it names none. Out of bounds is 422."""
    by_offset = limit is not None or offset is not None
    if by_offset and (page is not None or size is not None):
        raise _refusal("offset", "page and size, or limit and offset: not both", request.query_params.get("offset"))
    rows = (limit if by_offset else size) or LARGEST_PAGE
    start = (offset or 0) if by_offset else ((page or 1) - 1) * rows
    if start > FURTHEST:
        raise _refusal("page", f"no list has more than {FURTHEST} rows", page)
    following = {"limit": rows, "offset": start + rows} if by_offset else {"page": (page or 1) + 1, "size": rows}
    return PageParams(rows, start, f"?{request.url.include_query_params(**following).query}")


def _refusal(name: str, message: str, given: object) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": message, "input": given}])


PageParamsDep = Annotated[PageParams, Depends(get_page_params)]
"""The page that a request asks for, as an argument of an endpoint: `params: PageParamsDep`."""
