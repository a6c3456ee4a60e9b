"""What one simulated target is like when all is well: where its time goes, and how much it sends."""

from __future__ import annotations

import random
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from probe.demo.expectations import Expectations, Limit
from probe.model.check import CheckFacts, Severity
from probe.model.units import MILLISECOND, Micros

MOST_OF_TIMEOUT: Final = 0.9
"""An answer, however late, comes within this part of the timeout."""

REGRESSION: Final = 1.5
_SLOW: Final = 1.7
_HANDSHAKE_SENT: Final = 520
_HANDSHAKE_RECEIVED: Final = 1750


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The typical run of a check; durations in microseconds, `None` for a phase that never happens.

    Attributes:
        slow: what a slow spell multiplies the wait by: degraded, not down, where the check can tell.
        most: the longest latency of an answer.
    """

    address: str
    dns: Micros | None
    connect: Micros
    tls: Micros | None
    send: Micros
    wait: Micros
    transfer: Micros
    slow: float
    most: Micros
    request_bytes: int
    handshake_sent: int
    handshake_received: int
    response_bytes: int


def target(check: CheckFacts, expectations: Expectations, chance: random.Random) -> Target:
    """A target that meets the check's expectations on an ordinary day."""
    secure = check.url.startswith("https:")
    host, port = _place(check.url, 443 if secure else 80)
    named = not _is_address(host)
    limits = [limit for limit in expectations.limits if limit.phase is None]
    total = _latency(check, limits, chance)
    network = chance.uniform(0.12, 0.25) * total / (1 + named + 3 * secure)
    transfer = round(chance.uniform(0.03, 0.15) * total)
    dns = _within(expectations, "dns", network) if named else None
    connect = _within(expectations, "connect", network)
    tls = _within(expectations, "tls", 3 * network) if secure else None
    rest = round(total) - transfer - (dns or 0) - connect - (tls or 0)
    wait = max(1, _within(expectations, "wait", rest))
    return Target(
        address=f"192.0.2.{chance.randint(10, 250)}:{port}" if named else f"{host}:{port}",
        dns=dns,
        connect=connect,
        tls=tls,
        send=chance.randint(40, 140),
        wait=wait,
        transfer=_within(expectations, "transfer", transfer),
        slow=_slow(total, wait, limits),
        most=round(MOST_OF_TIMEOUT * check.timeout),
        request_bytes=130 + len(check.url),
        handshake_sent=_HANDSHAKE_SENT if secure else 0,
        handshake_received=_HANDSHAKE_RECEIVED if secure else 0,
        response_bytes=chance.randint(500, 5000),
    )


def _place(url: str, default_port: int) -> tuple[str, int]:
    """Host and port; a URL as shown may hold a mask where either would be."""
    parts = urlsplit(url)
    try:
        return parts.hostname or "example.com", parts.port or default_port
    except ValueError:
        return "example.com", default_port


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _latency(check: CheckFacts, limits: list[Limit], chance: random.Random) -> float:
    """Well below every limit, so that an ordinary peak stays within."""
    bounds = [limit.most * chance.uniform(0.28, 0.4) for limit in limits]
    free = chance.uniform(35, 220) * MILLISECOND
    return min(*bounds, check.timeout / 10) if bounds else min(free, check.timeout / 10)


def _within(expectations: Expectations, phase: str, typical: float) -> Micros:
    bounds = [limit.most * 0.4 for limit in expectations.limits if limit.phase == phase]
    return round(min(typical, *bounds)) if bounds else round(typical)


def _slow(total: float, wait: float, limits: list[Limit]) -> float:
    """Past the warnings, if only just, and short of what makes it down."""
    hard = [limit.most for limit in limits if limit.severity is Severity.FAIL]
    warned = [limit.most for limit in limits if limit.severity is Severity.WARN]
    latency = 1.15 * min(warned) if warned else _SLOW * total
    if hard:
        latency = min(latency, 0.8 * min(hard))
    return (latency - total + wait) / wait
