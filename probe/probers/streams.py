"""What lies between httpcore's connection and the socket: a count of every byte, and TLS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from anyio import BrokenResourceError, EndOfStream
from anyio.abc import ByteStream

from probe.model.check import TlsPolicy
from probe.model.sample import FailureKind, TlsFacts
from probe.probers.raised import CLOSED_IN_HANDSHAKE, TargetFailure
from probe.probers.secure import SecureLayer
from probe.probers.timing import Recorder

LARGEST: Final = 16 * 1024
"""Of one read or write. The loop goes on in between, and what a target left unread is known as exactly."""


class _Layer(ByteStream):
    """A stream on another one."""

    def __init__(self, inner: ByteStream) -> None:
        self._inner = inner

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:  # anyio's type
        return self._inner.extra_attributes


class Counted(_Layer):
    """The raw connection: what passes here is what passes on the wire, TLS records included."""

    def __init__(self, inner: ByteStream, recorder: Recorder) -> None:
        super().__init__(inner)
        self._recorder = recorder

    async def receive(self, max_bytes: int = LARGEST) -> bytes:
        data = await self._inner.receive(max_bytes)
        self._recorder.received += len(data)
        return data

    async def send(self, item: bytes) -> None:
        for start in range(0, len(item), LARGEST):
            part = item[start : start + LARGEST]
            await self._inner.send(part)
            self._recorder.sent += len(part)


class Secured(_Layer):
    """A TLS connection on another stream.

    Attributes:
        layer: the TLS itself; its `verify` must have accepted the certificate before anything is sent.
    """

    def __init__(self, inner: ByteStream, policy: TlsPolicy, host: str, *, http2: bool) -> None:
        super().__init__(inner)
        self._records: list[bytes] = []
        self.layer = SecureLayer(policy, host, self._records.append, http2=http2)
        self._plain = b""

    async def handshake(self, recorder: Recorder) -> TlsFacts:
        """Shake hands, and end the phase that was begun for it; what it showed."""
        self.layer.handshake()
        await self._flush()
        while not self.layer.is_established:
            try:
                self.layer.handshake(await self._received())
            finally:
                await self._flush()
            if self.layer.is_over:
                raise _closed()
        recorder.end()
        self._plain = self.layer.decrypt(b"")
        return self.layer.facts(recorder.started_at)

    async def receive(self, max_bytes: int = LARGEST) -> bytes:
        while not self._plain:
            if self.layer.is_over:
                raise EndOfStream
            try:
                records = await self._inner.receive(LARGEST)
            except EndOfStream:
                raise BrokenResourceError from None  # cut off, by whomever: the target would have said so
            self._plain = self.layer.decrypt(records)
            await self._flush()
        taken, self._plain = self._plain[:max_bytes], self._plain[max_bytes:]
        return taken

    async def send(self, item: bytes) -> None:
        for start in range(0, len(item), LARGEST):
            self.layer.encrypt(item[start : start + LARGEST])
            await self._flush()

    async def _received(self) -> bytes:
        try:
            return await self._inner.receive(LARGEST)
        except EndOfStream:
            raise _closed() from None

    async def _flush(self) -> None:
        while self._records:
            await self._inner.send(self._records.pop(0))


def _closed() -> TargetFailure:
    return TargetFailure(FailureKind.RESET, CLOSED_IN_HANDSHAKE)
