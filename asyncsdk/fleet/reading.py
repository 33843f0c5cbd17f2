"""Reads a file of companies: every mistake in it is named at once, by table and key, with what to write instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigurationError
from ..errors._printable import printable, shown
from .company import KEYS, Company, checked
from .places import place_key

__all__ = ["check_places", "read"]

_NEEDED: Final = ("company", "token", "to")
_MOST_TOLD: Final = 20
_EXAMPLE: Final = '[[company]] company = "acme" token = "env:ACME_TOKEN" to = "duckdb:acme.duckdb"'


def read(path: str | PathLike[str]) -> tuple[Company, ...]:
    """Reads companies from a TOML file, without secrets in it: one table `[[company]]` each.

    A company may stand there twice, with two targets.

    Raises:
        ConfigurationError: the file cannot be read, or something in it is wrong; the message names every mistake by its
            table and key, and says what to write. Nothing was sent.

    Example:
        >>> fleet.read("companies.toml")  # doctest: +SKIP
    """
    name = printable(str(path), 200)
    try:
        facts = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name} is not UTF-8; save it as that") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is no TOML: {printable(str(error), 300)}") from None
    tables, mistakes = _tables(facts)
    companies: list[tuple[str, Company]] = []
    for at, table in enumerate(tables, 1):
        label = _label(at, table)
        found = [f"{label}: {mistake}" for mistake in _mistakes(table)]
        mistakes += found
        if not found:
            companies.append((label, Company(**table)))
    mistakes += _same_places(companies)
    if mistakes:
        more = f"; and {len(mistakes) - _MOST_TOLD} more" if len(mistakes) > _MOST_TOLD else ""
        raise ConfigurationError(f"{name}: {'; '.join(mistakes[:_MOST_TOLD])}{more}")
    return tuple(company for _, company in companies)


def check_places(companies: Sequence[Company]) -> None:
    """Refuses companies two of which would write the same tables.

    Raises:
        ConfigurationError: the message names both.
    """
    labelled = [(f"company {at} ({each.company})", each) for at, each in enumerate(companies, 1)]
    for mistake in _same_places(labelled):
        raise ConfigurationError(mistake)


def _tables(facts: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The tables of companies, and what is wrong outside of them."""
    mistakes = []
    for key in facts:
        if key != "company":
            near = "did you mean [[company]]? " if get_close_matches(key, ["company", "companies"]) else ""
            mistakes.append(f"{printable(key, 100)}: {near}the file holds tables [[company]] and nothing else")
    found = facts.get("company", [])
    if isinstance(found, dict):
        return [], [*mistakes, "company: write [[company]] with two brackets, one such table for each company"]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return [], [*mistakes, f"company: write tables, as in {_EXAMPLE}"]
    if not found and not mistakes:
        mistakes.append(f"no company: write a table for each, as in {_EXAMPLE}")
    return found, mistakes


def _label(at: int, table: Mapping[str, Any]) -> str:
    name = table.get("company")
    return f"[[company]] {at}" + (f" ({printable(name, 60)})" if isinstance(name, str) else "")


def _mistakes(table: Mapping[str, Any]) -> Iterator[str]:
    for key in _NEEDED:
        if key not in table:
            yield f"{key}: missing; {_missing(key)}"
    for key, value in table.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KEYS)}"
            yield f"{printable(key, 100)}: there is no such key; {hint}"
            continue
        try:
            checked(key, value)
        except ConfigurationError as error:
            yield str(error)


def _missing(key: str) -> str:
    try:
        checked(key, None)
    except ConfigurationError as error:
        return str(error).removeprefix(f"{key}: ").removesuffix(f", not {shown(None)}")
    raise AssertionError("a key that is needed takes no None")


def _same_places(companies: Sequence[tuple[str, Company]]) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for label, company in companies:
        earlier = first.setdefault(place_key(company), label)
        if earlier != label:
            yield (
                f"{label}: to: it is the place of {earlier} as well; give each its own, with {{company}} in `to` "
                "(or in `schema`)"
            )
