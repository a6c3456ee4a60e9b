"""One query on a socket of its own, from a port that nobody can guess; only its server's packets come back."""

from __future__ import annotations

import asyncio
import errno
import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import ClassVar, Final, Protocol

from probe.probers.dns.message import Query
from probe.probers.dns.servers import Server

_LARGEST_DATAGRAM: Final = 4096
"""More than a query welcomes; of a longer one the rest is not read."""

_LARGEST_READ: Final = 65_536


class Listener(Protocol):
    """Who asked. Either call may close the socket."""

    def heard(self, on: Asking, wire: bytes) -> None:
        """A message came."""

    def lost(self, on: Asking, error: OSError | None) -> None:
        """No message can come any more; without an error: the server closed the connection."""


class Asking(ABC):
    """A query under way, until it is closed. Raises `OSError` where it can't be sent."""

    _KIND: ClassVar[socket.SocketKind]

    def __init__(self, server: Server, query: Query, listener: Listener) -> None:
        self.server = server
        self.query = query
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(server.family, self._KIND | socket.SOCK_NONBLOCK)
        try:
            self._begin()
        except BaseException:
            self._socket.close()
            raise

    @abstractmethod
    def _begin(self) -> None:
        """Connect, and see to it that the query goes out."""

    def close(self) -> None:
        """At once, at any time; nothing is heard of it any more."""
        self._loop.remove_reader(self._socket)
        self._socket.close()


class Datagram(Asking):
    """Asks by UDP. A packet that is lost is silence."""

    _KIND = socket.SOCK_DGRAM

    def _begin(self) -> None:
        self._socket.connect(self.server.address)
        with suppress(BlockingIOError):  # as good as lost on the way
            self._socket.send(self.query.wire)
        self._loop.add_reader(self._socket, self._read)

    def _read(self) -> None:
        try:
            wire = self._socket.recv(_LARGEST_DATAGRAM)
        except BlockingIOError:
            return
        except OSError as error:
            self._listener.lost(self, error)
        else:
            self._listener.heard(self, wire)


class Stream(Asking):
    """Asks by TCP (RFC 7766), where an answer is too long for UDP."""

    _KIND = socket.SOCK_STREAM

    def _begin(self) -> None:
        self._unsent = len(self.query.wire).to_bytes(2, "big") + self.query.wire
        self._received = bytearray()
        if (error := self._socket.connect_ex(self.server.address)) not in (0, errno.EINPROGRESS):
            raise OSError(error, "connect")
        self._loop.add_writer(self._socket, self._write)

    def close(self) -> None:
        self._loop.remove_writer(self._socket)
        super().close()

    def _write(self) -> None:
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError as error:
            self._listener.lost(self, error)
            return
        if not self._unsent:
            self._loop.remove_writer(self._socket)
            self._loop.add_reader(self._socket, self._read)

    def _read(self) -> None:
        try:
            data = self._socket.recv(_LARGEST_READ)
        except BlockingIOError:
            return
        except OSError as error:
            self._listener.lost(self, error)
            return
        if not data:
            self._listener.lost(self, None)
            return
        self._received += data
        while self._socket.fileno() >= 0 and len(self._received) >= (end := self._end()):
            wire = bytes(self._received[2:end])
            del self._received[:end]
            self._listener.heard(self, wire)

    def _end(self) -> int:
        """Where the next message ends; its length comes first."""
        return 2 + int.from_bytes(self._received[:2], "big")
