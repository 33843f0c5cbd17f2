"""What a DuckDB file says of itself: its schemas, tables and columns, with their types and comments."""

from __future__ import annotations

from typing import cast

import attrs

from .duckdb_file import DuckDBFile
from .duckdb_tables import FoundColumn
from .sql import Names

__all__ = ["DuckDBCatalog"]


@attrs.frozen
class DuckDBCatalog:
    """Questions to the catalogue of an open file.

    Args:
        file: that is asked.
        names: of the target's tables in it.
    """

    file: DuckDBFile
    names: Names
    _spellings: dict[str, str] = attrs.field(factory=dict, eq=False)

    def schemas(self) -> list[str]:
        """The names of its schemas."""
        rows = self.file.rows("SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()")
        return [name for (name,) in rows]

    def tables(self) -> list[str]:
        """The names of tables and views in the target's schema."""
        rows = self.file.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() "
            "AND table_schema = ?",
            [self.names.schema],
        )
        return [name for (name,) in rows]

    def columns(self, table: str) -> dict[str, FoundColumn]:
        """The columns of a table; none where it does not exist."""
        rows = self.file.rows(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index",
            [self.names.schema, self.names.bare(table)],
        )
        return {name: FoundColumn(type_, comment) for name, type_, comment in rows}

    def comment(self, table: str) -> str | None:
        """The comment of a table."""
        rows = self.file.rows(
            "SELECT comment FROM duckdb_tables() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ?",
            [self.names.schema, self.names.bare(table)],
        )
        return cast("str | None", rows[0][0]) if rows else None

    def spelt(self, type_: str) -> str:
        """A type as DuckDB itself spells it."""
        if type_ not in self._spellings:
            self._spellings[type_] = str(self.file.first(f"SELECT typeof(CAST(NULL AS {type_}))")[0])
        return self._spellings[type_]
