"""What an error of the network means for a request, and how it is told: one line that holds no secret.

aiohttp's own texts name the whole address, with the values of its query, run over several lines where they quote what a
server sent, and give statuses that no server ever answered. Pure: an error in, an outcome and a text out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Final

from .http import aiohttp
from .retry import Lost, NotSent

__all__ = ["explain", "one_line", "outcome_of"]

MOST_CHARACTERS: Final = 2000
_STATUS_OF_NOBODY: Final = re.compile(r"\b400, message[:=]\s*")  # how aiohttp's parser writes any fault of its own
_PASSING_REFUSALS: Final = frozenset({408, 425, 429})

_CERTIFICATE_HINT: Final = (
    "; where a company's own authority signed it, name the file with its certificate in the environment variable "
    'SSL_CERT_FILE, or pass ssl=ssl.create_default_context(cafile="...")'
)


def outcome_of(problem: BaseException, *, sent: bool | None) -> Lost | NotSent:
    """Returns what became of a request.

    Args:
        problem: what was raised.
        sent: whether the request was handed to a connection; None where that is unknown: the kind of `problem` tells.
    """
    if sent is None:
        network = aiohttp.ClientError | TimeoutError | ConnectionError
        connecting = (
            aiohttp.ClientConnectorError
            | aiohttp.ConnectionTimeoutError
            | aiohttp.ClientHttpProxyError
            | aiohttp.InvalidURL
            | aiohttp.ServerFingerprintMismatch
        )
        sent = isinstance(problem, network) and not isinstance(problem, connecting)
    if sent:
        return Lost()
    if isinstance(problem, aiohttp.ClientHttpProxyError):
        return NotSent(final=400 <= problem.status < 500 and problem.status not in _PASSING_REFUSALS)
    final = (
        aiohttp.ClientConnectorCertificateError
        | aiohttp.ServerFingerprintMismatch
        | aiohttp.InvalidURL
        | aiohttp.NonHttpUrlClientError
        | UnicodeError
    )
    return NotSent(final=isinstance(problem, final))


def explain(
    problem: BaseException, *, address: str, connect: float | None, read: float | None, secrets: Iterable[str] = ()
) -> str:
    """Returns an error as one line.

    Args:
        problem: what was raised.
        address: of the request, with its query; it is left out.
        connect: seconds a connection may take to come about.
        read: seconds between two pieces of an answer.
        secrets: blotted out where a server or a proxy sent them back.
    """
    words = _words(problem, connect, read)
    if address:
        words = words.replace(address, "the address")
    for secret in secrets:
        words = words.replace(secret, "***")
    return one_line(f"{type(problem).__name__}: {words}")


def _words(problem: BaseException, connect: float | None, read: float | None) -> str:
    match problem:
        case aiohttp.ClientHttpProxyError():
            return f"the proxy refused to connect: {problem.status} {problem.message}"
        case aiohttp.ClientProxyConnectionError():
            return f"the proxy cannot be reached: {problem}"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ServerFingerprintMismatch():
            return f"{problem}{_CERTIFICATE_HINT}"
        case aiohttp.InvalidURL():
            return f"base_url holds no host that can be looked up ({problem.description or 'it cannot be read'})"
        case UnicodeError():
            reason = problem.reason if isinstance(problem, UnicodeEncodeError) else str(problem)
            return f"base_url holds no host that can be looked up ({reason})"
        case aiohttp.ClientResponseError():
            return problem.message
        case aiohttp.ServerDisconnectedError():
            begun = not isinstance(problem.message, str)
            return f"the server closed the connection {'within the head of its answer' if begun else 'unanswered'}"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time" if connect is None else f"no connection came about within {connect:g} s"
        case TimeoutError():
            return "nothing came in time" if read is None else f"nothing came for {read:g} s"
        case OSError(errno=int() as number) if type(problem) is aiohttp.ClientOSError:
            return os.strerror(number)
        case _:
            return str(problem) or "no more is known"


def one_line(text: str) -> str:
    """Returns `text` on one line, with escapes for what cannot be printed, and not longer than 2,000 characters."""
    text = _STATUS_OF_NOBODY.sub("", text[: 4 * MOST_CHARACTERS])
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 4]} ..."
