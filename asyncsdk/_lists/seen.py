"""Which keys a walk has met, compactly: four bytes a key below 2**31, eight above, whatever their order and density.

A `set` of 100,000 ints takes some 7 MB. Here sorted arrays hold them in less than half of one. Pages whose ids rise
above all before are only looked through as they come, and packed several at a time; only keys inside the range met so
far are looked up, by bisection. That ids rose so far proves nothing about an id below the greatest (lists may be
ordered by anything), so membership is always exact.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain, islice
from operator import gt
from typing import TypeAlias, TypeGuard

__all__ = ["Key", "Positions", "SeenKeys"]

Key: TypeAlias = "int | str"
"""What tells rows of one list apart: the `id`, or a digest of the whole row where it has none."""

Positions: TypeAlias = "range | list[int]"
"""Indexes into a page, rising."""

_CHUNK = 512
_TOGETHER = 8
"""Pages packed at once: code that was not run for a while is slow to run, and its data slow to reach."""


class SeenKeys:
    """The keys met so far. Keys that are no 64-bit integers are kept as their 64-bit hash.

    >>> seen = SeenKeys()
    >>> seen.admit([1, 2, 5]), seen.admit([5, 6, 3])
    (range(0, 3), [1, 2])
    """

    __slots__ = ("_chunks", "_hashes", "_highest", "_maxima", "_rising")

    def __init__(self) -> None:
        self._chunks: list[array[int]] = []
        self._maxima: list[int] = []  # the last key of each chunk
        self._hashes: SeenKeys | None = None
        self._highest: int | None = None  # no integer met is above it
        self._rising: list[Sequence[int]] = []  # pages that rose above all before, not in chunks yet

    def __len__(self) -> int:
        self._pack()
        return sum(map(len, self._chunks)) + (len(self._hashes) if self._hashes is not None else 0)

    def __contains__(self, key: Key) -> bool:
        if self._rising:
            self._pack()
        if _fits(key):
            at = bisect_left(self._maxima, key)
            if at == len(self._maxima):
                return False
            chunk = self._chunks[at]
            return chunk[bisect_left(chunk, key)] == key
        return self._hashes is not None and _hash(key) in self._hashes

    def covers(self, keys: Sequence[Key]) -> bool:
        """Returns whether every one of `keys` was met before."""
        return all(key in self for key in keys)

    def add(self, key: Key) -> bool:
        """Takes in one key; True when it was not met before."""
        if self._rising:
            self._pack()
        if isinstance(key, int) and (self._highest is None or key > self._highest):
            self._highest = key
        if not _fits(key):
            if self._hashes is None:
                self._hashes = SeenKeys()
            return self._hashes.add(_hash(key))
        at = bisect_left(self._maxima, key)
        if at == len(self._maxima):
            self._append(_packed((key,)))
            return True
        chunk = self._chunks[at]
        place = bisect_left(chunk, key)
        if chunk[place] == key:
            return False
        try:
            chunk.insert(place, key)
        except OverflowError:
            chunk = self._chunks[at] = array("q", chunk)
            chunk.insert(place, key)
        if len(chunk) > 2 * _CHUNK:
            self._chunks[at : at + 1] = [chunk[:_CHUNK], chunk[_CHUNK:]]
            self._maxima.insert(at, chunk[_CHUNK - 1])
        return True

    def admit(self, keys: Sequence[Key]) -> Positions:
        """Takes in a page's keys and says at which positions those not met before stand."""
        count = len(keys)
        if not count:
            return range(0)
        numbers: Sequence[int] = keys  # type: ignore[assignment]  # where they are texts, this is found out; cast() costs
        highest = self._highest
        # As a rule there is one: the row that a page shares with the one before it.
        start = int(numbers[0] == highest)
        try:
            if highest is None:
                highest = numbers[0] - 1
            for number in islice(numbers, 1, None) if start else numbers:  # `all(map(lt, ...))` takes longer
                if number <= highest:
                    return self._admit(numbers)
                highest = number
        except TypeError:
            return [at for at, key in enumerate(keys) if self.add(key)]
        self._highest = highest
        self._rising.append(numbers[1:] if start else numbers)
        if len(self._rising) == _TOGETHER:
            self._pack()
        return range(start, count)

    def _admit(self, numbers: Sequence[int]) -> Positions:
        """Takes in a page's keys that do not all rise above those before, and says where the new ones stand."""
        self._pack()
        count = len(numbers)
        if not (self._chunks and all(map(gt, numbers, islice(numbers, 1, None))) and all(map(_fits, numbers))):
            return [at for at, number in enumerate(numbers) if self.add(number)]
        self._highest = max(numbers[0], self._maxima[-1])
        below = bisect_right(numbers, -self._chunks[0][0], key=int.__neg__)
        missed = [at for at in range(below) if self.add(numbers[at])]
        if below < count:
            self._prepend(_packed(numbers[: below - 1 if below else None : -1]))
        return [*missed, *range(below, count)] if missed else range(below, count)

    def _pack(self) -> None:
        """Puts the pages that rose into chunks, all at once."""
        numbers = list(chain.from_iterable(self._rising))
        self._rising.clear()
        if numbers and _fits(numbers[0]) and _fits(numbers[-1]):
            self._append(_packed(numbers))
        else:
            for number in numbers:
                self.add(number)

    def _append(self, numbers: array[int]) -> None:
        last = self._chunks[-1] if self._chunks else None
        if last is not None and len(last) < _CHUNK and last.typecode == numbers.typecode:
            last.extend(numbers)
            self._maxima[-1] = numbers[-1]
        else:
            self._chunks.append(numbers)
            self._maxima.append(numbers[-1])

    def _prepend(self, numbers: array[int]) -> None:
        first = self._chunks[0]
        if len(first) < _CHUNK and first.typecode == numbers.typecode:
            self._chunks[0] = numbers + first
        else:
            self._chunks.insert(0, numbers)
            self._maxima.insert(0, numbers[-1])


def _fits(key: Key) -> TypeGuard[int]:
    """Returns whether a key is an integer of 64 bits."""
    return isinstance(key, int) and -(2**63) <= key < 2**63


def _hash(key: Key) -> int:
    # Python's hash of an integer is its remainder: that of an id could be that of another.
    return hash(hex(key) if isinstance(key, int) else key)


def _packed(numbers: Sequence[int]) -> array[int]:
    """Returns integers as an array of the smallest kind that holds them. Packing takes half as long as a list."""
    count = len(numbers)
    try:
        return array("i", struct.pack(f"={count}i", *numbers))
    except struct.error:
        return array("q", struct.pack(f"={count}q", *numbers))
