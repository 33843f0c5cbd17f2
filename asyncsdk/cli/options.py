"""What several commands take: arguments and options, and how pairs of them are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ..errors import ConfigurationError
from .durations import LONGEST_DAYS, seconds_of

__all__ = ["AsJson", "Company", "Resource", "pairs", "seconds_given"]

Resource = Annotated[
    str, typer.Argument(metavar="RESOURCE", help="as in the path (production-plan-streams) or as the attribute.")
]
Company = Annotated[str | None, typer.Option(help="the company's slug; else WETHOD_COMPANY.")]
AsJson = Annotated[bool, typer.Option("--json", help="as JSON.")]


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """Reads FIELD=VALUE.

    Raises:
        typer.BadParameter: one is not written so, or a field is there twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"a filter is written FIELD=VALUE, not {text!r}")
        if name.strip() in found:
            raise typer.BadParameter(f"{name} is filtered twice; between two values: {name}=between:FROM,TO")
        found[name.strip()] = value
    return found


def seconds_given(text: str, name: str, longest_days: int = LONGEST_DAYS) -> float:
    """Reads a length of time that an option was given.

    Raises:
        typer.BadParameter: it is none, or longer than that.
    """
    try:
        return seconds_of(text, name, longest_days)
    except ConfigurationError as error:
        raise typer.BadParameter(str(error)) from None
