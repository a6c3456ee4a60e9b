"""One connection, plain or over TLS: an `asyncio.Protocol` that counts and times every byte, whoever reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from probe.model.check import TlsPolicy
from probe.model.sample import FailureKind, TlsFacts
from probe.probers.raised import CLOSED_EARLY, CLOSED_IN_HANDSHAKE, TargetFailure
from probe.probers.secure import SecureLayer
from probe.probers.timing import Recorder

_LARGEST_WRITE: Final = 16 * 1024


class Reader(Protocol):
    """What becomes of the bytes: the response that is being read."""

    @property
    def is_complete(self) -> bool:
        """Nothing more is expected."""
        ...

    def take(self, data: bytes) -> None:
        """Read on. What it raises, the coroutine that waits will hear."""
        ...

    def end(self) -> bool:
        """The connection is over; whether that ends the response as well."""
        ...

    def release(self) -> None:
        """Nothing more is read: let go of what holds on to the reader, or only the garbage collector could free it."""
        ...


class Wire(asyncio.Protocol):
    """Driven from two sides: the loop feeds it, and one coroutine at a time waits for what it wants to come true.

    Attributes:
        tls: what the handshake showed; `None` on a plain connection.
        address: what it is connected to, as people write it.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._layer: SecureLayer | None = None
        self._reader: Reader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        self._unsent = 0
        self._is_paused = self._is_requesting = self._is_idle = self._is_spoiled = False
        self.tls: TlsFacts | None = None
        self.address = ""

    @property
    def is_reusable(self) -> bool:
        """Whether another request may go over it, as far as is known: it stands, and nothing is half said."""
        return not (self._is_spoiled or self._error or self._unsent or self._is_paused)

    # What the coroutine calls.

    async def secure(self, policy: TlsPolicy, host: str) -> None:
        """Make the connection a TLS one, to a target whose certificate is good.

        Raises:
            CertificateRefused: it isn't; `tls` tells of it all the same.
        """
        layer = self._layer = SecureLayer(policy, host, self._write)
        self._recorder.begin("tls")
        layer.handshake()
        await self.until(lambda: layer.is_established)
        self.tls = self._recorder.tls = layer.facts(self._recorder.started_at)
        layer.verify(self.tls)

    def attach(self, reader: Reader, recorder: Recorder) -> None:
        """The next request's: whose time it is, and who reads."""
        self._reader, self._recorder = reader, recorder
        self._is_requesting = self._is_idle = False

    async def send(self, request: bytes, is_answered: Callable[[], bool]) -> None:
        """Write the request, or as much of it as the target wants before it answers."""
        self._is_requesting = True
        for start in range(0, len(request), _LARGEST_WRITE):
            await self.until(lambda: is_answered() or not (self._is_paused or self._error))
            if is_answered():
                self._is_spoiled = True  # the rest of it is still expected
                return
            self._recorder.writes()
            self._put(request[start : start + _LARGEST_WRITE])

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something to come true, or for what went wrong before it could."""
        while not is_so():
            if self._error:
                raise self._error
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def close(self) -> None:
        """Give the connection back, politely when all was said, at once otherwise."""
        self._hang_up()
        self._release()

    def rest(self) -> None:
        """Nobody reads until the next `attach`: whatever comes meanwhile, the connection's end included, spoils it."""
        self._release()
        self._is_idle = True

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._recorder.end()
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own share no class with asyncio's
        self._transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        self._recorder.received += len(data)
        try:
            self._take(data)
        except Exception as error:  # noqa: BLE001  # the coroutine that waits must hear of it
            self._error = self._error or error
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._recorder.sent -= self._unsent
        self._unsent = 0
        self._is_spoiled = True
        self._end(error)
        self._wake()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._flushed()
        self._wake()

    # Between them.

    def _hang_up(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._recorder.sent -= min(self._unsent, transport.get_write_buffer_size())
        self._unsent = 0  # counted; the connection's end must not count it again
        is_done = self._is_idle or (self._reader and self._reader.is_complete)
        if is_done and not self._is_paused:
            transport.close()
        else:
            transport.abort()

    def _release(self) -> None:
        if self._reader:
            self._reader.release()
            self._reader = None

    def _take(self, data: bytes) -> None:
        if self._layer:
            data = self._decrypted(self._layer, data)
        if data and self._reader and not self._reader.is_complete:
            self._recorder.read()
            self._reader.take(data)
        elif data:
            self._is_spoiled = True
        if self._layer and self._layer.is_over:
            self._is_spoiled = True
            self._end(None)

    def _decrypted(self, layer: SecureLayer, records: bytes) -> bytes:
        if layer.is_established:
            return layer.decrypt(records)
        if not layer.handshake(records):
            return b""
        self._recorder.end()
        return layer.decrypt(b"")

    def _end(self, error: Exception | None) -> None:
        """The connection is over, or nothing more comes on it."""
        if self._error or self._is_idle or (self._reader and self._reader.is_complete):
            return
        if error:
            self._error = error
        elif self._layer and not self._layer.is_established:
            self._error = TargetFailure(FailureKind.RESET, CLOSED_IN_HANDSHAKE)
        elif self._reader and self._is_really_over and self._reader.end():
            self._recorder.read()
        else:
            self._error = TargetFailure(FailureKind.RESET, CLOSED_EARLY)

    @property
    def _is_really_over(self) -> bool:
        """Inside TLS only the target itself can end the connection: anybody may have cut it off (RFC 9112 §9.8)."""
        return self._layer is None or self._layer.is_over

    def _put(self, plain: bytes) -> None:
        if self._layer:
            self._layer.encrypt(plain)
        else:
            self._write(plain)

    def _write(self, data: bytes) -> None:
        if self._transport is None:
            return
        self._unsent += len(data)
        self._recorder.sent += len(data)
        self._transport.write(data)
        if not self._is_paused:
            self._flushed()

    def _flushed(self) -> None:
        self._unsent = 0
        if self._is_requesting:
            self._recorder.wrote()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
