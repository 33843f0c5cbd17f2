"""Which keys a walk has met, compactly: four bytes a key below 2**31, eight above, whatever their order and density.

A `set` of 100,000 ints takes some 7 MB. Here sorted arrays hold them in less than half of one; pages whose ids rise
(or fall) are appended in C, and only keys inside the range met so far are looked up, by bisection. That ids rose so far
proves nothing about an id below the greatest (lists may be ordered by anything), so membership is always exact.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import islice
from operator import gt
from typing import TypeAlias

__all__ = ["Key", "Positions", "SeenKeys"]

Key: TypeAlias = "int | str"
"""What tells rows of one list apart: the `id`, or a digest of the whole row where it has none."""

Positions: TypeAlias = "range | list[int]"
"""Indexes into a page, rising."""

_CHUNK = 512


class SeenKeys:
    """The keys met so far. Keys that are no 64-bit integers are kept as their 64-bit hash.

    >>> seen = SeenKeys()
    >>> seen.admit([1, 2, 5]), seen.admit([5, 6, 3])
    (range(0, 3), [1, 2])
    """

    __slots__ = ("_chunks", "_hashes", "_maxima", "_pack")

    def __init__(self) -> None:
        self._chunks: list[array[int]] = []
        self._maxima: list[int] = []  # the last key of each chunk
        self._hashes: SeenKeys | None = None
        self._pack = struct.Struct("")  # for pages as long as the last one

    def __len__(self) -> int:
        return sum(map(len, self._chunks)) + (len(self._hashes) if self._hashes is not None else 0)

    def __contains__(self, key: Key) -> bool:
        if isinstance(key, int) and -(2**63) <= key < 2**63:
            at = bisect_left(self._maxima, key)
            if at == len(self._maxima):
                return False
            chunk = self._chunks[at]
            return chunk[bisect_left(chunk, key)] == key
        return self._hashes is not None and hash(key) in self._hashes

    def covers(self, keys: Sequence[Key]) -> bool:
        """Whether every one of `keys` was met before."""
        return all(key in self for key in keys)

    def add(self, key: Key) -> bool:
        """Take one key in; True when it was not met before."""
        if not (isinstance(key, int) and -(2**63) <= key < 2**63):
            if self._hashes is None:
                self._hashes = SeenKeys()
            return self._hashes.add(hash(key))
        at = bisect_left(self._maxima, key)
        if at == len(self._maxima):
            self._append(self._packed((key,)))
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
        """Take a page's keys in and say at which positions those not met before stand."""
        count = len(keys)
        if not count:
            return range(0)
        try:
            packed = self._packed(keys)
        except struct.error:
            return [at for at, key in enumerate(keys) if self.add(key)]
        numbers: Sequence[int] = keys  # type: ignore[assignment]  # packing has shown that they are; cast() costs a call
        below = numbers[0] - 1
        for number in numbers:  # `all(map(lt, ...))` takes longer
            if number <= below:
                break
            below = number
        else:
            return self._admit_rising(numbers, packed)
        if self._chunks and all(map(gt, numbers, islice(numbers, 1, None))):
            below = bisect_right(numbers, -self._chunks[0][0], key=int.__neg__)
            missed = [at for at in range(below) if self.add(numbers[at])]
            if below < count:
                packed.reverse()
                self._prepend(packed[: count - below])
            return [*missed, *range(below, count)] if missed else range(below, count)
        return [at for at, number in enumerate(numbers) if self.add(number)]

    def _admit_rising(self, numbers: Sequence[int], packed: array[int]) -> Positions:
        count = len(numbers)
        highest = self._maxima[-1] if self._maxima else numbers[0] - 1
        start = int(numbers[0] == highest)  # as a rule: the row that a page shares with the one before it
        missed: list[int] = []
        if numbers[0] < highest:
            start = bisect_right(numbers, highest)
            missed = [at for at in range(start) if self.add(numbers[at])]
        if start < count:
            self._append(packed[start:] if start else packed)
        return [*missed, *range(start, count)] if missed else range(start, count)

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

    def _packed(self, keys: Sequence[Key]) -> array[int]:
        """Keys as an array of the smallest kind that holds them; packing is twice as fast as making one of a list.

        Raises `struct.error` where they are no 64-bit integers.
        """
        count = len(keys)
        if self._pack.size != 4 * count:
            self._pack = struct.Struct(f"={count}i")
        try:
            return array("i", self._pack.pack(*keys))
        except struct.error:
            return array("q", struct.pack(f"={count}q", *keys))
