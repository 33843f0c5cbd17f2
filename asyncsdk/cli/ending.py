"""How a command ends: its exit status, and one line for whatever went wrong.

| status | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | used or set up wrongly: nothing was sent, or the target refuses |
| 3 | delivered, but for rows that were left out |
| 129, 130, 143 | ended by SIGHUP, Ctrl-C, SIGTERM |
| 141 | whoever read the output closed it before its end (`| head`), as for `cat` |
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from ..errors import ConfigurationError, WethodError
from .output import OutputEnded, OutputFailed, discard_output, say, stderr, stdout
from .visible import one_line, visible

__all__ = ["INTERRUPTED", "READER_GONE", "TRACEBACK", "ended", "refusal"]

INTERRUPTED: Final = 130
READER_GONE: Final = 141
TRACEBACK: Final = "--traceback"
APART_SECONDS: Final = 5.0
"""Between two warnings of one kind."""


def ended(command: Callable[[], int], words: Sequence[str] = ()) -> int:
    """Runs a command to its end, whatever that is.

    Args:
        command: returns its exit status.
        words: the command line: with `--json` a failure is a document as well.

    Returns:
        The exit status.
    """
    whole = TRACEBACK in words or os.environ.get("ASYNCSDK_TRACEBACK", "") not in {"", "0"}
    with _warnings_shown(whole=whole):
        status = _ended(command, whole=whole, as_json="--json" in words)
    with suppress(OutputEnded, OutputFailed):
        stdout.flush()
        return status
    discard_output()
    return status or READER_GONE


def _ended(command: Callable[[], int], *, whole: bool, as_json: bool) -> int:
    try:
        status = command()
        stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except (OutputEnded, BrokenPipeError):
        discard_output()
        return READER_GONE
    except OutputFailed as error:
        discard_output()
        say(str(error))
        return 1
    except Exception as error:
        if whole:
            _trace(error)
        status = _status_of(error)
        expected = isinstance(error, WethodError)
        text = str(error) if expected else f"{type(error).__name__}: {error}"
        say(text if expected or whole else f"{text} ({TRACEBACK} or ASYNCSDK_TRACEBACK=1 shows where)")
        if as_json:
            with suppress(OutputEnded, OutputFailed):
                stdout.write(json.dumps(refusal(text, status), indent=2) + "\n")
        return status
    return status


def _status_of(error: Exception) -> int:
    if isinstance(error, ConfigurationError):
        return 2
    # Only a command that extracts can have met it, and has loaded its class.
    target = sys.modules.get("asyncsdk.extract.target")
    return 2 if target is not None and isinstance(error, target.TargetRefused) else 1


def refusal(text: str, status: int) -> dict[str, object]:
    """What `--json` writes where there is nothing to report."""
    return {"status": status, "error": one_line(text), "tables": []}


def _trace(error: BaseException) -> None:
    for lines in traceback.format_exception(error):
        for line in lines.splitlines():
            stderr.write(visible(line) + "\n")


@contextmanager
def _warnings_shown(*, whole: bool) -> Iterator[None]:
    """Shows what the library warns of, a line each, while a command runs."""
    handler, logger = _Lines(whole=whole), logging.getLogger("asyncsdk")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.tell_rest()


class _Lines(logging.Handler):
    """Writes warnings to standard error; their tracebacks only where they were asked for.

    Of warnings of one kind that come thick and fast, as when eight pages wait for the same API, one is written every
    few seconds; the others are counted.
    """

    def __init__(self, *, whole: bool) -> None:
        super().__init__(logging.WARNING)
        self._whole = whole
        self._written: dict[str, float] = {}
        self._held: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one."""
        kind = str(record.msg)
        if record.levelno == logging.WARNING:
            if record.created - self._written.get(kind, 0.0) < APART_SECONDS:
                self._held[kind] += 1
                return
            self._written[kind] = record.created
        try:
            text = record.getMessage()
        except Exception:
            text = kind
        held = self._held.pop(kind, 0)
        say(text + (f" (and {held} more like it)" if held else ""))
        if self._whole and record.exc_info and record.exc_info[1] is not None:
            _trace(record.exc_info[1])

    def tell_rest(self) -> None:
        """Says how many were not written."""
        if held := self._held.total():
            say(f"{held} more warnings like these were not shown")
