"""`asyncsdk import`: a file's rows written into a list, each once, and what became of each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from .. import bulk
from .._catalog import find
from ..bulk.scope import read_scope
from ..events import Hooks
from ..extract.progress import Tally
from .client import connect
from .display import Display
from .ending import refusal
from .output import say, stdout
from .stopping import Interrupted, interruptible
from .visible import one_line, visible

__all__ = ["Import", "import_rows"]


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
    display = Display(quiet=order.quiet, total=lambda _: "")
    async with connect(order.company, hooks=Hooks(wait=display.waits)) as wethod:
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
                tally = Tally(table=listing.resource, stage="reading")
                display.watch([tally])
                async with display.of(wethod):
                    report = await plan.apply(journal=journal, watch=_Progress(tally).note)
        except bulk.StalePlan as error:  # somebody else has changed rows while the plan was made
            say(f"{error}: run it again")
            if order.as_json:
                stdout.write(json.dumps(refusal(str(error), 1)) + "\n")
            return 1
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


@attrs.define
class _Progress:
    """Counts the rows that this start settles, for the display: those of earlier starts say nothing of its pace."""

    _tally: Tally
    _before: int = 0

    def note(self, done: int, of: int) -> None:
        """Takes in how many rows are settled, of how many."""
        if self._tally.started is None:
            self._tally.started, self._before = asyncio.get_running_loop().time(), done - 1
        self._tally.rows, self._tally.expected = done - self._before, of - self._before


def _shown(text: str) -> str:
    return "\n".join(visible(line) for line in text.splitlines())
