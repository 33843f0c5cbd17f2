"""`asyncsdk check` and `quota`: what this token may read, whether the clocks agree, and what is left to spend."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from .._catalog import Listing, listings
from .._limits import clock
from .._sending.headers import http_date
from ..errors import APIError
from .client import connect
from .output import stdout
from .tables import print_table
from .visible import one_line

__all__ = ["check_all", "show_quota"]

AT_ONCE: Final = 8

_MEANINGS: Final[Mapping[int, str]] = {
    200: "readable",
    401: "the token is missing, unknown or expired",
    403: "a permission is missing, or the person is not of this company",
    412: "the feature is off",
}


@attrs.frozen
class Tried:
    """What a list answered: `status`, or None and why there was no answer; `skew` in seconds, server minus ours."""

    table: str
    status: int | None
    meaning: str
    skew: float | None = None

    @property
    def odd(self) -> bool:
        """Whether it answered with something that neither a permission nor a feature explains."""
        return self.status not in _MEANINGS


async def check_all(company: str | None, *, as_json: bool) -> int:
    """Asks every list for one row.

    Returns:
        The exit status: 1 where nothing could be read, or a list failed for another reason than a refusal.
    """
    async with connect(company) as wethod:
        places = asyncio.Semaphore(AT_ONCE)
        settings = wethod.settings

        async def one(listing: Listing) -> Tried:
            async with places:
                try:
                    answer = await wethod.request("GET", listing.path, params={"limit": 1}, check=False)
                except APIError as error:
                    return Tried(listing.table, error.status, _named(error))
                except Exception as error:
                    return Tried(listing.table, None, _named(error))
            meaning = _MEANINGS.get(answer.status, f"unexpected: status {answer.status}")
            return Tried(listing.table, answer.status, meaning, _skew(answer.headers.get("date")))

        lists = [listing for listing in listings().values() if listing.parent is None]
        # The first one alone: where the token is refused, the others need not be asked.
        tried = [await one(lists[0])]
        if tried[0].status not in {401, None}:
            tried += await asyncio.gather(*map(one, lists[1:]))
        requests = wethod.stats.requests
    skews = sorted(each.skew for each in tried if each.skew is not None)
    skew = skews[len(skews) // 2] if skews else None
    readable = sum(each.status == 200 for each in tried)
    status = 0 if readable and not any(each.odd for each in tried) else 1
    if as_json:
        facts = {
            "base_url": settings.base_url,
            "company": settings.company,
            "version": settings.version,
            "token": tried[0].status != 401,
            "clock_skew_seconds": skew,
            "requests": requests,
            "status": status,
            "lists": [{"name": each.table, "status": each.status, "meaning": each.meaning} for each in tried],
        }
        stdout.write(json.dumps(facts, indent=2) + "\n")
        return status
    _line(f"{settings.base_url}, company {settings.company}, version {settings.version}")
    if tried[0].status in {401, None}:
        _line(f"not usable: {tried[0].meaning}")
        return 1
    _line("token: accepted")
    if skew is not None:
        far = ", too far: set this machine's clock" if abs(skew) > 60 else ""
        _line(f"clock: {skew:+.0f} s from the server's{far}")
    _show_exceptions(tried)
    _line(f"{readable} of {len(tried)} lists can be read; this check cost {requests} requests")
    return status


def _show_exceptions(tried: Sequence[Tried]) -> None:
    """The lists that cannot be read: what can, needs no line each."""
    rows = [[each.table, str(each.status or "-"), each.meaning] for each in tried if each.status != 200]
    if rows:
        print_table(["list that cannot be read", "status", "why"], rows)
    for each in tried:
        if each.odd:
            _line(f"{each.table}: {each.meaning}")


def _named(error: Exception) -> str:
    """An error by name and message."""
    return one_line(f"{type(error).__name__}: {str(error) or 'it says no more'}")


def _line(text: str) -> None:
    stdout.write(one_line(text) + "\n")


def _skew(date: str | None) -> float | None:
    moment = http_date(date)
    return None if moment is None else (moment - clock.utc_now()).total_seconds()


async def show_quota(*, as_json: bool) -> int:
    """Writes what is left of the budget."""
    async with connect() as wethod:
        quota = wethod.quota
        shared = wethod.settings.shared_budget is not None
    if as_json:
        full_at = quota.full_at.isoformat() if quota.full_at else None
        facts = {"limit": quota.limit, "remaining": quota.remaining, "full_at": full_at, "shared": shared}
        stdout.write(json.dumps(facts) + "\n")
        return 0
    if quota.limit is None:
        stdout.write("no budget is kept\n")
        return 0
    until = f", all of it at {quota.full_at.astimezone():%H:%M}" if quota.full_at else ""
    stdout.write(f"{quota.remaining} of {quota.limit} requests left this hour{until}\n")
    if not shared:
        stdout.write(
            "The API does not tell what other programs have spent: each process counts its own, from nothing. "
            'Share one budget with WETHOD_SHARED_BUDGET="redis://host:port/db".\n'
        )
    return 0
