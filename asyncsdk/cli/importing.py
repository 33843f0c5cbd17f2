"""`asyncsdk import`: a file's rows written into a list, each once, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from .. import bulk
from .._catalog import find
from ..bulk.scope import read_scope
from .client import connect
from .ending import refusal
from .output import say, stderr, stdout
from .stopping import Interrupted, interruptible
from .visible import one_line, visible

__all__ = ["Import", "import_rows"]

_STEPS: Final = 20
"""How often progress is told."""


@attrs.frozen(kw_only=True)
class Import:
    """The command line, read."""

    resource: str
    file: Path
    match: tuple[str, ...]
    scope: Mapping[str, str]
    delete: bool
    plan_only: bool
    verify: bool
    journal: Path | None
    company: str | None
    quiet: bool
    as_json: bool


async def import_rows(order: Import) -> int:
    """Plans and applies; or only plans, or only verifies.

    Returns:
        The exit status: 0 all done, 1 stopped, so that the same command goes on, 3 some rows refused or unknown.

    Raises:
        ConfigurationError: the rows, the journal or the order are refused; nothing was sent.
        WethodError: the list could not be read.
    """
    listing = find(order.resource)
    journal = order.journal or order.file.with_name(f"{order.file.name}.journal")
    async with connect(order.company) as wethod:
        resource = getattr(wethod, listing.resource)
        if order.verify:
            proof = await bulk.verify(resource, journal=journal)
            stdout.write((json.dumps(proof.to_dict(), indent=2) if order.as_json else _shown(str(proof))) + "\n")
            return 0 if proof.proved else 3
        scope = read_scope(listing.resource, order.scope)
        try:
            with interruptible():
                plan = await bulk.plan(resource, order.file, match=order.match, scope=scope, delete=order.delete)
                if order.plan_only:
                    stdout.write((json.dumps(plan.to_dict(), indent=2) if order.as_json else _shown(str(plan))) + "\n")
                    return 3 if plan.conflicts else 0
                if not (order.quiet or order.as_json):
                    say(repr(plan).strip("<>"), name="")
                watch = None if order.quiet else _progress
                report = await plan.apply(journal=journal, watch=watch)
        except Interrupted as error:
            if order.as_json:
                stdout.write(json.dumps(refusal("interrupted; the same command goes on", error.status)) + "\n")
            return error.status
    result = order.file.with_name(f"{order.file.name}.result.csv")
    report.write(result)
    if order.as_json:
        stdout.write(json.dumps(report.to_dict(), indent=2) + "\n")
    else:
        stdout.write(f"{one_line(str(report))}; each row: {one_line(str(result))}\n")
    return report.status


def _progress(done: int, of: int) -> None:
    if done == of or done % max(1, of // _STEPS) == 0:
        stderr.write(f"{done} of {of} rows\n")


def _shown(text: str) -> str:
    return "\n".join(visible(line) for line in text.splitlines())
