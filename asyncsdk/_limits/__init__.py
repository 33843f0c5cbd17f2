"""When a request may leave: slots, the pause after a 429, the hourly budget.

A request passes three gates, in this order, and only the first is waited for in place:

1. `Slots`: how many requests may be on the wire at once, per event loop.
2. `Pause`: after a 429 nobody of that token sends until it is over; then one after the other, not as a herd.
3. `Budget`: how many requests a person may send an hour.

Pause and budget never sleep. They answer None (go) or `Refused` (how long, and why), so that the caller gives
its slot back, logs, looks at its deadline, sleeps, and asks again. A `Ticket` keeps the caller's place meanwhile:

    turn = Ticket(bulk=False)                      # a new one for each attempt
    try:
        while True:
            await slots.acquire()
            try:
                refused = pause.ask(turn) or await budget.take(turn)
            except BaseException:
                slots.release()
                raise
            if refused is None:
                break                            # send now, then slots.release()
            slots.release()
            await asyncio.sleep(refused.nap)
    except BaseException:
        pause.leave(turn)                        # nothing was sent: neither a place nor a grant is left behind
        budget.give_back(turn)
        raise
"""

from __future__ import annotations

from .budget import Budget, LocalBudget, Unlimited
from .pause import Pause
from .slots import Slots
from .ticket import Quota, Reason, Refused, Ticket

__all__ = ["Budget", "LocalBudget", "Pause", "Quota", "Reason", "Refused", "Slots", "Ticket", "Unlimited"]
