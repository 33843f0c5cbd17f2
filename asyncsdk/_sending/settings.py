"""What a client is set up with: arguments, environment, and the checks that happen before anything is sent."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import attrs

from .._codec.numbers import is_whole
from ..errors import ConfigurationError
from ..errors._printable import printable, shown
from ..events import Hooks
from . import extra_headers
from .extra_headers import ExtraHeaders
from .proxies import Proxy
from .secret import Secret, secret, wrapped
from .tokens import TokenSource

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_BUDGET",
    "DEFAULT_VERSION",
    "Priority",
    "RetryPolicy",
    "Secret",
    "Settings",
    "from_environment",
    "hidden_address",
    "hidden_budget",
    "secret",
]

DEFAULT_BASE_URL: Final = "https://api.wethod.com"
DEFAULT_VERSION: Final = "2024-06-15"
DEFAULT_BUDGET: Final = 5000  # requests an hour and person, the API's documented limit

Priority = Literal["interactive", "bulk"]

LONGEST: Final = 1e9  # seconds, thirty years: event loops count in integers of 64 bits
MOST: Final = 10**9
LONGEST_KEY: Final = 200

_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]{1,1000}")
_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE | re.ASCII)
_NETLOC: Final = re.compile(r"(?:\[[^\[\]]*\]|[^\[\]:]*)(?::[0-9]*)?")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


def _seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LONGEST:
        raise ConfigurationError(f"{attribute.name} is a number of seconds, 0 or more, not {shown(value)}")


def _positive_seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    _seconds(instance, attribute, value)
    if value == 0:
        raise ConfigurationError(f"{attribute.name} is a number of seconds above 0; 0 would fail every request")


def _optional_seconds(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        _positive_seconds(instance, attribute, value)


def _count(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not is_whole(value, 1, MOST):
        raise ConfigurationError(f"{attribute.name} is a whole number, 1 or more, not {shown(value)}")


def _flag(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{attribute.name} is True or False, not {shown(value)}")


def _methods(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise ConfigurationError(f'repeat is a set of methods such as {{"PATCH"}}, not {shown(value)}')
    given: list[object] = list(value)
    methods = frozenset(method.upper() for method in given if isinstance(method, str))
    if not all(isinstance(method, str) for method in given):
        raise ConfigurationError(f'repeat is a set of methods such as {{"PATCH"}}, not {shown(value)}')
    if not methods <= {"POST", "PATCH", "PUT"}:
        odd = printable(", ".join(sorted(methods - {"POST", "PATCH", "PUT"})), 100)
        raise ConfigurationError(f"repeat takes POST, PATCH and PUT, not {odd}; GET and DELETE are repeated anyway")
    return methods


def _repr(self: Any) -> str:
    """Also of what is half made: a traceback that shows variables meets it while an argument is being refused."""
    fields = attrs.fields(type(self))
    told = ", ".join(f"{field.name}={getattr(self, field.name, '...')!r}" for field in fields)
    return f"{type(self).__name__}({told})"


@attrs.frozen(kw_only=True, repr=False)
class RetryPolicy:
    """How often and how patiently a request is tried again.

    Args:
        attempts: how often one request is sent at most (1 = never again), a kept connection that broke included:
            aiohttp's own repetition is off. Requests the server answered with an order to wait do not count.
        backoff: seconds before the second attempt at most; doubles each time, with full jitter.
        max_backoff: the longest such wait, in seconds.
        max_wait: the most seconds one request waits, in all, for the server's orders and for the budget; beyond it
            `RateLimitError` is raised at once, or the `ServerError` of a 503 that ordered more. A 429 holds back
            everybody with the token, a 503 what was asked for alone.
        repeat: methods to repeat although their answer was lost, e.g. `{"PATCH"}`. Only where doing it twice
            does no harm: by default a lost POST or PATCH raises `OutcomeUnknownError`.
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

    __repr__ = _repr


def _base_url(value: str | Secret) -> str:
    hidden = wrapped(value)  # it may hold a password, which a refusal must not show
    value = ""
    if (problem := _problem_of_url(hidden)) is not None:
        raise ConfigurationError(f"base_url {problem}")
    return hidden.reveal().rstrip("/")


def _problem_of_url(hidden: Secret) -> str | None:
    """Why an address cannot be used, in words that hold none of its secrets; None where it can."""
    if not issubclass(hidden.kind, str):
        return f"is text such as {DEFAULT_BASE_URL}, not a value of type {hidden.kind.__name__}"
    value = hidden.reveal()
    if "@" in value or "?" in value or "#" in value:
        return "holds scheme, host, port and path only: no user, password, query or fragment"
    quoted = shown(value)
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError as problem:
        return f"cannot be read ({printable(str(problem), 100)}); write it as {DEFAULT_BASE_URL}, not {quoted}"
    if parts.scheme not in {"http", "https"} or not host:
        return f"starts with https:// (or http://) and a host, not {quoted}"
    if " " in value or "\\" in value or not value.isprintable():
        return f"holds no spaces, backslashes or control characters, as in {quoted}"
    if not _NETLOC.fullmatch(parts.netloc):
        return f"names a host such as api.wethod.com, not {quoted}"
    if port == 0 or parts.netloc.endswith(":"):
        return f"names a port from 1 to 65535, or none, not {quoted}"
    if not parts.path.isascii():
        return f"has a path of plain letters; percent-encode the others in {quoted}"
    return None if _is_host(host) else f"names a host such as api.wethod.com, not {quoted}"


def _is_host(host: str) -> bool:
    if ":" in host or host.replace(".", "").isdigit():
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return False
    return len(host) <= 254 and _HOST.fullmatch(host) is not None


def _header_value(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ConfigurationError(f"{attribute.name} is plain text without spaces, not {shown(value)}")


def _budget(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None or is_whole(value, 1, MOST):
        return
    if isinstance(value, Secret) or (isinstance(value, str) and "://" in value):
        told = "not an address; a budget in Redis is shared_budget=... (WETHOD_SHARED_BUDGET)"  # it may hold a password
    else:
        told = f"not {shown(value)}"
    raise ConfigurationError(f"budget is requests an hour (a whole number), or None for none, {told}")


def hidden_budget(budget: Any) -> Any:
    """A budget as it is; out of sight where it is an address in the wrong place, which may hold a password."""
    return wrapped(budget) if isinstance(budget, str | bytes) else budget


def hidden_address(address: object) -> Secret | None:
    """The address of a shared budget out of sight, because it may hold a password; unchecked."""
    return None if address is None else wrapped(address)


def _shared(instance: object, attribute: attrs.Attribute[Any], value: Secret | None) -> None:
    if value is not None and (told := _told(value)):
        raise ConfigurationError(
            f"shared_budget is the address of a Redis, such as redis://host:6379/0, or None, {told}"
        )


def _told(address: Secret) -> str:
    """Why a text is no address of a budget, without showing it; nothing where it is one."""
    if not issubclass(address.kind, str):
        return f"not a value of type {address.kind.__name__}"
    text = address.reveal()
    if text.startswith(("redis://", "rediss://", "unix://")):
        if not _PRINTABLE.fullmatch(text):
            return "and the address holds spaces or special characters; percent-encode them"
        try:
            return "" if urlsplit(text).port != 0 else "and a port is a number from 1 to 65535"
        except ValueError:
            return "and the host or the port of the address cannot be read; percent-encode what a password holds"
    if found := re.match(r"[a-z][a-z0-9+.-]{0,30}://", text, re.IGNORECASE):
        return f"not an address that begins with {found[0]} (Sentinel and clusters are not supported)"
    if re.fullmatch(r"[\d.,_*+ -]{1,20}", text):
        return f"not the text {text!r}; a number of requests an hour is budget=..."
    return "not any other text"


def _key(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= LONGEST_KEY and value.isprintable()):
        raise ConfigurationError(
            f"budget_key is a name of at most {LONGEST_KEY} characters, such as 'jane', not {shown(value)}"
        )


def _instance_of(kind: type) -> Any:
    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            raise ConfigurationError(f"{attribute.name} is a {kind.__name__}(...), not {shown(value)}")

    return check


def _token(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, (Secret, TokenSource)):
        raise ConfigurationError("token is plain text, or a function that returns it")


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
            f"certificates, not {shown(value)}"
        )


@attrs.frozen(kw_only=True, repr=False)
class Settings:
    """Everything a client was told; immutable, so that copies of a client differ only in what they name."""

    token: Secret | TokenSource = attrs.field(validator=_token)
    company: str = attrs.field(validator=_header_value)
    version: str = attrs.field(default=DEFAULT_VERSION, validator=_header_value)
    base_url: str = attrs.field(default=DEFAULT_BASE_URL, converter=_base_url)
    max_in_flight: int = attrs.field(default=16, validator=_count)
    connect_timeout: float = attrs.field(default=5.0, validator=_positive_seconds)
    read_timeout: float = attrs.field(default=30.0, validator=_positive_seconds)
    deadline: float | None = attrs.field(default=None, validator=_optional_seconds)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy, validator=_instance_of(RetryPolicy))
    budget: int | None = attrs.field(default=DEFAULT_BUDGET, validator=_budget)
    shared_budget: Secret | None = attrs.field(default=None, converter=hidden_address, validator=_shared)
    budget_key: str | None = attrs.field(default=None, validator=_key)
    priority: Priority = attrs.field(default="interactive")
    proxy: Proxy | None = attrs.field(default=None, converter=_proxy)
    ssl: SSLContext | None = attrs.field(default=None, validator=_certificates)
    strict: bool = attrs.field(default=False, validator=_flag)
    single_flight: bool = attrs.field(default=False, validator=_flag)
    read_only: bool = attrs.field(default=False, validator=_flag)
    dry_run: bool = attrs.field(default=False, validator=_flag)
    hooks: Hooks = attrs.field(factory=Hooks, validator=_instance_of(Hooks))
    headers: ExtraHeaders = attrs.field(default=extra_headers.NONE, converter=extra_headers.extra_headers)

    __repr__ = _repr

    @priority.validator
    def _known_priority(self, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in ("interactive", "bulk"):
            raise ConfigurationError(f'priority is "interactive" or "bulk", not {shown(value)}')

    def __attrs_post_init__(self) -> None:
        if self.budget is None and self.shared_budget is not None:
            raise ConfigurationError(
                "budget=None is no budget, and shared_budget=... shares one between processes: leave one of the two out"
            )
        if isinstance(self.token, TokenSource) and self.shared_budget is not None and self.budget_key is None:
            raise ConfigurationError(
                "a token that comes from a function needs budget_key=... beside a budget in Redis: the token changes, "
                "and the name of its budget must not; any name of the person will do"
            )


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """The settings that WETHOD_* variables give, by argument name. An empty variable counts as not set.

    Nothing is checked here, where a traceback would show the whole environment: `Settings` refuses what is no good.
    """
    found: dict[str, object] = {}
    for name in ("token", "company", "version", "base_url", "budget", "shared_budget", "budget_key"):
        if value := environ.get(f"WETHOD_{name.upper()}", "").strip():
            found[name] = _from_text(name, value)
    return found


def _from_text(name: str, text: str) -> object:
    if name == "budget":
        if text.lower() == "none":
            return None
        return int(text) if text.isdecimal() and len(text) < 20 else wrapped(text)
    return wrapped(text) if name in {"token", "base_url", "shared_budget"} else text
