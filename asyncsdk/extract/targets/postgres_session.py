"""The connection to PostgreSQL: opened with what notices a dead peer, watched while it is idle, and opened again."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Final, TypeVar

import psycopg
from psycopg import conninfo

from ..._limits import clock
from ...errors import ConfigurationError
from ..target import TargetError, TargetRefused, TargetStopped
from .postgres_blocks import Blocks

__all__ = ["PostgresSession", "conninfo_of"]

T = TypeVar("T")

_CANCEL_SECONDS: Final = 2.0
"""For a server to hear that a statement shall end."""

_LONGEST_PAUSE: Final = 5.0
"""Seconds between two attempts to open a lost connection again."""

_DEFAULTS: Final = {
    "connect_timeout": "10",
    "application_name": "asyncsdk",
    # A peer that vanished without a word is noticed within half a minute.
    "keepalives": "1",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}

_SERVER_SETTINGS: Final = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "client_connection_check_interval": "10000",
}
"""For the server's end: the lock of a host that died is free within half a minute. Older servers lack some."""

_SETTING: Final = (
    b"SELECT set_config(%(name)s, %(value)s, false) WHERE EXISTS (SELECT FROM pg_settings WHERE name = %(name)s)"
)


def conninfo_of(address: str) -> tuple[str, str | None]:
    """What libpq connects by, and the password in it.

    Raises:
        ConfigurationError: the address is none.
    """
    try:
        parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(address).items()}
    except psycopg.Error:
        # Its own words repeat the address, and with it the password.
        raise ConfigurationError("not an address that PostgreSQL understands; write postgresql://...") from None
    return conninfo.make_conninfo(**{**_DEFAULTS, **parts, "client_encoding": "UTF8"}), parts.get("password")


class PostgresSession:
    """One connection at a time, in which each piece of work is a transaction.

    Args:
        address: as libpq reads it.
        secret: in it, which no message shows.
        patience: seconds for which a connection that was lost is opened again.
        prepare: what a new connection needs before it is used. Raises TargetRefused where it may not be.
    """

    def __init__(self, address: str, secret: str | None, patience: float, prepare: Callable[[], object]) -> None:
        self._address = address
        self._secret = secret
        self._patience = patience
        self._prepare = prepare
        self._connection: psycopg.Connection | None = None
        self._opened = False
        self.blocks: Blocks = Blocks(self._cancel, self._drop)

    def open(self) -> None:
        """Connects, and prepares.

        Raises:
            TargetError: nobody answers, or who answers refuses.
        """
        try:
            with self.blocks.long():
                self._connect()
        except psycopg.Error as error:
            raise TargetRefused(f"PostgreSQL refuses: {self.said(error)}") from None
        self._opened = True

    def close(self) -> None:
        """Ends it. Safe to call twice."""
        self._opened = False
        self._drop()

    def lost(self) -> bool:
        """Whether something came of the server while nothing was asked: mostly that the connection has ended."""
        connection = self._connection
        if connection is None or self.blocks.running:
            return self._opened and connection is None
        try:
            return connection.closed or _has_news(connection.fileno())
        except (OSError, ValueError, psycopg.Error):
            return True

    def short(self, work: Callable[[], T]) -> T:
        """Does work in a transaction that goes on after `stop`; again over a new connection where it is lost.

        Raises:
            TargetError: it failed; nothing of it was kept.
        """
        return self._persistently(work, self.blocks.short)

    def long(self, work: Callable[[], T]) -> T:
        """Does work in a transaction that `stop` ends.

        Raises:
            TargetStopped: it was ended.
            TargetError: it failed; nothing of it was kept.
        """
        return self._persistently(work, self.blocks.long)

    def run(
        self, statement: str, values: Sequence[object] | dict[str, object] | None = None
    ) -> psycopg.Cursor[tuple[object, ...]]:
        """Executes one statement of the work at hand."""
        # As bytes: psycopg's types take text only where it is a literal.
        return self.connection.execute(statement.encode(), values)

    def copy(self, where: str, text: bytes) -> None:
        """Copies CSV into a table."""
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {where} FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            copy.write(text)

    def said(self, error: psycopg.Error) -> str:
        """What a server or driver said, in one line, without the password."""
        text = str(error).strip().split("\n")[0] or type(error).__name__
        return text.replace(self._secret, "***") if self._secret else text

    @property
    def connection(self) -> psycopg.Connection:
        """The connection.

        Raises:
            TargetError: there is none.
        """
        if self._connection is None:
            raise TargetError("PostgreSQL is not open")
        return self._connection

    def _connect(self) -> None:
        # Statements are never prepared: their plans would forget the bounds they are given.
        self._connection = psycopg.connect(self._address, autocommit=True, prepare_threshold=None)
        self.run("SET TIME ZONE 'UTC'")  # date-times are copied without their zone: see `copy_text`
        for name, value in _SERVER_SETTINGS.items():
            with suppress(psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege):
                self.run(_SETTING.decode(), {"name": name, "value": value})
        self._prepare()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _cancel(self) -> bool:
        connection = self._connection
        if connection is None:
            return True
        try:
            connection.cancel_safe(timeout=_CANCEL_SECONDS)
        except psycopg.Error:
            return False
        return True

    def _persistently(self, work: Callable[[], T], block: Callable[[], AbstractContextManager[None]]) -> T:
        until: float | None = None
        while True:
            try:
                if self._connection is None and self._opened:
                    until = clock.monotonic() + self._patience if until is None else until
                    self._reopen(until)
                with block(), self.connection.transaction():
                    return work()
            except psycopg.Error as error:
                if not self._is_gone() or self.blocks.stopped:
                    raise TargetError(f"PostgreSQL: {self.said(error)}; what was committed before is kept") from None
                until = clock.monotonic() + self._patience if until is None else until
                self._drop()
                if clock.monotonic() >= until:
                    raise TargetError(f"PostgreSQL: {self.said(error)}; what was committed before is kept") from None

    def _is_gone(self) -> bool:
        return self._connection is None or self._connection.closed

    def _reopen(self, until: float) -> None:
        """Opens a lost connection again, as often as there is time.

        Raises:
            TargetError: it cannot be.
        """
        pause = 0.1
        while True:
            try:
                with self.blocks.short():
                    self._connect()
            except (psycopg.Error, TargetRefused) as error:
                said = self.said(error) if isinstance(error, psycopg.Error) else str(error)
                self._drop()
            else:
                return
            left = until - clock.monotonic()
            if left <= 0 or not self.blocks.wait(min(pause, left)):
                raise (TargetStopped if self.blocks.stopped else TargetError)(
                    f"PostgreSQL: the connection was lost and cannot be opened again: {said}; "
                    "what was committed before is kept"
                ) from None
            pause = min(2 * pause, _LONGEST_PAUSE)


def _has_news(descriptor: int) -> bool:
    if os.name == "nt":
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
