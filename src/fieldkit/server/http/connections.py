"""Connections: how many there may be, and how long one may do nothing or next to nothing.

uvicorn waits for ever for a request that has begun, on a new connection or a kept one, and for a
client that takes no answer; its limit on connections refuses everybody once somebody has them all.
Here each has a deadline, and a new connection takes the place of the one that was idle longest,
which is one of a laptop only if there is no other.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from typing import TypeAlias

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from fieldkit.server.http.caller import Network, address_of, counted_address, is_trusted
from fieldkit.server.http.envelope import problem_response
from fieldkit.server.http.middleware import is_of_device
from fieldkit.server.problems import refusal

Peer: TypeAlias = object
"""The address and port of the other end, which differ for every open connection."""

MOST_CONNECTIONS = 2000
MOST_OF_ADDRESS = 500
"""Most connections of one address, unless it is a trusted proxy's."""
HEAD_SECONDS = 30
"""Longest wait for a whole head of a request, from the start of the connection or from its first
byte; also for the rest of a body that came after its answer."""
ANSWER_SECONDS = 300
"""Longest time that a client may take for an answer that it does not receive at once."""
_CLOSING_SECONDS = 10


class Connections:
    """All open connections, TLS handshakes included, and which of them are idle."""

    def __init__(self, trusted: tuple[Network, ...] = ()) -> None:
        self._trusted = trusted
        self._open: dict[Peer, _Connection] = {}
        self._idle: dict[Peer, None] = {}
        """Those without a request in progress, the longest idle first."""
        self._of_devices: set[Peer] = set()
        """Those on which a device has proved who it is; they are closed last."""
        self._addresses: Counter[str] = Counter()

    def admit(self, connection: _Connection) -> bool:
        """Add a new connection, if need be in the place of an idle one; say whether it may stay."""
        if self._addresses[connection.address] >= MOST_OF_ADDRESS and not connection.trusted:
            full: str | None = connection.address
        elif len(self._open) >= MOST_CONNECTIONS:
            full = None
        else:
            full = ""
        if full != "" and not self._close_idle(full):
            return False
        self._open[connection.peer] = connection
        self._idle[connection.peer] = None
        self._addresses[connection.address] += 1
        return True

    def _close_idle(self, address: str | None) -> bool:
        """Close the connection that was idle longest, of an address or at all."""
        idle = [peer for peer in self._idle if address in {None, self._open[peer].address}]
        if not idle:
            return False
        strangers = (peer for peer in idle if peer not in self._of_devices)
        connection = self._open[next(strangers, idle[0])]
        self.forget(connection)
        connection.end()
        return True

    def forget(self, connection: _Connection) -> None:
        """Remove a connection, unless it was removed before."""
        if self._open.get(connection.peer) is not connection:
            return
        del self._open[connection.peer]
        self._idle.pop(connection.peer, None)
        self._of_devices.discard(connection.peer)
        self._addresses[connection.address] -= 1
        if not self._addresses[connection.address]:
            del self._addresses[connection.address]

    def note(self, peer: Peer, *, busy: bool) -> None:
        """Note that a connection has a request in progress, or has none any more."""
        if busy:
            self._idle.pop(peer, None)
        elif peer in self._open:
            self._idle.setdefault(peer, None)

    def note_device(self, peer: Peer) -> None:
        """Note that a device has proved who it is on a connection."""
        if peer in self._open:
            self._of_devices.add(peer)

    def listener(self, family: socket.AddressFamily) -> socket.socket:
        """Return a socket to listen with, whose connections are counted here."""
        return _Listener(self, family)

    def counted(self, accepted: socket.socket, peer: Peer) -> _Connection:
        """Return an accepted connection that removes itself here when it is closed."""
        host = peer[0] if isinstance(peer, tuple) else ""
        address = address_of(host)
        trusted = address is not None and is_trusted(address, self._trusted)
        return _Connection(self, accepted, peer, counted_address(address), trusted=trusted)


class _Connection(socket.socket):
    """An accepted connection; asyncio closes it when it is over, whatever ended it."""

    def __init__(
        self,
        connections: Connections,
        accepted: socket.socket,
        peer: Peer,
        address: str,
        *,
        trusted: bool,
    ) -> None:
        super().__init__(fileno=accepted.detach())
        self._connections = connections
        self.peer = peer
        self.address = address
        self.trusted = trusted

    def end(self) -> None:
        """Let both ends see the end of the connection; asyncio then closes it."""
        try:
            self.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other end was quicker

    def close(self) -> None:
        """Close it."""
        super().close()
        self._connections.forget(self)


class _Listener(socket.socket):
    """Accepts connections for asyncio, which asks it before anything is spent on one."""

    def __init__(self, connections: Connections, family: socket.AddressFamily) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._connections = connections

    def accept(self) -> tuple[socket.socket, Peer]:
        """Accept a connection.

        Raises:
            ConnectionAbortedError: there was no place for it; asyncio goes on listening.
        """
        accepted, peer = super().accept()
        connection = self._connections.counted(accepted, peer)
        if self._connections.admit(connection):
            return connection, peer
        connection.close()
        raise ConnectionAbortedError


def protocol(connections: Connections) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with deadlines, for these connections."""

    class Protocol(_Protocol):
        _connections = connections

    return Protocol


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with deadlines, and problem details for what is not HTTP."""

    _connections: Connections
    _head: asyncio.TimerHandle | None = None
    _answer: asyncio.TimerHandle | None = None
    _peer: Peer = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End all waits."""
        for timer in (self._head, self._answer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Begin to wait for a whole head with its first byte; later ones prolong nothing."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, as uvicorn does, or for the end of the connection."""
        if is_of_device(dict(self.cycle.scope)):
            self._connections.note_device(self._peer)
        super().on_response_complete()
        if self.transport.is_closing():
            self._abort_in(ANSWER_SECONDS)
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._watch()
        self._connections.note(self._peer, busy=self._is_busy())

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Begin to wait for a head if there is no request in progress, and not yet a wait."""
        busy = self._is_busy()
        self._connections.note(self._peer, busy=busy)
        if busy and self._head is not None:
            self._head.cancel()
            self._head = None
        elif not busy and self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self._close)

    def _close(self) -> None:
        self.transport.close()
        self._abort_in(_CLOSING_SECONDS)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection without requests, even if the last answer was not taken."""
        super().timeout_keep_alive_handler()
        self._abort_in(_CLOSING_SECONDS)

    def pause_writing(self) -> None:
        """Begin to wait for the client to take some of the answer."""
        super().pause_writing()
        self._abort_in(ANSWER_SECONDS)

    def resume_writing(self) -> None:
        """End that wait."""
        super().resume_writing()
        if self._answer is not None and not self.transport.is_closing():
            self._answer.cancel()
            self._answer = None

    def _abort_in(self, seconds: float) -> None:
        """Drop the connection after a while, unless it is closed first."""
        if self._answer is None:
            self._answer = self.loop.call_later(seconds, self.transport.abort)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what is not HTTP, unless an answer has begun."""
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            refused = problem_response(refusal("unreadable", 400, "This request cannot be read."))
            lines = [b"HTTP/1.1 400 Bad Request", b"connection: close"]
            lines += [name + b": " + value for name, value in refused.raw_headers]
            self.transport.write(b"\r\n".join([*lines, b"", bytes(refused.body)]))
        self._close()
