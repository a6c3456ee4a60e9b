"""Our phases beside those of `curl -w`, on the same servers, in turns."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from bench.figure import Figure
from bench.processes import Target, secure_target, target
from probe.cli.loop import run_async
from probe.model.check import Check, Confirm, Connection, Request, TlsPolicy
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber

RUNS: Final = 31
DELAYS: Final = (0, 5_000, 50_000)
SIZES: Final = (1_000, 1_000_000)
CLOSE: Final = 300
"""Microseconds within which two clients are said to agree; or a tenth."""

_OPTIONS: Final = ("--silent", "--noproxy", "*", "--http1.1", "--no-sessionid")
_WRITE: Final = "%{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}\\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """One request by one client, in microseconds.

    Attributes:
        wait: from when the connection was ready to the first byte of the response. When the request was written curl
            doesn't know well: it looks at the clock only once it runs again, and the server may have run before it.
    """

    connect: float
    tls: float
    wait: float
    transfer: float
    total: float


PHASES: Final = ("connect", "tls", "wait", "transfer", "total")


def against_curl() -> Iterator[Figure]:
    """A line for each server, with medians in milliseconds."""
    if not shutil.which("curl"):
        yield Figure(budget="curl", what="phases beside curl's", measured="curl is not here")
        return
    with target() as plain, secure_target() as secure:
        for server in (plain, secure):
            for delay in DELAYS:
                for size in SIZES:
                    yield _compared(server, delay, size)
    yield Figure(budget="curl", what="phases beside curl's: dns", measured="left out", reference=_about_names())


def _compared(server: Target, delay: int, size: int) -> Figure:
    ours, curls = run_async(_in_turns(f"{server.url}/after/{delay}/{size}/x", server))
    phases = [phase for phase in PHASES if phase != "tls" or server.ca_file]
    medians = [(phase, _median_of(ours, phase), _median_of(curls, phase)) for phase in phases]
    agreeing = sum(_agree(own, other) for _, own, other in medians)
    return Figure(
        budget="curl",
        what=f"phases beside curl's: {'TLS' if server.ca_file else 'plain'}, after {delay // 1000} ms, {size // 1000:,} kB",
        measured=f"{agreeing} of {len(phases)} agree",
        allowed="0.3 ms or 10 %",
        reference=", ".join(_told(*item) for item in medians),
    )


def _agree(own: float, other: float) -> bool:
    return abs(own - other) <= max(CLOSE, other / 10)


def _told(phase: str, own: float, other: float) -> str:
    """Ours in milliseconds, and how much that is more or less than curl's."""
    differs = "" if _agree(own, other) else " DIFFERS"
    return f"{phase} {own / 1000:.2f} ({(own - other) / 1000:+.2f}, {(own - other) / other:+.0%}){differs}"


async def _in_turns(url: str, server: Target) -> tuple[list[Times], list[Times]]:
    """Each as often as the other, the one that begins changing, after a round that does not count."""
    prober = HttpProber(EngineTransport(), lambda: 0)
    ours, curls = [], []
    for number in range(RUNS + 1):
        if number % 2:
            ours.append(await _own(prober, url, server))
            curls.append(await asyncio.to_thread(_curls, url, server))
        else:
            curls.append(await asyncio.to_thread(_curls, url, server))
            ours.append(await _own(prober, url, server))
    return ours[1:], curls[1:]


async def _own(prober: HttpProber, url: str, server: Target) -> Times:
    sample = await prober.measure(_check(url, server))
    assert sample.failure is None, sample.failure
    phases = sample.phases
    return Times(
        connect=phases.connect or 0,
        tls=phases.tls or 0,
        wait=(phases.send or 0) + (phases.wait or 0),
        transfer=phases.transfer or 0,
        total=sample.latency_us,
    )


def _curls(url: str, server: Target) -> Times:
    """Of its second transfer: the first one makes TLS ready, which a process that goes on does once."""
    trust = ["--cacert", str(server.ca_file)] if server.ca_file else []
    transfer = ["--output", "/dev/null", url]
    command = ["curl", *_OPTIONS, *trust, "--write-out", _WRITE, *transfer, *transfer]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[1]
    connect, secured, first, total = (float(part) * SECOND for part in told.split())
    ready = max(connect, secured)
    return Times(connect=connect, tls=ready - connect, wait=first - ready, transfer=total - first, total=total)


def _check(url: str, server: Target) -> Check:
    policy = TlsPolicy(ca_file=str(server.ca_file) if server.ca_file else None)
    request = Request(
        method="GET", url=Sensitive.plain(url), max_body=10_000_000, connection=replace(Connection(), tls=policy)
    )
    return Check(
        id="bench/check",
        api="bench",
        name="check",
        interval=60 * SECOND,
        timeout=10 * SECOND,
        confirm=Confirm(retries=0, after=0),
        request=request,
        expectations=(),
    )


def _median_of(times: Sequence[Times], phase: str) -> float:
    return median([float(getattr(item, phase)) for item in times])


def _about_names() -> str:
    """curl asks a name server of our choice only where it was built with c-ares."""
    version = subprocess.run(["curl", "--version"], check=True, capture_output=True, text=True).stdout
    return "not compared yet" if "c-ares" in version else "this curl has no --dns-servers"
