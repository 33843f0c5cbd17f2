"""A sandbox that closes leaves nothing open, whatever was under way."""

from __future__ import annotations

import gc
import socket
from urllib.parse import urlsplit

from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside


def test_connections_that_are_being_accepted_while_it_closes_are_closed() -> None:
    """Warnings are errors in this suite, so each that were left open would fail it."""
    for number in range(30):
        with beside(Sandbox(empty=True)) as sandbox:
            address = urlsplit(sandbox.url)
            clients = [socket.create_connection((address.hostname, address.port)) for _ in range(1 + number % 4)]
        for client in clients:
            client.close()
        del clients
    gc.collect()
