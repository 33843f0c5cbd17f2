"""Production plans and their streams, written by SQLite alone: a million rows in seconds, no Python object for any."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import sqlite3

from asyncsdk.sandbox.sizes import LIVE, PROJECTS, Sizes

FIRST_STAMP = 1_672_646_400  # 2023-01-02T08:00:00Z, in seconds
LAST_STAMP = 1_761_926_400  # 2025-10-31T16:00:00Z: nothing that is generated is younger
FIRST_YEAR = 2023
STREAMS = 12  # streams that plans use; the others are archived

_STEP = PROJECTS * 3 + 1  # spreads the first months of projects over three years


def first_month(project: int) -> int:
    """Returns the month a project starts in, counted from January of the first year. `project` counts from 0."""
    return project * _STEP % 36


def fill(connection: sqlite3.Connection, table: str, sizes: Sizes) -> None:
    """Writes the rows of `production_plans` or `production_plan_streams`.

    Every fiftieth row is a deleted copy of the row before it: a line that was planned and taken back.
    """
    shape = sizes.pattern
    connection.execute("CREATE TEMP TABLE month (number INTEGER PRIMARY KEY, day TEXT)")
    connection.executemany(
        "INSERT INTO month VALUES (?, ?)",
        [(number, f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}-01") for number in range(80)],
    )
    connection.execute(
        "CREATE TEMP TABLE slot (number INTEGER PRIMARY KEY, project INT, month INT, stream INT, plan INT, value)"
    )
    if table == "production_plan_streams":
        length, live = len(shape.slots), sizes.rows
        values = [(n, s.project, s.month, s.stream, s.plan, s.value) for n, s in enumerate(shape.slots)]
        columns = "stream_id, production_plan_id, "
        extra = (
            f"((cycle.n * {PROJECTS} + slot.project) * 5 + slot.stream * 7 + {sizes.seed % STREAMS}) % {STREAMS} + 1, "
            f"cycle.n * {shape.plans} + slot.plan + 1 + (cycle.n * {shape.plans} + slot.plan) / {LIVE}, "
        )
    else:
        length, live = shape.plans, sizes.counts[table] - sizes.counts[table] // (LIVE + 1)
        first = {s.plan: s for s in reversed(shape.slots)}
        values = [(n, first[n].project, first[n].month, 0, n, first[n].plan_value) for n in range(length)]
        columns = extra = ""
    connection.executemany("INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?)", values)
    position = f"(cycle.n * {length} + slot.number)"
    step = (LAST_STAMP - FIRST_STAMP) / (live * 1.25 + 1)
    born = f"({FIRST_STAMP} + {position} * {step:.6f})"
    # A third of the rows were changed after they were made, at moments that follow no order.
    moved = f"(({position} * 40503 + {sizes.seed * 7919 % 65536}) % 65536 / 65536.0)"
    touched = f"iif({position} % 3 = 0, {born} + {moved} * ({LAST_STAMP} - {born}), {born})"
    connection.execute(
        f"""
        INSERT INTO "{table}" (id, created_at, updated_at, date, value, project_id, {columns} deleted_at)
        WITH RECURSIVE cycle(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM cycle WHERE n < {max(live - 1, 0) // length})
        SELECT {position} + 1 + {position} / {LIVE},
               strftime('%Y-%m-%dT%H:%M:%fZ', {born}, 'unixepoch'),
               strftime('%Y-%m-%dT%H:%M:%fZ', {touched}, 'unixepoch'),
               month.day, slot.value, cycle.n * {PROJECTS} + slot.project + 1, {extra} NULL
        FROM cycle CROSS JOIN slot CROSS JOIN month
        WHERE {position} < {live}
          AND month.number = (cycle.n * {PROJECTS} + slot.project) * {_STEP} % 36 + slot.month
        """
    )
    names = f"date, value, project_id, {columns}"
    connection.execute(
        f"""
        INSERT INTO "{table}" (id, {names} created_at, updated_at, deleted_at)
        SELECT id + 1, {names} strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '+0.001 seconds'),
               strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '+1 hour'),
               strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '+1 hour')
        FROM "{table}" WHERE id % {LIVE + 1} = {LIVE} AND id < {live + max(live - 1, 0) // LIVE}
        """
    )
    connection.execute("DROP TABLE temp.slot")
    connection.execute("DROP TABLE temp.month")
