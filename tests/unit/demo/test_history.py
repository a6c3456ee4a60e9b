"""A simulated past: what a report about it must be able to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from statistics import median

import pytest

from probe.demo.episodes import Cause
from probe.demo.expectations import Expectations
from probe.demo.history import simulate
from probe.demo.runs import Runs, Shape
from probe.model.check import CheckFacts, Confirm, Severity
from probe.model.result import Result, State, Verdict
from probe.model.sample import NO_PHASES, FailureKind
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Micros

END = 20_000 * DAY
START = END - 90 * DAY
ORDINARY = Shape(wait=1.0, network=1.0, bytes=1.0, lateness=400)

LIST = CheckFacts(
    id="orders/list",
    api="orders",
    name="list",
    method="GET",
    url="https://shop.example.com/orders?limit=1",
    interval=5 * MINUTE,
    timeout=10 * SECOND,
    confirm=Confirm(retries=2, after=0),
    expectations=(
        ("status == 200", Severity.FAIL),
        ("header content-type contains json", Severity.FAIL),
        ("json $.items[0].id exists", Severity.FAIL),
        ("latency < 500ms", Severity.FAIL),
        ("latency < 300ms", Severity.WARN),
    ),
)
CHECKS = (
    LIST,
    replace(LIST, id="orders/search"),
    replace(LIST, id="catalog/products", api="catalog", url="http://127.0.0.1:18080/products"),
    replace(LIST, id="accounts/profile", api="accounts"),
    replace(LIST, id="payments/bank", api="payments"),
)


def slots(check: CheckFacts, start: Micros, end: Micros) -> Iterable[Micros]:
    return range(start + len(check.id) * SECOND, end, check.interval)


@pytest.fixture(scope="module")
def quarter() -> list[Result]:
    return list(
        simulate(
            CHECKS,
            definitions={check.id: f"of {check.id}" for check in CHECKS},
            slots=slots,
            start=START,
            end=END,
            location="berlin",
            seed=7,
        )
    )


def runs(check: CheckFacts = LIST) -> Runs:
    return Runs(check, definition="d", location="berlin", seed=7)


def test_most_is_up_and_everything_else_occurs(quarter: list[Result]) -> None:
    states = Counter(result.state for result in quarter)
    assert states[State.UP] > 0.95 * len(quarter)
    assert set(states) == set(State)


def test_outages_have_several_causes(quarter: list[Result]) -> None:
    kinds = {result.failure for result in quarter if result.state is State.DOWN}
    assert {FailureKind.ASSERTION, FailureKind.TIMEOUT} < kinds


def test_checks_of_one_api_fail_together(quarter: list[Result]) -> None:
    down = [
        {result.scheduled_at // HOUR for result in quarter if result.check == check and result.state is State.DOWN}
        for check in ("orders/list", "orders/search")
    ]
    assert len(down[0] & down[1]) >= 0.5 * len(down[0] | down[1])


def test_probe_stands_still_for_all_checks_at_once(quarter: list[Result]) -> None:
    hours = {
        check.id: {
            result.scheduled_at // HOUR
            for result in quarter
            if result.check == check.id and result.failure is FailureKind.NOT_RUNNING
        }
        for check in CHECKS
    }
    assert hours["orders/list"]
    assert all(found == hours["orders/list"] for found in hours.values())


def test_afternoons_are_slower_than_nights(quarter: list[Result]) -> None:
    def typical(hour: int) -> float:
        return median(
            result.latency_us or 0
            for result in quarter
            if result.check == LIST.id and result.state is State.UP and result.scheduled_at % DAY // HOUR == hour
        )

    assert typical(14) > 1.1 * typical(2)


def test_every_result_carries_its_definition_and_location(quarter: list[Result]) -> None:
    assert {(result.check, result.definition, result.location) for result in quarter} == {
        (check.id, f"of {check.id}", "berlin") for check in CHECKS
    }


def test_it_yields_before_the_slots_are_exhausted() -> None:
    def endless(check: CheckFacts, start: Micros, _end: Micros) -> Iterable[Micros]:
        at = start
        while True:
            yield at
            at += check.interval

    results = simulate(
        [LIST],
        definitions={LIST.id: ""},
        slots=endless,
        start=START,
        end=END,
        location="x",
        seed=1,
    )
    assert len(list(islice(results, 3))) == 3


def test_an_unmet_status_is_told_in_the_words_of_a_live_result() -> None:
    result = runs().failed(START, ORDINARY, Cause.OUT_OF_ORDER)
    assert (result.state, result.failure, result.http_status, result.attempts) == (
        State.DOWN,
        FailureKind.ASSERTION,
        503,
        3,
    )
    assert result.detail == (
        "expected status == 200, found 503; expected json $.items[0].id exists, found nothing at $.items[0].id"
    )


def test_a_timeout_lasts_until_the_deadline_and_judges_nothing() -> None:
    result = runs().failed(START, ORDINARY, Cause.TIMEOUT)
    assert (result.failure, result.latency_us) == (FailureKind.TIMEOUT, LIST.timeout)
    assert result.detail == "no complete response within 10s"
    assert {outcome.verdict for outcome in result.outcomes} == {Verdict.SKIPPED}
    assert result.phases.transfer is None


@pytest.mark.parametrize(
    ("cause", "kind", "happened"),
    [
        (Cause.DNS, FailureKind.DNS, ["dns"]),
        (Cause.REFUSED, FailureKind.REFUSED, ["dns", "connect"]),
        (Cause.TLS_EXPIRED, FailureKind.TLS_EXPIRED, ["dns", "connect", "tls"]),
        (Cause.RESET, FailureKind.RESET, ["dns", "connect", "tls", "send", "wait"]),
    ],
)
def test_a_failure_shows_the_phases_until_it(cause: Cause, kind: FailureKind, happened: list[str]) -> None:
    result = runs().failed(START, ORDINARY, cause)
    shown = {name for name in result.phases.__slots__ if getattr(result.phases, name) is not None}
    assert (result.failure, result.http_status) == (kind, None)
    assert shown == set(happened)


def test_an_address_over_plain_http_has_neither_dns_nor_tls_failures() -> None:
    plain = runs(replace(LIST, url="http://127.0.0.1:18080/orders"))
    assert plain.failed(START, ORDINARY, Cause.DNS).failure is FailureKind.REFUSED
    assert plain.failed(START, ORDINARY, Cause.TLS_EXPIRED).failure is FailureKind.RESET
    assert plain.answered(START, ORDINARY).address == "127.0.0.1:18080"


def test_a_check_that_does_not_notice_a_503_times_out_instead() -> None:
    blind = runs(replace(LIST, expectations=(("latency < 500ms", Severity.FAIL),)))
    assert blind.failed(START, ORDINARY, Cause.OUT_OF_ORDER).failure is FailureKind.TIMEOUT


def test_a_slow_answer_is_degraded_with_the_latency_found() -> None:
    result = runs().answered(START, ORDINARY._replace(wait=runs().target.slow))
    assert (result.state, result.failure) == (State.DEGRADED, None)
    assert result.detail
    assert result.detail.startswith("expected latency < 300ms, found 3")


def test_a_limit_on_a_phase_is_judged_by_that_phase() -> None:
    check = replace(LIST, expectations=(("phase.wait <= 100ms", Severity.WARN),))
    (bound,) = Expectations.of(check).limits
    assert (bound.phase, bound.most) == ("wait", 100 * MILLISECOND + 1)
    assert runs(check).answered(START, ORDINARY._replace(wait=50)).state is State.DEGRADED


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("status == 401", 401),
        ("status in [204, 205]", 204),
        ("status != 200", 204),
        ("status not in [200, 204]", 404),
        ("status >= 500", 500),
        ("status < 400", 200),
    ],
)
def test_an_ordinary_answer_has_a_status_that_is_expected(text: str, status: int) -> None:
    check = replace(LIST, expectations=((text, Severity.FAIL),))
    assert Expectations.of(check).normal_status == status


def test_nothing_was_measured_while_probe_stood_still() -> None:
    result = runs().not_running(START)
    assert (result.state, result.failure, result.attempts, result.latency_us, result.phases) == (
        State.UNKNOWN,
        FailureKind.NOT_RUNNING,
        0,
        None,
        NO_PHASES,
    )
