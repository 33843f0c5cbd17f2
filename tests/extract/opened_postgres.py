"""What tests of PostgreSQL share: an opened target, and rows of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from asyncsdk.extract.target import Place, Table
from asyncsdk.extract.targets import make_target
from asyncsdk.extract.targets.postgres import PostgresTarget
from tests.extract.stored import ACME, NIGHT, THINGS

LATER = NIGHT + dt.timedelta(days=1)

STATE = b'{"page":1}'


@contextmanager
def opened(place: Place, *tables: Table) -> Iterator[PostgresTarget]:
    target = make_target(place)
    assert isinstance(target, PostgresTarget)
    target.open(ACME, tables or (THINGS,))
    try:
        yield target
    finally:
        target.close()
