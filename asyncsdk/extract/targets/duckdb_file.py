"""A DuckDB file that is open: how it is opened, what a crash left beside it, and what a full disk makes of it.

One thread and little memory, more only where rows are so wide that they need it; moments in UTC; the format that DuckDB
1.2 reads, whatever version writes. After an error that invalidates the database (a full disk may do that) the
connection is of no more use: the file is closed and opened again, which brings it to its last commit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import duckdb
import pyarrow as pa

from ..target import TargetError
from .duckdb_tables import text_of
from .sql import quoted
from .stoppable import Stoppable
from .syncing import sync

__all__ = ["DuckDBFile", "Row", "is_damage", "read_once", "remove_leftovers"]

T = TypeVar("T")

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[object] | Mapping[str, object] | None

MEMORY: Final = 64
"""Megabytes that DuckDB may hold at first; what takes more it does on disk, as far as it can."""

MOST_MEMORY: Final = 4096
"""Megabytes that it may hold where it cannot: rows of many kilobytes are joined and sorted in memory."""

_SETTINGS: Final = {"threads": "1", "autoinstall_known_extensions": "false"}
_FORMAT: Final = {"storage_compatibility_version": "v1.2.0"}
_SESSION: Final = ("TimeZone = 'UTC'", "enable_progress_bar = false")
"""Where no script runs (`python -c`, notebooks) DuckDB shows a bar on the standard output, amid other text."""

_DAMAGE: Final = ("not a valid duckdb database", "corrupt", "checksum", "replaying wal", "replay wal", "enough bytes")
_INVALID: Final = (duckdb.FatalException, duckdb.InternalException)


class DuckDBFile:
    """A DuckDB file, open until `close`.

    Args:
        path: of the file; made where it is missing. Its folder exists, and nobody else writes to it.

    Raises:
        duckdb.Error: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._memory = MEMORY
        self._database: duckdb.DuckDBPyConnection | None = _connected(path, MEMORY)
        self.stoppable: Stoppable = Stoppable(self._interrupt)

    @property
    def database(self) -> str:
        """The name under which DuckDB knows the file."""
        return str(self.first("SELECT current_database()")[0])

    def rows(self, statement: str, values: Values = None) -> list[Row]:
        """Executes a statement and reads its answer to the end, without which the connection stays busy."""
        if self._database is None:
            raise TargetError(f"{self._path} is not open")
        return self._database.execute(statement, values).fetchall()

    def first(self, statement: str, values: Values = None) -> Row:
        """The first row of an answer that has one."""
        return self.rows(statement, values)[0]

    def arrow(self, query: str) -> pa.Table:
        """The answer of a query as an Arrow table, which takes 8 bytes for a number where a row of Python takes 100."""
        if self._database is None:
            raise TargetError(f"{self._path} is not open")
        answer: pa.Table = self._database.sql(query).to_arrow_table()
        return answer

    def number(self, statement: str, values: Values = None) -> int:
        """The number that is the whole answer."""
        return int(self.first(statement, values)[0])

    @contextmanager
    def view(self, name: str, rows: pa.Table) -> Iterator[None]:
        """Shows an Arrow table to statements under a name."""
        if self._database is None:
            raise TargetError(f"{self._path} is not open")
        self._database.register(name, rows)
        try:
            yield
        finally:
            if self._database is not None:
                with suppress(duckdb.Error):
                    self._database.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end of the block, and nothing where it fails."""
        self.rows("BEGIN TRANSACTION")
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            with suppress(duckdb.Error, TargetError):
                self.rows("ROLLBACK")
            raise

    def roomy(self, work: Callable[[], T]) -> T:
        """The result of one transaction, tried again with twice the memory as long as it takes more than there is."""
        while True:
            try:
                return work()
            except duckdb.Error as error:
                if not _wants_memory(error) or self._memory >= MOST_MEMORY:
                    raise
                self._memory *= 2
                if isinstance(error, _INVALID):
                    self._reopen()
                else:
                    self.rows(f"SET memory_limit = '{self._memory}MB'")

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turns errors of DuckDB and of the system into TargetError; opens a file anew that has become invalid."""
        try:
            yield
        except duckdb.Error as error:
            if isinstance(error, _INVALID):
                self._reopen()
            raise TargetError(f"{self._path}: {_said(error)}; what was committed before is kept") from error
        except OSError as error:
            raise TargetError(f"{self._path}: {error.strerror or error}; what was committed before is kept") from error

    def rewrite(self) -> None:
        """Writes the file anew, without what was removed from it: in an old one that stays, in space that is free.

        Raises:
            duckdb.Error, OSError: it could not be written; the old one is there, and open or to be opened again.
        """
        fresh, name = _fresh(self._path), self.database
        _remove_fresh(self._path)
        self.rows("CHECKPOINT")
        self.rows(f"ATTACH {text_of(str(fresh))} AS {quoted(fresh.name)} (STORAGE_VERSION 'v1.2.0')")
        try:
            self.rows(f"COPY FROM DATABASE {quoted(name)} TO {quoted(fresh.name)}")
        finally:
            self.rows(f"DETACH {quoted(fresh.name)}")
        self.close()
        if not _log(fresh).exists() and not _log(self._path).exists():
            sync(fresh)
            fresh.replace(self._path)
            sync(self._path.parent)
        self._database = _connected(self._path, self._memory)

    def close(self) -> None:
        """Closes the file. Safe to call twice."""
        database, self._database = self._database, None
        if database is not None:
            with suppress(duckdb.Error):
                database.close()

    def _reopen(self) -> None:
        self.close()
        with suppress(duckdb.Error):  # the next statement says that it is not open
            self._database = _connected(self._path, self._memory)

    def _interrupt(self) -> None:
        if (database := self._database) is not None:
            with suppress(duckdb.Error):  # closed meanwhile
                database.interrupt()


def read_once(path: Path, statement: str, values: Values = None) -> list[Row]:
    """The answer of a file that is neither changed nor locked for longer; none where it cannot be read."""
    if not path.exists():
        return []
    with suppress(duckdb.Error, OSError):
        database = duckdb.connect(str(path), read_only=True)
        try:
            return database.execute(statement, values).fetchall()
        finally:
            database.close()
    return []


def remove_leftovers(path: Path) -> None:
    """Removes what a process that died left of its work beside a file that nobody uses."""
    folder = path.with_name(f"{path.name}.tmp")
    if folder.is_dir() and all(each.name.startswith("duckdb_temp_") for each in folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)
    _remove_fresh(path)


def _fresh(path: Path) -> Path:
    """The file that a file is written anew in."""
    return path.with_name(f"{path.name}.fresh")


def _log(path: Path) -> Path:
    """What belongs to a file and is not yet in it."""
    return path.with_name(f"{path.name}.wal")


def _remove_fresh(path: Path) -> None:
    for each in (_fresh(path), _log(_fresh(path))):
        each.unlink(missing_ok=True)


def is_damage(error: BaseException) -> bool:
    """Whether an error says that a file holds no database, or a spoilt one, and not that it may not be used now."""
    while isinstance(error, TargetError) and error.__cause__ is not None:
        error = error.__cause__
    text = str(error).lower()
    return isinstance(error, duckdb.SerializationException) or any(sign in text for sign in _DAMAGE)


def _connected(path: Path, memory: int) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS, "memory_limit": f"{memory}MB"}
    if int(duckdb.__version__.partition(".")[0]) >= 2:
        settings.update(_FORMAT)
    database = duckdb.connect(str(path), config=settings)
    try:
        for setting in _SESSION:
            database.execute(f"SET {setting}").fetchall()
    except BaseException:
        database.close()
        raise
    return database


def _wants_memory(error: duckdb.Error) -> bool:
    text = str(error).lower()
    return "out of memory" in text or "failed to allocate" in text or "could not allocate" in text


def _said(error: duckdb.Error) -> str:
    return str(error).strip().split("\n\n")[0]
