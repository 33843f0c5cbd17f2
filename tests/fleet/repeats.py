"""Requests that a night sent more than once, each held against what was done to the process that sent it first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

from asyncsdk._lists.bookmarks import TAIL_ROWS
from asyncsdk.extract.incremental import SHORT_ROWS
from asyncsdk.sandbox.log import Received
from tests.fleet.noting import Commit, sender
from tests.fleet.workers import TTL, Disturbance

IN_FLIGHT_SECONDS: Final = 1.0
"""How long an answer that has left the server may be unread by a client that is frozen meanwhile."""

UNTOLD_SECONDS: Final = 0.5
"""How long it may take from the commit of a table's end until the scheduler knows that it is done."""

Reason: TypeAlias = Literal["in flight", "not committed", "not told", "place", "since"]


@attrs.frozen
class Repeat:
    """A request that was sent, and then once more.

    Args:
        first, again: the two.
    """

    first: Received
    again: Received

    @property
    def key(self) -> tuple[str, str, str]:
        """Company, path and query, which they have in common."""
        return _key(self.first)

    @property
    def process(self) -> int:
        """The one that sent the first."""
        return sender(self.first.headers["user-agent"])

    @property
    def next_process(self) -> int:
        """The one that sent the second."""
        return sender(self.again.headers["user-agent"])

    @property
    def company(self) -> str:
        """Whose list it is."""
        return self.first.headers["wethod-company"]

    @property
    def table(self) -> str:
        """The list."""
        return self.first.path.removeprefix("/api/").replace("-", "_")

    def __str__(self) -> str:
        first = f"process {self.process} at {self.first.at:.3f}"
        again = f"process {self.next_process} at {self.again.at:.3f}"
        return f"{self.company}: {self.first.path}?{self.first.query} was answered to {first}, and to {again}"


@attrs.frozen
class Night:
    """What is known of a night.

    Args:
        requests: in the order of their answers.
        disturbances: of processes.
        ended: processes that ended.
        commits: of all tables.
    """

    requests: Sequence[Received]
    disturbances: Sequence[Disturbance]
    ended: Collection[int]
    commits: Sequence[Commit]

    def commits_of(self, repeat: Repeat) -> list[Commit]:
        """Those of its list."""
        return [each for each in self.commits if (each.company, each.table) == (repeat.company, repeat.table)]

    def kept_silent(self, commit: Commit, by: float) -> bool:
        """Whether its process told nobody until then: it met something soon behind it, or was taken for dead before."""
        met = [each for each in self.disturbances if each.process == commit.process and each.at <= by]
        if any(0 <= each.at - commit.at <= UNTOLD_SECONDS for each in met):
            return True
        return commit.process in self.ended and any(each.seconds >= TTL and each.at < commit.at for each in met)


def _key(request: Received) -> tuple[str, str, str]:
    return request.headers["wethod-company"], request.path, request.query


def repeats_of(requests: Sequence[Received]) -> Iterator[Repeat]:
    """Every request that equals an earlier one, with the last that does."""
    asked: dict[tuple[str, str, str], list[Received]] = {}
    for request in requests:
        asked.setdefault(_key(request), []).append(request)
    for same in asked.values():
        yield from (Repeat(first, again) for first, again in pairwise(same))


def reason_of(repeat: Repeat, night: Night, ids: frozenset[int]) -> Reason | None:
    """Why the second request had to be sent; None where nothing that was done to a process tells.

    Args:
        repeat: the two requests.
        night: what happened besides.
        ids: of the rows that the first was answered with.
    """
    first, again = repeat.first.at, repeat.again.at
    before = [each for each in night.commits_of(repeat) if each.at <= again]
    made = [each for each in before if each.made]
    since = [each for each in made if each.at >= first]
    news = ids.difference(*(each.ids for each in made if each.at < first))
    # Pages overlap by a row, so a page is committed once all of it is.
    stored = bool(news) and news <= frozenset().union(*(each.ids for each in since))
    if not stored and not any(each.ends for each in since):
        met = [each for each in night.disturbances if each.process == repeat.process and each.at <= again]
        if repeat.next_process == repeat.process:
            in_flight = any(each.kind == "freeze" and first >= each.at - IN_FLIGHT_SECONDS for each in met)
            return "in flight" if in_flight else None
        return "not committed" if met else None
    if len(ids) > SHORT_ROWS:
        return None
    ended = [each for each in before if each.ends and each.at >= first]
    if any(each.process != repeat.next_process and night.kept_silent(each, again) for each in ended):
        return "not told"
    # Somebody else had read it, without coming to its end.
    dead = {each.process for each in night.disturbances if each.at <= again} - {repeat.next_process}
    if any(each.process in dead and not each.ends for each in before):
        if any(each.process == repeat.next_process for each in ended):
            return "since"
        if not ended and len(ids) <= TAIL_ROWS:
            return "place"
    return None


def history_of(repeat: Repeat, night: Night) -> str:
    """All that befell the list of a repeat, a line each: what a failed test says."""
    asked = [each for each in night.requests if _key(each)[:2] == repeat.key[:2]]
    processes = {sender(each.headers["user-agent"]) for each in asked}
    lines = [(each.at, sender(each.headers["user-agent"]), f"is answered to ?{each.query}") for each in asked]
    for commit in night.commits_of(repeat):
        what = f"{'has committed' if commit.made else 'may have committed'} {len(commit.ids)} rows"
        lines.append((commit.at, commit.process, f"{what}{' and the end' if commit.ends else ''}"))
    met = [each for each in night.disturbances if each.process in processes]
    lines += [(each.at, each.process, f"meets a {each.kind}") for each in met]
    return "\n".join([str(repeat), *(f"  {at:.3f} process {process} {what}" for at, process, what in sorted(lines))])
