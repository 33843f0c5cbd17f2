"""Production plans and their streams, written by SQLite alone: a million rows in seconds, no Python object for any."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import sqlite3

from asyncsdk.sandbox.period import NOW, Period
from asyncsdk.sandbox.sizes import AHEAD, LIVE, PROJECTS, STREAMS, Sizes


def fill(connection: sqlite3.Connection, table: str, sizes: Sizes, period: Period) -> None:
    """Writes the rows of `production_plans` or `production_plan_streams`.

    Every fiftieth row is a deleted copy of the row before it: a line that was planned and taken back.
    """
    shape = sizes.pattern
    connection.execute("CREATE TEMP TABLE month (number INTEGER PRIMARY KEY, day TEXT)")
    connection.executemany("INSERT INTO month VALUES (?, ?)", [(n, period.month(n)) for n in range(NOW + 40)])
    if table == "production_plan_streams":
        _slots(connection, sizes)
        length, live = len(shape.slots), sizes.rows
        columns = "stream_id, production_plan_id, "
        extra = (
            f"((cycle.n * {PROJECTS} + slot.project) * 5 + slot.stream * 7 + {sizes.seed % STREAMS}) % {STREAMS} + 1, "
            f"cycle.n * {shape.plans} + slot.plan + 1 + (cycle.n * {shape.plans} + slot.plan) / {LIVE}, "
        )
        value = _value(sizes)
    else:
        _plan_slots(connection, sizes)
        length, live = shape.plans, sizes.counts[table] - sizes.counts[table] // (LIVE + 1)
        columns = extra = ""
        value = _plan_value(sizes)
    position = f"(cycle.n * {length} + slot.number)"
    first, last = period.first_stamp(sizes.span), period.last_stamp
    born = f"({first} + {position} * {(last - first) / max(live, 1):.6f})"
    # A third of the rows were changed after they were made, at moments that follow no order.
    moved = f"(({position} * 40503 + {sizes.seed * 7919 % 65536}) % 65536 / 65536.0)"
    touched = f"iif({position} % 3 = 0, {born} + {moved} * ({last} - {born}), {born})"
    connection.execute(
        f"""
        INSERT INTO "{table}" (id, created_at, updated_at, date, value, project_id, {columns} deleted_at)
        WITH RECURSIVE cycle(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM cycle WHERE n < {max(live - 1, 0) // length})
        SELECT {position} + 1 + {position} / {LIVE},
               strftime('%Y-%m-%dT%H:%M:%fZ', {born}, 'unixepoch'),
               strftime('%Y-%m-%dT%H:%M:%fZ', {touched}, 'unixepoch'),
               month.day, {value} / 100.0, cycle.n * {PROJECTS} + slot.project + 1, {extra} NULL
        FROM cycle CROSS JOIN slot CROSS JOIN month
        WHERE {position} < {live} AND month.number = {NOW - sizes.span} + slot.month
              + (cycle.n * {PROJECTS} + slot.project) * {sizes.span + AHEAD} / {sizes.planned}
        """
    )
    if table == "production_plans":
        _finish(connection, sizes, live)
    names = f"date, value, project_id, {columns}"
    connection.execute(
        f"""
        INSERT INTO "{table}" (id, {names} created_at, updated_at, deleted_at)
        SELECT id + 1, {names} created_at, strftime('%Y-%m-%dT%H:%M:%fZ', gone, 'unixepoch'),
               strftime('%Y-%m-%dT%H:%M:%fZ', gone, 'unixepoch')
        FROM (SELECT *, min(CAST(strftime('%s', updated_at) AS INTEGER) + 3600, {last}) AS gone FROM "{table}"
              WHERE id % {LIVE + 1} = {LIVE} AND id < {live + max(live - 1, 0) // LIVE})
        """
    )
    connection.execute("DROP TABLE temp.slot")
    connection.execute("DROP TABLE temp.month")


def _slots(connection: sqlite3.Connection, sizes: Sizes) -> None:
    shape = sizes.pattern
    connection.execute(
        "CREATE TEMP TABLE slot (number INTEGER PRIMARY KEY, project INT, month INT, stream INT, plan INT, value INT,"
        " spare INT, next INT, next_spare INT, whole INT, after INT, after_whole INT)"
    )
    connection.executemany(
        f"INSERT INTO slot VALUES ({', '.join('?' * 12)})",
        [
            (
                number,
                slot.project,
                slot.month + shape.projects[slot.project].late,
                slot.stream,
                slot.plan,
                slot.value,
                slot.spare + 1,
                slot.next_stream,
                shape.slots[slot.next_stream].spare + 1,
                slot.plan_spare + 1,
                slot.next_month,
                (shape.slots[slot.next_month].plan_spare if slot.stream == 0 else 0) + 1,
            )
            for number, slot in enumerate(shape.slots)
        ],
    )


def _plan_slots(connection: sqlite3.Connection, sizes: Sizes) -> None:
    shape = sizes.pattern
    connection.execute(
        "CREATE TEMP TABLE slot (number INTEGER PRIMARY KEY, project INT, month INT, value INT,"
        " first INT, whole INT, after INT, after_whole INT)"
    )
    wholes: dict[int, int] = {}
    for slot in shape.slots:
        wholes[slot.plan] = wholes.get(slot.plan, 0) + slot.value
    connection.executemany(
        f"INSERT INTO slot VALUES ({', '.join('?' * 8)})",
        [
            (
                slot.plan,
                slot.project,
                slot.month + shape.projects[slot.project].late,
                wholes[slot.plan],
                number,
                slot.plan_spare + 1,
                slot.next_month,
                shape.slots[slot.next_month].plan_spare + 1,
            )
            for number, slot in enumerate(shape.slots)
            if slot.stream == 0
        ],
    )


def _noise(sizes: Sizes, slot: str, salt: int) -> str:
    """Returns SQL for a number that is drawn for one slot of one repetition."""
    start = sizes.seed * 7919 % 65_536 + salt
    return f"((cycle.n * 8191 + {slot} + {start}) * 2654435761 >> 13 & 1048575)"


def _value(sizes: Sizes) -> str:
    """Returns SQL for a stream's hundredths: the pattern's, with what its month and its stream give and take."""
    return (
        f"(slot.value + {_noise(sizes, 'slot.number', 0)} % slot.spare"
        f" - {_noise(sizes, 'slot.next', 0)} % slot.next_spare"
        f" + iif(slot.stream, 0, {_noise(sizes, 'slot.number', 77)} % slot.whole"
        f" - {_noise(sizes, 'slot.after', 77)} % slot.after_whole))"
    )


def _plan_value(sizes: Sizes) -> str:
    """Returns SQL for a plan's hundredths: what its streams give and take between them cancels out."""
    return (
        f"(slot.value + {_noise(sizes, 'slot.first', 77)} % slot.whole"
        f" - {_noise(sizes, 'slot.after', 77)} % slot.after_whole)"
    )


def _finish(connection: sqlite3.Connection, sizes: Sizes, live: int) -> None:
    """Gives the last plan what its streams have, where the number of rows leaves some of them out."""
    length = len(sizes.pattern.slots)
    cycle, number = divmod(sizes.rows - 1, length)
    if sizes.rows == 0 or (number + 1 < length and sizes.pattern.slots[number + 1].stream == 0) or number + 1 == length:
        return
    first = number - sizes.pattern.slots[number].stream
    connection.execute("DROP TABLE temp.slot")
    _slots(connection, sizes)
    connection.execute(
        f"UPDATE production_plans SET value = (WITH cycle(n) AS (SELECT {cycle}) SELECT sum({_value(sizes)}) / 100.0"
        f" FROM cycle CROSS JOIN slot WHERE slot.number BETWEEN {first} AND {number}) WHERE id = ?",
        (live + (live - 1) // LIVE,),
    )
