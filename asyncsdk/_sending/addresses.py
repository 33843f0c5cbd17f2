"""Addresses that a client is given: the API's and that of a shared budget. They may hold a password, and show none."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from ..errors._printable import printable, shown
from .secret import Secret, wrapped

__all__ = ["DEFAULT_BASE_URL", "base_url_of", "problem_of_redis"]

DEFAULT_BASE_URL: Final = "https://api.wethod.com"

_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE | re.ASCII)
_NETLOC: Final = re.compile(r"(?:\[[^\[\]]*\]|[^\[\]:]*)(?::[0-9]*)?")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


def base_url_of(value: str | Secret) -> str:
    """Returns a base URL without a slash at its end.

    Raises:
        ConfigurationError: it cannot be used; the message holds nothing secret.
    """
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


def problem_of_redis(address: Secret) -> str:
    """Returns why a text is no address of a shared budget, without showing it; nothing where it is one."""
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
