from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from probe.model.result import Result, State
from probe.model.sample import CertificateFacts, FailureKind, Phases, TlsFacts
from probe.model.units import SECOND
from probe.runtime.control import ControlState
from probe.runtime.health import Health
from probe.runtime.telemetry import AT_ONCE, Telemetry
from tests.fakes.checks import make_check

WELL = Health(is_ready=True, faults=(), pending=1, stored=2, lost=0)


def exposition(telemetry: Telemetry) -> list[str]:
    return "".join(telemetry.pieces()).splitlines()


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


def seconds(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def handshake(*years: int) -> TlsFacts:
    chain = tuple(CertificateFacts(not_after=seconds(year) * SECOND) for year in years)
    return TlsFacts(version="TLSv1.3", cipher=None, chain=chain)


def test_it_exposes_the_connection_under_the_names_that_dashboards_know() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.UP, http_version="HTTP/1.1", tls=handshake(2030, 2027)))
    lines = exposition(telemetry)
    assert 'probe_http_version{api="shop",check="list"} 1.1' in lines
    assert f'probe_ssl_earliest_cert_expiry{{api="shop",check="list"}} {seconds(2027)}.0' in lines
    assert 'probe_tls_version_info{api="shop",check="list",version="TLS 1.3"} 1.0' in lines


def test_what_the_last_handshake_showed_stays_while_none_comes() -> None:
    telemetry = Telemetry(lambda: WELL)
    check = make_check()
    telemetry.observe(check, result(State.UP, tls=handshake(2027)))
    telemetry.observe(check, result(State.UNKNOWN, failure=FailureKind.MISSED))
    assert "probe_ssl_earliest_cert_expiry{" in "\n".join(exposition(telemetry))
    telemetry.observe(make_check(), result(State.UP))
    assert "probe_ssl_earliest_cert_expiry{" not in "\n".join(exposition(telemetry))


def test_a_spoilt_attempt_shows_no_timings() -> None:
    telemetry = Telemetry(lambda: WELL)
    telemetry.observe(make_check(), result(State.UNKNOWN, failure=FailureKind.PROBER_FAULT))
    text = "\n".join(exposition(telemetry))
    assert "probe_http_duration_seconds{" not in text
    assert "probe_duration_seconds{" not in text


def test_lag_and_control_targets_are_shown() -> None:
    control = (ControlState("a.example", True), ControlState("b.example:8443", False), ControlState("c.example", None))
    lines = exposition(Telemetry(lambda: replace(WELL, lag=1.25, stalls=3, control=control)))
    assert "probe_loop_lag_seconds 1.25" in lines
    assert "probe_loop_stalls_total 3.0" in lines
    assert [line for line in lines if line.startswith("probe_control_up{")] == [
        'probe_control_up{target="a.example"} 1.0',
        'probe_control_up{target="b.example:8443"} 0.0',
    ]


def test_prometheus_reads_it() -> None:
    telemetry = Telemetry(lambda: replace(WELL, control=(ControlState('${env:A}"\\\n', True),)))
    for number in range(450):
        seen = result(State.UP, lateness_us=number, http_version="HTTP/2", tls=handshake(2027))
        telemetry.observe(make_check(f"shop/c{number}"), replace(seen, check=f"shop/c{number}"))
    families = {family.name: family for family in text_string_to_metric_families("".join(telemetry.pieces()))}
    assert all(family.type in ("gauge", "counter") and family.documentation for family in families.values())
    lateness = {sample.labels["check"]: sample.value for sample in families["probe_lateness_seconds"].samples}
    assert lateness == {f"c{number}": number / 1_000_000 for number in range(450)}
    assert len(families["probe_runs"].samples) == 450 * len(State)
    assert [sample.labels for sample in families["probe_control_up"].samples] == [{"target": '${env:A}"\\\n'}]


def test_no_piece_is_of_more_than_some_checks() -> None:
    telemetry = Telemetry(lambda: WELL)
    for number in range(1_000):
        telemetry.observe(make_check(f"shop/c{number}"), result(State.UP))
    assert max(piece.count("\n") for piece in telemetry.pieces()) <= 6 * AT_ONCE
