"""The contenders: each reads the whole list of a local server, looks at every row, and says how many there were.

One module a way of doing it, written as a competent user would from the library's own guide. They are started one at a
time in processes of their own (`benchmarks.alone`); the light ones also take turns in one (`benchmarks.walk`).
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Job:
    """What to read: the server, how many rows it has, requests in flight (for those that can), a folder to write to."""

    url: str
    rows: int
    in_flight: int
    folder: str
