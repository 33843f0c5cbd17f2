"""What the arguments of a client come to: settings, with the environment behind them.

Whatever may be secret is out of sight before it comes here, because a refusal shows the variables of these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._codec.omitted import OMITTED
from ..errors import ConfigurationError
from .extra_headers import extra_headers
from .settings import Settings, from_environment
from .tokens import source_of

__all__ = ["changed", "settings_of"]

# Arguments that are not given when they are None; of the others None says something.
_GIVEN_UNLESS_NONE = frozenset({"token", "company", "version", "base_url", "retry", "budget_key", "hooks"})


def settings_of(given: Mapping[str, object]) -> Settings:
    """The settings of a new client.

    Raises:
        ConfigurationError: no token or company, or a value that cannot be used.
    """
    options: dict[str, Any] = from_environment() | {
        name: value
        for name, value in given.items()
        if value is not OMITTED and not (value is None and name in _GIVEN_UNLESS_NONE)
    }
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
