"""What all requests of one token share: its budget, its pause, and the counters of what it did."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakValueDictionary

import anyio
import attrs

from .._codec.promises import WarnOnce
from .._limits import Budget, LocalBudget, Pause, Quota, Unlimited
from .credential import Credential
from .page_sizes import PageSizes
from .secret import Secret
from .settings import Settings
from .tokens import TokenSource

if TYPE_CHECKING:
    from .._limits.redis_worker import RedisConnections

__all__ = ["Account", "Accounts", "Counters", "Stats"]

# An hour, and a second for requests that take longer on their way to the server than those of an hour later.
PERIOD: Final = 3601.0
CLOSING_SECONDS: Final = 3.0  # the last round trip ends within two of Redis's time-outs; then it is left behind

Owner: TypeAlias = "tuple[Secret | TokenSource, int | None, Secret | None, str | None]"
"""Whose account: the token or the function that gives it, its budget, where that is shared, and under which name."""


@attrs.frozen
class Stats:
    """What a token's requests came to since its client was made.

    `requests` counts what reached the wire, `retries` those among them that repeated another, `waits` and `waited`
    (seconds, summed over all requests) the time spent held back, `received` and `sent` bytes of bodies, `rows` what
    walks delivered.
    """

    requests: int = 0
    retries: int = 0
    waits: int = 0
    waited: float = 0.0
    sent: int = 0
    received: int = 0
    rows: int = 0


@attrs.define
class Counters:
    """`Stats` while they are counted."""

    requests: int = 0
    retries: int = 0
    waits: int = 0
    waited: float = 0.0
    sent: int = 0
    received: int = 0
    rows: int = 0

    def attempt(self, sends: int, *, again: bool, sent: int, received: int) -> None:
        """Counts an attempt that reached the wire so many times, with `sent` and `received` bytes."""
        self.requests += sends
        self.retries += sends if again else max(0, sends - 1)
        self.received += received
        self.sent += sent * sends

    def hold(self) -> None:
        """Counts a wait that has begun."""
        self.waits += 1

    def wait(self, seconds: float) -> None:
        """Counts the seconds of a wait."""
        self.waited += seconds

    def delivered(self, rows: int) -> None:
        """Counts rows that reached the user of a walk."""
        self.rows += rows

    def snapshot(self) -> Stats:
        """The counts as they are now."""
        return Stats(**attrs.asdict(self))


@attrs.frozen(eq=False)
class Account:
    """What one person's requests share."""

    budget: Budget
    pause: Pause
    credential: Credential
    counters: Counters = attrs.field(factory=Counters)
    page_sizes: PageSizes = attrs.field(factory=PageSizes)

    @property
    def stats(self) -> Stats:
        """The counts as they are now."""
        return self.counters.snapshot()

    @property
    def quota(self) -> Quota:
        """What is left of the hour's requests, as far as is known here."""
        return self.budget.quota()

    @property
    def idle(self) -> bool:
        """Whether it has nothing to remember: no pause, and no request within the budget's period."""
        return self.pause.remaining() == 0.0 and self.budget.quota().full_at is None


class Accounts:
    """The accounts of a client and its copies: one for each token, whoever asks for it and however often.

    A function that gives tokens has one account, whatever token it gave last.

    Copies come and go (a web application makes one for each call), but what the API counts stays. So an account
    outlives the copies that used it until it has nothing to remember. Budgets in Redis share their connections.

    `warn_once` warns of rows that break their model's promises, once for all that share the accounts.
    """

    def __init__(self) -> None:
        self.warn_once: WarnOnce = WarnOnce()
        self._known: WeakValueDictionary[Owner, Account] = WeakValueDictionary()
        self._kept: OrderedDict[Owner, Account] = OrderedDict()
        self._connections: dict[Secret, RedisConnections] = {}
        self._lock = threading.Lock()

    def of(self, settings: Settings) -> Account:
        """The account of a token; a new one has spent nothing."""
        owner = (settings.token, settings.budget, settings.shared_budget, settings.budget_key)
        with self._lock:
            account = self._known.get(owner)
            if account is None:
                self._forget_idle()
                account = self._known[owner] = self._open(settings)
            self._kept[owner] = account
            self._kept.move_to_end(owner)
            return account

    async def aclose(self) -> None:
        """Gives back what the accounts hold on the running loop and closes their connections, even while cancelled."""
        with self._lock:
            credentials = [account.credential for account in self._known.values()]
        for each in credentials:
            each.close()
        if not self._connections:
            return
        with self._lock:
            budgets = [account.budget for account in self._known.values()]
            connections = list(self._connections.values())
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            try:
                await asyncio.gather(*(budget.aclose() for budget in budgets))
            finally:
                for opened in connections:
                    await opened.aclose()

    def _forget_idle(self) -> None:
        # Two for each new one: cheap, and they never grow beyond twice those of one period.
        for _ in range(min(2, len(self._kept))):
            owner, account = self._kept.popitem(last=False)
            if not account.idle:
                self._kept[owner] = account
            del account
            # One that a copy still holds is idle only until that copy is used.
            if (held := self._known.get(owner)) is not None:
                self._kept[owner] = held

    def _open(self, settings: Settings) -> Account:
        budget, shared, pause, token = settings.budget, settings.shared_budget, Pause(), settings.token
        credential = Credential(token)
        if budget is None:
            return Account(Unlimited(), pause, credential)
        if shared is None:
            return Account(LocalBudget(budget, PERIOD), pause, credential)
        # Only here, so that a client without a shared budget does not need `redis`.
        from .._limits.shared_budget import SharedBudget, connections_to

        connections = self._connections.get(shared) or connections_to(shared.reveal())
        self._connections[shared] = connections
        # Settings ask for a key beside a token that changes.
        key = settings.budget_key or (token.digest() if isinstance(token, Secret) else "")
        kept = SharedBudget(shared.reveal(), key, budget, PERIOD, pause=pause, connections=connections)
        return Account(kept, pause, credential)
