"""A network in memory, beneath aiohttp: links whose bytes take virtual time, and ends that can be lost.

A link is one TCP connection. Making it takes one round trip, and one more where it is encrypted (TLS 1.3; nothing is
really encrypted). Bytes arrive in order, half a round trip after they were written. A peer that has closed hears no
more: what arrives there is lost, and the writer's connection is reset, as TCP does it.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Final, Protocol

import attrs

__all__ = ["Link", "Network", "Peer"]

ADDRESS: Final = "192.0.2.1"  # RFC 5737: of nobody


class Peer(Protocol):
    """The server's end of a link."""

    def received(self, data: bytes) -> None:
        """Takes bytes of the client."""

    def ended(self) -> None:
        """The client has closed."""


Accept = Callable[["Link"], Peer]


class Link(asyncio.Transport):
    """One connection: the client's transport, and what the server's end does to it.

    `serial` counts the links of a network from 1. What the server does takes half a round trip to arrive.
    """

    def __init__(self, network: Network, serial: int, half: Callable[[], float]) -> None:
        super().__init__()
        self.serial = serial
        self._network = network
        self._half = half
        self._loop = asyncio.get_running_loop()
        self._protocol: Any = None
        self._peer: Peer | None = None
        self._closing = False  # by the client
        self._closed = False  # by the server
        self._over = False  # the protocol was told
        self._upwards = self._downwards = 0.0  # when the last bytes of each direction arrive
        self._up_queue: deque[Callable[[], None]] = deque()
        self._down_queue: deque[Callable[[], None]] = deque()
        self._paused = False
        self._held: deque[Callable[[], None]] = deque()

    # What the network does

    def begin(self, protocol: Any, accept: Accept) -> None:
        """Puts the client's protocol and the server on their ends."""
        self._protocol = protocol
        self._peer = accept(self)
        protocol.connection_made(self)

    # What the server does

    @property
    def open(self) -> bool:
        """Whether the server's end is open and the client's was not seen to close."""
        return not self._closed

    def send(self, data: bytes, after: float = 0.0) -> None:
        """Sends bytes to the client, the last of them at least `after` seconds from now."""
        self._down(after, lambda: self._deliver(data))

    def finish(self, after: float = 0.0) -> None:
        """Closes the server's end in order: the client reads to the end of what was sent."""
        self._loop.call_later(after, self._close_there)
        self._down(after, self._end)

    def reset(self, after: float = 0.0) -> None:
        """Closes the server's end at once: the client's connection breaks."""
        self._loop.call_later(after, self._close_there)
        self._down(after, lambda: self._lose(ConnectionResetError(104, "Connection reset by peer")))

    def _close_there(self) -> None:
        self._closed = True

    def _down(self, after: float, act: Callable[[], None]) -> None:
        self._downwards = max(self._downwards, self._loop.time() + after + self._half())
        self._down_queue.append(act)
        self._loop.call_at(self._downwards, self._arrive)

    def _arrive(self) -> None:
        # Timers of one moment come in any order; what is on its way must not.
        act = self._down_queue.popleft()
        if self._paused:
            self._held.append(act)
        else:
            act()

    def _deliver(self, data: bytes) -> None:
        if not self._closing and not self._over:
            self._network.counts["bytes"] += len(data)
            self._protocol.data_received(data)

    def _end(self) -> None:
        if not self._closing and not self._over and not self._protocol.eof_received():
            self.close()

    def _lose(self, error: Exception | None) -> None:
        self._closing = True
        if not self._over:
            self._over = True
            self._network.leave(self)
            self._protocol.connection_lost(error)

    # What the client does: asyncio.Transport

    def write(self, data: Any) -> None:
        """Sends bytes to the server."""
        if self._closing:
            return
        sent = bytes(data)
        self._up(lambda: self._received(sent))

    def writelines(self, list_of_data: Any) -> None:
        """Sends bytes to the server."""
        self.write(b"".join(list_of_data))

    def _up(self, act: Callable[[], None]) -> None:
        self._upwards = max(self._upwards, self._loop.time() + self._half())
        self._up_queue.append(act)
        self._loop.call_at(self._upwards, lambda: self._up_queue.popleft()())

    def _received(self, data: bytes) -> None:
        if self._closed:
            self._network.counts["bytes to a closed end"] += len(data)
            self._down(0.0, lambda: self._lose(ConnectionResetError(104, "Connection reset by peer")))
        elif self._peer is not None:
            self._peer.received(data)

    def close(self) -> None:
        """Closes the client's end."""
        if not self._closing:
            self._closing = True
            self._up(self._client_ended)
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """Closes the client's end at once."""
        self.close()

    def _client_ended(self) -> None:
        if not self._closed:
            self._closed = True
            if self._peer is not None:
                self._peer.ended()

    def is_closing(self) -> bool:
        """Whether the client's end is closed or closing."""
        return self._closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """There is no socket; the peer has an address."""
        return (ADDRESS, 443) if name == "peername" else default

    def set_protocol(self, protocol: Any) -> None:
        """Puts another protocol on the client's end."""
        self._protocol = protocol

    def get_protocol(self) -> Any:
        """Returns the protocol of the client's end."""
        return self._protocol

    def pause_reading(self) -> None:
        """Holds back what arrives."""
        self._paused = True

    def resume_reading(self) -> None:
        """Lets what was held back arrive."""
        self._paused = False
        while self._held and not self._paused:
            self._held.popleft()()

    def is_reading(self) -> bool:
        """Whether what arrives is handed on."""
        return not self._paused and not self._closing

    def get_write_buffer_size(self) -> int:
        """Returns 0: what is written is on its way."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Does nothing: writing never waits."""

    def can_write_eof(self) -> bool:
        """Whether one direction can be closed alone: never."""
        return False


@attrs.define(eq=False)
class Network:
    """Names, addresses and the links between them.

    Args:
        round_trip: draws the seconds of one round trip; asked for each handshake and each half of an exchange.
        refuses: says before each connection whether it is refused.

    `counts` has links made, handshakes in round trips, links refused and bytes that arrived.
    """

    round_trip: Callable[[], float]
    refuses: Callable[[], bool] = lambda: False
    counts: Counter[str] = attrs.field(factory=Counter)
    _servers: dict[tuple[str, int], Accept] = attrs.field(factory=dict)
    _names: dict[str, str] = attrs.field(factory=dict)
    _connected: dict[int, Accept] = attrs.field(factory=dict)
    _links: dict[Link, None] = attrs.field(factory=dict)

    def listen(self, host: str, port: int, accept: Accept) -> None:
        """Lets a server answer at a host and port."""
        self._servers[host, port] = accept
        self._names[host] = host if host[:1].isdigit() else f"192.0.2.{len(self._names) + 1}"
        self._servers[self._names[host], port] = accept

    @property
    def links(self) -> list[Link]:
        """The links that are open, in the order they were made."""
        return list(self._links)

    async def look_up(self, host: str) -> str:
        """Returns the address of a name. It takes no time: names are answered by a cache near by."""
        if host not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, f"the simulated network has no {host!r}")
        return self._names[host]

    async def connect(self, sock: socket.socket, address: tuple[str, int]) -> None:
        """Makes the TCP handshake: one round trip."""
        accept = self._servers.get(address)
        self.counts["handshakes"] += 1
        await asyncio.sleep(self.round_trip())
        if accept is None or self.refuses():
            self.counts["refused"] += 1
            raise ConnectionRefusedError(111, f"nobody answers at {address[0]}:{address[1]}")
        self._connected[sock.fileno()] = accept

    async def attach(self, sock: socket.socket, protocol: Any, *, encrypted: bool) -> tuple[Link, Any]:
        """Puts a protocol on the link of a connected socket; encrypted, after one more round trip."""
        accept = self._connected.pop(sock.fileno())
        sock.close()  # it only stood for the link
        if encrypted:
            self.counts["handshakes"] += 1
            await asyncio.sleep(self.round_trip())
        self.counts["links"] += 1
        link = Link(self, self.counts["links"], lambda: self.round_trip() / 2)
        self._links[link] = None
        link.begin(protocol, accept)
        return link, protocol

    def leave(self, link: Link) -> None:
        """Forgets a link that is over."""
        self._links.pop(link, None)
