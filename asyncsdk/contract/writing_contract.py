"""Writes a changed contract so that only what changed is other text: the rest keeps its lines, comments and anchors."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .changes import ContractChange, edit
from .parsing import parsed

if TYPE_CHECKING:
    from ruamel.yaml import YAML

__all__ = ["changed_text"]

Opcode: TypeAlias = tuple[str, int, int, int, int]

_WIDTH: Final = 160


def changed_text(text: str, changes: Iterable[ContractChange]) -> str:
    """The text of the contract with changes made.

    The document is written twice, without the changes and with them; where the two differ, the text becomes the second,
    and everywhere else it stays as somebody wrote it.

    Args:
        text: of `openapi.yaml`.
        changes: to make.

    Raises:
        SystemExit: ruamel.yaml is not installed.
    """
    yaml = _yaml()
    document = yaml.load(text)
    before = _dumped(yaml, document)
    for change in changes:
        for each in change.edits:
            edit(document, each)
    after = _dumped(yaml, document)
    merged = "".join(_merged(*(each.splitlines(keepends=True) for each in (text, before, after))))
    return merged if parsed(merged.encode()) == parsed(after.encode()) else after


def _merged(own: list[str], before: list[str], after: list[str]) -> list[str]:
    """The lines of `own`, but those of `after` wherever it differs from `before`."""
    kept = difflib.SequenceMatcher(None, before, own, autojunk=False).get_opcodes()
    changed = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    merged: list[str] = []
    done = 0
    for low, high in _stretches(kept, changed):
        merged += own[_place(kept, done, last=True) : _place(kept, low, last=False)]
        merged += after[_place(changed, low, last=False) : _place(changed, high, last=True)]
        done = high
    return merged + own[_place(kept, done, last=True) :]


def _stretches(kept: Sequence[Opcode], changed: Sequence[Opcode]) -> Iterator[tuple[int, int]]:
    """Lines of `before` that are taken from `after`: those that changed, and others that `own` spells beside them."""
    otherwise = [(low, high) for tag, low, high, _, _ in kept if tag != "equal"]
    found: list[tuple[int, int]] = []
    for tag, low, high, _, _ in changed:
        if tag == "equal":
            continue
        grown = True
        while grown:
            grown = False
            for start, end in otherwise:
                if start <= high and end >= low and (start < low or end > high):
                    low, high, grown = min(low, start), max(high, end), True
        if found and low <= found[-1][1]:
            low = min(low, found.pop()[0])
        found.append((low, high))
    yield from found


def _place(opcodes: Sequence[Opcode], line: int, *, last: bool) -> int:
    """Where a line of the first text stands in the second: before what was put in there, or (`last`) behind it."""
    places = []
    for tag, low, high, start, end in opcodes:
        if low <= line <= high:
            if tag == "equal":
                places.append(start + line - low)
            else:
                places += [start] * (line == low) + [end] * (line == high)
    return (max if last else min)(places, default=0)


def _yaml() -> YAML:
    try:
        from ruamel.yaml import YAML
    except ModuleNotFoundError:
        raise SystemExit("--write keeps comments and anchors with ruamel.yaml: pip install 'asyncsdk[dev]'") from None
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    return yaml


def _dumped(yaml: Any, document: object) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()
