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

**Data.** `rows` is the number of production plan streams a plain list shows; the other lists have plausible sizes
beside it. Every id points to a row that exists, dates are first days of months and Mondays where the API has them,
percentages of a project and stream sum to 100 over its months. The same seed gives the same rows. About two
percent more rows are there, softly deleted. Rows live in SQLite, in memory or in a file (`database=`). Lists are
ordered by id; `order="updated_at"` gives the API another order where a request does not say.

**What is checked.** Token (401), headers (400), company (403), permissions (403), company features (412, `without=`),
path ids (404), query parameters, filters and bodies (400, every failing field in `failures`), states of budgets,
invoices, streams (412), a whitelist entry given twice (409), the rate limit (429). In strict mode, the default, a
query parameter or body field that the contract does not know is a 400 too. `validate_responses=True` also checks each
answer against the contract: a breach is answered 500 and kept in `sandbox.violations`.

**Faults** are ordered by a pattern, `"GET /api/projects"` or `"* /api/streams/*"`, and a number of times:

| call | what the client sees |
|---|---|
| `sandbox.fail(on, status=503, times=2)` | that status; `body=`, `headers=`, `retry_after=` |
| `sandbox.drop(on)` | the connection closes without an answer |
| `sandbox.cut(on)` | headers and half of the body, then the connection closes |
| `sandbox.garbage(on)` | 200 with bytes that are not JSON |
| `sandbox.html(on)` | a proxy's HTML page, 502 |
| `sandbox.delay(on, seconds=0.2)` | a slow answer |
| `sandbox.hang(on)` | no answer ever |
| `sandbox.ignore_offset(on)` | the first page again and again |
| `sandbox.rename(on, field, to)` | a field under another name |
| `sandbox.retype(on, field, "string")` | a field of another JSON type |
| `sandbox.drift(on, per_request=1)` | rows inserted, updated, deleted between one answer and the next |

`times=None` is for ever, `after=3` lets three requests pass first, `handled=True` does the work before the answer is
lost (fail, drop, hang, html). `sandbox.mutate(resource, kind, count)` changes rows at once;
`sandbox.survivors(resource, since=sandbox.mark())` names the rows that existed all the while.
`sandbox.requests` is what came in.

**Over HTTP**, without a token, from the machine itself only:
`GET|POST|DELETE /_sandbox/faults` (a fault as an object: `{"kind": "fail", "on": "GET /api/projects", "status": 503,
"times": 2}`, or a list of them), `GET|DELETE /_sandbox/requests`, `POST /_sandbox/mutate`
(`{"resource": "production_plan_streams", "kind": "update", "count": 3}`), `POST /_sandbox/reset` (first rows, no
faults), `GET /_sandbox` (its settings and counters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncsdk.sandbox.sandbox import Sandbox as Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> object:
    # The command line builds its parser from this package: the server and aiohttp come with the first use.
    if name == "Sandbox":
        from asyncsdk.sandbox.sandbox import Sandbox

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
