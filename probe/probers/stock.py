"""httpx's own engine, httpcore, behind the seam: for HTTP/2 and proxies. In tests the other engine is held against it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import Final, TypeAlias

import httpcore
import httpx
from h2.config import H2Configuration

from probe.model.check import Connection
from probe.model.sample import FailureKind
from probe.probers.connecting import vet_address
from probe.probers.dns import Resolver
from probe.probers.heads import check_head, not_http
from probe.probers.network import MeasuringBackend
from probe.probers.raised import TargetFailure
from probe.probers.resolve import LookUp
from probe.probers.seam import connection_of, recorder_of
from probe.probers.tls import context

_PROXY_AUTHENTICATION_REQUIRED: Final = 407
_NO_CONTEXT: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""httpcore wants one, and hands it to the network backend, which has its own."""

httpcore.AsyncHTTP2Connection.CONFIG = H2Configuration(validate_inbound_headers=True)
"""By itself httpcore takes a response without a status for 200."""

_Carrier: TypeAlias = httpcore.AsyncHTTPConnection | httpcore.AsyncHTTPProxy


class StockTransport(httpx.AsyncBaseTransport):
    """One new httpcore connection a request, over our own network backend.

    Raises what httpcore, the socket and OpenSSL raise; `failures.classify` knows them.
    """

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up or Resolver().addresses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorder, connection = recorder_of(request), connection_of(request)
        proxy = httpx.URL(connection.proxy.reveal()) if connection.proxy else None
        if proxy:
            vet_address(request.url.raw_host.decode("ascii"), connection)
        network = MeasuringBackend(
            recorder,
            connection,
            self._look_up,
            is_secure=request.url.scheme == "https",
            is_proxy_secure=proxy.scheme == "https" if proxy else None,
        )
        if request.url.scheme == "https":
            context(connection.tls, http2=connection.http2)  # made before anything is timed
        carrier = _through(proxy, network, connection) if proxy else _straight(request, network, connection)
        try:
            response = await _answer(carrier, request, network)
        except BaseException:
            await carrier.aclose()
            raise
        version: bytes = response.extensions.get("http_version", b"")
        recorder.http_version = version.decode("ascii", "replace") or None
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, carrier, network),
            request=request,
            extensions={"http_version": version},
        )


class _Body(httpx.AsyncByteStream):
    """The response's raw body; closing it closes the connection."""

    def __init__(self, response: httpcore.Response, carrier: _Carrier, network: MeasuringBackend) -> None:
        self._response = response
        self._carrier = carrier
        self._network = network

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            self._network.passed_on(len(part))
            yield part

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
        finally:
            await self._carrier.aclose()


async def _answer(carrier: _Carrier, request: httpx.Request, network: MeasuringBackend) -> httpcore.Response:
    """The response's head, if it is one, and the target's."""
    try:
        response = await carrier.handle_async_request(_converted(request, network))
    except ValueError as error:
        if network.recorder.current() not in ("wait", "transfer"):
            raise
        raise not_http("its status is no number") from error
    check_head(response.status, response.headers)
    if network.has_proxy and request.url.scheme == "http" and response.status == _PROXY_AUTHENTICATION_REQUIRED:
        raise TargetFailure(FailureKind.PROXY, "the proxy wants other credentials: it answers 407")
    return response


def _straight(request: httpx.Request, network: MeasuringBackend, connection: Connection) -> _Carrier:
    """To the target itself. Without TLS nothing is negotiated: it must know HTTP/2 if that is asked for."""
    return httpcore.AsyncHTTPConnection(
        _url(request).origin,
        ssl_context=_NO_CONTEXT,
        http1=not connection.http2 or request.url.scheme == "https",
        http2=connection.http2,
        uds=connection.unix_socket,
        network_backend=network,
    )


def _through(proxy: httpx.URL, network: MeasuringBackend, connection: Connection) -> _Carrier:
    return httpcore.AsyncHTTPProxy(
        httpcore.URL(scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=b"/"),
        proxy_auth=(proxy.username.encode(), proxy.password.encode()) if proxy.userinfo else None,
        ssl_context=_NO_CONTEXT,
        proxy_ssl_context=_NO_CONTEXT if proxy.scheme == "https" else None,
        http2=connection.http2,
        network_backend=network,
    )


def _converted(request: httpx.Request, network: MeasuringBackend) -> httpcore.Request:
    return httpcore.Request(
        request.method.encode("ascii"),
        _url(request),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"trace": network.trace} if network.is_traced else {},
    )


def _url(request: httpx.Request) -> httpcore.URL:
    url = request.url
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
