"""The options of `asyncsdk verify`, read by typer; `verifying` does what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..extract.options import ExtractionOptions
from .extraction_options import taking
from .loop import run as run_loop
from .options import AsJson, Company

__all__ = ["verify"]


@taking("concurrency", "schema", "prefix", "state", state="as it was given to extract.")
def verify(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="as for extract.", metavar="TARGET")],
    options: ExtractionOptions,
    resources: Annotated[
        list[str] | None, typer.Argument(metavar="RESOURCE...", help="lists; else all that were read into TARGET.")
    ] = None,
    company: Company = None,
    learned: Annotated[Path | None, typer.Option(help="as it was given to extract.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Compares tables with their lists, by number and identity of rows: a request or two for each that is as it should.

    It names ids that are missing or too many where they are found cheaply. What came or went since the last run differs
    as well: verify behind a run. No row is written. Exit status 1 where a table differs or cannot be compared.
    """
    from .verifying import Compared, compare

    order = Compared(
        to=to,
        resources=tuple(resources) if resources else None,
        options=options,
        company=company,
        learned=learned,
        as_json=as_json,
    )
    context.obj.append(lambda: run_loop(compare(order)))
