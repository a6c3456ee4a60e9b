from __future__ import annotations

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from probe.model.result import Result, State
from probe.model.sample import FailureKind, Phases
from probe.runtime.telemetry import Health, Telemetry
from tests.fakes.checks import make_check

WELL = Health(is_ready=True, faults=(), pending=1, stored=2, lost=0)


def exposition(telemetry: Telemetry) -> list[str]:
    registry = CollectorRegistry()
    registry.register(telemetry)
    return generate_latest(registry).decode().splitlines()


def result(state: State, **facts: object) -> Result:
    fields = {"latency_us": 12_000, "http_status": 200, "phases": Phases(connect=1_000, wait=9_000), **facts}
    return Result(check="shop/list", location="default", scheduled_at=0, state=state, **fields)  # type: ignore[arg-type]


def test_it_exposes_the_last_result_in_base_units() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.DOWN))
    telemetry.observe(make_check(), result(State.UP, lateness_us=2_500))
    lines = exposition(telemetry)
    assert 'probe_success{api="shop",check="list"} 1.0' in lines
    assert 'probe_duration_seconds{api="shop",check="list"} 0.012' in lines
    assert 'probe_http_status_code{api="shop",check="list"} 200.0' in lines
    assert 'probe_http_duration_seconds{api="shop",check="list",phase="wait"} 0.009' in lines
    assert 'probe_lateness_seconds{api="shop",check="list"} 0.0025' in lines
    assert 'probe_runs_total{api="shop",check="list",state="down"} 1.0' in lines
    assert "probe_healthy 1.0" in lines
    assert "probe_results_stored_total 2.0" in lines


def test_an_unknown_slot_is_neither_success_nor_failure() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.UNKNOWN, failure=FailureKind.PROBER_FAULT, latency_us=None))
    lines = exposition(telemetry)
    assert not [line for line in lines if line.startswith("probe_success{")]
    assert 'probe_runs_total{api="shop",check="list",state="unknown"} 1.0' in lines


def test_a_check_that_is_gone_does_not_look_alive() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.UP))
    telemetry.retain({"shop/other"})
    assert not [line for line in exposition(telemetry) if 'check="list"' in line]


def test_a_result_that_was_under_way_when_its_check_was_removed_shows_nothing() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.UP))
    telemetry.retain(set())
    telemetry.observe(make_check(), result(State.UP))
    assert not [line for line in exposition(telemetry) if 'check="list"' in line]
    telemetry.retain({"shop/list"})
    telemetry.observe(make_check(), result(State.UP))
    assert 'probe_success{api="shop",check="list"} 1.0' in exposition(telemetry)


def test_a_fault_of_its_own_makes_it_unhealthy() -> None:
    sick = Health(is_ready=True, faults=("the store takes no results",), pending=9, stored=0, lost=3)
    lines = exposition(Telemetry(lambda: sick))
    assert "probe_healthy 0.0" in lines
    assert "probe_results_lost_total 3.0" in lines
