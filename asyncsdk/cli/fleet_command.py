"""The options of `asyncsdk fleet`, read by typer; `fleet_run` does what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..extract.options import ExtractionOptions
from .extraction_options import taking
from .loop import run as run_loop

__all__ = ["fleet"]


@taking(
    "concurrency",
    "full",
    "reconcile",
    "raw",
    "strict",
    "allow_shrink",
    "patience",
    "overlap",
    concurrency="pages in flight of one company.",
    strict="a list that is refused is a failure.",
    patience="how long a page is tried again while the API is away, and a locked target waited for: seconds, or 90s, "
    "10m, 1h.",
)
def fleet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="COMPANIES.TOML", help="a table [[company]] for each company.")],
    options: ExtractionOptions,
    company: Annotated[list[str] | None, typer.Option(help="only these of the file.", metavar="SLUG")] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            help="on the workers of a Dask cluster, whose scheduler has this address; they need asyncsdk, and the "
            "tokens where the file says.",
            metavar="ADDRESS",
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", help="companies at the same time, on this machine.", min=1, max=64)
    ] = 4,
    plan: Annotated[
        bool, typer.Option("--plan", help="say what it would cost, counting lists never read, and stop.")
    ] = False,
    budget: Annotated[
        int | None, typer.Option(help="requests an hour and token; else WETHOD_BUDGET or 5000.", min=1)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress, and no word of the cost.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="plan or report as one JSON document.")] = False,
) -> None:
    """Brings the tables of many companies up to date: each with its token and target, as a file says.

    A few at a time, or on a Dask cluster. A company that fails touches no other; the exit status is that of the worst.
    Killed or interrupted, the same command goes on. WETHOD_SHARED_BUDGET shares each token's budget between processes.
    """
    from .extracting import collect_rarely
    from .fleet_run import FleetOrder, extract_fleet

    order = FleetOrder(
        file=file,
        companies=tuple(company or ()),
        dask=dask,
        at_once=at_once,
        options=options,
        plan_only=plan,
        budget=budget,
        quiet=quiet,
        as_json=as_json,
    )

    def act() -> int:
        collect_rarely()
        return run_loop(extract_fleet(order))

    context.obj.append(act)
