"""What is known of a list that is followed, as a value, and the text that it is kept as between two processes.

The text is a checksum, facts in JSON and the ids as the differences between them, deflated, in URL-safe base64: some
bytes for each gap between ids, and next to nothing for ids without gaps. It is data: reading it never runs anything.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, chain
from operator import sub
from typing import Final, NoReturn

import attrs

from ..errors import ArgumentError
from .held import EPOCH, microseconds
from .trust import Reliability

__all__ = ["Followed", "read_followed"]

_FORMAT: Final = 1
_CHECKSUM_BYTES: Final = 4
_MOST_BYTES: Final = 2**28
_LARGEST: Final = 2**62


@attrs.frozen(kw_only=True)
class Followed:
    """What is known of a list that is followed.

    Attributes:
        digest: names the list and its filters.
        sdk: the version that wrote it.
        ids: of the rows that are held, in rising order.
        versions: of those that may come again in the same version: id, stamp, digest.
        since: what was changed later was not told yet, by the server's clock; None: nothing was read yet.
        proved: what was marked as deleted later was not asked for yet.
        origin: rows changed since then are told when they are first read; None: those are not told.
        resume: where the first reading stopped; None: it was not begun, or is over.
        learned: whether the first reading is over.
        small: whether the list, rows marked as deleted included, fits into one page.
        reliability: how far it can be proved.
        told: ids of rows told as deleted though they were not held, since the last round.
    """

    digest: str
    sdk: str
    ids: Sequence[int] = ()
    versions: Sequence[tuple[int, int, int]] = ()
    since: datetime | None = None
    proved: datetime | None = None
    origin: datetime | None = None
    resume: str | None = None
    learned: bool = False
    small: bool = False
    reliability: Reliability = attrs.field(factory=Reliability)
    told: Sequence[int] = ()

    def write(self) -> str:
        """Returns the text that `read_followed` takes."""
        reliability = self.reliability
        facts = [
            _FORMAT,
            self.sdk,
            self.digest,
            _written(self.since),
            _written(self.proved),
            _written(self.origin),
            self.resume,
            int(self.learned),
            int(self.small),
            [
                int(reliability.rising),
                reliability.broken,
                int(reliability.due),
                int(reliability.unequal),
                int(reliability.shrunk),
            ],
            _written(reliability.waiting),
            list(reliability.unheld),
            list(self.told),
            [list(version) for version in self.versions],
        ]
        gaps = array("q", map(sub, self.ids, chain((0,), self.ids)))
        if sys.byteorder == "big":
            gaps.byteswap()
        head = json.dumps(facts, separators=(",", ":")).encode()
        body = zlib.compress(head + b"\n" + gaps.tobytes(), 6)
        return urlsafe_b64encode(_checksum(body) + body).decode().rstrip("=")


def read_followed(text: str, digest: str) -> Followed:
    """Reads what `Followed.write` gave, for the list that `digest` names.

    Raises:
        ArgumentError: the text is no such bookmark, was cut or altered, was written by a version with another format,
            or belongs to another list or to other filters. Nothing was sent.
    """
    facts, ids = _parts(text)
    match facts:
        case [int(version), *_] if version != _FORMAT:
            _refuse(f"it has format {version}, this version of asyncsdk reads {_FORMAT}; begin anew, with since=None")
        case [
            _,
            str(sdk),
            str(named),
            None | int() as since,
            None | int() as proved,
            None | int() as origin,
            None | str() as resume,
            int(learned),
            int(small),
            [int(rising), int(broken), int(due), int(unequal), int(shrunk)],
            None | int() as waiting,
            list(unheld),
            list(told),
            list(versions),
        ]:
            pass
        case _:
            _refuse("it is not the text of changes.bookmark")
    if not _whole([*told, *unheld]) or not all(
        isinstance(each, list) and len(each) == 3 and _whole(each) for each in versions
    ):
        _refuse("it is not the text of changes.bookmark")
    if named != digest:
        _refuse("it belongs to another list or to other filters; go on with the list it was taken from")
    return Followed(
        digest=digest,
        sdk=sdk,
        ids=ids,
        versions=[(id, stamp, mark) for id, stamp, mark in versions],
        since=_moment(since),
        proved=_moment(proved),
        origin=_moment(origin),
        resume=resume,
        learned=bool(learned),
        small=bool(small),
        reliability=Reliability(
            rising=bool(rising),
            broken=broken,
            due=bool(due),
            unequal=bool(unequal),
            shrunk=bool(shrunk),
            waiting=_moment(waiting),
            unheld=tuple(unheld),
        ),
        told=told,
    )


def _parts(text: object) -> tuple[object, array[int]]:
    if not isinstance(text, str):
        _refuse("it is the text of changes.bookmark, nothing else")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        check, body = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
        if not body or check != _checksum(body):
            _refuse("it is not the text of changes.bookmark, or was cut; pass the whole text as it was given")
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(body, _MOST_BYTES)
        head, _, packed = plain.partition(b"\n")
        gaps = array("q")
        gaps.frombytes(packed)
        if sys.byteorder == "big":
            gaps.byteswap()
        if unpacker.unconsumed_tail or any(gap < 1 for gap in gaps[1:]) or sum(map(abs, gaps)) > _LARGEST:
            _refuse("it is not the text of changes.bookmark")
        return json.loads(head), array("q", accumulate(gaps))
    except (ValueError, zlib.error, RecursionError) as error:
        if isinstance(error, ArgumentError):
            raise
        _refuse("it is not the text of changes.bookmark")


def _whole(values: Sequence[object]) -> bool:
    return all(type(value) is int and abs(value) < _LARGEST for value in values)


def _written(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _moment(written: int | None) -> datetime | None:
    try:
        return None if written is None else EPOCH + timedelta(microseconds=written)
    except OverflowError:
        _refuse("it is not the text of changes.bookmark")


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=_CHECKSUM_BYTES, person=b"followed").digest()


def _refuse(why: str) -> NoReturn:
    # What is refused is not quoted: it may be anything, a token pasted by mistake among it.
    raise ArgumentError("since", f"this bookmark cannot be used: {why}") from None
