"""Proxies: the one a client was told of, or the one the environment names for an address.

The environment is read as the standard library reads it (`getproxies`, `proxy_bypass`: HTTP_PROXY, HTTPS_PROXY,
ALL_PROXY and NO_PROXY in either case, or the system's settings on macOS and Windows), at each request. Beyond that
NO_PROXY may hold networks (`10.0.0.0/8`), IPv6 addresses and `*.example.com`, addresses of this machine never go
through a proxy, and `.netrc` is not looked at.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigurationError

__all__ = ["EnvironmentProxies", "Proxy"]

_NAMING: Final = {
    scheme: (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY") for scheme in ("http", "https")
}
_ENCODED: Final = {scheme: tuple(map(os.fsencode, names)) for scheme, names in _NAMING.items()}
# REQUEST_METHOD is set by CGI, where HTTP_PROXY is a header of the visitor's.
_VARIABLES: Final = (*_NAMING["http"], *_NAMING["https"][:2], "no_proxy", "NO_PROXY", "REQUEST_METHOD")
_PORTS: Final = {"http": 80, "https": 443}
_SYSTEM_SETTINGS: Final = sys.platform in {"darwin", "win32"}


class Proxy:
    """A proxy's address, which may hold a password and shows it to nobody.

    It is taken out of sight first and checked then (`checked`): so no frame of ours holds what is refused.

    Args:
        url: `http://host:port` or `https://host:port`, with `user:password@` before the host where it asks for them.
        source: where it is written, for messages.
    """

    __slots__ = ("_source", "_url")

    _url: object

    def __init__(self, url: object, source: str = "proxy") -> None:
        self._url = url._url if isinstance(url, Proxy) else url
        self._source = source

    def checked(self) -> Proxy:
        """Returns this proxy, whose address can be used.

        Raises:
            ConfigurationError: it cannot; the message does not quote it.
        """
        problem = _problem(self._url)
        if problem is not None:
            wanted = "is an address such as http://host:3128 or http://user:password@host:3128"
            raise ConfigurationError(f"{self._source} {wanted}{problem}")
        return self

    def reveal(self) -> str:
        """Returns the whole address, for the one place that gives it to aiohttp."""
        return str(self._url)

    def __repr__(self) -> str:
        return f"Proxy({_without_user(self._url)!r})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proxy) and other._url == self._url

    def __hash__(self) -> int:
        return hash((Proxy, self._url))

    def __reduce__(self) -> str:
        raise TypeError("a proxy's address is not pickled: it may hold a password; name it where it is used")


def _problem(url: object) -> str | None:
    """Says why an address cannot be used, without quoting it; None: it can."""
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return ", without spaces"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "; yours cannot be read (special characters are quoted: @ is %40)"
    if parts.scheme.startswith("socks"):
        return (
            "; SOCKS proxies are not supported. Name an HTTP proxy, or lend a session whose connector speaks SOCKS: "
            "Wethod(session=...)"
        )
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        return ""
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        return ", and nothing behind the port"
    return None


def _without_user(url: object) -> str:
    if not isinstance(url, str) or _problem(url) is not None:
        return "***"
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port or _PORTS[parts.scheme]}"


class EnvironmentProxies:
    """The proxies that the environment names. What was found is kept until the environment changes."""

    def __init__(self) -> None:
        self._content = 0
        self._found: dict[tuple[str, str, int | None], Proxy | None] = {}

    def find(self, scheme: str, host: str, port: int | None = None) -> Proxy | None:
        """Returns the proxy for an address; None: it is reached directly.

        Args:
            scheme: of the address, "http" or "https".
            host: its name or address, IPv6 without brackets.
            port: None for the scheme's own.

        Raises:
            ConfigurationError: the environment names a proxy that cannot be used.
        """
        if not _SYSTEM_SETTINGS and not _names_any(scheme):
            return None
        content = _content()
        if content != self._content or _SYSTEM_SETTINGS:
            self._content = content
            self._found.clear()
        address = (scheme, host, port)
        if address not in self._found:
            proxy = _find(scheme, host.lower().rstrip("."), port or _PORTS[scheme])
            self._found[address] = None if proxy is None else proxy.checked()
        return self._found[address]


def _names_any(scheme: str) -> bool:
    """Whether the environment names a proxy at all.

    Looked up in the mapping behind `os.environ`, where there is one: that says no by raising and catching an error for
    each name, which together cost as much as reading the answer's head.
    """
    behind = getattr(os.environ, "_data", None)
    if isinstance(behind, dict):
        return any(map(behind.__contains__, _ENCODED[scheme]))
    return any(name in os.environ for name in _NAMING[scheme])


def _content() -> int:
    """What the environment says of proxies, as a number that shows nothing of it."""
    return hash(tuple((name, os.environ[name]) for name in _VARIABLES if name in os.environ))


def _find(scheme: str, host: str, port: int) -> Proxy | None:
    from urllib.request import getproxies  # slow to load, and few need it

    proxies = getproxies()
    kind = scheme if proxies.get(scheme) else "all"
    url = proxies.get(kind)
    if not url or _is_loopback(host) or _is_excluded(host, port, proxies.get("no", "")):
        return None
    # As curl and others take it: a proxy without a scheme is an HTTP proxy.
    return Proxy(url if "://" in url else f"http://{url}", f"{kind.upper()}_PROXY of the environment")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return (address.ipv4_mapped or address).is_loopback
    return address is not None and address.is_loopback


def _is_excluded(host: str, port: int, no_proxy: str) -> bool:
    from urllib.request import proxy_bypass

    address = _address(host)
    spelled = f"[{host}]" if isinstance(address, ipaddress.IPv6Address) else host
    if proxy_bypass(f"{spelled}:{port}"):
        return True
    return any(_excludes(entry.strip().lower(), host, port, address) for entry in no_proxy.split(","))


def _excludes(entry: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    """Whether an entry of NO_PROXY means a host: the spellings that the standard library does not know."""
    if entry == "*":
        return True
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        entry = name
    entry = entry.removeprefix("[").removesuffix("]")
    if address is None:
        suffix = entry.removeprefix("*.").lstrip(".")
        return bool(suffix) and (host == suffix or host.endswith(f".{suffix}"))
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return address in network


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
