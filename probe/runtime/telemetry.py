"""The last results, and the prober's own state, as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from probe.model.check import Check
from probe.model.result import Result, State
from probe.model.sample import PHASES, TlsFacts
from probe.model.units import SECOND
from probe.runtime.health import Health

_STATES: Final = tuple(State)

_Values: TypeAlias = Iterable[tuple[str, float]]
"""Values, each with that of the gauge's own label; of a gauge without one at most a single value."""


@dataclass(slots=True)
class _Seen:
    """The last result of a check, its runs by state, and what the last TLS handshake showed."""

    check: Check
    last: Result
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

    def collect(self) -> Iterator[Metric]:
        """Prometheus's view of now."""
        yield from map(self._gauge, _GAUGES)
        yield self._runs()
        yield from _own(self._health())

    def _gauge(self, gauge: _Gauge) -> Metric:
        family = GaugeMetricFamily(gauge.name, gauge.told, labels=["api", "check", *filter(None, [gauge.label])])
        for seen in self._seen.values():
            for label, value in gauge.read(seen):
                family.add_metric([*_key(seen), label] if gauge.label else _key(seen), value)
        return family

    def _runs(self) -> Metric:
        family = CounterMetricFamily("probe_runs", "Slots by state", labels=["api", "check", "state"])
        for seen in self._seen.values():
            for state, count in seen.runs.items():
                family.add_metric([*_key(seen), state.value], count)
        return family


def _key(seen: _Seen) -> list[str]:
    return [seen.check.api, seen.check.id.partition("/")[2]]


def _own(health: Health) -> Iterator[Metric]:
    yield GaugeMetricFamily("probe_healthy", "1 while the prober itself works", value=float(not health.faults))
    yield GaugeMetricFamily("probe_results_pending", "Results not yet stored", value=health.pending)
    yield CounterMetricFamily("probe_results_stored", "Results stored since the start", value=health.stored)
    yield CounterMetricFamily("probe_results_lost", "Results lost since the start", value=health.lost)
    yield GaugeMetricFamily("probe_loop_lag_seconds", "Longest lag of the last minute", value=health.lag)
    yield CounterMetricFamily("probe_loop_stalls", "Times the event loop stood still", value=health.stalls)
    control = GaugeMetricFamily("probe_control_up", "1 when the control target answered last", labels=["target"])
    for state in health.control:
        if state.is_up is not None:
            control.add_metric([state.name], float(state.is_up))
    yield control
