"""The prober's own state for other machines: /metrics, /healthz, /readyz, and the report site beside them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from probe.model.check import Check
from probe.model.errors import ConfigurationError
from probe.model.result import Result, State
from probe.model.sample import PHASES
from probe.model.settings import Listen
from probe.model.units import SECOND

_STATES: Final = tuple(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the prober itself works.

    Attributes:
        is_ready: it has begun to measure.
        faults: what is wrong, one sentence each; none when it is well.
    """

    is_ready: bool
    faults: tuple[str, ...]
    pending: int
    stored: int
    lost: int


@dataclass(slots=True)
class _Seen:
    """The last result of a check, and its runs by state."""

    check: Check
    last: Result
    runs: dict[State, int] = field(default_factory=lambda: dict.fromkeys(_STATES, 0))


class Telemetry(Collector):
    """Keeps the last result of each check. Names follow blackbox_exporter's where they mean the same."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health
        self._seen: dict[str, _Seen] = {}
        self._wanted: set[str] | None = None

    def observe(self, check: Check, result: Result) -> None:
        """Take a result; one that was still under way when its check was removed shows nothing any more."""
        if self._wanted is not None and check.id not in self._wanted:
            return
        seen = self._seen.get(check.id)
        if seen is None:
            seen = self._seen[check.id] = _Seen(check, result)
        seen.check, seen.last = check, result
        seen.runs[result.state] += 1

    def miss(self, check: Check, result: Result, count: int) -> None:
        """Take a run of slots that were not measured; `result` is the one for each of them."""
        self.observe(check, result)
        if check.id in self._seen:
            self._seen[check.id].runs[result.state] += count - 1

    def retain(self, ids: set[str]) -> None:
        """Forget every other check: a check that is gone must not look alive."""
        self._wanted = ids
        self._seen = {key: seen for key, seen in self._seen.items() if key in ids}

    def collect(self) -> Iterator[Metric]:
        """Prometheus's view of now."""
        labels = ["api", "check"]
        success = GaugeMetricFamily(
            "probe_success",
            "1 when the last slot was up or degraded, 0 when down; absent when unknown",
            labels=labels,
        )
        duration = GaugeMetricFamily("probe_duration_seconds", "Latency of the last slot", labels=labels)
        status = GaugeMetricFamily(
            "probe_http_status_code",
            "Status of the last slot; 0 when no response came",
            labels=labels,
        )
        phases = GaugeMetricFamily("probe_http_duration_seconds", "Last slot by phase", labels=[*labels, "phase"])
        lateness = GaugeMetricFamily(
            "probe_lateness_seconds",
            "How late the last slot began: the prober's own fault",
            labels=labels,
        )
        runs = CounterMetricFamily("probe_runs", "Slots by state", labels=[*labels, "state"])
        for seen in self._seen.values():
            key = [seen.check.api, seen.check.id.partition("/")[2]]
            last = seen.last
            if last.state is not State.UNKNOWN:
                success.add_metric(key, float(last.state is not State.DOWN))
                duration.add_metric(key, (last.latency_us or 0) / SECOND)
                status.add_metric(key, last.http_status or 0)
            for name in PHASES:
                if (spent := getattr(last.phases, name)) is not None:
                    phases.add_metric([*key, name], spent / SECOND)
            lateness.add_metric(key, last.lateness_us / SECOND)
            for state, count in seen.runs.items():
                runs.add_metric([*key, state.value], count)
        yield from (success, duration, status, phases, lateness, runs)
        yield from self._own()

    def _own(self) -> Iterator[Metric]:
        health = self._health()
        yield GaugeMetricFamily("probe_healthy", "1 while the prober itself works", value=float(not health.faults))
        yield GaugeMetricFamily("probe_results_pending", "Results not yet stored", value=health.pending)
        yield CounterMetricFamily("probe_results_stored", "Results stored since the start", value=health.stored)
        yield CounterMetricFamily("probe_results_lost", "Results lost since the start", value=health.lost)


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
        self._health = health
        self._site = site
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(telemetry)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Serve until `stop`."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/", self._page)
        app.router.add_get(r"/{page:.+\.html}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    def replace(self, site: Path) -> None:
        """Serve the pages of another folder from now on."""
        self._site = site

    async def stop(self) -> None:
        """Close the port."""
        if self._runner:
            await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"content-type": CONTENT_TYPE_LATEST})

    async def _healthz(self, _: web.Request) -> web.Response:
        faults = self._health().faults
        return web.Response(status=503 if faults else 200, text="\n".join(faults or ("ok",)) + "\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        is_ready = self._health().is_ready
        return web.Response(status=200 if is_ready else 503, text="ready\n" if is_ready else "starting\n")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """A page of the site, and nothing else that may lie in its folder."""
        page = (self._site / request.match_info.get("page", "index.html")).resolve()
        if not page.is_relative_to(self._site.resolve()) or not page.is_file():
            if page.name == "index.html":
                return web.Response(status=503, text="the first report is being written; try again in a few seconds\n")
            raise web.HTTPNotFound
        return web.FileResponse(page)
