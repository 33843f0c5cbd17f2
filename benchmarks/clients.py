"""Clients, each run in a process of its own: seconds, CPU, requests and peak memory, side by side."""

from __future__ import annotations

import importlib.util
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from . import contenders as names
from .alone import Failed, Reading, run
from .certificate import Certificate, certificate
from .contenders import PEERS, Peer
from .measure import Cost
from .peers import Job
from .records import Record
from .scale import Load, Scale
from .server import requests_of, serving

IN_FLIGHT = 16
WARM_ROWS = 250

Taken = tuple[Reading, int]
"""A run, and the requests it took."""


def clients(scale: Scale) -> Iterator[Record]:
    """Everybody, behind each latency."""
    for peer in PEERS:
        if peer.missing:
            print(f"  left out: {peer.name}; {', '.join(peer.missing)} is not installed (pip install -e '.[bench]')")
    present = [peer for peer in PEERS if not peer.missing]
    for load in scale.clients:
        able: list[Peer] = []
        for peer in present:
            waiting = load.rows / 100 * load.latency_ms / 1000 / _in_flight(peer)
            if waiting <= scale.patience:
                able.append(peer)
            else:
                print(
                    f"  left out: {peer.name}, {load.rows:,} rows at {load.latency_ms:g} ms: {waiting:.0f} s of waiting"
                )
        yield from _measure("clients", able, load)


def alone(scale: Scale) -> Iterator[Record]:
    """CPU a row without latency, with the 8 in flight that a walk has by default: nothing else shares the process."""
    chosen = [peer for peer in PEERS if peer.name in {names.FLOOR, names.PAGES, names.ROWS, names.PLAIN, names.HTTPX}]
    yield from _measure("alone", [peer for peer in chosen if not peer.missing], scale.alone, 8)


def secure(scale: Scale) -> Iterator[Record]:
    """The same over TLS, with gzip: as the API is reached in earnest."""
    if importlib.util.find_spec("trustme") is None:
        print("  left out: trustme, which makes the certificate, is not installed (pip install -e '.[bench]')")
        return
    chosen = [peer for peer in PEERS if peer.name in {names.FLOOR, names.PAGES, names.ROWS, names.HTTPX}]
    with certificate() as made:
        yield from _measure("secure", [peer for peer in chosen if not peer.missing], scale.alone, 8, made)


def memory(scale: Scale) -> Iterator[Record]:
    """Does a long list need more memory than a short one?"""
    chosen = [peer for peer in PEERS if peer.name in {names.FLOOR, names.PAGES, names.ROWS} and not peer.missing]
    for load in scale.memory:
        yield from _measure("memory", chosen, load)


def _in_flight(peer: Peer) -> int:
    return peer.in_flight or IN_FLIGHT


def _measure(
    section: str, peers: Sequence[Peer], load: Load, in_flight: int = IN_FLIGHT, made: Certificate | None = None
) -> Iterator[Record]:
    taken: dict[str, list[Taken]] = defaultdict(list)
    left = list(peers)
    file = None if made is None else made.server
    with serving(WARM_ROWS, 0.0, file) as warm, serving(load.rows, load.latency_ms / 1000, file) as url:
        for turn in range(load.rounds):
            for peer in random.sample(left, len(left)):
                title = f"  {load.rows:,} rows, {load.latency_ms:g} ms, {turn + 1} of {load.rounds}: {peer.name}"
                try:
                    reading, requests = _once(peer, warm, url, load, peer.in_flight or in_flight, made)
                except Failed as failed:
                    left.remove(peer)  # what fails once is not worth waiting for again
                    taken.pop(peer.name, None)
                    print(f"{title} FAILED and is left out: {failed}", flush=True)
                else:
                    taken[peer.name].append((reading, requests))
                    print(f"{title} {reading.wall:.2f} s", flush=True)
    for peer in left:
        readings = [reading for reading, _ in taken[peer.name]]
        yield Record(
            section=section,
            client=peer.name,
            items=load.rows,
            latency_ms=load.latency_ms,
            in_flight=peer.in_flight or in_flight,
            rounds=load.rounds,
            wall=Cost.of([each.wall for each in readings]),
            cpu=Cost.of([each.cpu for each in readings]),
            peak_mb=Cost.of([each.peak_mb for each in readings]).median,
            requests=max(requests for _, requests in taken[peer.name]),
        )


def _once(peer: Peer, warm: str, url: str, load: Load, in_flight: int, made: Certificate | None) -> Taken:
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)) for _ in range(2)]
        authority, environ = (None, None) if made is None else (made.authority, made.environ)
        before = requests_of(url, authority)
        reading = run(
            peer,
            Job(warm, WARM_ROWS, in_flight, folders[0]),
            Job(url, load.rows, in_flight, folders[1]),
            environ=environ,
        )
        return reading, requests_of(url, authority) - before
