"""The options of a client: what may be written, and the settings that come of it with the environment behind them.

Whatever may be secret is out of sight before it comes to `settings_of`: a refusal shows the variables of its functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import attrs

from .._codec.omitted import OMITTED
from ..errors import ConfigurationError
from .extra_headers import extra_headers
from .settings import Settings, from_environment
from .tokens import source_of

if TYPE_CHECKING:
    from ssl import SSLContext

    from ..events import Hooks
    from .http import aiohttp
    from .proxies import Proxy
    from .secret import Secret
    from .settings import Priority, RetryPolicy
    from .tokens import Token

__all__ = ["WethodOptions", "changed", "settings_of"]


class WethodOptions(TypedDict, total=False):
    """The arguments of `Wethod`, all of them optional; the environment gives what is left out."""

    token: Token | None
    company: str | None
    version: str | None
    base_url: str | None
    max_in_flight: int
    connect_timeout: float
    read_timeout: float
    deadline: float | None
    retry: RetryPolicy | None
    budget: int | None
    shared_budget: str | Secret | None
    budget_key: str | None
    single_flight: bool
    strict: bool
    read_only: bool
    priority: Priority
    headers: Mapping[str, str] | None
    proxy: str | Proxy | None
    ssl: SSLContext | None
    session: aiohttp.ClientSession | None
    hooks: Hooks | None


# Arguments that are not given when they are None; of the others None says something.
_GIVEN_UNLESS_NONE = frozenset(
    {"token", "company", "version", "base_url", "retry", "budget_key", "shared_budget", "hooks"}
)


def settings_of(given: Mapping[str, object]) -> Settings:
    """The settings of a new client.

    Raises:
        ConfigurationError: no token or company, or a value that cannot be used.
    """
    named = {
        name: value
        for name, value in given.items()
        if value is not OMITTED and not (value is None and name in _GIVEN_UNLESS_NONE)
    }
    options: dict[str, Any] = from_environment()
    if "budget" in named and named["budget"] is None and "shared_budget" not in named:
        options.pop("shared_budget", None)  # who asks for no budget has none to share
    options |= named
    for name, variable in (("token", "WETHOD_TOKEN"), ("company", "WETHOD_COMPANY")):
        if name not in options:
            raise ConfigurationError(
                f"no {name}: set {variable}, or write Wethod({name}=...); "
                "`asyncsdk sandbox` starts a local server that needs no account and prints both"
            )
    options["token"] = source_of(options["token"])
    return Settings(**options)


def changed(before: Settings, given: Mapping[str, object]) -> Settings:
    """The settings of a copy: those of the client with what was given in its place.

    Raises:
        ConfigurationError: a value that cannot be used.
    """
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not OMITTED}
    if "token" in changes:
        changes["token"] = source_of(changes["token"])
        # A key names a person's budget: another person's requests do not belong there.
        changes.setdefault("budget_key", None)
    if "headers" in changes:
        changes["headers"] = extra_headers(changes["headers"], before.headers)
    return attrs.evolve(before, **changes)
