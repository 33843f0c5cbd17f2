"""A local Wethod that honours the contract: real HTTP on 127.0.0.1, all 192 operations, no account.

```python
from asyncsdk import Wethod
from asyncsdk.sandbox import Sandbox

async with Sandbox(rows=1000, seed=1) as sandbox:
    async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
        rows = await wethod.production_plan_streams.list()
```

`sandbox.environ` holds the same as the four `WETHOD_*` variables. From a shell: `asyncsdk sandbox --rows 100000`, and
`python -m asyncsdk.sandbox.demo` walks a list through the client. More people and companies come with
`sandbox.add_token(token, company=..., permissions=[...], person=5)`.

**Data.** `rows` is the number of production plan streams a plain list shows; there are at least as many timesheets,
and the other lists have plausible sizes beside them. The same seed gives the same rows on the same day: they end
today, or on the day given as `today=`. Every id points to a row that exists. Projects begin one after the other; the
plans of a project's months sum to 100 %, in one project of seven to more, and those of its streams to the month's.
People log their working days, 0.5 to 8 hours each, on projects that run. Tasks add up to budgets, budgets to the value
of their project, and invoices stay below it. About two percent more plans are there, softly deleted. Rows live in
SQLite, in memory or in a file (`database=`), which keeps the day it began with. Lists are ordered by id;
`order="updated_at"` gives the API another order where a request does not say.

**Exact rows.** `Sandbox(empty=True)` has none. `sandbox.add("timesheets", hours=8)` adds one row to any list, also to
those nothing can be created in, and returns it; what is not given is filled in so that it fits, down to the project
and the person. Ids, stamps and deletions may be given. `sandbox.rows_of("timesheets", person_id=3)` and
`sandbox.row_of("timesheets", 7)` read what is there, `sandbox.requests` is what came in.

**What is checked.** Token (401), headers (400), company (403), permissions (403), company features (412, `without=`),
path ids (404), query parameters, filters and bodies (400, every failing field in `failures`), states of budgets,
invoices, streams (412), a whitelist entry given twice (409), the rate limit (429). What is demanded beyond the schemas
stands in the contract under `x-assumed`. In strict mode, the default, a query parameter or body field that the
contract does not know is a 400 too. `validate_responses=True` also checks each answer against the contract: a breach is
answered 500 and kept in `sandbox.violations`. The contract itself is at `/openapi.json`, with this server in it.

**Faults** are ordered by a pattern, `"GET /api/projects"` or `"* /api/streams/*"`, and a number of times:

| call | what the client sees |
|---|---|
| `sandbox.fail(on, status=503, times=2)` | that status; `body=`, `headers=`, `retry_after=` |
| `sandbox.drop(on)` | the connection closes without an answer |
| `sandbox.cut(on)` | headers and half of the body, then the connection closes |
| `sandbox.garbage(on)` | 200 with bytes that are not JSON |
| `sandbox.html(on)` | a proxy's HTML page, 502 |
| `sandbox.hang(on)` | no answer ever |
| `sandbox.late(on, seconds=5)` | a proxy's 504, or what `answer=` says; the work is done 5 seconds after the request |
| `sandbox.delay(on, seconds=0.2)` | a slow answer |
| `sandbox.ignore_offset(on)` | the first page again and again |
| `sandbox.rename(on, field, to)` | a field under another name |
| `sandbox.retype(on, field, "string")` | a field of another JSON type |
| `sandbox.drift(on, per_request=1)` | rows inserted, updated, deleted between one answer and the next |

`times=None` is for ever, `after=3` lets three requests pass first, `query={"offset": "100"}` narrows it.
`handled=True` does the work before the answer is lost, `handled=False` does it never: that is the default, but for
`cut` and `delay`. `await sandbox.finished()` waits for late work. `sandbox.mutate(resource, kind, count)` changes rows
at once; `sandbox.survivors(resource, since=sandbox.mark())` names the rows that existed all the while.

**Other servers.** `clock_skew=-60` lets the server's clock lag behind, `tidy=True` keeps texts trimmed and numbers
rounded, `sandbox.add_token(token, hidden=["timesheets"])` registers a token that does not see the rows it makes.
`date_behind=3600` lets the Date header lag behind the
stamps of rows. `Sandbox(deviations=[Deviation("rename", "Project.name", "title")])` is an API that is not as the
contract says, in every answer: fields renamed, of another type, null, with other values or without their zone; lists
with smaller pages, in another order, or deaf to a parameter.

**Over HTTP**, without a token, from the machine itself and its own origins only, in JSON:
`GET|POST|DELETE /_sandbox/faults` (a fault as an object: `{"kind": "fail", "on": "GET /api/projects", "status": 503,
"times": 2}`, or a list of them), `GET|DELETE /_sandbox/requests`, `POST /_sandbox/add` (`{"resource": "timesheets",
"fields": {"hours": 8}}`), `POST /_sandbox/mutate` (`{"resource": "production_plan_streams", "kind": "update",
"count": 3}`), `POST /_sandbox/reset` (first rows, no faults), `GET /_sandbox` (its settings and counters).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncsdk.sandbox.deviations import Deviation as Deviation
    from asyncsdk.sandbox.deviations import DeviationKind as DeviationKind
    from asyncsdk.sandbox.faults import Fault as Fault
    from asyncsdk.sandbox.faults import FaultKind as FaultKind
    from asyncsdk.sandbox.log import Log as Log
    from asyncsdk.sandbox.log import Received as Received
    from asyncsdk.sandbox.row import Row as Row
    from asyncsdk.sandbox.sandbox import Sandbox as Sandbox
    from asyncsdk.sandbox.service import Service as Service
    from asyncsdk.sandbox.store import Mutation as Mutation
    from asyncsdk.sandbox.store import MutationKind as MutationKind
    from asyncsdk.sandbox.store import Store as Store

__all__ = [
    "Deviation",
    "DeviationKind",
    "Fault",
    "FaultKind",
    "Log",
    "Mutation",
    "MutationKind",
    "Received",
    "Row",
    "Sandbox",
    "Service",
    "Store",
]

_MODULES = {
    "Deviation": "deviations",
    "DeviationKind": "deviations",
    "Fault": "faults",
    "FaultKind": "faults",
    "Log": "log",
    "Mutation": "store",
    "MutationKind": "store",
    "Received": "log",
    "Row": "row",
    "Sandbox": "sandbox",
    "Service": "service",
    "Store": "store",
}


def __getattr__(name: str) -> object:
    # The command line builds its parser from this package: the server and aiohttp come with the first use.
    if name in _MODULES:
        return getattr(importlib.import_module(f"asyncsdk.sandbox.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
