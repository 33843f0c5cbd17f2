"""How lists are extracted: every option of a run as one value, with its default, its check and its words.

What takes options of an extraction takes them from here: `extract` and `plan` and those of a fleet spell them out by
name, and the command line is made of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from os import PathLike
from typing import Any, Final, Literal, TypeAlias

import attrs

from ..errors import ArgumentError
from ..errors._checks import check_whole_number
from .incremental import WHOLE_EVERY
from .watermark import OVERLAP

__all__ = ["CONCURRENCY", "LARGEST_CONCURRENCY", "PATIENCE", "ExtractionOptions", "OptionWords", "words_of"]

CONCURRENCY: Final = 8
"""Pages in flight, of all lists together."""

LARGEST_CONCURRENCY: Final = 64
"""What a command line and a fleet allow; a client allows what it keeps in flight."""

PATIENCE: Final = 600.0
"""Seconds for which a page is tried again, unless a run is told otherwise."""

LONGEST: Final = timedelta(days=366)

LEAST_WHOLE_EVERY: Final = timedelta(hours=1)

OptionKind: TypeAlias = Literal["text", "flag", "number", "names", "pairs", "seconds", "length"]


@attrs.frozen
class OptionWords:
    """How an option is told of, and written on a command line.

    Args:
        kind: what is written: `names` between commas, `pairs` as FIELD=VALUE, `seconds` and `length` as 90s, 10m, 1h.
        help: what it does.
        metavar: what stands for its value; None: its name.
        flags: other than its name.
        longest_days: that a length of time may be where it is written by hand.
    """

    kind: OptionKind
    help: str
    metavar: str | None = None
    flags: tuple[str, ...] = ()
    longest_days: int = 7


_WORDS: Final = "asyncsdk.words"


def _told(kind: OptionKind, help: str, **more: Any) -> dict[str, OptionWords]:
    return {_WORDS: OptionWords(kind, help, **more)}


@attrs.frozen(kw_only=True)
class ExtractionOptions:
    """How lists are extracted; `extract` says what each option means."""

    since: datetime | date | str | None = attrs.field(
        default=None, metadata=_told("text", "only what was updated since, in every run.", metavar="DATE")
    )
    filters: Mapping[str, object] | None = attrs.field(
        default=None,
        metadata=_told(
            "pairs",
            "project_id=7, date=gte:2026-05-01, timesheets.project_id=7.",
            metavar="FIELD=VALUE",
            flags=("--filter", "--where"),
        ),
    )
    full: bool = attrs.field(default=False, metadata=_told("flag", "read whole lists, whatever is remembered."))
    reconcile: bool = attrs.field(
        default=False, metadata=_told("flag", "read whole lists now, to be sure of what is gone.")
    )
    concurrency: int = attrs.field(
        default=CONCURRENCY, metadata=_told("number", "pages in flight, of all lists together.")
    )
    raw: bool = attrs.field(default=False, metadata=_told("flag", "keep each row's JSON in a column _raw."))
    strict: bool = attrs.field(
        default=False, metadata=_told("flag", "with --all: a list that is refused is a failure.")
    )
    allow_shrink: bool = attrs.field(
        default=False, metadata=_told("flag", "mark rows as gone even where they are over a fifth of a table.")
    )
    schema: str | None = attrs.field(default=None, metadata=_told("text", "schema of the database, or folder in DIR."))
    prefix: str = attrs.field(default="", metadata=_told("text", "what names of tables start with."))
    without: Sequence[str] = attrs.field(
        default=(),
        metadata=_told(
            "names",
            "lists and fields that are stored nowhere, as in person_payrolls,persons.email; what is there of them is "
            "removed.",
            metavar="LIST,LIST.FIELD",
        ),
    )
    patience: float = attrs.field(
        default=PATIENCE,
        metadata=_told(
            "seconds",
            "how long a page is tried again while the API is away (no connection, time-outs, 429, 5xx): seconds, or "
            "90s, 10m, 1h; 0: a few attempts only.",
            metavar="TIME",
        ),
    )
    overlap: timedelta = attrs.field(
        default=OVERLAP,
        metadata=_told(
            "length",
            "how much earlier than the last run began to ask for what changed, for rows that are committed late: "
            "seconds, or 90s, 10m, 1h.",
            metavar="TIME",
        ),
    )
    whole_every: timedelta = attrs.field(
        default=WHOLE_EVERY,
        metadata=_told(
            "length",
            "how often a list is read whole although what changed and what was deleted is found without that: 30d, "
            "12h.",
            metavar="TIME",
            longest_days=LONGEST.days,
        ),
    )
    state: str | PathLike[str] | None = attrs.field(
        default=None,
        metadata=_told(
            "text",
            "parquet:, csv:, jsonl: where to keep what is remembered; else DIR/.asyncsdk. Needed on network mounts: a "
            "folder of this machine.",
            metavar="DIR",
        ),
    )

    def check(self, most: int, about: str = "this client keeps that many requests in flight") -> None:
        """Raises ArgumentError where an option is of another kind or out of range; `most` pages may be in flight.

        Names, filters and the target are checked by who knows them.
        """
        check_whole_number("concurrency", self.concurrency, 1, most, about)
        _check_length("overlap", self.overlap, timedelta())
        _check_length("whole_every", self.whole_every, LEAST_WHOLE_EVERY)
        _check_patience(self.patience)

    def spelled(self) -> dict[str, Any]:
        """By name, as `extract` takes them."""
        return {each.name: getattr(self, each.name) for each in attrs.fields(ExtractionOptions)}

    def planned(self) -> dict[str, Any]:
        """Those that a plan takes: what else there is changes nothing about the cost."""
        return {name: value for name, value in self.spelled().items() if name not in _FREE}


_FREE: Final = frozenset({"raw", "strict", "allow_shrink", "patience", "overlap"})


def words_of(name: str) -> OptionWords:
    """How an option is told of."""
    found: OptionWords = attrs.fields_dict(ExtractionOptions)[name].metadata[_WORDS]
    return found


def _check_patience(patience: object) -> None:
    """Raises ArgumentError where it is no number of seconds."""
    if isinstance(patience, bool) or not isinstance(patience, int | float) or not 0 <= patience < math.inf:
        raise ArgumentError("patience", f"a number of seconds, 0 or more, not {patience!r}")


def _check_length(name: str, length: object, least: timedelta) -> None:
    if not isinstance(length, timedelta) or not least <= length <= LONGEST:
        from_ = f"{least.seconds // 3600} hour" if least else "0"
        raise ArgumentError(name, f"a timedelta from {from_} to {LONGEST.days} days, not {length!r}")
