"""What the daemon serves: /metrics, /healthz, /readyz, and the report site beside them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiohttp import web

from probe.model.errors import ConfigurationError
from probe.model.settings import Listen
from probe.runtime.exposition import CONTENT_TYPE
from probe.runtime.health import Health
from probe.runtime.telemetry import Telemetry

MOST_CONNECTIONS: Final = 200
"""At the same time; each is a file that measuring can't open."""

IDLE_SECONDS: Final = 75.0
"""A connection on which nothing is asked for so long is closed; longer than Prometheus pauses between two scrapes."""

STOP_SECONDS: Final = 2.0
"""How long an answer that is under way may hold up the end."""


def bind(listen: Listen) -> socket.socket:
    """A listening socket, taken before anything is started.

    Raises:
        ConfigurationError: the port is busy, or the address not this machine's.
    """
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    taken = socket.socket(family)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((listen.host, listen.port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise ConfigurationError(f"listen: {listen} {_why(error)}") from None
    taken.setblocking(False)
    return taken


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "is in use by another program; stop it, or name another port"
    if error.errno == errno.EACCES:
        return "is not allowed for this user; name a port above 1023"
    return (
        f"can't be listened on: {os.strerror(error.errno) if error.errno else error}; name an address of this machine"
    )


class Listener:
    """The HTTP server of the daemon."""

    def __init__(self, taken: socket.socket, telemetry: Telemetry, health: Callable[[], Health], site: Path) -> None:
        self._socket = taken
        self._telemetry = telemetry
        self._health = health
        self._site = site
        self._runner: web.AppRunner | None = None
        self._accepting: asyncio.Server | None = None

    async def start(self) -> None:
        """Serve until `stop`."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/", self._page)
        app.router.add_get(r"/{page:.+\.html}", self._page)
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=IDLE_SECONDS, shutdown_timeout=STOP_SECONDS
        )
        await self._runner.setup()
        self._accepting = await asyncio.get_running_loop().create_server(self._accept, sock=self._socket)

    def replace(self, site: Path) -> None:
        """Serve the pages of another folder from now on."""
        self._site = site

    async def stop(self) -> None:
        """Close the port."""
        if self._accepting:
            self._accepting.close()
        if self._runner:
            await self._runner.cleanup()

    def _accept(self) -> asyncio.BaseProtocol:
        """A connection's other end. Where there are too many, the oldest goes: nobody can lock out the others."""
        server = self._runner.server if self._runner else None
        if server is None:
            raise RuntimeError("no connection comes before the start")
        standing = [connection for connection in server.connections if connection.transport]
        if len(standing) >= MOST_CONNECTIONS:
            standing[0].force_close()
        return server()

    async def _metrics(self, _: web.Request) -> web.Response:
        """Between two pieces the loop goes on: being watched must not spoil what is measured."""
        pieces = []
        for piece in self._telemetry.pieces():
            pieces.append(piece)
            await asyncio.sleep(0)
        return web.Response(body="".join(pieces).encode(), headers={"content-type": CONTENT_TYPE})

    async def _healthz(self, _: web.Request) -> web.Response:
        faults = self._health().faults
        return web.Response(status=503 if faults else 200, text="\n".join(faults or ("ok",)) + "\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        is_ready = self._health().is_ready
        return web.Response(status=200 if is_ready else 503, text="ready\n" if is_ready else "starting\n")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """A page of the site, and nothing else that may lie in its folder."""
        name = request.match_info.get("page", "index.html")
        if page := self._file(name):
            return web.FileResponse(page)
        if name == "index.html":
            return web.Response(status=503, text="the first report is being written; try again in a few seconds\n")
        raise web.HTTPNotFound

    def _file(self, name: str) -> Path | None:
        with suppress(OSError, ValueError):  # a name too long, or with a NUL in it
            page = (self._site / name).resolve()
            if page.is_relative_to(self._site.resolve()) and page.is_file():
                return page
        return None
