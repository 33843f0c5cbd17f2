"""One contender in a process of its own, both ends of it: `run` starts it, `main` is what it does there.

So nobody pays for another's imports, threads or memory. What is measured is the reading alone: the contender has
already read a list of a few rows, so that everything is imported that is imported late. Peak memory is that of the
process (VmHWM: `ru_maxrss` would begin with the size of the process that started this one).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from .contenders import Peer
from .peers import Job

ROOT = Path(__file__).parent.parent


@attrs.frozen
class Reading:
    """What one run took: seconds, CPU seconds (threads and children included), peak megabytes of the process."""

    wall: float
    cpu: float
    peak_mb: float


class Failed(Exception):
    """A contender ended badly, or lost rows, or took too long; the text is its last word."""


def run(peer: Peer, warm: Job, job: Job, patience: float = 900.0, environ: Mapping[str, str] | None = None) -> Reading:
    """Lets a contender read the list `job`, after the list `warm`; at most `patience` seconds.

    Args:
        environ: variables for its process beside those of this one.
    """
    words = [json.dumps(attrs.astuple(each)) for each in (warm, job)]
    command = [sys.executable, "-m", "benchmarks.alone", peer.read, *words]
    with tempfile.TemporaryFile() as said:
        # A session of its own, so that it can be ended with all it has started; Ctrl-C comes to us alone.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
            env={**os.environ, **(environ or {})},
        )
        try:
            answer, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {patience:.0f} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"ended with {process.returncode}")
    return Reading(*json.loads(answer))


def main() -> None:
    """Reads both lists and prints what the second took."""
    name, *jobs = sys.argv[1:]
    warm, job = (Job(*json.loads(each)) for each in jobs)
    result = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a contender prints, messages of a tap for one
    module, _, function = name.partition(":")
    read: Callable[[Job], int] = getattr(importlib.import_module(f"benchmarks.peers.{module}"), function)
    _check(read, warm)
    spent, begun = _cpu(), time.perf_counter()
    _check(read, job)
    wall, cpu = time.perf_counter() - begun, _cpu() - spent
    json.dump([wall, cpu, _peak()], result)
    result.close()


def _check(read: Callable[[Job], int], job: Job) -> None:
    seen = read(job)
    if seen != job.rows:
        raise SystemExit(f"{seen} rows of {job.rows}")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak() -> float:
    """Megabytes."""
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
