"""`asyncsdk verify`: whether tables hold the rows that their lists have, and which they lack or have too many."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

import attrs

from ..contract.learning import acquaint, applied, read
from ..extract import ExtractionVerification, TableCheck, verify
from ..extract.options import ExtractionOptions
from .client import connect
from .ending import refusal
from .output import stdout
from .stopping import Interrupted, interruptible
from .tables import print_table
from .visible import one_line

__all__ = ["Compared", "compare"]

SHOWN_IDS: Final = 20
"""Ids of each kind in a line; `--json` has them all."""


@attrs.frozen(kw_only=True)
class Compared:
    """The command line, read. `to` may hold a password, so it is not in its repr."""

    to: str = attrs.field(repr=False)
    resources: tuple[str, ...] | None
    options: ExtractionOptions
    company: str | None
    learned: Path | None
    as_json: bool


async def compare(order: Compared) -> int:
    """Compares, and says what differs.

    Returns:
        The exit status: 0 all tables are as their lists, 1 some are not, or could not be compared.

    Raises:
        ConfigurationError, TargetRefused: nothing was compared.
    """
    learned = None if order.learned is None else read(order.learned)
    async with connect(order.company, in_flight=order.options.concurrency) as wethod:
        if learned is not None:
            acquaint(wethod, learned)
        try:
            with interruptible():
                verification = await verify(
                    wethod,
                    order.to,
                    order.resources,
                    concurrency=order.options.concurrency,
                    schema=order.options.schema,
                    prefix=order.options.prefix,
                    state=order.options.state,
                    known=None if learned is None else applied(learned),
                )
        except Interrupted as error:
            if order.as_json:
                stdout.write(json.dumps(refusal("interrupted", error.status)) + "\n")
            return error.status
    if order.as_json:
        stdout.write(json.dumps(verification.to_dict(), indent=2) + "\n")
    else:
        _show(verification)
    return verification.status


def _show(verification: ExtractionVerification) -> None:
    """Writes what differs, table by table, and a line of all."""
    odd = [table for table in verification.tables if table.outcome != "same"]
    if odd:
        print_table(
            ("table", "outcome", "list has", "table has", "missing", "too many"),
            [[each.table, each.outcome, *map(_number, _numbers(each))] for each in odd],
            right=frozenset({2, 3, 4, 5}),
        )
    for each in odd:
        for word, ids in (("missing", each.missing), ("too many", each.extra)):
            if ids:
                more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
                stdout.write(one_line(f"{each.table}: {word}: {', '.join(map(str, ids[:SHOWN_IDS]))}{more}") + "\n")
        if each.error:
            stdout.write(one_line(f"{each.table}: {each.error}") + "\n")
    counts = Counter(table.outcome for table in verification.tables)
    said = [f"{counts['same']} of {len(verification.tables)} tables are as their lists"]
    said += [f"{counts[name]} {name}" for name in ("different", "unread", "failed") if counts[name]]
    if by_number := sum(table.by == "number" for table in verification.tables):
        said.append(f"{by_number} compared by number alone")
    stdout.write(f"{', '.join(said)}; {verification.requests:,} requests\n")


def _numbers(table: TableCheck) -> tuple[int | None, ...]:
    return table.listed, table.stored, len(table.missing) or None, len(table.extra) or None


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
