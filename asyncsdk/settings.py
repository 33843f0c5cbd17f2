"""What a client is set up with: arguments, environment, and the checks that happen before anything is sent."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import attrs

from .errors import ConfigurationError
from .events import Hooks
from .proxies import Proxy

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_BUDGET", "DEFAULT_VERSION", "Priority", "RetryPolicy", "Secret", "Settings"]

DEFAULT_BASE_URL = "https://api.wethod.com"
DEFAULT_VERSION = "2024-06-15"
DEFAULT_BUDGET = 5000  # requests an hour and person, the API's documented limit

Priority = Literal["interactive", "bulk"]

_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")


class Secret:
    """A token that shows itself to nobody: not in repr, str, logs, nor in a traceback that prints local variables."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself, for the one place that puts it into a header."""
        return self._value

    def digest(self) -> str:
        """A stable name of this token that does not give it away (for keys of shared budgets)."""
        import hashlib

        return hashlib.sha256(b"asyncsdk budget\0" + self._value.encode()).hexdigest()[:32]

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the token blotted out."""
        return text.replace(self._value, "***")

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a token is not pickled; give it to the other process through its environment (WETHOD_TOKEN)")


def _seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ConfigurationError(f"{attribute.name} is a number of seconds, 0 or more, not {value!r}")


def _positive_seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    _seconds(instance, attribute, value)
    if value == 0:
        raise ConfigurationError(f"{attribute.name} is a number of seconds above 0; 0 would fail every request")


def _optional_seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        _positive_seconds(instance, attribute, value)


def _count(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{attribute.name} is a whole number, 1 or more, not {value!r}")


def _flag(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{attribute.name} is True or False, not {value!r}")


def _methods(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise ConfigurationError(f'repeat is a set of methods such as {{"PATCH"}}, not the text {value!r}')
    methods = frozenset(method.upper() for method in value)
    if not methods <= {"POST", "PATCH", "PUT"}:
        odd = ", ".join(sorted(methods - {"POST", "PATCH", "PUT"}))
        raise ConfigurationError(f"repeat takes POST, PATCH and PUT, not {odd}; GET and DELETE are repeated anyway")
    return methods


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a request is tried again.

    Args:
        attempts: how often one request is sent at most (1 = never again), a kept connection that broke included:
            aiohttp's own repetition is off. Requests the server answered with an order to wait do not count.
        backoff: seconds before the second attempt at most; doubles each time, with full jitter.
        max_backoff: the longest such wait, in seconds.
        max_wait: the most seconds one request waits, in all, for the server's orders and for the budget;
            beyond it `RateLimited` is raised at once.
        repeat: methods to repeat although their answer was lost, e.g. `{"PATCH"}`. Only where doing it twice
            does no harm: by default a lost POST or PATCH raises `OutcomeUnknown`.
        patience: seconds for which a request goes on being tried, however many attempts that takes, after failures
            that pass: no connection, no answer in time, 429 and 5xx. They count from its first failure, without waits
            for the budget or a pause. 0: `attempts` alone decides. For jobs that nobody waits for.
    """

    attempts: int = attrs.field(default=4, validator=_count)
    backoff: float = attrs.field(default=0.5, validator=_seconds)
    max_backoff: float = attrs.field(default=8.0, validator=_seconds)
    max_wait: float = attrs.field(default=120.0, validator=_seconds)
    repeat: frozenset[str] = attrs.field(default=frozenset(), converter=_methods)
    patience: float = attrs.field(default=0.0, validator=_seconds)


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"base_url starts with https:// (or http://) and a host, not {value!r}")
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "base_url holds scheme, host, port and path only: no user, password, query or fragment"
        )
    return value.rstrip("/")


def _header_value(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ConfigurationError(f"{attribute.name} is plain text without spaces, not {value!r}")


def _budget(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None or (isinstance(value, str) and value.startswith(("redis://", "rediss://", "unix://"))):
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(
            "budget is requests an hour (a whole number), a redis:// address to share, or None, "
            f"not {_without_password(value)}"
        )


def _without_password(budget: object) -> str:
    return re.sub(r"//[^@/]*@", "//***@", repr(budget))


def _proxy(value: object) -> Proxy | None:
    return None if value is None else Proxy(value).checked()


def _certificates(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    # Whoever holds a context has loaded the module; it is not loaded for those who have none.
    module = sys.modules.get("ssl")
    if module is None or not isinstance(value, module.SSLContext):
        raise ConfigurationError(
            'ssl is an ssl.SSLContext, such as ssl.create_default_context(cafile="ca.pem"), or None for the usual '
            f"certificates, not {value!r}"
        )


@attrs.frozen(kw_only=True)
class Settings:
    """Everything a client was told; immutable, so that copies of a client differ only in what they name."""

    token: Secret
    company: str = attrs.field(validator=_header_value)
    version: str = attrs.field(default=DEFAULT_VERSION, validator=_header_value)
    base_url: str = attrs.field(default=DEFAULT_BASE_URL, converter=_base_url)
    max_in_flight: int = attrs.field(default=16, validator=_count)
    connect_timeout: float = attrs.field(default=5.0, validator=_positive_seconds)
    read_timeout: float = attrs.field(default=30.0, validator=_positive_seconds)
    deadline: float | None = attrs.field(default=None, validator=_optional_seconds)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy, validator=attrs.validators.instance_of(RetryPolicy))
    budget: int | str | None = attrs.field(default=DEFAULT_BUDGET, validator=_budget, repr=_without_password)
    budget_key: str | None = None
    priority: Priority = attrs.field(default="interactive")
    proxy: Proxy | None = attrs.field(default=None, converter=_proxy)
    ssl: SSLContext | None = attrs.field(default=None, validator=_certificates)
    strict: bool = attrs.field(default=False, validator=_flag)
    hooks: Hooks = attrs.field(factory=Hooks, validator=attrs.validators.instance_of(Hooks))

    @priority.validator
    def _known_priority(self, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in {"interactive", "bulk"}:
            raise ConfigurationError(f'priority is "interactive" or "bulk", not {value!r}')


def secret(token: object) -> Secret:
    """Checks a token without ever quoting it."""
    if isinstance(token, Secret):
        return token
    if not isinstance(token, str) or not _HEADER_VALUE.fullmatch(token):
        raise ConfigurationError("token is plain text without spaces or line breaks; yours has some, or is empty")
    return Secret(token)


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """The settings that WETHOD_* variables give, by argument name. An empty variable counts as not set.

    Raises:
        ConfigurationError: a variable holds what its argument would refuse (WETHOD_BUDGET that is no number).
    """
    found: dict[str, object] = {}
    readers: dict[str, tuple[str, Callable[[str], object]]] = {
        "WETHOD_TOKEN": ("token", secret),
        "WETHOD_COMPANY": ("company", str),
        "WETHOD_VERSION": ("version", str),
        "WETHOD_BASE_URL": ("base_url", str),
        "WETHOD_BUDGET": ("budget", _budget_from_text),
        "WETHOD_BUDGET_KEY": ("budget_key", str),
    }
    for variable, (name, read) in readers.items():
        if value := environ.get(variable, "").strip():
            found[name] = read(value)
    return found


def _budget_from_text(text: str) -> int | str | None:
    if text.isdecimal():
        return int(text)
    return None if text.lower() == "none" else text
