"""The whole client in virtual time: an event loop whose clock jumps, a network in memory, and one seed for everything.

```python
from asyncsdk.testing.simulation import Conditions, Simulation

simulation = Simulation(seed=7, conditions=Conditions(faults={"503": 0.1, "hung": 0.05}), rows=500)

async def main():
    async with simulation.client() as wethod:
        return await wethod.production_plan_streams.list()

rows = simulation.run(main)                    # an hour of waiting takes milliseconds
simulation.counts["503"], simulation.seconds, simulation.trace
```

What runs is the client as it is, aiohttp included; only sockets, clocks and threads are simulated. The server is the
sandbox's own, so contract, rows, filters and actions are the same as over HTTP. The same seed gives the same run, to
the last byte: `simulation.trace` is a hash that shows it.

| word | meaning |
|---|---|
| seed | a number that decides everything that is drawn: speed, faults, changes of rows |
| conditions | how network and server behave: trips, pieces, refusals, faults by name and share |
| fault | one way in which a request goes wrong; says whether the request was carried out all the same |
| link | one connection in memory |
| trip | a round trip of the network; making a link takes one, encrypted two |
| deed | a request that was carried out by the server |
| drift | rows that change behind an answer |
"""

from __future__ import annotations

from .asgi import Application, ApplicationFailed, InProcess, InProcessAnswer, Message, in_process
from .conditions import FAULTS, AnswerEnding, CarriedOut, Conditions, NetworkFault
from .drawing import drawn_conditions
from .http import AskedRequest
from .loop import NothingHappens, TooLong
from .run import Simulation
from .server import Deed

__all__ = [
    "FAULTS",
    "AnswerEnding",
    "Application",
    "ApplicationFailed",
    "AskedRequest",
    "CarriedOut",
    "Conditions",
    "Deed",
    "InProcess",
    "InProcessAnswer",
    "Message",
    "NetworkFault",
    "NothingHappens",
    "Simulation",
    "TooLong",
    "drawn_conditions",
    "in_process",
]
