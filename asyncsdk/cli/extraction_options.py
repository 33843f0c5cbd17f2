"""The options of an extraction on the command line, made from the value that holds them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Annotated, Any, Final

import typer

from ..extract.options import LARGEST_CONCURRENCY, ExtractionOptions, words_of
from .durations import written
from .options import pairs, seconds_given

__all__ = ["taking", "value_of"]

_DEFAULTS: Final = ExtractionOptions()


def taking(*names: str, **said: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command options of an extraction, where its parameter `options` stands; it is handed their value.

    Args:
        names: of the options; none: all of them.
        said: what is said of an option by this command, where that is something else.
    """
    taken = names or tuple(_DEFAULTS.spelled())

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for each in signature.parameters.values():
            made = [_parameter(name, said.get(name)) for name in taken] if each.name == "options" else [each]
            parameters += [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in made]

        @wraps(command)
        def with_options(**given: Any) -> None:
            options = ExtractionOptions(**{name: value_of(name, given.pop(name)) for name in taken})
            command(options=options, **given)

        # What typer reads; by name alone, so that an option without a default may stand behind others.
        with_options.__annotations__ = {each.name: each.annotation for each in parameters}
        with_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return with_options

    return decorate


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parameter(name: str, said: str | None) -> inspect.Parameter:
    """An option as typer reads it."""
    words = words_of(name)
    default = getattr(_DEFAULTS, name)
    least, most = (1, LARGEST_CONCURRENCY) if words.kind == "number" else (None, None)
    option = typer.Option(
        *(words.flags or (_flag(name),)),
        help=words.help if said is None else said,
        metavar=words.metavar,
        min=least,
        max=most,
    )
    type_: Any
    match words.kind:
        case "flag":
            type_ = bool
        case "number":
            type_ = int
        case "names" | "pairs":
            type_, default = list[str] | None, None
        case "seconds":
            type_, default = str, written(default)
        case "length":
            type_, default = str, written(default.total_seconds())
        case "text":
            type_ = str | None if default is None else str
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[type_, option])


def value_of(name: str, given: Any) -> Any:
    """The value of an option from what was written.

    Raises:
        typer.BadParameter: it means nothing.
    """
    words = words_of(name)
    match words.kind:
        case "names":
            return tuple(given or ())
        case "pairs":
            return pairs(given or ())
        case "seconds":
            return seconds_given(given, _flag(name), words.longest_days)
        case "length":
            return timedelta(seconds=seconds_given(given, _flag(name), words.longest_days))
    return given
