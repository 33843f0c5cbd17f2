"""The file in which what was learned is kept: JSON of one format, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import cattrs

from ...errors import ConfigurationError
from .observed import FORMAT, Learned

__all__ = ["before", "check_place", "read", "text_of", "write"]

_MARK = "learned_by_asyncsdk"


def check_place(path: Path) -> None:
    """Refuses a path at which no file can be kept.

    Raises:
        ConfigurationError: it is a folder or a device, or lies in no folder that can be written.
    """
    if path.exists() and not path.is_file():
        raise ConfigurationError(f"{path} is no plain file; name a file to keep what is learned in")
    folder = path.resolve().parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ConfigurationError(f"{path} cannot be written: {folder} is no folder that can be")


def before(path: Path) -> Learned | None:
    """What was learned the last time; None where the file is yet to be written.

    Raises:
        ConfigurationError: as `read`, and where no file can be written.
    """
    check_place(path)
    return read(path) if path.exists() else None


def text_of(learned: Learned) -> str:
    """What was learned as the file holds it: sorted, so that two files can be compared line by line."""
    facts = {_MARK: FORMAT, **attrs.asdict(learned, value_serializer=_plain)}
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def _plain(_: object, __: object, value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def write(path: Path, learned: Learned) -> None:
    """Writes the file beside itself first, so that whoever reads it sees the old one or the new one.

    Raises:
        ConfigurationError: it cannot be written, or is no plain file: a device would be replaced by one.
    """
    check_place(path)
    path = path.resolve()  # a link stays a link
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text_of(learned))
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as problem:
        raise ConfigurationError(f"{path} cannot be written: {problem.strerror or problem}") from None


def read(path: Path) -> Learned:
    """Reads the file.

    Raises:
        ConfigurationError: it cannot be read, or is not one that `asyncsdk check --learn` wrote.

    Example:
        >>> learned = read(Path("wethod.learned.json"))  # doctest: +SKIP
    """
    check_place(path)
    try:
        facts: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigurationError(f"{path} cannot be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or _MARK not in facts:
        raise ConfigurationError(f"{path} is no file that `asyncsdk check --learn` wrote; name another one")
    if facts.pop(_MARK) != FORMAT:
        raise ConfigurationError(f"{path} is of another version; remove it, and learn again")
    try:
        return cattrs.structure(facts, Learned)
    except Exception:
        raise ConfigurationError(f"{path} is damaged; remove it, and learn again") from None
