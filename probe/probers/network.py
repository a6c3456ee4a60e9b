"""The network below httpcore: resolves, vets, connects, and counts and times every byte."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import anyio
import httpcore
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream
from httpcore import SOCKET_OPTION

from probe.probers.resolve import resolve
from probe.probers.timing import Recorder
from probe.probers.tls import facts

_LARGEST_READ: Final = 64 * 1024


class MeasuringBackend(httpcore.AsyncNetworkBackend):
    """Opens one connection and reports to a recorder. Time-outs are the prober's: one deadline over all."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first vetted address that accepts.

        Raises:
            OSError: the last address's reason, or the resolver's.
            AddressBlocked: no address may be connected to.
        """
        recorder = self._recorder
        recorder.begin("dns")
        addresses = await resolve(host, port)
        recorder.end()
        recorder.begin("connect")
        stream = await _connect_first(addresses, port)
        recorder.end()
        recorder.address = _format_address(*stream.extra(SocketAttribute.remote_address))
        return _Stream(_Counted(stream, recorder), recorder)


async def _connect_first(addresses: list[str], port: int) -> ByteStream:
    for address in addresses[:-1]:
        try:
            return await anyio.connect_tcp(address, port)
        except OSError:
            continue
    return await anyio.connect_tcp(addresses[-1], port)


def _format_address(host: str, port: int, *_: object) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class _Counted(ByteStream):
    """The raw connection: what passes here is what passes on the wire, TLS records included."""

    def __init__(self, inner: ByteStream, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    async def receive(self, max_bytes: int = _LARGEST_READ) -> bytes:
        data = await self._inner.receive(max_bytes)
        self._recorder.received += len(data)
        return data

    async def send(self, item: bytes) -> None:
        await self._inner.send(item)
        self._recorder.sent += len(item)

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:  # anyio's type
        return self._inner.extra_attributes


class _Stream(httpcore.AsyncNetworkStream):
    """What httpcore reads and writes: plain text, timed."""

    def __init__(self, stream: ByteStream, recorder: Recorder) -> None:
        self._stream = stream
        self._recorder = recorder

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        self._recorder.read()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self._recorder.writes()
            await self._stream.send(buffer)
            self._recorder.wrote()

    async def aclose(self) -> None:
        await anyio.aclose_forcefully(self._stream)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self._recorder.begin("tls")
        try:
            stream = await TLSStream.wrap(
                self._stream,
                ssl_context=ssl_context,
                hostname=server_hostname,
                server_side=False,
                standard_compatible=False,
            )
        except BaseException:
            await self.aclose()
            raise
        self._recorder.end()
        self._recorder.tls = facts(stream.extra(TLSAttribute.ssl_object))
        return _Stream(stream, self._recorder)

    def get_extra_info(self, info: str) -> object:
        return self._stream.extra(TLSAttribute.ssl_object, None) if info == "ssl_object" else None
