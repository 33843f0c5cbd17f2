"""A target's schema in PostgreSQL: locked by one run, owned by one company, its tables and views as they should be."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from typing import Final, cast

from psycopg import errors

from ..._codec.arrow.columns import VANISHED_AT, Column
from ..target import RIVAL, Owner, Table, TargetLocked, TargetRefused
from .postgres_session import PostgresSession
from .postgres_tables import OWN_TABLES, FoundTable, comments, definitions, remade, view_of, widening, written_columns
from .sql import LAYOUT, Names, check_foreign, check_owner, quoted, runs_columns

__all__ = ["PostgresSchema"]

_LOCK_PATIENCE: Final = "3s"
"""So long a server may take to see that a killed run is gone."""

_COLUMNS: Final = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum) IS NOT NULL,
        CASE c.relkind WHEN 'v' THEN c.reloptions END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = %s AND c.relname = ANY(%s) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
        AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
"""

_OWNERS: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE right(c.relname, 15) = '_asyncsdk_owner'
"""

_GRANTS: Final = """
    WITH view AS (SELECT oid, relacl, relowner, oid::regclass::text AS name FROM pg_class WHERE oid = to_regclass(%s)),
    granted AS (
        SELECT name, '' AS of_column, acl.* FROM view, aclexplode(relacl) acl
        UNION ALL
        SELECT name, format(' (%%I)', attname), acl.*
        FROM view JOIN pg_attribute ON attrelid = oid, aclexplode(attacl) acl
    )
    SELECT format('GRANT %%s%%s ON %%s TO %%s%%s', privilege_type, of_column, name,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM granted
    UNION ALL
    SELECT format('ALTER VIEW %%s OWNER TO %%s', name, relowner::regrole) FROM view
    WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""
"""What gives a view's readers back what they may, should it be made anew."""

_DEFAULT_GRANTS: Final = """
    SELECT format('REVOKE ALL ON %%s FROM %%s', oid::regclass,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
    FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass(%s) AND grantee <> relowner GROUP BY oid, grantee
"""
"""What takes away what a new view gives by itself: the old one's readers are the only ones."""


class PostgresSchema:
    """The schema of one target.

    Args:
        session: that its statements go through.
        names: of its tables.
        writer: tells this run from any other.
    """

    def __init__(self, session: PostgresSession, names: Names, writer: str) -> None:
        self._session = session
        self._names = names
        self._writer = writer
        self._known: dict[str, FoundTable] = {}

    def hold(self) -> None:
        """Takes a lock that ends with the connection.

        Raises:
            TargetLocked: another run has it.
        """
        session, names = self._session, self._names
        try:
            with session.connection.transaction():
                session.run(f"SET LOCAL lock_timeout = '{_LOCK_PATIENCE}'")
                session.run(
                    "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"asyncsdk {names.schema} {names.prefix}"]
                )
        except errors.LockNotAvailable:
            raise TargetLocked(
                f"another run is writing to the schema {names.schema}; wait for it to end (the lock of a machine that "
                "died is free within a minute), or give this one another --schema or --prefix"
            ) from None

    def claim(self, owner: Owner) -> None:
        """Makes the target's own tables, and puts down whose they are and who writes.

        Raises:
            TargetRefused: they are another owner's, or names of another target differ from these only in case.
        """
        session, names = self._session, self._names
        self._check_case()
        if session.run("SELECT to_regnamespace(%s)", [quoted(names.schema)]).fetchone() == (None,):
            session.run(f"CREATE SCHEMA {quoted(names.schema)}")
        found = None
        self._known.clear()
        if self._found("_asyncsdk_owner").columns:
            found = session.run(f"SELECT layout, base_url, company FROM {names.owner}").fetchone()
            check_owner(found, owner, f"the schema {names.schema}")
        for table in OWN_TABLES:
            text = table.format(owner=names.owner, state=names.state, seen=names.seen, tables=names.tables)
            session.run(f"CREATE TABLE IF NOT EXISTS {text}")
        session.run(f"CREATE TABLE IF NOT EXISTS {names.runs} ({definitions(runs_columns())})")
        if found is None:
            session.run(
                f"INSERT INTO {names.owner} VALUES (%s, %s, %s, %s)",
                [LAYOUT, owner.base_url, owner.company, self._writer],
            )
        else:
            session.run(f"UPDATE {names.owner} SET writer = %s", [self._writer])

    def check_still_ours(self) -> None:
        """Looks whether another run was here while the connection was lost.

        Raises:
            TargetRefused: one was; what this run remembers is no longer so.
        """
        if self._session.run(f"SELECT writer FROM {self._names.owner}").fetchone() != (self._writer,):
            raise TargetRefused(f"{RIVAL} it meanwhile; run this one again")

    def make(self, table: Table) -> tuple[Column, ...]:
        """Makes or widens a table and its view. Returns the columns that rows are written to.

        Raises:
            TargetRefused: the table is somebody else's, or something that depends on the view is in the way.
        """
        found = self._found(table.name)
        changes = widening(self._names, table, found)
        try:
            self._change(table, changes)
        except (errors.DependentObjectsStillExist, errors.FeatureNotSupported) as error:
            detail = (error.diag.message_detail or str(error)).replace("\n", "; ")
            raise TargetRefused(
                f"the table {self._names.bare(table.name)} has to be changed, and something depends on it ({detail}); "
                "drop that, run this again, and make it anew"
            ) from None
        columns = written_columns(table, found)
        stored = self._found(table.name)
        for name, of in ((table.name, stored), (f"{table.name}_live", self._found(f"{table.name}_live"))):
            for statement in comments(self._qualified(name), columns, of):
                self._session.run(statement)
        return columns

    def drop(self, table: Table) -> None:
        """Removes a table and its view.

        Raises:
            TargetRefused: something depends on them, or they are somebody else's.
        """
        check_foreign(self._found(table.name).columns or [VANISHED_AT.name], self._qualified(table.name))
        try:
            self._session.run(f"DROP VIEW IF EXISTS {self._qualified(f'{table.name}_live')}")
            self._session.run(f"DROP TABLE IF EXISTS {self._qualified(table.name)}")
            self._known.pop(table.name, None)
        except errors.DependentObjectsStillExist as error:
            raise TargetRefused(
                f"the table {self._names.bare(table.name)} cannot go: {error.diag.message_detail or error}"
            ) from None

    def _change(self, table: Table, changes: list[str]) -> None:
        view = f"{table.name}_live"
        grants: list[str] = []
        anew = remade(changes) and bool(self._found(view).columns)
        options = self._found(view).options
        if anew:
            grants = self._said(_GRANTS, view)
            self._session.run(f"DROP VIEW {self._qualified(view)}")
        for change in changes:
            self._session.run(change)
        if changes:
            self.look(table.name)
        shown = FoundTable(options=options) if anew else self._found(view)
        if (made := view_of(self._names, table, self._found(table.name).columns, shown)) is not None:
            self._session.run(made)
            self.look(table.name)
        for statement in [*(self._said(_DEFAULT_GRANTS, view) if anew else ()), *grants]:
            self._session.run(statement)

    def _check_case(self) -> None:
        names = self._names
        ours = (names.schema, names.bare("_asyncsdk_owner"))
        for schema, table in self._session.run(_OWNERS).fetchall():
            there = (str(schema), str(table))
            if there != ours and tuple(map(str.casefold, there)) == tuple(map(str.casefold, ours)):
                theirs, prefix = there[0], there[1].removesuffix("_asyncsdk_owner")
                raise TargetRefused(
                    f"there are tables of asyncsdk already with --schema {theirs!r} and --prefix {prefix!r}, which "
                    "differ from these only in case: who reads them without quotes would get the wrong ones"
                )

    def look(self, *tables: str) -> None:
        """Looks what there is of tables and their views, all in one query: a server may be far away."""
        names = {f"{self._names.prefix}{table}{end}": f"{table}{end}" for table in tables for end in ("", "_live")}
        rows: dict[str, list[tuple[str, str, bool, list[str] | None]]] = {name: [] for name in names.values()}
        for relation, column, type_, commented, options in self._session.run(
            _COLUMNS, [self._names.schema, list(names)]
        ).fetchall():
            rows[names[str(relation)]].append((str(column), str(type_), bool(commented), cast("list[str]", options)))
        for name, columns in rows.items():
            self._known[name] = FoundTable(
                {column: type_ for column, type_, _, _ in columns},
                frozenset(column for column, _, commented, _ in columns if commented),
                tuple(columns[0][3] or ()) if columns else (),
            )

    def _found(self, table: str) -> FoundTable:
        """A table or view as it was when it was looked at."""
        if table not in self._known:
            self.look(table.removesuffix("_live"))
        return self._known[table]

    def _said(self, query: str, table: str) -> list[str]:
        return [str(text) for (text,) in self._session.run(query, [self._qualified(table)]).fetchall()]

    def _qualified(self, table: str) -> str:
        return f"{self._names.qualified_schema}.{quoted(self._names.prefix + table)}"
