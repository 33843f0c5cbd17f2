"""`asyncsdk check` and `quota`: what this token may read, whether the clocks agree, and what is left to spend."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import attrs
from rich.table import Table

from ..errors import APIError, WethodError
from ..extract.catalog import Listing, listings
from ..secret import Secret
from .client import connect
from .display import terminal

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


async def check_all(company: str | None, *, as_json: bool) -> int:
    """Asks every list for one row. Returns the exit status: 1 where nothing could be read."""
    async with connect(company) as wethod:
        places = asyncio.Semaphore(AT_ONCE)
        settings = wethod.settings

        async def one(listing: Listing) -> Tried:
            async with places:
                try:
                    answer = await wethod.request("GET", listing.path, params={"limit": 1}, check=False)
                except APIError as error:
                    return Tried(listing.table, error.status, str(error))
                except WethodError as error:
                    return Tried(listing.table, None, str(error))
            meaning = _MEANINGS.get(answer.status, "unexpected")
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
    if as_json:
        facts = {
            "base_url": settings.base_url,
            "company": settings.company,
            "version": settings.version,
            "token": tried[0].status != 401,
            "clock_skew_seconds": skew,
            "requests": requests,
            "lists": [{"name": each.table, "status": each.status, "meaning": each.meaning} for each in tried],
        }
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
        return 0 if readable else 1
    console = terminal()
    console.print(f"{settings.base_url}, company {settings.company}, version {settings.version}", highlight=False)
    if tried[0].status in {401, None}:
        console.print(f"not usable: {tried[0].meaning}", highlight=False)
        return 1
    console.print("token: accepted")
    if skew is not None:
        far = ", too far: set this machine's clock" if abs(skew) > 60 else ""
        console.print(f"clock: {skew:+.0f} s from the server's{far}", highlight=False)
    table = Table("list", "status", "")
    for each in tried:
        table.add_row(each.table, str(each.status or "-"), each.meaning)
    console.print(table)
    console.print(f"{readable} of {len(tried)} lists can be read; this check cost {requests} requests", highlight=False)
    return 0 if readable else 1


def _skew(date: str | None) -> float | None:
    try:
        return None if date is None else (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None


async def show_quota(*, as_json: bool) -> None:
    """Writes what is left of the budget."""
    async with connect() as wethod:
        quota = wethod.quota
        shared = isinstance(wethod.settings.budget, Secret)
    if as_json:
        full_at = quota.full_at.isoformat() if quota.full_at else None
        facts = {"limit": quota.limit, "remaining": quota.remaining, "full_at": full_at, "shared": shared}
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    if quota.limit is None:
        sys.stdout.write("no budget is kept\n")
        return
    until = f", all of it at {quota.full_at.astimezone():%H:%M}" if quota.full_at else ""
    sys.stdout.write(f"{quota.remaining} of {quota.limit} requests left this hour{until}\n")
    if not shared:
        sys.stdout.write(
            "The API does not tell what other programs have spent: each process counts its own, from nothing. "
            'Share one budget with WETHOD_BUDGET="redis://host:port/db".\n'
        )
