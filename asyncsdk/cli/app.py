"""The commands that need typer: their options, and the exit status of what goes wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..errors import ConfigurationError, WethodError
from ..extract.target import TargetRefused
from .extracting import Order
from .listing import Format
from .loop import run as run_loop

__all__ = ["app", "run"]

app: typer.Typer = typer.Typer(
    name="asyncsdk",
    help="Reads from the Wethod REST API. WETHOD_TOKEN and WETHOD_COMPANY say as whom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Resource = Annotated[
    str, typer.Argument(metavar="RESOURCE", help="as in the path (production-plan-streams) or as the attribute.")
]
_Company = Annotated[str | None, typer.Option(help="the company's slug; else WETHOD_COMPANY.")]


def run(words: Sequence[str]) -> int:
    """Runs one command; returns its exit status. What goes wrong is said in a line, without a traceback."""
    try:
        app(args=list(words), prog_name="asyncsdk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except (ConfigurationError, TargetRefused) as error:
        sys.stderr.write(f"asyncsdk: {error}\n")
        return 2
    except WethodError as error:
        sys.stderr.write(f"asyncsdk: {error}\n")
        return 1
    except BrokenPipeError:
        # Whoever read the output has had enough. Python must not find the pipe broken again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@app.command()
def extract(
    to: Annotated[
        str,
        typer.Option(help="parquet:DIR, duckdb:FILE, postgresql://..., csv:DIR or jsonl:DIR.", metavar="TARGET"),
    ],
    resources: Annotated[list[str] | None, typer.Argument(metavar="RESOURCE...", help="lists to read.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every list there is.")] = False,
    since: Annotated[str | None, typer.Option(help="only what was updated since.", metavar="DATE")] = None,
    full: Annotated[bool, typer.Option("--full", help="read whole lists, whatever is remembered.")] = False,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="read whole lists and mark rows that are gone.")
    ] = False,
    concurrency: Annotated[int, typer.Option(help="pages in flight, of all lists together.", min=1, max=64)] = 8,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", help="project_id=7, date=gte:2026-05-01, timesheets.project_id=7.", metavar="FIELD=VALUE"
        ),
    ] = None,
    company: Annotated[
        list[str] | None, typer.Option(help="a company's slug; several, each into its own schema or folder.")
    ] = None,
    schema: Annotated[str | None, typer.Option(help="schema of the database, or folder in DIR.")] = None,
    prefix: Annotated[str, typer.Option(help="what names of tables start with.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="say what it would cost, and stop.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="keep each row's JSON in a column _raw.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="with --all: a list that is refused is a failure.")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="mark rows as gone even where they are over a fifth of a table.")
    ] = False,
    budget: Annotated[
        int | None, typer.Option(help="requests an hour to spend; else WETHOD_BUDGET or 5000.", min=1)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="plan and report as JSON.")] = False,
) -> None:
    """Brings tables up to date with lists. Killed or interrupted, the same command goes on where it stood.

    Exit status: 0 all rows delivered; 1 failed, what was delivered is kept; 2 used or set up wrongly; 3 delivered, but
    some rows were rejected.
    """
    from .extracting import collect_rarely, extract_all

    if everything == bool(resources):
        raise typer.BadParameter("name lists to read, or --all")
    order = Order(
        resources="all" if everything else tuple(resources or ()),
        to=to,
        companies=tuple(company or ()),
        schema=schema,
        prefix=prefix,
        since=since,
        filters=_pairs(filters or ()),
        full=full,
        reconcile=reconcile,
        concurrency=concurrency,
        raw=raw,
        strict=strict,
        allow_shrink=allow_shrink,
        budget=budget,
        plan_only=plan,
        quiet=quiet,
        as_json=as_json,
    )
    collect_rarely()
    raise typer.Exit(run_loop(extract_all(order)))


@app.command("list")
def list_(
    resource: _Resource,
    filters: Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE...", help="such as project_id=7.")] = None,
    output: Annotated[Format, typer.Option("--format", help="how rows are written.")] = "table",
    max_items: Annotated[int | None, typer.Option(help="rows at the most; a table shows 100.", min=0)] = None,
    company: _Company = None,
) -> None:
    """Reads a list."""
    from .listing import show_list

    run_loop(show_list(resource, _pairs(filters or ()), output, max_items, company))


@app.command()
def get(
    resource: _Resource,
    id: Annotated[int, typer.Argument(help="of the row.", min=1)],
    company: _Company = None,
) -> None:
    """Reads one row, as JSON."""
    from .listing import show_one

    run_loop(show_one(resource, id, company))


@app.command()
def resources(as_json: Annotated[bool, typer.Option("--json", help="as JSON.")] = False) -> None:
    """What lists there are, with their filters, the permissions they need and the feature they belong to."""
    from .listing import show_resources

    show_resources(as_json=as_json)


@app.command()
def quota(as_json: Annotated[bool, typer.Option("--json", help="as JSON.")] = False) -> None:
    """What is left of the hour's requests."""
    from .checking import show_quota

    run_loop(show_quota(as_json=as_json))


@app.command()
def check(company: _Company = None, as_json: Annotated[bool, typer.Option("--json", help="as JSON.")] = False) -> None:
    """Tries token, company and every list, with one request each."""
    from .checking import check_all

    raise typer.Exit(run_loop(check_all(company, as_json=as_json)))


@app.command(add_help_option=False)
def sandbox() -> None:
    """A local server that honours the contract; see `asyncsdk sandbox --help`."""


@app.command(add_help_option=False)
def demo() -> None:
    """A walk through a list of 100,000 rows, against a sandbox."""


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"a filter is written FIELD=VALUE, not {text!r}")
        if name in pairs:
            raise typer.BadParameter(f"{name} is filtered twice; between two values: {name}=bt:FROM,TO")
        pairs[name.strip()] = value
    return pairs
