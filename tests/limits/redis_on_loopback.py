"""What tests of a shared budget share: a Redis on loopback, and what is used of a budget."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from asyncsdk._limits import Ticket

if TYPE_CHECKING:  # it needs the extra redis
    from asyncsdk._limits.shared_budget import SharedBudget

LIMIT = 10


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


async def used(budget: SharedBudget) -> int:
    remaining = (await budget.refresh()).remaining
    assert remaining is not None
    return budget.limit - remaining


async def grants(budget: SharedBudget, count: int) -> int:
    """How many of `count` requests asked for one after the other are granted."""
    return [await budget.take(Ticket()) for _ in range(count)].count(None)
