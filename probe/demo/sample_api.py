"""The bundled sample API: a shop on loopback, HTTP and HTTPS, that misbehaves on purpose."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from probe.demo.certificates import write_certificates
from probe.demo.credentials import Credentials
from probe.demo.mishaps import Mishaps, cut_off
from probe.demo.shop import Shop
from probe.model.errors import ConfigurationError
from probe.model.settings import Listen

HTTP_PORT: Final = 18080
HTTPS_PORT: Final = 18443
LONGEST_SECONDS: Final = 10.0
"""No request is worked on for longer."""

_LARGEST_BODY: Final = 64 * 1024
_GRACE_SECONDS: Final = 0.2
"""At the end: what open requests may still take, before they are cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleApi:
    """The sample API while it runs.

    Attributes:
        http_url: such as `http://127.0.0.1:18080`.
        https_url: the same shop over TLS, with a certificate that ends in five days.
        ca_file: PEM of the authority that signed it; gone once the sample API has ended.
        environment: the variables that `checks.yaml` refers to.
        requests: how many came, by path.
    """

    http_url: str
    https_url: str
    ca_file: Path
    environment: Mapping[str, str] = field(repr=False)
    requests: Counter[str]

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        host: str = "127.0.0.1",
        http_port: int = HTTP_PORT,
        https_port: int = HTTPS_PORT,
        now: datetime,
    ) -> AsyncIterator[SampleApi]:
        """Serve within the block; port 0 takes a free one. `now` decides the certificates' validity.

        Raises:
            ConfigurationError: a port can't be had.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        credentials = Credentials()
        requests = Counter[str]()
        shop = application(credentials, requests, elapsed=lambda: clock() - began)
        with (
            TemporaryDirectory(prefix="probe-demo-") as directory,
            _listener(host, http_port) as plain,
            _listener(host, https_port) as secure,
        ):
            certificates = write_certificates(Path(directory), host=host, now=now)
            async with _runner(shop) as runner:
                await web.SockSite(runner, plain).start()
                context = certificates.server_context()
                await web.SockSite(runner, secure, ssl_context=context).start()
                yield cls(
                    http_url=_url("http", host, plain),
                    https_url=_url("https", host, secure),
                    ca_file=certificates.ca_file,
                    environment=_environment(credentials, certificates.ca_file),
                    requests=requests,
                )


def application(credentials: Credentials, requests: Counter[str], *, elapsed: Callable[[], float]) -> web.Application:
    """The shop, to be served by whomever; `elapsed` gives the seconds since the start."""
    app = web.Application(middlewares=[_counting(requests), _bounded], client_max_size=_LARGEST_BODY)
    app.add_routes([*Shop(credentials).routes(), *Mishaps(elapsed).routes()])
    for resource in tuple(app.router.resources()):
        methods = sorted({route.method for route in resource} | {hdrs.METH_OPTIONS})
        app.router.add_route(hdrs.METH_OPTIONS, resource.canonical, _options(", ".join(methods)))
    return app


def _options(allowed: str) -> Handler:
    async def options(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=204, headers={hdrs.ALLOW: allowed})

    return options


def _counting(requests: Counter[str]) -> Middleware:
    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        requests[request.path] += 1
        return await handler(request)

    return count


@web.middleware
async def _bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give up on a client that neither sends nor reads."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await handler(request)
    except (TimeoutError, ConnectionError):
        return cut_off(request)


@asynccontextmanager
async def _runner(app: web.Application) -> AsyncIterator[web.AppRunner]:
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_GRACE_SECONDS)
    try:
        await runner.setup()
        yield runner
    finally:
        await runner.cleanup()


@contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise ConfigurationError(_refusal(error, host, port)) from error
    with listener:
        yield listener


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        reason = "another program listens there"
    else:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
    return f"the sample API can't use port {port} on {host} ({reason}); choose another one: probe demo --port N"


def _url(scheme: str, host: str, listener: socket.socket) -> str:
    port: int = listener.getsockname()[1]
    return f"{scheme}://{Listen(host=host, port=port)}"


def _environment(credentials: Credentials, ca_file: Path) -> dict[str, str]:
    return {
        "PROBE_DEMO_CA": str(ca_file),
        "PROBE_DEMO_TOKEN": credentials.token,
        "PROBE_DEMO_PASSWORD": credentials.password,
        "PROBE_DEMO_KEY": credentials.key,
    }
