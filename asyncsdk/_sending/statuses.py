"""What methods and statuses mean for a request: whether it only reads, may be repeated, or was carried out. Pure facts.

Sources: the standards' own words (RFC 9110), Cloudflare's for 520 to 530, and the API's documents for 429.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FAILURES", "HONOURED", "NOT_DONE", "PASSING", "READS", "REPEATABLE", "UNKNOWN", "carried_out", "may_pass"]

READS: Final = frozenset({"GET", "HEAD"})
REPEATABLE: Final = READS | {"DELETE"}

HONOURED: Final = frozenset({429, 503, 529})
"""Statuses that say "later", and may say when."""

NOT_DONE: Final = frozenset({425, 429, 521, 523, 525, 526, 529})
"""Turned away at the door: too many requests, too early, an origin that is down or out of reach, a full proxy."""

UNKNOWN: Final = frozenset({408, 502, 504, 520, 522, 524, 527, 530})
"""A gateway waited for the API in vain, or lost its answer: the API may have acted."""

FAILURES: Final = frozenset({500, 503})
"""The API's own word for its own failure; of a gateway in front of it when the body is not the API's."""

PASSING: Final = frozenset({408, 502, 503, 504, 520, 522, 524}) | NOT_DONE
"""What looks like bad luck: another attempt may fare better."""


def carried_out(status: int) -> bool | None:
    """Returns whether the request that a status answers was carried out; None where the status does not tell."""
    if 200 <= status < 300:
        return True
    if status in NOT_DONE or (400 <= status < 500 and status not in UNKNOWN):
        return False
    return None


def may_pass(status: int) -> bool:
    """Returns whether a status tells of trouble on the server's side, and not of what it never learned to do."""
    return status >= 500 and status not in {501, 505}
