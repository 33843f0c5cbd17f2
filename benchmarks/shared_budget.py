"""Several processes share one small budget through Redis: is it exact, is it used, is it fair?

    python -m benchmarks.shared_budget [--seconds 7] [--limiter asyncsdk|limits]

A server in this process counts what arrives. Four processes of eight tasks send to it as fast as a budget of 200
requests in 2 seconds lets them. Printed: requests in all and in any 2 seconds (at most limit + tasks: one request a
task may be on its way), the share of what was allowed that was used, and each process's part of its fair share.
`--limiter limits` runs the same with the moving window of `limits`, asked request by request with jitter.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs

from asyncsdk._limits import Pause, Slots, Ticket
from asyncsdk._limits.shared_budget import SharedBudget

REDIS = "redis://127.0.0.1:6379/0"


@attrs.frozen
class Plan:
    redis: str = REDIS
    key: str = attrs.Factory(lambda: f"benchmark-{uuid.uuid4().hex}")
    limiter: str = "asyncsdk"
    seconds: float = 7.0
    limit: int = 200
    period: int = 2
    processes: int = 4
    tasks: int = 8

    @property
    def allowed(self) -> int:
        """What an exact window lets through: a whole limit at once, and another after each period."""
        return self.limit * math.ceil(self.seconds / self.period)


@attrs.frozen
class Outcome:
    plan: Plan
    arrivals: list[tuple[float, int]]  # when, and from which process; in order

    @property
    def used(self) -> float:
        return len(self.arrivals) / self.plan.allowed

    @property
    def densest(self) -> int:
        """The most that arrived in any window of one period."""
        first = most = 0
        for index, (moment, _) in enumerate(self.arrivals):
            while self.arrivals[first][0] <= moment - self.plan.period:
                first += 1
            most = max(most, index - first + 1)
        return most

    @property
    def shares(self) -> list[float]:
        """Each process's requests over its fair share; 1.0 is fair."""
        counts = Counter(process for _, process in self.arrivals)
        fair = len(self.arrivals) / self.plan.processes
        return [counts[process] / fair for process in range(self.plan.processes)]


async def measure(plan: Plan) -> Outcome:
    """Count at the server what the processes of a plan send."""
    arrivals: list[tuple[float, int]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while process := await reader.read(1):
            arrivals.append((time.monotonic(), process[0]))
            writer.write(b".")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        workers = [await _start(plan, number, port) for number in range(plan.processes)]
        for worker in workers:  # all have imported what they need and wait for the start
            assert worker.stdout is not None
            await worker.stdout.readline()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(b"go\n")
        codes = await asyncio.gather(*(worker.wait() for worker in workers))
    if any(codes):
        raise RuntimeError(f"workers ended with {codes}")
    return Outcome(plan, arrivals)


async def _start(plan: Plan, number: int, port: int) -> asyncio.subprocess.Process:
    settings = [str(value) for value in attrs.astuple(plan)]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.shared_budget",
        "--worker",
        str(number),
        str(port),
        *settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )


async def work(number: int, port: int, plan: Plan) -> None:
    """One process: its tasks send until the time is over."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(plan.tasks)]
    admit, close = (_with_limits if plan.limiter == "limits" else _with_asyncsdk)(plan)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    end = time.monotonic() + plan.seconds

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await admit(end):
            writer.write(bytes([number]))
            await reader.read(1)

    await asyncio.gather(*(send(reader, writer) for reader, writer in connections))
    for _, writer in connections:
        writer.close()
    await close()


Admit = Callable[[float], Awaitable[bool]]
Close = Callable[[], Awaitable[object]]


def _with_asyncsdk(plan: Plan) -> tuple[Admit, Close]:
    slots, pause = Slots(plan.tasks), Pause()
    budget = SharedBudget(plan.redis, plan.key, plan.limit, plan.period, pause=pause)

    async def admit(end: float) -> bool:
        turn = Ticket()
        while True:
            await slots.acquire()
            refused = pause.ask(turn) or await budget.take(turn)
            slots.release()
            if refused is None:
                return True
            if time.monotonic() + refused.nap > end:
                budget.give_back(turn)
                return False
            await asyncio.sleep(refused.nap)

    return admit, budget.aclose


def _with_limits(plan: Plan) -> tuple[Admit, Close]:
    from limits import RateLimitItemPerSecond
    from limits.aio.storage import RedisStorage
    from limits.aio.strategies import MovingWindowRateLimiter

    storage = RedisStorage(f"async+{plan.redis}", implementation="redispy")
    window = MovingWindowRateLimiter(storage)
    item = RateLimitItemPerSecond(plan.limit, plan.period)

    async def admit(end: float) -> bool:
        while not await window.hit(item, plan.key):
            reset = (await window.get_window_stats(item, plan.key)).reset_time
            nap = max(0.0, reset - time.time()) + random.random() * 0.02
            if time.monotonic() + nap > end:
                return False
            await asyncio.sleep(nap)
        return True

    async def close() -> None:
        """`limits` has no way to close its connection."""

    return admit, close


def report(outcome: Outcome) -> str:
    plan = outcome.plan
    tasks = plan.processes * plan.tasks
    shares = ", ".join(f"{share:.2f}" for share in outcome.shares)
    sent = f"{len(outcome.arrivals)} of {plan.allowed} requests in {plan.seconds:g} s ({outcome.used:.1%})"
    densest = f"at most {outcome.densest} in any {plan.period} s (limit {plan.limit}, {tasks} tasks)"
    return f"{plan.limiter}: {sent}, {densest}, fair shares {shares}"


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        number, port, redis, key, limiter, *numbers = sys.argv[2:]
        seconds, limit, period, processes, tasks = numbers
        plan = Plan(redis, key, limiter, float(seconds), int(limit), int(period), int(processes), int(tasks))
        asyncio.run(work(int(number), int(port), plan))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--redis", default=REDIS)
    parser.add_argument("--limiter", choices=["asyncsdk", "limits"], default="asyncsdk")
    parser.add_argument("--seconds", type=float, default=7.0)
    parser.add_argument("--json", action="store_true", help="print figures only")
    options = parser.parse_args()
    outcome = asyncio.run(measure(Plan(options.redis, limiter=options.limiter, seconds=options.seconds)))
    if options.json:
        print(json.dumps({"used": outcome.used, "densest": outcome.densest, "shares": outcome.shares}))
    else:
        print(report(outcome))


if __name__ == "__main__":
    main()
