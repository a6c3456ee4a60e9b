"""One request and its response on one connection: an `asyncio.Protocol` that counts and times every byte."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final, cast

import httptools

from probe.model.sample import FailureKind
from probe.probers.failures import TargetFailure
from probe.probers.secure import SecureLayer
from probe.probers.timing import Recorder
from probe.probers.tls import facts

LONGEST_HEAD: Final = 100 * 1024
"""Bytes of a response before its body, informational responses included."""

_LARGEST_WRITE: Final = 16 * 1024
_FRAMING: Final = (b"content-length", b"transfer-encoding")
_CLOSED_EARLY: Final = "the target closed the connection before the response was complete"
_CLOSED_IN_HANDSHAKE: Final = "the target closed the connection during the TLS handshake"
_NOT_HTTP: Final = "the response is not valid HTTP"


class Exchange(asyncio.Protocol):
    """Driven from two sides: the loop feeds it, and one coroutine waits for its steps in order.

    `secure` (over TLS), `send`, `head`, then `parts` until it is empty, `close` in any case. Each waits until its step is done or has
    failed, and raises what went wrong.

    Attributes:
        status, headers: of the response, once `head` is through.
    """

    def __init__(self, recorder: Recorder, *, has_body: bool) -> None:
        self._recorder = recorder
        self._has_body = has_body
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)  # as RFC 9112 §2.2 allows
        self._transport: asyncio.Transport | None = None
        self._layer: SecureLayer | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        self._parts: list[bytes] = []
        self._unsent = 0
        self._head_size = 0
        self._is_sending = self._is_paused = self._is_framed = False
        self._has_head = self._is_complete = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    # What the coroutine calls.

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Make the connection a TLS one."""
        self._recorder.begin("tls")
        self._layer = SecureLayer(context, host, self._write)
        self._layer.handshake()
        while not self._layer.is_established:
            await self._wait()
        self._recorder.tls = facts(self._layer.connection)

    async def send(self, request: bytes) -> None:
        """Write the request; a target that answers before it was read to its end has answered."""
        self._is_sending = True
        for start in range(0, len(request), _LARGEST_WRITE):
            while (self._is_paused or self._error) and not self._has_head:
                await self._wait()
            if self._has_head:
                return
            self._recorder.writes()
            self._put(request[start : start + _LARGEST_WRITE])

    async def head(self) -> None:
        """Wait for status and headers."""
        while not self._has_head:
            await self._wait()

    async def parts(self) -> list[bytes]:
        """What has come of the body since the last call; empty at its end."""
        while not self._parts and not self._is_complete:
            await self._wait()
        parts, self._parts = self._parts, []
        return parts

    def close(self) -> None:
        """Give the connection back, politely when all was said, at once otherwise."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._recorder.sent -= min(self._unsent, transport.get_write_buffer_size())
        self._unsent = 0  # counted; the connection's end must not count it again
        if self._is_complete and not self._is_paused:
            transport.close()
        else:
            transport.abort()

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._recorder.end()
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        self._recorder.received += len(data)
        try:
            self._take(data)
        except Exception as error:  # noqa: BLE001  # the coroutine that waits must hear of it
            self._error = error
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._recorder.sent -= self._unsent
        self._unsent = 0
        if not self._is_complete and self._error is None:
            self._end(error)
        self._wake()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._flushed()
        self._wake()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An informational response may have come before this one."""
        if not self._has_head:
            self.headers = []
            self._is_framed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:  # a trailer
            return
        self.headers.append((name, value))
        if name.lower() in _FRAMING:
            self._is_framed = True

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status >= 200:
            self._has_head = True
            self._is_complete = not self._has_body
            self._recorder.http_version = f"HTTP/{self._parser.get_http_version()}"

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        self._is_complete = self._has_head

    # Between them.

    def _take(self, data: bytes) -> None:
        if self._layer:
            data = self._decrypted(self._layer, data)
        if data and not self._is_complete:
            self._read(data)
        if self._layer and self._layer.is_over and not self._is_complete:
            self._end(None)

    def _read(self, data: bytes) -> None:
        self._recorder.read()
        if not self._has_head:
            self._head_size += len(data)
        self._parse(data)
        if not self._has_head and self._head_size > LONGEST_HEAD:
            raise TargetFailure(FailureKind.TOO_LARGE, "the head of the response is longer than 100 KiB")

    def _decrypted(self, layer: SecureLayer, records: bytes) -> bytes:
        if layer.is_established:
            return layer.decrypt(records)
        if not layer.handshake(records):
            return b""
        self._recorder.end()
        return layer.decrypt(b"")

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise TargetFailure(FailureKind.PROTOCOL, f"{_NOT_HTTP}: it switches protocols") from None
        except httptools.HttpParserError:
            if not self._is_complete:
                raise TargetFailure(FailureKind.PROTOCOL, _NOT_HTTP) from None

    def _end(self, error: Exception | None) -> None:
        """The connection is over before the response was known to be."""
        if error:
            self._error = error
        elif self._layer and not self._layer.is_established:
            self._error = TargetFailure(FailureKind.RESET, _CLOSED_IN_HANDSHAKE)
        elif self._has_head and not self._is_framed:
            self._recorder.read()
            self._is_complete = True
        else:
            self._error = TargetFailure(FailureKind.RESET, _CLOSED_EARLY)

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
        if self._is_sending:
            self._recorder.wrote()

    async def _wait(self) -> None:
        if self._error:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
