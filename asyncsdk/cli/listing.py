"""`asyncsdk list`, `count`, `get` and `resources`: rows and lists, for people or for the next program in the pipe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from .._catalog import Listing, find, listings
from .._codec.decode import to_dict
from ..errors import ArgumentError
from ..extract.reading import pager_of
from .client import connect
from .output import say, stdout
from .rows import Columns, Format, columns_of, writer_for
from .tables import print_table
from .visible import ascii_json, visible_json

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["Format", "Wanted", "count_rows", "show_list", "show_one", "show_resources"]

TABLE_ROWS: Final = 100


@attrs.frozen(kw_only=True)
class Wanted:
    """What `asyncsdk list` and `count` are asked for.

    Args:
        resource: name of the list.
        filters: by parameter, as they were written.
        company: the company's slug; None: that of the environment.
    """

    resource: str
    filters: Mapping[str, str]
    company: str | None

    def query(self, listing: Listing) -> dict[str, object]:
        """The filters as the client's method takes them.

        Raises:
            ArgumentError: the list has no such filter, or it lies in another and nobody said in which row.
        """
        parent = listing.parent
        query = dict[str, object]()
        for name, text in self.filters.items():
            if parent is not None and name == parent.parameter:
                if not text.isdecimal():
                    raise ArgumentError(name, f"takes the id of a row of {parent.table}, not {text!r}")
                query[name] = int(text)
            else:
                query[name] = listing.value(name, text)
        if parent is not None and parent.parameter not in query:
            raise ArgumentError(
                parent.parameter, f"{listing.table} is a list in another; say which: {parent.parameter}=3"
            )
        return query


async def show_list(wanted: Wanted, output: Format, max_items: int | None, columns: str | None) -> int:
    """Writes the rows of a list to standard output as their pages come; a table, once they are there."""
    listing = find(wanted.resource)
    query = wanted.query(listing)
    shown: Columns = columns_of(listing.model, columns)
    most = TABLE_ROWS if output == "table" and max_items is None else max_items
    async with connect(wanted.company) as wethod:
        writer = writer_for(output, shown, listing.table, most)
        async with pager_of(wethod, listing, query).pages(max_items=most) as pages:
            async for page in pages:
                writer.page(page)
        writer.end()
    return 0


async def count_rows(wanted: Wanted, *, as_json: bool) -> int:
    """Writes how many rows a list has to standard output: a few requests, whatever its length."""
    listing = find(wanted.resource)
    query = wanted.query(listing)
    async with connect(wanted.company) as wethod:
        number = await pager_of(wethod, listing, query).count()
        requests = wethod.stats.requests
    facts = {"resource": listing.table, "count": number, "requests": requests}
    stdout.write(json.dumps(facts) + "\n" if as_json else f"{number}\n")
    return 0


async def show_one(resource: str, id_: str, company: str | None) -> int:
    """Writes one row to standard output, as JSON."""
    listing = find(resource)
    method = "me" if id_ == "me" else "get"
    async with connect(company) as wethod:
        read = getattr(getattr(wethod, listing.resource), method, None)
        if read is None or listing.parent is not None:
            if method == "me":
                raise ArgumentError("id", "only persons have a `me`: the person of the token")
            raise ArgumentError(
                "resource",
                f"the API reads no single row of {listing.table}; `asyncsdk list {listing.table}` reads the list",
            )
        if method == "get" and not (id_.isdecimal() and int(id_)):
            raise ArgumentError("id", f"takes a whole number above 0, or for persons `me`, not {id_!r}")
        row = await (read() if method == "me" else read(int(id_)))
    _write_json(to_dict(row))
    return 0


def _write_json(value: Json) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    stdout.write((visible_json(text) if stdout.is_utf8 else ascii_json(text)) + "\n")


def show_resources(*, as_json: bool) -> int:
    """Writes what lists there are to standard output."""
    known = listings().values()
    if as_json:
        facts = [
            {
                "name": each.table,
                "path": each.path,
                "model": each.schema,
                "filters": dict(each.parameters),
                "permissions": list(each.permissions),
                "feature": each.feature,
            }
            for each in known
        ]
        stdout.write(json.dumps(facts, indent=2) + "\n")
        return 0
    rows = [
        [
            each.table,
            ", ".join(name for name in each.parameters if name not in {"updated_at", "deleted_at"}),
            ", ".join(each.permissions),
            each.feature or "",
        ]
        for each in known
    ]
    left_out = print_table(["list", "filters", "permissions (any)", "feature"], rows)
    if left_out:
        say(f"not shown, as the terminal is too narrow: {', '.join(left_out)}; --json has it all", name="")
    stdout.write("Every list can be filtered by updated_at, those with deleted by deleted_at too.\n")
    return 0
