"""When a request may leave: slots, the pause after a 429, the hourly budget.

None of them sleeps. Pause and budget answer None (go) or `Refused` (how long, and why); whoever sends waits, within its
deadline, and asks again. `_sending.gate` is the one that does.

| word | meaning |
|---|---|
| slot | leave to have a request on the wire; so many per event loop (`slots`) |
| pause | the time after a 429 in which nobody of a token sends, and the orderly start after it (`pause`) |
| budget | how many requests a person may send an hour, in process or shared through Redis (`budget`, `shared_budget`) |
| grant | one request of the budget |
| ticket | one attempt's places and its grant (`ticket`) |
| line | those who wait for a budget or for a pause to end, in the order they came |
| quota | what is left of a budget |
| worker | what talks to Redis for one event loop, one batch of questions after the other (`redis_worker`) |
"""

from __future__ import annotations

from .budget import Budget, LocalBudget, Unlimited
from .pause import Pause
from .slots import Slots
from .ticket import HoldReason, Quota, Refused, Ticket

__all__ = ["Budget", "HoldReason", "LocalBudget", "Pause", "Quota", "Refused", "Slots", "Ticket", "Unlimited"]
