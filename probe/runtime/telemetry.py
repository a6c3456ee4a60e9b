"""The last results, and the prober's own state, as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from probe.model.check import Check
from probe.model.result import Result, State
from probe.model.sample import PHASES, TlsFacts
from probe.model.units import SECOND
from probe.runtime.alerts.metrics import alerting
from probe.runtime.exposition import head, line, pair, single
from probe.runtime.health import Health

AT_ONCE: Final = 200
"""Checks in a piece of the metrics: a millisecond or so."""

_STATES: Final = tuple(State)

_Values: TypeAlias = Iterable[tuple[str, float]]
"""Values, each with that of the gauge's own label; of a gauge without one at most a single value."""


@dataclass(slots=True)
class _Seen:
    """The last result of a check, its labels as they are printed, its runs by state, and its last TLS handshake."""

    check: Check
    last: Result
    labels: str
    runs: dict[State, int] = field(default_factory=lambda: dict.fromkeys(_STATES, 0))
    tls: TlsFacts | None = None


class _Gauge(NamedTuple):
    """A gauge with labels `api` and `check`, and perhaps one of its own."""

    name: str
    told: str
    read: Callable[[_Seen], _Values]
    label: str = ""


def _success(seen: _Seen) -> _Values:
    if seen.last.state is not State.UNKNOWN:
        yield "", float(seen.last.state is not State.DOWN)


def _duration(seen: _Seen) -> _Values:
    if seen.last.state is not State.UNKNOWN:
        yield "", (seen.last.latency_us or 0) / SECOND


def _status(seen: _Seen) -> _Values:
    if seen.last.state is not State.UNKNOWN:
        yield "", seen.last.http_status or 0


def _http_version(seen: _Seen) -> _Values:
    number = (seen.last.http_version or "").partition("/")[2]
    if number.replace(".", "").isdecimal():
        yield "", float(number)


def _phases(seen: _Seen) -> _Values:
    if seen.last.state is not State.UNKNOWN:
        for name in PHASES:
            if (spent := getattr(seen.last.phases, name)) is not None:
                yield name, spent / SECOND


def _lateness(seen: _Seen) -> _Values:
    yield "", seen.last.lateness_us / SECOND


def _certificates_end(seen: _Seen) -> _Values:
    ends = [item.not_after for item in seen.tls.chain if item.not_after is not None] if seen.tls else []
    if ends:
        yield "", min(ends) / SECOND


def _tls_version(seen: _Seen) -> _Values:
    if seen.tls and seen.tls.version:
        yield seen.tls.version.replace("TLSv", "TLS "), 1.0


_GAUGES: Final = (
    _Gauge("probe_success", "1 when the last slot was up or degraded, 0 when down; absent when unknown", _success),
    _Gauge("probe_duration_seconds", "Latency of the last slot", _duration),
    _Gauge("probe_http_status_code", "Status of the last slot; 0 when no response came", _status),
    _Gauge("probe_http_version", "HTTP version of the last slot's response", _http_version),
    _Gauge("probe_http_duration_seconds", "Last slot by phase", _phases, "phase"),
    _Gauge("probe_lateness_seconds", "How late the last slot began: the prober's own fault", _lateness),
    _Gauge("probe_ssl_earliest_cert_expiry", "When the first certificate of the chain ends", _certificates_end),
    _Gauge("probe_tls_version_info", "TLS version of the last handshake", _tls_version, "version"),
)


class Telemetry:
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
            labels = f"{pair('api', check.api)},{pair('check', check.id.partition('/')[2])}"
            seen = self._seen[check.id] = _Seen(check, result, labels)
        if result.tls or seen.check is not check:
            seen.tls = result.tls
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

    def pieces(self) -> Iterator[str]:
        """Prometheus's view of now, in pieces that are quick to make: thousands of checks at once would take a second."""
        seen = tuple(self._seen.values())
        for gauge in _GAUGES:
            yield head(gauge.name, "gauge", gauge.told)
            yield from _sliced(seen, partial(_lines, gauge))
        yield head("probe_runs_total", "counter", "Slots by state")
        yield from _sliced(seen, _runs)
        yield _own(self._health())


def _sliced(seen: Sequence[_Seen], lines: Callable[[_Seen], str]) -> Iterator[str]:
    for first in range(0, len(seen), AT_ONCE):
        yield "".join(map(lines, seen[first : first + AT_ONCE]))


def _lines(gauge: _Gauge, seen: _Seen) -> str:
    return "".join(
        line(gauge.name, f"{seen.labels},{pair(gauge.label, label)}" if gauge.label else seen.labels, value)
        for label, value in gauge.read(seen)
    )


def _runs(seen: _Seen) -> str:
    return "".join(
        line("probe_runs_total", f"{seen.labels},{pair('state', state)}", count) for state, count in seen.runs.items()
    )


def _own(health: Health) -> str:
    control = (
        line("probe_control_up", pair("target", state.name), float(state.is_up))
        for state in health.control
        if state.is_up is not None
    )
    return "".join(
        [
            single("probe_healthy", "gauge", "1 while the prober itself works", not health.faults),
            single("probe_store_up", "gauge", "1 while the store takes results", health.is_storing),
            single("probe_results_pending", "gauge", "Results in memory, not yet stored", health.pending),
            single("probe_spool_results", "gauge", "Results on disk, not yet stored", health.spooled),
            single("probe_spool_bytes", "gauge", "Size of the spool", health.spool_size),
            single("probe_results_stored_total", "counter", "Results stored since the start", health.stored),
            single("probe_results_lost_total", "counter", "Results lost since the start", health.lost),
            single("probe_loop_lag_seconds", "gauge", "Longest lag of the event loop in the last minute", health.lag),
            single(
                "probe_loop_stalls_total",
                "counter",
                "Times it stood still long enough to spoil attempts",
                health.stalls,
            ),
            head("probe_control_up", "gauge", "1 when the control target answered last"),
            *control,
            *alerting(health.alerts, is_running=health.is_alerting),
        ]
    )
