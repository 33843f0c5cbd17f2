"""A host that dies says nothing: no packet of it comes any more, and what it had locked in PostgreSQL is free soon.

Server and writer share a network of their own, whose only device is taken down: from then on neither hears the other,
and a writer that is killed behind it ends no connection. The server is looked at through its Unix socket, which needs
no network. All this takes root; elsewhere the test is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import attrs
import pytest

from asyncsdk.extract.target import Place, TargetLocked
from asyncsdk.extract.targets import make_target
from tests.extract.stored import ACME, THINGS

psycopg = pytest.importorskip("psycopg")

pytestmark = pytest.mark.slow

FREE_SECONDS: Final = 60.0
"""What the documentation promises."""

WRITER: Final = """
import sys, psycopg
from asyncsdk.extract.target import Place
from asyncsdk.extract.targets import make_target
from tests.extract.stored import ACME, THINGS
address = "postgresql://postgres@127.0.0.1:5432/postgres"
target = make_target(Place(address))
target.open(ACME, [THINGS])
plain = psycopg.connect(address, autocommit=True)
plain.execute("SELECT pg_advisory_lock(42)")
print("open", flush=True)
sys.stdin.read()
"""
"""Opens a target, and beside it a connection of psycopg's own making, which holds a lock as well."""


@attrs.frozen
class Network:
    """A server that only its own network and its socket lead to.

    Args:
        name: of the network.
        socket: the folder of the server's socket.
    """

    name: str
    socket: Path

    @property
    def address(self) -> str:
        """Of the server, without any network."""
        return f"postgresql://postgres@/postgres?host={self.socket}"

    def command(self, *words: str) -> list[str]:
        """What runs a command in this network."""
        return ["ip", "netns", "exec", self.name, *words]

    def ends(self) -> None:
        """From now on no packet comes through."""
        subprocess.run(["ip", "-n", self.name, "link", "set", "lo", "down"], check=True)


@pytest.fixture
def network() -> Iterator[Network]:
    """A server of its own in a network of its own; both are gone at the end."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if os.name == "nt" or os.geteuid() != 0 or not folders or not all(map(shutil.which, ("ip", "runuser"))):
        pytest.skip("networks need root and ip, the server its own programs")
    name, folder = f"asyncsdk-{uuid.uuid4().hex[:8]}", Path(tempfile.mkdtemp())
    made = Network(name, folder)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder)
        if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode:
            pytest.skip("this machine gives nobody a network")
        undo.callback(subprocess.run, ["ip", "netns", "del", name], check=True)
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        shutil.chown(folder, "postgres")
        data = folder / "data"
        _as_postgres([str(folders[-1] / "initdb"), "-D", str(data), "-A", "trust", "-N"])
        settings = ["-h", "127.0.0.1", "-p", "5432", "-k", str(folder), "-c", "fsync=off"]
        log = undo.enter_context((folder / "log").open("wb"))
        server = undo.enter_context(
            subprocess.Popen(
                made.command(
                    "runuser", "-u", "postgres", "--", str(folders[-1] / "postgres"), "-D", str(data), *settings
                ),
                stdout=log,
                stderr=log,
                cwd="/",
            )
        )
        undo.callback(server.terminate)
        while subprocess.run([str(folders[-1] / "pg_isready"), "-q", "-h", str(folder)], check=False).returncode:
            assert server.poll() is None, (folder / "log").read_text()
        yield made


def _as_postgres(command: Sequence[str]) -> None:
    subprocess.run(["runuser", "-u", "postgres", "--", *command], check=True, capture_output=True, cwd="/")


def test_the_lock_of_a_dead_host_is_free_within_a_minute(network: Network) -> None:
    """And not by itself: a connection that sets nothing is taken for alive, by default for two hours."""
    command = network.command(sys.executable, "-c", WRITER)
    with (
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer,
        psycopg.connect(network.address, autocommit=True) as server,
    ):
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        network.ends()
        writer.kill()
        writer.wait()
        died = time.monotonic()
        successor = make_target(Place(network.address))
        with pytest.raises(TargetLocked):
            successor.open(ACME, [THINGS])
        # Waits in the server until the lock is free, and lets go of it.
        server.execute(f"SET lock_timeout = '{FREE_SECONDS:.0f}s'")
        server.execute("SELECT pg_advisory_lock(hashtextextended('asyncsdk public ', 0))")
        took = time.monotonic() - died
        server.execute("SELECT pg_advisory_unlock_all()")
        sys.stderr.write(f"free after {took:.1f} s\n")
        assert 5 < took < FREE_SECONDS
        successor.open(ACME, [THINGS])
        successor.close()
        assert server.execute("SELECT pg_try_advisory_lock(42)").fetchone() == (False,)
