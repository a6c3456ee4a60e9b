"""Readings of metric conditions: whatever is rolled up, they are what the results themselves come to."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.alerting.measures import Reading
from probe.model.alert import Certificate
from probe.model.check import Api, CheckFacts, Operator
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.result import Result, State
from probe.model.rule import (
    AlertRule,
    Baseline,
    BurnCondition,
    LevelRule,
    Metric,
    MetricCondition,
    Statistic,
    Subject,
    SubjectKind,
)
from probe.model.sla import AlertLevel, Objective, ObjectiveKind, SlaRules
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Micros
from probe.runtime.alerts.measuring import Measuring, Moment
from probe.runtime.alerts.values import Source, source_of
from probe.runtime.sla import SlaJob, assess
from probe.runtime.standing import stand
from probe.slo.histogram import ERROR
from probe.slo.periods import Period
from probe.store import Store
from tests.fakes.pasts import T0, facts, filled, result, roll_up, troubled
from tests.reference import measures

UTC: Final = ZoneInfo("UTC")
DEPLOYMENT: Final = MaintenanceWindow(
    name="deployment",
    scope=Scope(checks=("shop/list",)),
    schedule=Once(start=T0 + 40 * HOUR, end=T0 + 43 * HOUR + 25 * MINUTE),
)
COUNTED: Final = ((Metric.ERRORS, ""), (Metric.UNKNOWN, ""), (Metric.RESULTS, ""), (Metric.STATUS, "5xx"),
                  (Metric.STATUS, "200"), (Metric.FAILURE, "assertion"))  # fmt: skip
NUMBERS: Final = ((Metric.LATENCY, ""), (Metric.PHASE, "wait"), (Metric.BYTES_SENT, ""), (Metric.BYTES_RECEIVED, ""))


def condition(
    metric: Metric,
    statistic: Statistic,
    operator: Operator,
    threshold: Fraction | int,
    *,
    target: str = "",
    period: Micros = HOUR,
    quantile: Fraction | None = None,
    baseline: Baseline | None = None,
) -> MetricCondition:
    return MetricCondition(
        text="", metric=metric, target=target, statistic=statistic, quantile=quantile, period=period,
        operator=operator, threshold=Fraction(threshold), baseline=baseline,
    )  # fmt: skip


def random_condition(chance: random.Random) -> MetricCondition:
    is_counted = chance.random() < 0.4
    metric, target = chance.choice(COUNTED if is_counted else NUMBERS)
    statistic = chance.choice(
        [Statistic.COUNT, Statistic.RATE] if is_counted else sorted(set(Statistic) - {Statistic.COUNT, Statistic.RATE})
    )
    is_each = statistic in (Statistic.ALWAYS, Statistic.ONCE)
    baseline = None if is_each else chance.choice([None, None, *Baseline])
    threshold = {Statistic.RATE: Fraction(chance.randrange(5), 8), Statistic.COUNT: Fraction(chance.randrange(12))}
    return condition(
        metric,
        statistic,
        chance.choice([Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST]),
        Fraction(chance.choice([-1, 0, 1]), 5) if baseline else threshold.get(statistic, Fraction(chance.choice([100, 5_000, 20_000]))),
        target=target,
        period=chance.choice([30 * MINUTE, HOUR, 6 * HOUR, DAY]),
        quantile=Fraction(chance.choice([50, 95, 99]), 100) if statistic is Statistic.PERCENTILE else None,
        baseline=baseline,
    )  # fmt: skip


def rule(
    *conditions: MetricCondition | BurnCondition,
    per: SubjectKind = SubjectKind.CHECK,
    name: str = "slow",
    **more: object,
) -> AlertRule:
    levels = tuple(LevelRule(level=AlertLevel.CRITICAL, condition=each, notify=()) for each in conditions)
    plain = AlertRule(name=name, scope=Scope(), per=per, levels=levels)
    return replace(plain, **more)  # type: ignore[arg-type]  # as they are called


def measuring(
    rules: Iterable[AlertRule], checks: Iterable[CheckFacts], *, windows: tuple[MaintenanceWindow, ...] = (), sla: SlaRules = SlaRules(),  # noqa: B008
    apis: tuple[Api, ...] = (),
) -> Measuring:  # fmt: skip
    return Measuring(rules=rules, checks=checks, apis=apis, sla=sla, zone=UTC, windows=windows)


def read(
    found: Measuring, store: Store, times: Iterable[Micros], certificates: Iterable[Certificate] = ()
) -> list[Reading]:
    moments = [Moment(gauge, at) for at in times for gauge in found.gauges]
    return list(found.read(store, moments, certificates))


def past(seed: int, *checks: str) -> list[Result]:
    chance = random.Random(seed)
    found = [each for check in checks for each in troubled(check, chance)]
    return [
        replace(each, http_status=chance.choice([200, 200, 404, 503])) if each.http_status else each for each in found
    ]


@pytest.mark.parametrize("seed", range(2))
def test_random_conditions_read_what_the_results_come_to_rolled_up_or_not(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    results = past(seed, "shop/list", "shop/pay")
    filled(store, *results)
    conditions = [random_condition(chance) for _ in range(60)]
    rules = [rule(each, name=f"r{number}") for number, each in enumerate(conditions)]
    found = measuring(rules, [facts("shop/list"), facts("shop/pay")], windows=(DEPLOYMENT,))
    times = [T0 + minute * MINUTE for minute in chance.sample(range(2_000, 5_700, 6), 3)]

    before = read(found, store, times)
    roll_up(store, T0 + 3 * DAY)
    after = read(found, store, times)

    assert before == after
    by_name = dict(zip((each.name for each in rules), conditions, strict=True))
    for reading in before:
        asked, its = by_name[reading.rule], [each for each in results if each.check == reading.subject.id]
        apart = [(T0 + 40 * HOUR, T0 + 43 * HOUR + 25 * MINUTE)] if reading.subject.id == "shop/list" else []
        if source_of(asked) is Source.LEVELS and asked.statistic is Statistic.PERCENTILE:
            continue  # within the histogram's error: see below
        assert reading.is_breached == measures.is_breached(asked, its, reading.at, apart), (asked, reading)


def test_a_percentile_of_a_long_window_is_never_averaged(store: Store) -> None:
    """Three bad days of thirty: the mean of the daily p99 would be far below the p99 of them all (STANDARDS §3)."""
    chance = random.Random(3)
    results = [
        result("shop/list", minute, latency_us=chance.randrange(100_000, 120_000) * (12 if 10 <= minute // 1_440 < 13 else 1))
        for minute in range(0, 30 * 1_440, 30)
    ]  # fmt: skip
    filled(store, *results)
    roll_up(store, T0 + 30 * DAY)
    end = T0 + 30 * DAY
    p99 = condition(
        Metric.LATENCY, Statistic.PERCENTILE, Operator.AT_LEAST, 0, period=30 * DAY, quantile=Fraction(99, 100)
    )
    exact = measures.value(p99, results, end)
    assert exact is not None
    assert exact > 1_200 * MILLISECOND
    above = replace(p99, operator=Operator.GREATER, threshold=exact * (1 + Fraction(ERROR)))

    found = read(measuring([rule(replace(p99, threshold=exact), above)], [facts("shop/list")]), store, [end])

    assert [each.is_breached for each in found] == [True, False]


def test_an_api_is_read_as_all_of_its_checks_together(store: Store) -> None:
    filled(
        store,
        *(result("shop/list", minute, latency_us=100) for minute in range(0, 60, 10)),
        *(result("shop/pay", minute, latency_us=900) for minute in range(5, 60, 10)),
    )
    average = condition(Metric.LATENCY, Statistic.AVERAGE, Operator.GREATER, 499)
    last = condition(Metric.LATENCY, Statistic.LAST, Operator.EQUAL, 900)

    found = read(
        measuring([rule(average, last, per=SubjectKind.API)], [facts("shop/list"), facts("shop/pay")]),
        store,
        [T0 + HOUR],
    )

    assert [(each.subject, each.is_breached) for each in found] == [(Subject(SubjectKind.API, "shop"), True)] * 2
    assert found[0].value == "avg(latency) over 1h is 500 µs"


def test_it_is_breached_at_as_many_locations_as_the_rule_wants(store: Store) -> None:
    slow = [result("shop/list", 0, latency_us=900, location=place) for place in ("berlin", "tokyo")]
    filled(store, *slow, result("shop/list", 0, latency_us=100, location="paris"))
    often = condition(Metric.LATENCY, Statistic.MAXIMUM, Operator.GREATER, 500)
    rules = [rule(often, name=f"at-{number}", min_locations=number) for number in (1, 2, 3)]

    found = read(measuring(rules, [facts("shop/list")]), store, [T0 + HOUR])

    assert [each.is_breached for each in found] == [True, True, False]
    assert found[0].value == "max(latency) over 1h is 900 µs at berlin"


def test_where_nothing_was_measured_nothing_is_known(store: Store) -> None:
    slow = condition(Metric.LATENCY, Statistic.MAXIMUM, Operator.GREATER, 500)

    assert [each.is_breached for each in read(measuring([rule(slow)], [facts("shop/list")]), store, [T0])] == [None]

    filled(store, result("shop/other", 0))
    assert [each.is_breached for each in read(measuring([rule(slow)], [facts("shop/list")]), store, [T0 + HOUR])] == [
        None
    ]


@pytest.mark.parametrize("per", [SubjectKind.CHECK, SubjectKind.API])
def test_availability_is_what_probe_sla_says(store: Store, per: SubjectKind) -> None:
    filled(store, *past(5, "shop/list", "shop/pay"))
    checks = (facts("shop/list", runs=2), facts("shop/pay", runs=2))
    below = condition(Metric.AVAILABILITY, Statistic.RATE, Operator.LESS, Fraction(999, 1000), period=6 * HOUR)
    at = T0 + 61 * HOUR

    found = read(measuring([rule(below, per=per)], checks, windows=(DEPLOYMENT,)), store, [at])

    job = SlaJob(
        period=Period(at - 6 * HOUR, at), now=at, zone=UTC, location="default", rules=SlaRules(), checks=checks, apis=(),
        wanted={"shop/list", "shop/pay"}, windows=(DEPLOYMENT,), latency=False,
    )  # fmt: skip
    assessed = assess(job, store)
    levels = assessed.checks if per is SubjectKind.CHECK else assessed.apis
    attained = {each.id: each.attained.availability for each in levels}
    assert len(found) == len(levels)
    for reading in found:
        share = attained[reading.subject.id]
        assert share is not None
        assert reading.is_breached == (share < Fraction(999, 1000))
        assert reading.value.startswith("availability over 6h is ")


def objective(kind: ObjectiveKind) -> Objective:
    under = 15 * MILLISECOND if kind is ObjectiveKind.LATENCY else None
    return Objective(name=kind.value, kind=kind, target=Fraction(95, 100), window=30 * DAY, under=under)


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_burn_rates_are_what_probe_slo_says(store: Store, kind: ObjectiveKind) -> None:
    filled(store, *past(6, "shop/list", "shop/pay"))
    checks = tuple(replace(facts(each), objectives=(objective(kind),)) for each in ("shop/list", "shop/pay"))
    burns = [
        LevelRule(level=level, condition=BurnCondition(), notify=())
        for level in (AlertLevel.CRITICAL, AlertLevel.WARNING)
    ]
    found = measuring([replace(rule(name="budget"), levels=tuple(burns))], checks, windows=(DEPLOYMENT,))
    for hours in (24, 48, 72, 93):
        at = T0 + hours * 3 * 24 * MINUTE  # a time of every pair's grid
        job = SlaJob(
            period=Period(at - DAY, at), now=at, zone=UTC, location="default", rules=SlaRules(), checks=checks, apis=(),
            wanted={"shop/list", "shop/pay"}, windows=(DEPLOYMENT,), latency=False,
        )  # fmt: skip
        wanted = {
            (each.id, level): any(pair.is_burning for pair in each.pairs if pair.pair.level is level)
            for each in stand(job, store).checks
            for level in (AlertLevel.CRITICAL, AlertLevel.WARNING)
        }
        assert {(each.subject.id, each.level): bool(each.is_breached) for each in read(found, store, [at])} == wanted


def test_an_objective_by_another_name_is_not_meant(store: Store) -> None:
    filled(store, result("shop/list", 0))
    checks = [replace(facts("shop/list"), objectives=(objective(ObjectiveKind.AVAILABILITY),)), facts("shop/pay")]
    named = [rule(BurnCondition(objective=name), name=name) for name in ("availability", "latency")]

    assert [each.rule for each in read(measuring(named, checks), store, [T0 + HOUR])] == ["availability"]


def test_a_certificate_is_judged_as_each_location_saw_it_last(store: Store) -> None:
    filled(store, result("shop/list", 0), result("shop/list", 0, location="tokyo"))
    soon = condition(Metric.CERTIFICATE, Statistic.LAST, Operator.LESS, 14 * DAY)
    at = T0 + 10 * DAY
    seen = [
        Certificate("shop/list", "default", at + 30 * DAY, seen_at=at),
        Certificate("shop/list", "tokyo", at + 13 * DAY, seen_at=at - HOUR),
    ]
    found = measuring([rule(soon)], [facts("shop/list")])

    (reading,) = read(found, store, [at], seen)
    assert (reading.is_breached, reading.value) == (True, "certificate.expires_in is 13d at tokyo")

    retired = [seen[0], seen[1]._replace(seen_at=at - 2 * DAY)]
    assert [each.is_breached for each in read(found, store, [at], retired)] == [False]
    assert [each.is_breached for each in read(found, store, [at])] == [None]


def test_readings_are_due_once_the_results_of_their_windows_are_stored() -> None:
    slow = condition(Metric.LATENCY, Statistic.MAXIMUM, Operator.GREATER, 500, period=5 * MINUTE)
    found = measuring([rule(slow)], [replace(facts("shop/list"), timeout=10 * SECOND)])

    assert found.due(T0, T0 + 24 * SECOND).moments == ()
    assert [each.at for each in found.due(T0 + 24 * SECOND, T0 + 25 * SECOND).moments] == [T0]
    assert [each.at for each in found.due(T0 + 25 * SECOND, T0 + 3 * MINUTE).moments] == [T0 + MINUTE, T0 + 2 * MINUTE]


def test_after_a_pause_the_last_hour_is_looked_at_and_what_is_left_out_is_said() -> None:
    slow = condition(Metric.LATENCY, Statistic.MAXIMUM, Operator.GREATER, 500, period=5 * MINUTE)
    due = measuring([rule(slow)], [facts("shop/list")]).due(T0, T0 + 5 * HOUR)

    assert len(due.moments) == 60
    assert due.skipped == Period(T0, T0 + 4 * HOUR)


def test_the_same_readings_come_of_one_call_and_of_many(store: Store) -> None:
    filled(store, *past(9, "shop/list"))
    chance = random.Random(9)
    rules = [rule(random_condition(chance), name=f"r{number}") for number in range(10)]
    rules.append(rule(BurnCondition(), name="budget"))
    checks = [replace(facts("shop/list"), objectives=(objective(ObjectiveKind.AVAILABILITY),))]
    times: Sequence[Micros] = [T0 + 30 * HOUR + minute * MINUTE for minute in range(4)]

    live = measuring(rules, checks)
    one_by_one = [each for at in times for each in read(live, store, [at])]

    assert read(measuring(rules, checks), store, times) == one_by_one


def test_what_is_down_in_maintenance_is_no_error(store: Store) -> None:
    filled(store, *(result("shop/list", 40 * 60 + minute, State.DOWN) for minute in range(0, 60, 10)))
    errors = condition(Metric.ERRORS, Statistic.COUNT, Operator.GREATER, 0)

    found = measuring([rule(errors)], [facts("shop/list")], windows=(DEPLOYMENT,))

    assert [each.is_breached for each in read(found, store, [T0 + 41 * HOUR])] == [None]
