"""One difference between what an API is and what it was taken for, in words, with what it means for the client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import attrs

from ..._codec import surprises

__all__ = ["Difference", "DifferenceKind", "lines_of", "meaning_of"]

OtherKind: TypeAlias = Literal[
    "renamed",
    "kind",
    "number as text",
    "value",
    "page cap",
    "order",
    "unstable",
    "offset",
    "parameter",
    "deletion",
    "date",
    "skew",
    "status",
    "header",
    "sent again",
    "as the contract says",
]
DifferenceKind: TypeAlias = surprises.Surprise | OtherKind

_MEANINGS: Final[dict[str, str]] = {
    **{str(kind): meaning for kind, meaning in surprises.MEANINGS.items()},
    "new field": f"{surprises.MEANINGS['new field']}: pager.into(dict) and --raw keep it",
    "gone": f"{surprises.MEANINGS['gone']}; a column of an extraction keeps what it held until the field is back",
    "number as text": "it is read as the number it spells",
    "renamed": "the old name is read as None and the new one is not in the model; `--learned` of the generator adds it",
    "kind": "rows with it are refused: a DecodeError, in an extraction a reject",
    "value": "models hold it as it is; code that compares with the known values misses it",
    "page cap": "walks go on in pages of that size, and lists cost as many more requests",
    "order": "rows that change may move while they are read: walk with sweep=True; quiet nights need a whole pass",
    "unstable": "a walk may meet a row twice and another not at all: walk with sweep=True",
    "offset": "only the first page of this list can be read",
    "parameter": "rows come that were not asked for; filter them again in your own code",
    "deletion": "an incremental read by updated_at does not see deletions; ask for deleted_at as well",
    "date": "the next run reads from that much earlier: rows are read again, none is lost",
    "skew": "set this machine's clock: what is compared with the server's clock is off by as much",
    "status": "the list could be read and cannot now, or the other way round",
    "header": "nothing for rows; caches and limits may behave otherwise",
    "sent again": "the column fills again with the next whole pass",
    "as the contract says": "nothing to do any more",
}


def meaning_of(kind: str) -> str:
    """What a difference of a kind means for the client."""
    return _MEANINGS[kind]


@attrs.frozen(order=True)
class Difference:
    """One difference.

    Args:
        kind: of difference.
        subject: `Project.pm_id` for a field, a list's name, `server`.
        was: what it was taken for: in the contract, or the last time.
        now: what it is.
        since: `contract` where it differs from the contract, `last time` where only from an earlier reading.
        known: it was the same the last time.
    """

    kind: DifferenceKind
    subject: str
    was: str
    now: str
    since: Literal["contract", "last time"] = "contract"
    known: bool = False

    @property
    def meaning(self) -> str:
        """What it means for the client."""
        return meaning_of(self.kind)

    def __str__(self) -> str:
        return surprises.sentence(self.subject, _change(self))


def _change(each: Difference) -> str:
    where = "the contract says" if each.since == "contract" else "last time:"
    return f"{each.now}; {where} {each.was}" if each.was else each.now


_ONE_BY_ONE: Final = 3
_NAMED: Final = 6


def lines_of(found: Iterable[Difference]) -> list[tuple[str, str]]:
    """Each difference once: a line that names it, and what it means. Many that are alike share a line.

    Returns:
        Pairs of a sentence and its meaning, in the order in which they came.
    """
    alike: dict[tuple[str, str, bool], list[Difference]] = {}
    for each in found:
        alike.setdefault((each.kind, _change(each), each.known), []).append(each)
    lines = []
    for (kind, change, known), group in alike.items():
        again = " (as last time)" if known else ""
        if len(group) <= _ONE_BY_ONE:
            lines += [(f"{each}{again}", meaning_of(kind)) for each in group]
            continue
        names = [each.subject for each in group]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        lines.append((f"{len(names)} times: {change}{again} ({', '.join(names[:_NAMED])}{more})", meaning_of(kind)))
    return lines
