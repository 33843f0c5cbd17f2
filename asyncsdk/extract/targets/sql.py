"""What the databases have in common: names in quotes, the target's own tables, and which rows count as live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import attrs

from ..._codec.arrow.columns import Column, stored_columns
from ..target import Owner, RunLine, Table, TargetRefused

__all__ = [
    "LAYOUT",
    "Names",
    "check_names",
    "check_owner",
    "check_schema",
    "live_rows",
    "quoted",
    "run_values",
    "runs_columns",
]

LAYOUT: Final = 2
"""Of the target's own tables, unless an engine has another one. Others are refused."""

_LONGEST: Final = 63 - len("_live")
"""PostgreSQL cuts longer names in silence; two could become one."""


@attrs.frozen
class Names:
    """The names of a target's tables, in quotes, with schema and prefix.

    Args:
        schema: of the tables.
        prefix: of their names.
        database: that the schema is in, for engines that need it: a schema may be called like its database.
    """

    schema: str
    prefix: str
    database: str | None = None

    @property
    def qualified_schema(self) -> str:
        """`"plan"."main"`, or `"public"` where the database is not named."""
        return ".".join(quoted(name) for name in (self.database, self.schema) if name is not None)

    def table(self, name: str) -> str:
        """`"plan"."main"."timesheets"`."""
        return f"{self.qualified_schema}.{quoted(self.bare(name))}"

    def bare(self, name: str) -> str:
        """The name with its prefix, without schema and quotes.

        Raises:
            TargetRefused: it is too long for a database.
        """
        whole = self.prefix + name
        if len(whole.encode()) > _LONGEST:
            raise TargetRefused(f"the name {whole} is longer than {_LONGEST} bytes; give a shorter --prefix")
        return whole

    @property
    def owner(self) -> str:
        """Whose rows these are: one row."""
        return self.table("_asyncsdk_owner")

    @property
    def state(self) -> str:
        """The state of each key: `table`, `key`, `state` as JSON, `saved_at`."""
        return self.table("_asyncsdk_state")

    @property
    def seen(self) -> str:
        """What whole passes met that are not over: `table`, `began` of the pass, and ids, or runs of them."""
        return self.table("_asyncsdk_seen")

    @property
    def tables(self) -> str:
        """How many rows each table had after its last commit: `table`, `rows`."""
        return self.table("_asyncsdk_tables")

    @property
    def published(self) -> str:
        """Which version of a table is in which file of a folder, and the stamp of that file."""
        return self.table("_asyncsdk_published")

    @property
    def runs(self) -> str:
        """The run log."""
        return self.table("_asyncsdk_runs")


def quoted(name: str) -> str:
    """A name as SQL wants it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def live_rows(columns: Iterable[str]) -> str:
    """The condition for rows that are neither deleted nor vanished, for a table with these columns."""
    vanished = f"{quoted('_vanished_at')} IS NULL"
    return f"{vanished} AND {quoted('deleted_at')} IS NULL" if "deleted_at" in columns else vanished


def check_owner(found: tuple[object, ...] | None, owner: Owner, where: str, known: int = LAYOUT) -> None:
    """Compares what a target remembers, (layout, base URL, company), with who wants to write.

    Args:
        found: what it remembers.
        owner: who wants to write.
        where: what the target is called in messages.
        known: the layout that this version writes.

    Raises:
        TargetRefused: another owner's, or a newer layout.
    """
    if found is None:
        return
    layout, base_url, company = found
    if not isinstance(layout, int) or layout > known:
        raise TargetRefused(
            f"{where} was written by a newer asyncsdk (layout {layout}, this one knows {known}); "
            "upgrade asyncsdk, or give this run another --schema or --prefix"
        )
    if layout < known:
        raise TargetRefused(
            f"{where} was written by an earlier asyncsdk (layout {layout}, this one writes {known}); "
            "read the lists anew, into another place, --schema or --prefix"
        )
    if (base_url, company) != (owner.base_url, owner.company):
        raise TargetRefused(
            f"{where} holds rows of {company} at {base_url}, not of {owner.company} at {owner.base_url}; "
            "give these another --schema or --prefix"
        )


def check_schema(schema: str, found: Iterable[str], where: str) -> None:
    """Refuses a schema that an engine which does not tell capitals would take for another one.

    Args:
        schema: that is asked for.
        found: those that are there.
        where: what the target is called in the message.

    Raises:
        TargetRefused: there is one whose name differs only in case.
    """
    others = [name for name in found if name.casefold() == schema.casefold()]
    if others and schema not in others:
        raise TargetRefused(
            f"{where} has a schema {others[0]}, which it does not tell from {schema}; write --schema {others[0]}, or "
            "another name"
        )


def check_foreign(found: Iterable[str], table: str) -> None:
    """Refuses a table that is there already and that no extraction has made.

    Raises:
        TargetRefused: it lacks the column that every extracted table has.
    """
    if "_vanished_at" not in found:
        raise TargetRefused(
            f"there is a table {table} that asyncsdk has not made; give this run another --schema or --prefix"
        )


def check_names(names: Names, tables: Iterable[Table], found: Iterable[str], where: str) -> None:
    """Refuses names that an engine which does not tell capitals would take for one another's.

    Args:
        names: of the target's tables.
        tables: that rows go to.
        found: the names of tables and views that are there.
        where: what the target is called in the message.

    Raises:
        TargetRefused: two names, or two columns of a table, are one; or a table has a name of the target's own.
    """
    meant: dict[str, str] = {}
    for table in tables:
        for bare in (names.bare(table.name), names.bare(f"{table.name}_live")):
            if bare.casefold().startswith("_asyncsdk_"):
                raise TargetRefused(f"{bare}: such names are the target's own; give another --prefix")
            if (other := meant.get(bare.casefold())) is not None:
                raise TargetRefused(f"{bare} and {other} are one name to {where}; read one of them into another place")
            meant[bare.casefold()] = bare
        _check_columns(table)
    for there in found:
        bare = meant.get(there.casefold(), there)
        if bare != there:
            raise TargetRefused(
                f"{where} has {there}, which it does not tell from {bare}; give this run another --schema or --prefix"
            )


def _check_columns(table: Table) -> None:
    seen: dict[str, str] = {}
    for column in stored_columns(table.columns, raw=table.raw):
        if (other := seen.get(column.name.casefold())) is not None:
            raise TargetRefused(
                f"{table.name}: the columns {other} and {column.name} are one to a database; write --without for one"
            )
        seen[column.name.casefold()] = column.name


def runs_columns() -> tuple[Column, ...]:
    """The columns of the run log, in the order of `run_values`."""
    kinds = {"started": "timestamptz", "finished": "timestamptz", "complete": "bool"}
    kinds |= dict.fromkeys(("rows", "rejected", "vanished", "requests"), "bigint")
    return tuple(Column(field.name, kinds.get(field.name, "text")) for field in attrs.fields(RunLine))  # type: ignore[arg-type]  # each is a Kind


def run_values(line: RunLine) -> list[object]:
    """A line of the run log as values."""
    values = [getattr(line, column.name) for column in runs_columns()]
    return [value.astimezone(UTC) if isinstance(value, datetime) else value for value in values]
