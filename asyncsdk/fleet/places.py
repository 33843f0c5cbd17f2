"""Where companies' rows go: which places are one, which are shared by all machines, and which one run at a time has."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError
from ..extract.address import check
from .references import reference_of

if TYPE_CHECKING:
    from .company import Company

__all__ = ["check_shared", "check_target", "one_writer", "place_key", "target_of"]

_KINDS: Final = ("parquet", "duckdb", "postgresql", "postgres", "delta", "csv", "jsonl")
_SERVERS: Final = ("postgresql", "postgres")
_WRITTEN: Final = (
    "parquet:DIR, duckdb:FILE, postgresql://..., delta:DIR, delta:s3://bucket/prefix, csv:DIR or jsonl:DIR"
)
_BRACES: Final = re.compile(r"\{[^{}]*\}|[{}]")
_BUCKET: Final = "delta:s3://"


def check_target(to: str) -> None:
    """Refuses a text that is no target; nothing is opened.

    Raises:
        ConfigurationError: it is none. The message repeats nothing that may be a secret.
    """
    kind, _, where = to.partition(":")
    if kind not in _KINDS or not where.strip():
        raise ConfigurationError(f"no such target; write {_WRITTEN}, or env:NAME or file:PATH where one is kept")
    if any(found != "{company}" for found in _BRACES.findall(to)):
        raise ConfigurationError("of all braces only {company} is known, which stands for the company's slug")
    check(to.replace("{company}", "company"))


def target_of(company: Company) -> str:
    """The target's text, with the slug in its place; read from where it is kept. It may hold a password.

    Raises:
        ConfigurationError: it cannot be read, or is no target.
    """
    kept = reference_of(company.to)
    if kept is None:
        return company.to.replace("{company}", company.company)
    text = kept.read().reveal()
    try:
        check_target(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"to: {kept}: {error}") from None
    return text.replace("{company}", company.company)


def place_key(company: Company) -> tuple[str, str]:
    """What is the same for two companies that would write the same tables: the place, and the schema in it."""
    to, schema = company.to.replace("{company}", company.company), company.schema_name or ""
    if reference_of(company.to) is not None:
        # What is kept there may hold {company}, or be of one company alone: the same name is no proof.
        return f"{to} {company.company}", schema
    kind, _, where = to.partition(":")
    if kind in _SERVERS:
        return f"postgresql:{where}", "" if schema == "public" else schema
    if to.startswith(_BUCKET):
        return to.rstrip("/"), schema
    # A folder or file is one, whatever is written into it.
    path = os.path.normpath(Path(where).expanduser().absolute())
    if kind == "duckdb":
        return path, "" if schema == "main" else schema
    return str(Path(path) / schema), ""


def one_writer(company: Company) -> str | None:
    """The file that one run at a time writes to, whatever its schema; None where schemas are locked by themselves."""
    if company.to.partition(":")[0] != "duckdb":
        return None
    return place_key(company)[0]


def check_shared(company: Company, to: str) -> None:
    """Refuses a target that not every machine of a cluster would find where it is.

    Args:
        company: whose.
        to: its target.

    Raises:
        ConfigurationError: it is on one machine's disk, or has a password in it that would travel.
    """
    kind, _, where = to.partition(":")
    if kind in _SERVERS or to.startswith(_BUCKET):
        return
    if not company.shared:
        raise ConfigurationError(
            f"to: {kind}: is a path on one machine, and a cluster has several; write a target that all of them share "
            "(postgresql://..., delta:s3://bucket/prefix), or shared = true where the path is one file system to all"
        )
    if not Path(where).is_absolute():
        raise ConfigurationError("to: with shared = true write the whole path: machines work in different folders")
