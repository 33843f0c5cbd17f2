"""What the headers of an answer say: dates, and how long the server asks to wait. Pure, and it survives any text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ..errors._printable import encodable

__all__ = ["http_date", "plain_headers", "server_wait"]

# A wait in seconds never comes near this; a moment in seconds since 1970 is always above it (the year 2001).
_EARLIEST_EPOCH: Final = 1_000_000_000
_EARLIEST_EPOCH_MS: Final = 1_000_000_000_000
_LATEST_EPOCH: Final = 253_402_300_799  # the last second of the year 9999

_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,9})?", re.ASCII)
_LONGEST_DATE: Final = 100  # characters; the longest form of RFC 9110 has 33


def http_date(text: object) -> datetime | None:
    """Reads the date of a header, in UTC; None where the text is none that Python can hold.

    Args:
        text: a header's value, such as `Fri, 01 May 2026 12:00:30 GMT`; without a zone it counts as UTC.

    Example:
        >>> http_date("Fri, 01 May 2026 14:00:30 +0200")
        datetime.datetime(2026, 5, 1, 12, 0, 30, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(text, str) or len(text) > _LONGEST_DATE:
        return None
    # Imported here: it takes as long as a tenth of the package, for headers that rarely come.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        # The reader of e-mails meets what it never expected in each of these ways, by version of Python.
        return None


def server_wait(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds the server asks to wait; None where it does not say, or says what cannot be meant.

    `x-ratelimit-retry-after` (the API's own, whole seconds) goes before `Retry-After` (RFC 9110, 10.2.3: seconds or
    a date). A number too large to be a wait is read as a moment since 1970. Moments are measured from the answer's own
    Date, else from `now`; with neither they say nothing.
    """
    for name in ("x-ratelimit-retry-after", "retry-after"):
        value = headers.get(name)
        if value is not None and (wait := _wait(value.strip(), headers, now)) is not None:
            return wait
    return None


def _wait(value: str, headers: Mapping[str, str], now: datetime | None) -> float | None:
    if not _NUMBER.fullmatch(value):
        moment = http_date(value)
        return None if moment is None else _until(moment.timestamp(), headers, now)
    number = float(value)
    if number >= _EARLIEST_EPOCH_MS:
        number /= 1000
    if number >= _EARLIEST_EPOCH:
        return _until(number, headers, now) if number <= _LATEST_EPOCH else None
    return max(0.0, number)


def _until(moment: float, headers: Mapping[str, str], now: datetime | None) -> float | None:
    present = http_date(headers.get("date", "")) or now
    return None if present is None else max(0.0, moment - present.timestamp())


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer by their lower-case names, as texts that every encoder takes.

    A plain dict: the case-insensitive one of the wire does not pickle, and holds bytes above 127 as halves of a pair.
    """
    return {encodable(name.lower()): encodable(value) for name, value in headers.items()}
