"""`asyncsdk list`, `get` and `resources`: rows and lists, on a terminal or for the next program in the pipe."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from rich.table import Table

from ..codec import to_dict, to_json
from ..errors import ArgumentError
from ..extract.catalog import find, listings
from ..extract.reading import pager_of
from .client import connect
from .display import terminal

if TYPE_CHECKING:
    from ..wire import Json

__all__ = ["Format", "show_list", "show_one", "show_resources"]

Format: TypeAlias = Literal["table", "json", "csv", "jsonl"]

TABLE_ROWS: Final = 100


async def show_list(
    resource: str, filters: Mapping[str, str], output: Format, max_items: int | None, company: str | None
) -> None:
    """Writes the rows of a list to standard output as they come; a table, once they are there."""
    listing = find(resource)
    query = dict[str, object]()
    for name, text in filters.items():
        if listing.parent is not None and name == listing.parent.parameter:
            query[name] = int(text) if text.isdecimal() else text
        else:
            query[name] = listing.value(name, text)
    if listing.parent is not None and listing.parent.parameter not in query:
        raise ArgumentError(
            listing.parent.parameter, f"{listing.table} is a list in another; say which: {listing.parent.parameter}=3"
        )
    most = TABLE_ROWS if output == "table" and max_items is None else max_items
    shown: list[dict[str, Json]] = []
    writer: Any = None
    count = 0
    async with connect(company) as wethod, pager_of(wethod, listing, query).items(max_items=most) as walk:
        async for row in walk:
            count += 1
            if output == "jsonl":
                sys.stdout.write(to_json(row).decode() + "\n")
            elif output == "json":
                sys.stdout.write(("[\n" if count == 1 else ",\n") + to_json(row).decode())
            else:
                fields = cast("dict[str, Json]", to_dict(row))
                if output == "table":
                    shown.append(fields)
                    continue
                if writer is None:
                    # Keys that only some rows have (metadata_13) follow those of the model in the first.
                    writer = csv.DictWriter(sys.stdout, list(fields), extrasaction="ignore")
                    writer.writeheader()
                writer.writerow({name: _cell(value) for name, value in fields.items()})
    if output == "json":
        sys.stdout.write("\n]\n" if count else "[]\n")
    elif output == "table":
        _table(listing.table, shown, most)
    sys.stdout.flush()


def _table(title: str, rows: Sequence[Mapping[str, Json]], most: int | None) -> None:
    console = terminal()
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(*names, title=title)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console.print(table if rows else f"{title}: no rows")
    if len(rows) == most:
        terminal(stderr=True).print(f"the first {most} rows; --max-items shows more")


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def show_one(resource: str, id_: int, company: str | None) -> None:
    """Writes one row to standard output, as JSON."""
    listing = find(resource)
    async with connect(company) as wethod:
        read = getattr(getattr(wethod, listing.resource), "get", None)
        if read is None or listing.parent is not None:
            raise ArgumentError(
                "resource",
                f"the API reads no single row of {listing.table}; `asyncsdk list {listing.table}` reads the list",
            )
        row = await read(id_)
    sys.stdout.write(json.dumps(to_dict(row), indent=2, ensure_ascii=False) + "\n")


def show_resources(*, as_json: bool) -> None:
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
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
        return
    table = Table("list", "filters", "permissions (any)", "feature")
    for each in known:
        names = [name for name in each.parameters if name not in {"updated_at", "deleted_at"}]
        table.add_row(each.table, ", ".join(names), ", ".join(each.permissions), each.feature or "")
    terminal().print(table)
    sys.stdout.write("Every list can be filtered by updated_at, those with deleted by deleted_at too.\n")
