"""`asyncsdk check --learn FILE`: says what it costs, learns what the API is, and writes what differs."""

from __future__ import annotations

import json
from pathlib import Path

from ..contract.learning import Difference, Learned, cost, differences, learn, write
from ..contract.learning.differences import lines_of
from ..contract.learning.file import before
from .client import connect
from .output import say, stdout
from .visible import one_line

__all__ = ["learn_all"]


async def learn_all(path: Path, company: str | None, *, as_json: bool) -> int:
    """Learns what every list is, compares it with the contract and with the file, and writes the file.

    Returns:
        The exit status: 1 where no list could be read; the file is as it was then.

    Raises:
        ConfigurationError: the file is no such file, or cannot be written; nothing was sent.
        AuthenticationError: the token is refused.
    """
    last = before(path)
    async with connect(company) as wethod:
        left = wethod.quota.remaining
        budget = "" if left is None else f" of the {left:,} left this hour"
        say(f"learning with at most {cost()} requests{budget}; nothing is written to the API")
        learned = await learn(wethod)
        requests = wethod.stats.requests
    readable = sum(seen.status == 200 for seen in learned.lists.values())
    found = differences(learned, last)
    if readable:
        write(path, learned)
    if as_json:
        stdout.write(json.dumps(_facts(found, requests, readable), indent=2) + "\n")
    else:
        _show(learned, found, last)
        kept = f"kept in {path}" if readable else "nothing was kept"
        _line(f"{readable} of {len(learned.lists)} lists could be read, with {requests} requests; {kept}")
    return 0 if readable else 1


def _show(learned: Learned, found: list[Difference], last: Learned | None) -> None:
    for said, meaning in lines_of(found):
        _line(said)
        _line(f"    {meaning}")
    if not found:
        _line("everything is as the contract says" + ("" if last is None else ", and as it was the last time"))
    server = learned.server
    facts = [
        f"clock {server.skew:+.0f} s from this machine's" if server.skew is not None else "no Date header",
        f"{'an' if server.etag else 'no'} ETag",
        "compressed" if server.compressed else "not compressed",
        f"rate-limit headers: {', '.join(server.limit_headers) or 'none'}",
    ]
    _line(f"answers: {'; '.join(facts)}")


def _facts(found: list[Difference], requests: int, readable: int) -> dict[str, object]:
    return {
        "requests": requests,
        "readable": readable,
        "differences": [
            {
                "subject": each.subject,
                "kind": each.kind,
                "was": each.was,
                "now": each.now,
                "meaning": each.meaning,
                "from": each.since,
                "known": each.known,
            }
            for each in found
        ],
    }


def _line(text: str) -> None:
    stdout.write(one_line(text) + "\n")
