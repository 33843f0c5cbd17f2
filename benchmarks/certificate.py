"""A certificate authority that lives as long as a measurement, for a server on 127.0.0.1."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs


@attrs.frozen
class Certificate:
    """Two files: `server` has key and certificate, `authority` what a client must trust."""

    server: str
    authority: str

    @property
    def environ(self) -> dict[str, str]:
        """What lets a process trust it: Python's `ssl` reads the first, requests the second."""
        return {"SSL_CERT_FILE": self.authority, "REQUESTS_CA_BUNDLE": self.authority}


@contextmanager
def certificate() -> Iterator[Certificate]:
    """Makes one; it is deleted at the end of the block."""
    trustme: Any = importlib.import_module("trustme")
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        server, trusted = Path(folder) / "server.pem", Path(folder) / "authority.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(server)
        authority.cert_pem.write_to_path(trusted)
        yield Certificate(str(server), str(trusted))
