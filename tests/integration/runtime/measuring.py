"""Slots measured for real: engine, clock, lag and control targets as in the daemon, without a store."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from probe.config.expressions import parse_expectation
from probe.model.check import AddressPolicy, Check
from probe.model.result import Result
from probe.model.settings import Control
from probe.model.units import MILLISECOND, Micros
from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber
from probe.runtime.clock import SystemClock
from probe.runtime.control import ControlTargets
from probe.runtime.cycle import Cycle
from probe.runtime.doubt import SelfDoubt
from probe.runtime.lag import LagMeter
from probe.runtime.scheduler import Gap
from probe.runtime.turns import Turns
from tests.fakes.checks import make_check

PATIENCE = 20.0
OK = (parse_expectation("status == 200"),)


class World:
    """A cycle, and what it handed on."""

    def __init__(self, *, most_per_host: int, pause: float) -> None:
        self.clock = SystemClock()
        self.prober = HttpProber(EngineTransport(), self.clock.now, contact="https://ops.example/probe")
        self.lag = LagMeter(self.clock)
        self.control = ControlTargets(self.clock, self.prober, pause=pause)
        self.results: list[Result] = []
        self.gaps: list[Gap] = []
        self.cycle = Cycle(
            self.clock,
            self.prober,
            Turns(most=1_000, most_per_host=most_per_host),
            SelfDoubt(self.clock, self.lag, self.control),
            location="default",
            deliver=lambda result, _: self.results.append(result),
            missed=self.gaps.append,
        )

    async def run(self, *checks: Check) -> list[Result]:
        """One slot of each check, begun now."""
        del self.results[:]
        for check in checks:
            self.cycle.start(check, self.clock.now())
        await self.cycle.finish(within=PATIENCE)
        return self.results


@asynccontextmanager
async def world(
    *, control: Control | None = None, most_per_host: int = 100, pause: float = 0.05
) -> AsyncIterator[World]:
    made = World(most_per_host=most_per_host, pause=pause)
    made.lag.start()
    made.control.replace(control, AddressPolicy())
    try:
        yield made
    finally:
        made.lag.stop()
        await made.control.stop()


def block(seconds: float, *, after: float) -> None:
    """Make the running loop stand still."""
    asyncio.get_running_loop().call_later(after, time.sleep, seconds)


@contextmanager
def elsewhere(delay: float) -> Iterator[str]:
    """A server in threads of its own, which answers in time whatever our loop does. Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(delay)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asking(url: str, id_: str = "shop/list", *, timeout: Micros = 3_000 * MILLISECOND, retries: int = 0) -> Check:
    return make_check(id_, url=url, timeout=timeout, retries=retries, after=20 * MILLISECOND, expectations=OK)
