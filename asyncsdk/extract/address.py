"""A target as somebody wrote it: refused where it can be none, and shown without what is secret in it.

Pure but for a look at the home folders of `~user`. What each kind of target makes of the rest is its own business.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ..errors import ConfigurationError

__all__ = ["check", "redacted", "secrets_of", "shown"]

_FILES: Final = frozenset({"parquet", "csv", "jsonl", "duckdb", "delta"})
_SERVERS: Final = frozenset({"postgresql", "postgres"})

# One letter before the colon is a drive of Windows.
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):/")
_ADDRESS: Final = re.compile(r"(?P<scheme>[^:/?#\s]+):/+(?P<place>[^/?#]*)(?P<path>[^?#]*)(?P<query>.*)", re.DOTALL)

_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/?#@\s]+)*/?")

_PUBLIC: Final = frozenset(
    {
        "application_name",
        "connect_timeout",
        "dbname",
        "host",
        "hostaddr",
        "port",
        "schema",
        "service",
        "sslmode",
        "user",
    }
)
"""Parameters of an address that may be shown; whatever else there is may be a secret."""

_SHORTEST_SECRET: Final = 4
"""Blotting out a text of fewer characters would make messages unreadable, and hide nothing."""


def check(text: str) -> None:
    """Refuses a text that would be taken for another target than was meant.

    Raises:
        ConfigurationError: an address where a path is wanted, a database in memory, an unknown `~user`, or a password
            whose signs are not escaped. The message repeats nothing that may be a secret.
    """
    kind, _, where = text.partition(":")
    if kind in _SERVERS:
        _check_server(text)
    if kind not in _FILES:
        return
    if kind == "duckdb" and where.strip().startswith(":memory:"):
        raise ConfigurationError("duckdb: a database in memory is gone when the run ends; write duckdb:FILE")
    if kind == "duckdb" and where.strip().partition(":")[0] in {"md", "motherduck"}:
        raise ConfigurationError("duckdb: takes a file on this machine, not a MotherDuck database; write duckdb:FILE")
    if kind == "delta" and where.startswith("s3://"):
        _check_bucket(where)
        return
    if found := _SCHEME.match(where):
        scheme = found[1].lower()
        instead = f"a path on this machine ({kind}:out), and copy it there"
        if scheme == "file":
            instead = f"{kind}:/the/path"
        elif kind == "delta":
            instead = "delta:DIR or delta:s3://bucket/prefix"
        raise ConfigurationError(f"{kind}: takes a path, not a {scheme}:// address; write {instead}")
    if where.startswith("//") and os.name != "nt":  # there it is a path, of a share
        path = where.lstrip("/")
        raise ConfigurationError(f"{kind}: takes a path; write {kind}:{path}, or {kind}:/{path} if that is meant")
    try:
        Path(where).expanduser()
    except RuntimeError:
        user = where.partition("/")[0]
        raise ConfigurationError(f"{kind}: nobody on this machine is called {user!r}; write the whole path") from None


def _check_bucket(where: str) -> None:
    """An address of S3 is a bucket and a prefix: keys, regions and the like come from the environment."""
    if not _BUCKET.fullmatch(where):
        raise ConfigurationError(
            "delta: write delta:s3://bucket/prefix; keys, region and endpoint are taken from AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL"
        )


def _check_server(text: str) -> None:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return  # what the driver makes of it is its own business
    first = found["query"].lstrip("?").partition("&")[0]
    loose = "@" in found["path"] or ("@" in first and "=" not in first.partition("@")[0])
    if found["place"].count("@") > 1 or loose:
        raise ConfigurationError(
            "the address has an @ too many: in a user's name or password write %40 for @, %2F for /, %3F for ?, "
            "%23 for # and %3A for :"
        )


def shown(text: str) -> str:
    """A target's text as it may be printed: passwords, and parameters that may be secret, are `***`.

    >>> shown("postgresql://me:secret@host/db?sslmode=require&password=secret")
    'postgresql://me:***@host/db?sslmode=require&password=***'
    >>> shown("duckdb:plan.duckdb")
    'duckdb:plan.duckdb'
    """
    if text.partition(":")[0] in _FILES and not _SCHEME.match(text.partition(":")[2]):
        return text
    found = _ADDRESS.search(text)
    if found is None:
        return "***"  # it may be an address with a password, only misspelt
    # The last @ ends what may be a password, also where the user forgot to escape another one.
    user, at, host = (found["place"] + found["path"]).rpartition("@")
    user = user.partition(":")[0] + (":***" if ":" in user else "")
    query = found["query"]
    if query[:1] == "?":
        query = "?" + "&".join(map(_shown_parameter, query[1:].split("&")))
    elif query:
        query = "#***"
    return f"{text[: found.start()]}{found['scheme']}://{user}{at}{host}{query}"


def _shown_parameter(text: str) -> str:
    name, equals, _ = text.partition("=")
    return text if unquote(name).lower() in _PUBLIC and "@" not in text else f"{name if equals else ''}{equals}***"


def secrets_of(text: str, environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """What must not be seen of a target: its password and the like, as written and as meant, and the environment's."""
    found = _ADDRESS.search(text) if text.partition(":")[0] not in _FILES else None
    secrets = {environ.get("PGPASSWORD", "")}
    if found is not None:
        secrets.add(found["place"].rpartition("@")[0].partition(":")[2])
        for parameter in found["query"].lstrip("?").split("&"):
            name, _, value = parameter.partition("=")
            if unquote(name).lower() not in _PUBLIC:
                secrets.add(value)
    both = {*secrets, *map(unquote, secrets)}
    return frozenset(secret for secret in both if len(secret) >= _SHORTEST_SECRET)


def redacted(text: str, secrets: frozenset[str]) -> str:
    """A text with every secret blotted out, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
