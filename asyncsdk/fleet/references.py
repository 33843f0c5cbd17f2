"""Secrets by their names: `env:NAME` and `file:PATH` say where one is kept, and are read where it is needed.

So a file of companies, a task that travels to another machine and whatever shows either of them hold no secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import attrs

from .._sending.secret import Secret, wrapped
from ..errors import ConfigurationError
from ..errors._printable import printable

__all__ = ["Reference", "reference_of"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_LONGEST: Final = 100_000
"""Bytes of a file: what is longer is no token and no address."""


@attrs.frozen
class Reference:
    """Where a secret is kept.

    Args:
        kind: `env`, a variable of the environment, or `file`.
        name: of the variable, or the path.
    """

    kind: Literal["env", "file"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    def read(self, environ: Mapping[str, str] = os.environ) -> Secret:
        """The secret, out of sight, without blanks around it.

        Raises:
            ConfigurationError: the variable is not set, or the file cannot be read.
        """
        if self.kind == "env":
            found = wrapped(environ.get(self.name, "").strip())
            if not found.reveal():
                raise ConfigurationError(f"the environment variable {self.name} is not set; set it where this runs")
            return found
        try:
            path = Path(self.name).expanduser()
            with path.open("rb") as file:
                found = wrapped(file.read(_LONGEST).decode().strip())
        except UnicodeDecodeError:
            raise ConfigurationError(f"the file {printable(self.name)} holds no text") from None
        except (OSError, RuntimeError) as error:
            said = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise ConfigurationError(f"the file {printable(self.name)} cannot be read: {said}") from None
        if not found.reveal():
            raise ConfigurationError(f"the file {printable(self.name)} is empty")
        return found


def reference_of(text: str) -> Reference | None:
    """The reference that a text is; None where it is another text.

    Raises:
        ConfigurationError: it begins like one and names nothing.
    """
    kind, colon, name = text.partition(":")
    if not colon or kind not in ("env", "file"):
        return None
    if kind == "env":
        if not _NAME.fullmatch(name):
            raise ConfigurationError("write env:NAME, with the name of an environment variable such as env:ACME_TOKEN")
        return Reference("env", name)
    if not name.strip() or "\0" in name:
        raise ConfigurationError("write file:PATH, with the path of a file such as file:/run/secrets/acme")
    return Reference("file", name)
