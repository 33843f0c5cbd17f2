"""One company of a fleet: whose rows, with which token, and where to. Checked when it is made, and free of secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from .._catalog import find
from .._sending.addresses import base_url_of
from ..errors import ArgumentError, ConfigurationError
from ..errors._printable import printable, shown
from ..extract.address import shown as shown_target
from ..extract.exclusions import exclusions_of
from .places import check_target
from .references import reference_of

__all__ = ["KEYS", "Company", "checked"]

_SLUG: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9_])?")
_SCHEMA: Final = re.compile(r"(?:\{company\}|\w)(?:\{company\}|[\w.-])*")


def _company(value: object) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ConfigurationError(f'write the company\'s slug, as in company = "acme", not {shown(value)}')
    return value


def _token(value: object) -> str:
    if isinstance(value, str) and reference_of(value) is not None:
        return value
    # Whatever it is may be a token: it is not repeated.
    raise ConfigurationError(
        'write where the token is kept, as in token = "env:ACME_TOKEN" or token = "file:/run/secrets/acme"; '
        "a token itself does not belong here"
    )


def _to(value: object) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f'write a target, as in to = "duckdb:acme.duckdb", not {shown(value)}')
    if reference_of(value) is None:
        check_target(value)
    return value


def _lists(value: object) -> tuple[str, ...] | None:
    if value is None or value == "all":
        return None
    names = _names(value, 'lists = ["timesheets", "projects"], or leave it out for every list')
    return tuple(dict.fromkeys(find(name).table for name in names))


def _without(value: object) -> tuple[str, ...]:
    names = _names(value, 'without = ["person_payrolls", "persons.email"]', empty=True)
    exclusions_of(names)
    return names


def _names(value: object, instead: str, *, empty: bool = False) -> tuple[str, ...]:
    given: Sequence[object] = value if isinstance(value, list | tuple) else ()
    names = tuple(name for name in given if isinstance(name, str))
    if not isinstance(value, list | tuple) or len(names) != len(given) or not (names or empty):
        raise ConfigurationError(f"write {instead}; not {shown(value)}")
    return names


def _schema(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _SCHEMA.fullmatch(value):
        told = "letters, digits, _, - and ., and {company} for the slug"
        raise ConfigurationError(f'write a name, as in schema = "{{company}}", of {told}, not {shown(value)}')
    return value


def _base_url(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigurationError(f'write an address, as in base_url = "https://api.wethod.com", not {shown(value)}')
    try:
        return base_url_of(value)
    except ConfigurationError as error:
        raise ConfigurationError(str(error).removeprefix("base_url ")) from None


def _shared(value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"write shared = true or shared = false, not {shown(value)}")
    return value


KEYS: Final[Mapping[str, Callable[[object], object]]] = {
    "company": _company,
    "token": _token,
    "to": _to,
    "lists": _lists,
    "schema": _schema,
    "without": _without,
    "base_url": _base_url,
    "shared": _shared,
}
"""What each key of a company takes: gives the value as it is kept, or raises ConfigurationError with what to write."""


def checked(key: str, value: object) -> Any:
    """A value of a key as it is kept.

    Raises:
        ConfigurationError: it cannot be used; the message begins with the key and says what to write.
    """
    try:
        return KEYS[key](value)
    except ConfigurationError as error:
        said = str(error)
        if isinstance(error, ArgumentError):
            said = said.removeprefix(f"{error.argument}: ")
        raise ConfigurationError(f"{key}: {printable(said)}") from None


def _seen(to: str) -> str:
    return repr(shown_target(to))


@attrs.frozen(kw_only=True)
class Company:
    """One company, and where its rows go.

    Args:
        company: its slug.
        token: where its token is kept: `env:NAME` or `file:PATH`. It is read where the company is extracted.
        to: a target, as for `extract`, in which `{company}` stands for the slug; or `env:NAME` or `file:PATH`, where an
            address with a password is kept.
        lists: names of lists; None: every list there is.
        schema: a schema of the database, or a folder in DIR, in which `{company}` stands for the slug.
        without: lists and fields (`persons.email`) that are stored nowhere.
        base_url: scheme and host; None: WETHOD_BASE_URL, or the API's own.
        shared: whether the path of a target on disk is the same for all machines of a cluster.

    Raises:
        ConfigurationError: a value that cannot be used; the message names the key, and says what to write.

    Example:
        >>> Company(company="acme", token="env:ACME_TOKEN", to="duckdb:{company}.duckdb").place
        'duckdb:acme.duckdb'
    """

    company: str
    token: str
    to: str = attrs.field(repr=_seen)
    lists: Sequence[str] | None = None
    schema: str | None = None
    without: Sequence[str] = ()
    base_url: str | None = None
    shared: bool = False

    def __attrs_post_init__(self) -> None:
        for key in KEYS:
            object.__setattr__(self, key, checked(key, getattr(self, key)))

    @property
    def place(self) -> str:
        """Where the rows go, as it may be shown: a password is `***`, a reference stays what it is."""
        return (
            self.to if reference_of(self.to) is not None else shown_target(self.to.replace("{company}", self.company))
        )

    @property
    def schema_name(self) -> str | None:
        """The schema, with the slug in its place."""
        return None if self.schema is None else self.schema.replace("{company}", self.company)
