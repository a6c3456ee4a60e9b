"""Stock httpcore behind the seam: what the engine is held against in tests, for both must say the same of every target."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import httpcore
import httpx

from probe.model.check import Connection
from probe.model.sample import FailureKind
from probe.probers.dns import Resolver
from probe.probers.failures import TargetFailure
from probe.probers.network import MeasuringBackend
from probe.probers.resolve import LookUp
from probe.probers.seam import CONNECTION, RECORDER
from probe.probers.timing import Recorder
from probe.probers.tls import context

_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class StockTransport(httpx.AsyncBaseTransport):
    """One new httpcore connection a request, over our own network backend.

    Raises what httpcore, the socket and ssl raise; `failures.classify` knows them.
    """

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up or Resolver().addresses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorder: Recorder = request.extensions[RECORDER]
        policy: Connection = request.extensions[CONNECTION]
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        connection = httpcore.AsyncHTTPConnection(
            url.origin,
            ssl_context=context(policy.tls) if url.scheme == b"https" else None,
            network_backend=MeasuringBackend(recorder, policy.dns, policy.addresses, self._look_up),
        )
        try:
            response = await connection.handle_async_request(
                httpcore.Request(
                    request.method.encode("ascii"),
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                )
            )
        except BaseException:
            await connection.aclose()
            raise
        if any(_CONTROL.search(value) for _, value in response.headers):
            await connection.aclose()
            raise TargetFailure(
                FailureKind.PROTOCOL, "the response is not valid HTTP: a header has a control character"
            )
        recorder.http_version = response.extensions.get("http_version", b"").decode("ascii", "replace") or None
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, connection),
            request=request,
        )


class _Body(httpx.AsyncByteStream):
    """The response's raw body; closing it closes the connection."""

    def __init__(self, response: httpcore.Response, connection: httpcore.AsyncHTTPConnection) -> None:
        self._response = response
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
        finally:
            await self._connection.aclose()
