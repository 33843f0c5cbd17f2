"""`--from` and `--learned`: tells how the contract differs from a source, what callers would see, and changes it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .changes import ContractChange, applied_to
from .differing import changes_between
from .from_learned import changes_learned
from .from_openapi import described_in
from .from_pages import described_on
from .learning.file import read as read_learned
from .parsing import parsed
from .signatures import signature_changes
from .writing_contract import changed_text

__all__ = ["changes_from", "update"]


def changes_from(document: Mapping[str, Any], source: Path) -> list[ContractChange]:
    """What the contract would have to change to say what a file or a folder says.

    Args:
        document: the parsed contract.
        source: an OpenAPI document, a saved page (`.txt`), or a folder of pages.

    Raises:
        ValueError: it is none of these.
    """
    if source.is_dir():
        pages = sorted(source.glob("*.txt"))
        if not pages:
            raise ValueError("the folder holds no saved page (.txt)")
        return changes_between(document, described_on([page.read_text(encoding="utf-8") for page in pages]))
    if source.suffix == ".txt":
        return changes_between(document, described_on([source.read_text(encoding="utf-8")]))
    theirs = parsed(source.read_bytes())
    return changes_between(document, described_in(theirs))


def update(contract: Path, source: Path | None, learned: Path | None, *, write: bool) -> int:
    """Writes the differences, and what would change for callers; with `write`, the changed contract.

    Returns:
        The exit status: 0, or 1 where the contract differs and was not written.

    Raises:
        SystemExit: a source that cannot be read, in words.
    """
    document = parsed(contract.read_bytes())
    changes: list[ContractChange] = []
    try:
        changes += changes_from(document, source) if source is not None else []
        changes += changes_learned(document, read_learned(learned)) if learned is not None else []
    except (ValueError, OSError) as problem:
        raise SystemExit(f"{source or learned}: {problem}") from None
    _show("the contract differs in", [str(each) for each in changes], "the contract says the same")
    try:
        seen = signature_changes(document, applied_to(document, changes))
        _show("callers would see", [str(each) for each in seen], "callers would see nothing of it")
    except ValueError as problem:
        _line(f"what callers would see cannot be told before somebody decides: {problem}")
    undecided = [each for each in changes if not each.edits]
    if write and len(undecided) < len(changes):
        contract.write_text(changed_text(contract.read_text(encoding="utf-8"), changes), encoding="utf-8")
        _line(f"{contract} is changed; now run the generator without options, which names what it has no words for yet")
    if undecided:
        _line(f"{len(undecided)} of the differences are left to you: no edit of the contract says them")
    return 0 if write or not changes else 1


def _show(title: str, lines: list[str], otherwise: str) -> None:
    _line(f"{title} {len(lines)} {'thing' if len(lines) == 1 else 'things'}:" if lines else otherwise)
    for line in lines:
        _line(f"  {line}")


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
