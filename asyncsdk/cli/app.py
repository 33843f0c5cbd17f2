"""The commands that need typer: their options, and what each of them then does.

typer reads the command line and no more: it writes nothing itself and runs nothing, as it has views of its own on how
a broken pipe or Ctrl-C ends a program. A command leaves behind what is to be done, and that is done outside of it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from .._codec.written import OPERATORS_HELP
from ..errors import ConfigurationError
from ..extract.options import ExtractionOptions
from .extracting import Order
from .extraction_options import taking
from .fleet_command import fleet
from .import_command import import_
from .loop import run as run_loop
from .options import AsJson, Company, Resource, pairs
from .output import stderr, stdout
from .rows import Format
from .verify_command import verify
from .visible import visible

__all__ = ["app", "run"]

app: typer.Typer = typer.Typer(
    name="asyncsdk",
    help=(
        "Reads from the Wethod REST API. WETHOD_TOKEN and WETHOD_COMPANY say as whom. sandbox, demo and docs need "
        "neither, nor any extra; extract needs what its target is written with: "
        'pip install "asyncsdk[extract]" brings all of it.'
    ),
    epilog=(
        "Exit status: 0 done; 1 failed; 2 used or set up wrongly; 3 delivered, but for rows that were left out; "
        "130 Ctrl-C, 143 SIGTERM, 129 SIGHUP; 141 whoever read the output closed it. --traceback (or "
        "ASYNCSDK_TRACEBACK=1) shows where an error came from, --version which version this is."
    ),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Filters = Annotated[
    list[str] | None, typer.Argument(metavar="FIELD=VALUE...", help="such as project_id=7 or date=gte:2026-05-01.")
]
_Where = Annotated[
    list[str] | None, typer.Option("--where", "--filter", metavar="FIELD=VALUE", help="the same, as an option.")
]

Action = Callable[[], int]


def run(words: Sequence[str]) -> int:
    """Runs one command.

    Returns:
        Its exit status.

    Raises:
        WethodError, OutputEnded, OutputFailed: as the command ends.
    """
    chosen: list[Action] = []
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        try:
            app(args=list(words), prog_name="asyncsdk", obj=chosen)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
    complaint = complained.getvalue()
    if status and complaint and "--json" in words:
        # The same as of every other refusal: a document, and a line.
        raise ConfigurationError(complaint.strip().rpartition("\n")[2].removeprefix("Error: "))
    stdout.write(said.getvalue())
    stderr.write("".join(f"{visible(line)}\n" for line in complaint.splitlines()))
    return chosen[0]() if chosen and not status else status


@app.command(epilog=OPERATORS_HELP)
@taking()
def extract(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            help="parquet:DIR, duckdb:FILE, postgresql://..., delta:DIR, delta:s3://BUCKET/PREFIX, csv:DIR or "
            "jsonl:DIR.",
            metavar="TARGET",
        ),
    ],
    options: ExtractionOptions,
    resources: Annotated[list[str] | None, typer.Argument(metavar="RESOURCE...", help="lists to read.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every list there is.")] = False,
    company: Annotated[
        list[str] | None, typer.Option(help="a company's slug; several, each into its own schema or folder.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="say what it would cost, and stop.")] = False,
    budget: Annotated[
        int | None, typer.Option(help="requests an hour to spend; else WETHOD_BUDGET or 5000.", min=1)
    ] = None,
    learned: Annotated[
        Path | None,
        typer.Option(help="what `asyncsdk check --learn` wrote: lists are read as they really are.", metavar="FILE"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="plan and report as one JSON document.")] = False,
) -> None:
    """Brings tables up to date with lists. Killed or interrupted, the same command goes on where it stood.

    Ctrl-C, SIGTERM and SIGHUP end it within a second, and what was read is kept; a second Ctrl-C ends it at once.
    """
    from .extracting import collect_rarely, extract_all

    if everything == bool(resources):
        raise typer.BadParameter("name lists to read, or --all")
    order = Order(
        resources="all" if everything else tuple(resources or ()),
        to=to,
        companies=tuple(company or ()),
        options=options,
        budget=budget,
        learned=learned,
        plan_only=plan,
        quiet=quiet,
        as_json=as_json,
    )

    def act() -> int:
        collect_rarely()
        return run_loop(extract_all(order))

    context.obj.append(act)


@app.command("list", epilog=OPERATORS_HELP, short_help="Reads a list: a table, CSV, JSON or JSON lines.")
def list_(
    context: typer.Context,
    resource: Resource,
    filters: _Filters = None,
    where: _Where = None,
    output: Annotated[Format, typer.Option("--format", help="how rows are written.")] = "table",
    columns: Annotated[str | None, typer.Option(help="only these, in this order.", metavar="A,B,C")] = None,
    max_items: Annotated[
        int | None, typer.Option("--max-items", "--max", "--limit", help="rows at the most; a table shows 100.", min=0)
    ] = None,
    company: Company = None,
) -> None:
    """Reads a list. CSV, JSON and JSON lines are written as pages come in; a table shows the columns that fit."""
    from .listing import Wanted, show_list

    wanted = Wanted(resource=resource, filters=pairs([*(filters or ()), *(where or ())]), company=company)
    context.obj.append(lambda: run_loop(show_list(wanted, output, max_items, columns)))


@app.command(epilog=OPERATORS_HELP, short_help="Counts the rows of a list.")
def count(
    context: typer.Context,
    resource: Resource,
    filters: _Filters = None,
    where: _Where = None,
    company: Company = None,
    as_json: AsJson = False,
) -> None:
    """Counts the rows of a list, with a few requests whatever its length."""
    from .listing import Wanted, count_rows

    wanted = Wanted(resource=resource, filters=pairs([*(filters or ()), *(where or ())]), company=company)
    context.obj.append(lambda: run_loop(count_rows(wanted, as_json=as_json)))


app.command(short_help="Compares tables with their lists.")(verify)


app.command("import", short_help="Writes a file's rows into a list, each once.")(import_)


app.command("fleet", short_help="Brings the tables of many companies up to date.")(fleet)


@app.command()
def get(
    context: typer.Context,
    resource: Resource,
    id: Annotated[str, typer.Argument(help="of the row; of persons also `me`.")],
    company: Company = None,
) -> None:
    """Reads one row, as JSON."""
    from .listing import show_one

    context.obj.append(lambda: run_loop(show_one(resource, id, company)))


@app.command(short_help="Says what lists there are, and their filters.")
def resources(context: typer.Context, as_json: AsJson = False) -> None:
    """Says what lists there are, with their filters, the permissions they need and the feature they belong to."""
    from .listing import show_resources

    context.obj.append(lambda: show_resources(as_json=as_json))


@app.command()
def quota(context: typer.Context, as_json: AsJson = False) -> None:
    """Says what is left of the hour's requests."""
    from .checking import show_quota

    context.obj.append(lambda: run_loop(show_quota(as_json=as_json)))


@app.command(short_help="Tries token, company and every list.")
def check(
    context: typer.Context,
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn",
            help="learn what every list really is, with some 280 reads; compare with the contract and with FILE, "
            "and write it there.",
            metavar="FILE",
        ),
    ] = None,
    company: Company = None,
    as_json: AsJson = False,
) -> None:
    """Tries token, company and every list, with one request each.

    With --learn a few requests each, reads alone: FILE holds kinds and verdicts, no ids and no texts of rows.

    Exit status 1 where nothing could be read, or a list failed for another reason than a permission or a feature.
    """
    if learn is not None:
        from .learning import learn_all

        context.obj.append(lambda: run_loop(learn_all(learn, company, as_json=as_json)))
        return
    from .checking import check_all

    context.obj.append(lambda: run_loop(check_all(company, as_json=as_json)))


@app.command(add_help_option=False, short_help="Starts a local server that honours the contract.")
def sandbox() -> None:
    """Starts a local server that honours the contract; see `asyncsdk sandbox --help`."""


@app.command(add_help_option=False, short_help="Walks through a long list of a local server.")
def demo() -> None:
    """Walks through a list of 100,000 rows, against a sandbox."""


@app.command(add_help_option=False, short_help="Shows the documentation, page by page.")
def docs() -> None:
    """Shows the documentation, page by page; see `asyncsdk docs`."""
