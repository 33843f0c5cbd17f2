"""Lists as streams: rows go out as pages come in, so that neither memory nor the reader waits for the last page.

The first page is there before the status line, so that a list that is refused is answered with its status. What fails
later can no longer change the status: the body then stays unterminated, which every HTTP client reports as an error.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, MutableMapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar, cast
from urllib.parse import quote

import anyio
import attrs
import msgspec
from fastapi.requests import HTTPConnection
from fastapi.responses import Response
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from ..._codec.decode import OnReject, to_dict, to_json
from ..._codec.keys import is_model, key_map
from ..._codec.values import Json
from ..._lists.options import CONCURRENCY, WalkOptions
from ..._lists.page import Page
from ..._lists.pager import Pager, list_of
from ..._lists.walk import PageWalk
from ...errors import ArgumentError, WethodError
from ...errors._printable import shown
from .clients import refused_user
from .failures import Verdict, printable, verdict

__all__ = ["RowStream", "StreamCutOff", "stream_csv", "stream_ndjson"]

CLOSING_SECONDS: Final = 2.0

T = TypeVar("T")
Judge: TypeAlias = "Callable[[WethodError], Verdict]"
Encode: TypeAlias = "Callable[[Sequence[T]], bytes]"


async def stream_ndjson(
    pager: Pager[T],
    *,
    concurrency: int = CONCURRENCY,
    stable: bool = True,
    sweep: bool = False,
    max_items: int | None = None,
    expected: int | None = None,
    resume: str | None = None,
    on_reject: OnReject | None = None,
    error_line: bool = False,
    filename: str | None = None,
    background: BackgroundTask | None = None,
) -> RowStream:
    """A list as lines of JSON, one row each, with the names of the wire.

        @app.get("/plan.ndjson")
        async def plan(wethod: WethodClient) -> Response:
            return await stream_ndjson(wethod.production_plan_streams.list(project_id=7))

    Args:
        pager: the list. A reader that goes away ends its walk at once.
        concurrency: pages in flight or waiting to be sent.
        stable: as in `Pager.items`.
        sweep: as in `Pager.items`.
        max_items: rows at the most; None: all of them.
        expected: as in `Pager.items`.
        resume: a bookmark of this list, from an error line; the stream goes on behind its row.
        on_reject: is called with each row that does not fit its model, which is left out; by default it ends the stream
            as an error.
        error_line: when the list fails on the way, end with one line `{"$error": {"status": ..., "key": ...,
            "message": ..., "bookmark": ...}}`; without it the body is left unterminated.
        filename: what browsers save it as.
        background: runs after the answer.

    Raises:
        WethodError: the first page failed; nothing was answered yet.
    """
    options = WalkOptions(
        concurrency=concurrency,
        stable=stable,
        sweep=sweep,
        max_items=max_items,
        expected=expected,
        resume=resume,
        on_reject=on_reject,
    )
    walk, first = await _begin(pager, options)
    chunks = partial(_chunks, walk, first, _lines, (lambda error: to_json(error) + b"\n") if error_line else None)
    return RowStream(chunks, walk, "application/x-ndjson", filename, background)


async def stream_csv(
    pager: Pager[T],
    *,
    columns: Sequence[str] | None = None,
    concurrency: int = CONCURRENCY,
    stable: bool = True,
    sweep: bool = False,
    max_items: int | None = None,
    expected: int | None = None,
    resume: str | None = None,
    on_reject: OnReject | None = None,
    error_line: bool = False,
    filename: str | None = None,
    background: BackgroundTask | None = None,
) -> RowStream:
    """A list as CSV (RFC 4180, UTF-8) with a header line, which an empty list has too.

    Cells hold what JSON would: dates as `2026-05-31`, `true` and `false`, nothing for null; nested values are JSON.

    Args:
        pager: the list. A reader that goes away ends its walk at once.
        columns: names of the wire in the order wanted, keys such as `metadata_13` among them. By default every field of
            the model, its dynamic keys as JSON in one column; for rows that are dicts the keys of the first page, and a
            later row with another key ends the stream as an error.
        concurrency: pages in flight or waiting to be sent.
        stable: as in `Pager.items`.
        sweep: as in `Pager.items`.
        max_items: rows at the most; None: all of them.
        expected: as in `Pager.items`.
        resume: a bookmark of this list; the stream goes on behind its row, with a header line of its own.
        on_reject: is called with each row that does not fit its model, which is left out; by default it ends the stream
            as an error.
        error_line: as for `stream_ndjson`; the line is one quoted cell.
        filename: what browsers save it as.
        background: runs after the answer.

    Raises:
        ArgumentError: a column that the model does not have. Nothing was sent.
        WethodError: the first page failed; nothing was answered yet.
    """
    model = pager.model
    if columns is not None:
        _check_columns(columns, model)
    options = WalkOptions(
        concurrency=concurrency,
        stable=stable,
        sweep=sweep,
        max_items=max_items,
        expected=expected,
        resume=resume,
        on_reject=on_reject,
    )
    walk, first = await _begin(pager, options)
    table = _CsvTable(model, _columns(model, first) if columns is None else list(columns), chosen=columns is not None)
    failing = (lambda error: _csv([[to_json(error).decode()]])) if error_line else None
    chunks = partial(_chunks, walk, first, table.rows, failing, header=table.header())
    return RowStream(chunks, walk, "text/csv", filename, background)


class RowStream(Response):
    """An answer whose body is written while a list is walked; `stream_ndjson` and `stream_csv` make it."""

    def __init__(
        self,
        chunks: Callable[[Judge], AsyncIterator[bytes]],
        walk: PageWalk[T],
        media_type: str,
        filename: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        self._chunks = chunks
        self._walk = walk
        self.status_code = 200
        self.media_type = media_type
        self.background = background
        self.body = b""
        self.init_headers({} if filename is None else {"Content-Disposition": _disposition(filename)})
        del self.headers["Content-Length"]  # nobody knows it yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Writes the rows until the list, or the reader, is gone."""
        writing = asyncio.ensure_future(self._write(self._chunks(partial(_judged, scope)), send))
        reading = asyncio.ensure_future(_departure(receive))
        try:
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # All of it is cancelled before anything is awaited: who serves us may cancel again and again.
            writing.cancel()
            reading.cancel()
            try:
                await self._walk.aclose()
            finally:
                with anyio.move_on_after(CLOSING_SECONDS, shield=True):
                    await asyncio.wait((writing, reading))
        for task in (writing, reading):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        if self.background is not None:
            await self.background()

    async def _write(self, chunks: AsyncIterator[bytes], send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            return  # how some servers say that the reader is gone
        except WethodError as error:
            # Not as it is: handlers of errors would be asked for an answer, which has begun.
            raise StreamCutOff(
                f"a list failed while it was sent, and the body is left unterminated so that the reader sees it "
                f"(error_line=True ends it with a line that says so): {printable(str(error), 2000)}"
            ) from error


class StreamCutOff(RuntimeError):
    """A list failed when its first rows had been sent; the server ends the connection. `__cause__` says why."""


async def _departure(receive: Receive) -> None:
    message: MutableMapping[str, Any] = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()


def _judged(scope: Scope, error: WethodError) -> Verdict:
    return verdict(error, of_user=refused_user(HTTPConnection(scope)))


async def _begin(pager: Pager[T], options: WalkOptions) -> tuple[PageWalk[T], Page[T] | None]:
    walk = list_of(pager).pages(options)  # what has come is sent; nobody asks which page is the last
    try:
        return walk, await anext(walk, None)
    except BaseException:
        await walk.aclose()
        raise


async def _chunks(
    walk: PageWalk[T],
    first: Page[T] | None,
    encode: Encode[T],
    failing: Callable[[Json], bytes] | None,
    judge: Judge,
    header: bytes = b"",
) -> AsyncIterator[bytes]:
    if header:
        yield header
    try:
        page = first
        while page is not None:
            yield encode(page)
            page = await anext(walk, None)
    except WethodError as error:
        if failing is None:
            raise
        told = judge(error)
        line = failing({"$error": {"status": told.status, **told.content, "bookmark": error.bookmark}})
    else:
        return
    yield line


def _disposition(filename: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"


def _lines(rows: Sequence[object]) -> bytes:
    return b"".join(to_json(row) + b"\n" for row in rows)


class _CsvTable:
    """Rows as lines of CSV."""

    def __init__(self, model: type, columns: Sequence[str], *, chosen: bool) -> None:
        self._columns = columns
        self._whole = None if chosen or is_model(model) else frozenset(columns)
        self._gathered = {name: prefix for prefix, name in key_map(model).dynamic.items()} if is_model(model) else {}

    def header(self) -> bytes:
        return _csv([self._columns])

    def rows(self, rows: Sequence[object]) -> bytes:
        return _csv([self._cells(row) for row in rows])

    def _cells(self, row: object) -> list[str]:
        values = to_dict(row)
        if not isinstance(values, dict):
            raise TypeError(f"a row is an object, not {type(row).__name__}")
        for name, prefix in self._gathered.items():
            values[name] = {key[len(prefix) :]: value for key, value in values.items() if _carries_id(key, prefix)}
        if self._whole is not None and (more := values.keys() - self._whole):
            raise ArgumentError("columns", f"a later row has {', '.join(map(shown, sorted(more)))}; name the columns")
        return [_cell(values.get(column)) for column in self._columns]


def _columns(model: type, first: Page[T] | None) -> list[str]:
    if is_model(model):
        keys = key_map(model)
        return [keys.key_of(field.name) for field in attrs.fields(cast("type[attrs.AttrsInstance]", model))]
    found: dict[str, None] = {}
    for row in first or ():
        found |= dict.fromkeys(row) if isinstance(row, dict) else {}
    return list(found)


def _check_columns(columns: Iterable[str], model: type) -> None:
    if isinstance(columns, str):
        raise ArgumentError("columns", f"a list of names, not the text {columns!r}")
    if not is_model(model):
        return
    known = _columns(model, None)
    prefixes = key_map(model).dynamic
    for column in columns:
        if column not in known and not any(_carries_id(column, prefix) for prefix in prefixes):
            raise ArgumentError("columns", f"{model.__name__} has no {column!r}; it has {', '.join(known)}")


def _carries_id(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key[len(prefix) :].isdecimal()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
