"""The log of what came in: the last requests, as a sequence."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import attrs


@attrs.frozen
class Received:
    """One request that came in. `status` is None where no whole answer went out, `at` seconds since 1970.

    `query` is the raw query string; `headers` have lower-case names and no Authorization.
    """

    method: str
    path: str
    query: str
    status: int | None
    at: float
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


class Log(Sequence[Received]):
    """The last `size` requests, oldest first, in the order their answers went out; a slice is a list of them."""

    def __init__(self, size: int) -> None:
        self._kept: deque[Received] = deque(maxlen=size)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Received]:
        return iter(tuple(self._kept))

    @overload
    def __getitem__(self, index: int) -> Received: ...

    @overload
    def __getitem__(self, index: slice) -> list[Received]: ...

    def __getitem__(self, index: int | slice) -> Received | list[Received]:
        return list(self._kept)[index] if isinstance(index, slice) else self._kept[index]

    def __repr__(self) -> str:
        return repr(list(self._kept))

    def note(self, received: Received) -> None:
        """Adds a request; the oldest goes where there is no room."""
        self._kept.append(received)

    def clear(self) -> None:
        """Forgets all of them."""
        self._kept.clear()
