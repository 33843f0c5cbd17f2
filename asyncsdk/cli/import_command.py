"""The options of `asyncsdk import`, read by typer; `importing` does what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .loop import run as run_loop
from .options import AsJson, Company, Resource, pairs

__all__ = ["import_"]


def import_(
    context: typer.Context,
    resource: Resource,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".csv, .jsonl or .ndjson, with the API's names.")],
    match: Annotated[str, typer.Option(help="the fields that tell rows apart.", metavar="A,B,C")],
    scope: Annotated[
        list[str] | None, typer.Option(help="the part of the list that FILE is about.", metavar="FIELD=VALUE")
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="delete rows of the scope that FILE does not have.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="only say what would be sent.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="only compare the list with the journal.")] = False,
    journal: Annotated[Path | None, typer.Option(help="what was sent; else FILE.journal.", metavar="FILE")] = None,
    company: Company = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Writes a file's rows into a list. Killed or stopped, the same command goes on; no row is written twice.

    Exit status 0 all done, 3 rows refused, in conflict or unknown, 1 stopped: run it again. FILE.result.csv has a line
    per row.
    """
    from .importing import Import, import_rows

    order = Import(
        resource=resource,
        file=file,
        match=tuple(name.strip() for name in match.split(",")),
        scope=pairs(scope or ()),
        delete=delete,
        plan_only=plan,
        verify=verify,
        journal=journal,
        company=company,
        quiet=quiet,
        as_json=as_json,
    )
    context.obj.append(lambda: run_loop(import_rows(order)))
