"""What holds for every simulated past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.demo.history import simulate
from probe.model.check import CheckFacts, Confirm, Severity
from probe.model.result import Result, State, Verdict
from probe.model.units import DAY, MILLISECOND, MINUTE, Micros

START = 20_000 * DAY
TEXTS = (
    "status == 200",
    "status < 400",
    "status in [200, 204]",
    "header content-type contains json",
    "json $.id exists",
    "body contains OK",
    "body.size < 64KiB",
    "latency < 500ms",
    "latency <= 90ms",
    "phase.wait < 50ms",
    "phase.tls < 100ms",
    "certificate.expires_in > 14d",
)
URLS = (
    "http://127.0.0.1:18080/orders",
    "https://shop.example.com/orders?limit=1",
    "https://[::1]:18443/",
    "http://shop.example.com:${env:PORT}/",
)


@st.composite
def facts(draw: st.DrawFn) -> CheckFacts:
    api, name = draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["x", "y", "z"]))
    return CheckFacts(
        id=f"{api}/{name}",
        api=api,
        name=name,
        method="GET",
        url=draw(st.sampled_from(URLS)),
        interval=draw(st.integers(1, 30)) * MINUTE,
        timeout=draw(st.integers(100, 60_000)) * MILLISECOND,
        confirm=Confirm(retries=draw(st.integers(0, 3)), after=0),
        expectations=tuple(draw(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(Severity)), max_size=4))),
        verifies_tls=draw(st.booleans()),
    )


checks = st.lists(facts(), max_size=4, unique_by=lambda check: check.id)
lengths = st.integers(0, 3 * DAY)
seeds = st.integers(0, 2**32)


def past(found: list[CheckFacts], length: Micros, seed: int) -> list[Result]:
    return list(
        simulate(
            found,
            definitions={check.id: "d" for check in found},
            slots=grid,
            start=START,
            end=START + length,
            location="x",
            seed=seed,
        )
    )


def grid(check: CheckFacts, start: Micros, end: Micros) -> Iterable[Micros]:
    return range(start + len(check.url), end, check.interval)


@settings(deadline=None, max_examples=60)
@given(checks, lengths, seeds)
def test_one_result_for_each_slot_ascending_over_all_checks(found: list[CheckFacts], length: Micros, seed: int) -> None:
    results = past(found, length, seed)
    wanted = [(at, check.id) for check in found for at in grid(check, START, START + length)]
    moments = [result.scheduled_at for result in results]
    assert moments == sorted(moments)
    assert sorted((result.scheduled_at, result.check) for result in results) == sorted(wanted)


@settings(deadline=None, max_examples=60)
@given(checks, lengths, seeds)
def test_each_result_is_consistent_in_itself(found: list[CheckFacts], length: Micros, seed: int) -> None:
    retries = {check.id: check.confirm.retries for check in found}
    timeouts = {check.id: check.timeout for check in found}
    for result in past(found, length, seed):
        spent = [value for value in astuple(result.phases) if value is not None]
        assert all(value >= 0 for value in spent)
        assert sum(spent) == (result.latency_us or 0) <= timeouts[result.check]
        assert 0 <= result.attempts <= 1 + max(1, retries[result.check])
        assert min(result.bytes_sent, result.bytes_received, result.lateness_us) >= 0
        assert (result.failure is None) == (result.state in (State.UP, State.DEGRADED))
        assert (result.detail is None) == (result.state is State.UP)
        assert result.state is _state_by(result)


@settings(deadline=None, max_examples=30)
@given(checks, lengths, seeds)
def test_the_same_seed_gives_the_same_past(found: list[CheckFacts], length: Micros, seed: int) -> None:
    assert past(found, length, seed) == past(found, length, seed)


@settings(deadline=None, max_examples=30)
@given(facts(), seeds)
def test_another_seed_gives_another_past(check: CheckFacts, seed: int) -> None:
    assert past([check], DAY, seed) != past([check], DAY, seed + 1)


def _state_by(result: Result) -> State:
    """The state that failure and outcomes allow, told independently of how it was made."""
    verdicts = {outcome.verdict for outcome in result.outcomes}
    if result.attempts == 0:
        return State.UNKNOWN
    if result.http_status is None or Verdict.FAILED in verdicts:
        return State.DOWN
    return State.DEGRADED if Verdict.WARNED in verdicts else State.UP
