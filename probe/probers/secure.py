"""TLS between a connection and its user, kept apart from both: bytes in, bytes out, and nothing that waits."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_LARGEST_READ: Final = 64 * 1024


class SecureLayer:
    """The client's side of one TLS connection.

    Attributes:
        is_established: the handshake is complete.
        is_over: the target said that nothing more comes. Many wait for the connection's end before they end it.

    Args:
        write: puts records on the wire.
        host: whose name the certificate must carry, and SNI tells.
    """

    def __init__(self, context: ssl.SSLContext, host: str, write: Callable[[bytes], None]) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._write = write
        self.connection = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_established = False
        self.is_over = False

    def handshake(self, records: bytes = b"") -> bool:
        """Go on with what came; whether the handshake is complete now.

        Raises:
            ssl.SSLError: the target's certificate or its TLS can't be accepted; it was told why.
        """
        self._incoming.write(records)
        try:
            with suppress(ssl.SSLWantReadError):
                self.connection.do_handshake()
                self.is_established = True
        finally:
            self._flush()
        return self.is_established

    def decrypt(self, records: bytes) -> bytes:
        """The plain text that is complete by now; empty where only a part of a record, or a ticket, came.

        Raises:
            ssl.SSLError: what came is no valid record.
        """
        self._incoming.write(records)
        plain = bytearray()
        with suppress(ssl.SSLWantReadError):
            while part := self.connection.read(_LARGEST_READ):
                plain += part
            self.is_over = True
        self._flush()
        return bytes(plain)

    def encrypt(self, plain: bytes) -> None:
        """Put plain text on the wire."""
        self.connection.write(plain)
        self._flush()

    def _flush(self) -> None:
        if records := self._outgoing.read():
            self._write(records)
