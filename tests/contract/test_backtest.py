"""Rules over stored history: what they would have told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from probe.alerting.backtest import Replayed
from probe.model.check import CheckFacts, Confirm, Operator
from probe.model.maintenance import Scope
from probe.model.result import Result, State
from probe.model.rule import (
    AlertRule,
    AllOf,
    Condition,
    Held,
    LevelRule,
    Metric,
    MetricCondition,
    ProberCondition,
    StateCondition,
    Statistic,
    SubjectKind,
)
from probe.model.sla import AlertLevel, SlaRules
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Micros
from probe.runtime.alerts.backtesting import Backtest, BacktestJob, remarks
from probe.slo.periods import Period
from probe.store import Store
from tests.fakes.pasts import T0, facts, filled, result, roll_up

DOWN: Final = StateCondition(state=State.DOWN)
SLOW: Final = MetricCondition(
    text="max(latency) over 30m > 500ms",
    metric=Metric.LATENCY,
    statistic=Statistic.MAXIMUM,
    period=30 * MINUTE,
    operator=Operator.GREATER,
    threshold=Fraction(500 * MILLISECOND),
)


def rule(condition: Condition, name: str = "down", per: SubjectKind = SubjectKind.CHECK) -> AlertRule:
    return AlertRule(
        name=name,
        scope=Scope(),
        per=per,
        levels=(LevelRule(level=AlertLevel.CRITICAL, condition=condition, notify=("ops",)),),
    )


def job(
    *rules: AlertRule, checks: Iterable[CheckFacts] = (), start: Micros = T0, end: Micros = T0 + DAY
) -> BacktestJob:
    return BacktestJob(
        rules=rules,
        checks=tuple(checks) or (facts("shop/list"),),
        apis=(),
        sla=SlaRules(),
        zone=ZoneInfo("UTC"),
        windows=(),
        location="default",
        period=Period(start, end),
        now=end,
    )


def replay(asked: BacktestJob, store: Store) -> tuple[Replayed, ...]:
    backtest = Backtest(asked, store)
    assert list(backtest.run()) == list(range(1, backtest.steps + 1))
    return backtest.outcome()


def a_day(*down: range, step: int = 10, **slow: object) -> list[Result]:
    """A result every ten minutes; those of these minutes are down."""
    return [
        result("shop/list", minute, State.DOWN if any(minute in each for each in down) else State.UP, **slow)
        for minute in range(0, 1_440, step)
    ]


def minutes(found: Replayed) -> list[tuple[float, float | None]]:
    """When each fired and was over, in minutes of the day."""
    return [
        ((each.fired_at - T0) / MINUTE, None if each.resolved_at is None else (each.resolved_at - T0) / MINUTE)
        for each in found.firings
    ]


def test_a_failure_every_15_minutes_that_must_last_13_is_told_at_28(store: Store) -> None:
    """Datadog's first example."""
    filled(store, *a_day(range(15, 30), step=15))
    check = replace(facts("shop/list"), interval=15 * MINUTE)

    (found,) = replay(job(rule(replace(DOWN, held=Held(duration=13 * MINUTE))), checks=[check]), store)

    assert minutes(found) == [(28, 30)]


def test_a_failure_that_is_retried_and_must_last_5_minutes_is_told_at_37(store: Store) -> None:
    """Datadog's second example: every 30 minutes, two fast retries a minute apart."""
    filled(store, *a_day(range(30, 60), step=30))
    check = replace(facts("shop/list"), interval=30 * MINUTE, confirm=Confirm(retries=2, after=MINUTE))

    (found,) = replay(job(rule(replace(DOWN, held=Held(duration=5 * MINUTE))), checks=[check]), store)

    assert minutes(found) == [(37, 60)]


def test_what_recovers_before_it_has_lasted_is_not_told(store: Store) -> None:
    filled(store, *a_day(range(100, 110)))

    (found,) = replay(job(rule(replace(DOWN, held=Held(duration=13 * MINUTE)))), store)

    assert found.firings == ()
    assert [(outage.start - T0) / MINUTE for _, outage in found.missed] == [100]


def test_outages_without_an_alert_are_missed_and_alerts_without_an_outage_are_false(store: Store) -> None:
    down = a_day(range(100, 120), range(500, 600))
    slow = [replace(each, latency_us=SECOND) if each.scheduled_at == T0 + 900 * MINUTE else each for each in down]
    filled(store, *slow)

    patient, hasty = replay(job(rule(replace(DOWN, held=Held(needed=3, of=3)), "patient"), rule(SLOW, "hasty")), store)

    assert minutes(patient) == [(520, 600)]
    assert [(outage.start - T0) / MINUTE for _, outage in patient.missed] == [100]
    assert patient.false_alarms == 0
    assert patient.lasted == 80 * MINUTE
    assert [round(fired) for fired, _ in minutes(hasty)] == [901]
    assert (len(hasty.missed), hasty.false_alarms) == (2, 1)
    assert hasty.firings[0].reading == "max(latency) over 30m is 1 s"
    assert hasty.firings[0].expected == "at most 500 ms"


def test_an_alert_that_fires_again_soon_flaps_and_both_are_told(store: Store) -> None:
    filled(store, *a_day(range(100, 120), range(130, 150), range(700, 720)))

    (found,) = replay(job(rule(DOWN)), store)

    assert minutes(found) == [(100, 120), (130, 150), (700, 720)]
    assert found.flaps == 1
    assert found.messages == 6


def test_a_metric_must_hold_for_as_many_periods_as_the_rule_says(store: Store) -> None:
    slow = range(300, 400)
    filled(
        store,
        *(result("shop/list", minute, latency_us=SECOND if minute in slow else 1) for minute in range(0, 1_440, 10)),
    )
    check = replace(facts("shop/list"), timeout=10 * SECOND)

    (found,) = replay(job(rule(replace(SLOW, held=Held(needed=3, of=3))), checks=[check]), store)

    # Slow from 300 to 390: windows that end at 301, 331 and 361 hold one of these each; the last that does ends at 420.
    assert minutes(found) == [(361, 421 + 25 / 60)]
    assert found.firings[0].since == T0 + 301 * MINUTE


def test_it_is_the_same_whatever_is_rolled_up(store: Store) -> None:
    filled(store, *a_day(range(100, 120), range(500, 600)))
    rules = (
        rule(DOWN),
        rule(AllOf(conditions=(DOWN, replace(SLOW, metric=Metric.ERRORS, statistic=Statistic.COUNT, threshold=Fraction(1)))), "both"),
        rule(replace(SLOW, period=6 * HOUR, threshold=Fraction(5_000)), "long"),
    )  # fmt: skip
    before = replay(job(*rules), store)
    roll_up(store, T0 + 2 * DAY)

    assert replay(job(*rules), store) == before
    assert all(each.firings for each in before)


def test_a_part_of_history_is_told_as_the_whole_of_it_is(store: Store) -> None:
    filled(store, *a_day(range(100, 120), range(500, 600), range(1_000, 1_010)))
    rules = rule(DOWN), rule(replace(SLOW, held=Held(needed=2, of=3)), "slow")

    whole = replay(job(*rules), store)
    part = replay(job(*rules, start=T0 + 520 * MINUTE, end=T0 + 900 * MINUTE), store)

    for one, other in zip(whole, part, strict=True):
        inside = [each for each in one.firings if each.fired_at < T0 + 900 * MINUTE]
        assert [each for each in inside if each.resolved_at is None or each.resolved_at > T0 + 520 * MINUTE] == list(
            other.firings
        )


def test_an_api_is_in_alert_as_a_whole(store: Store) -> None:
    filled(store, *a_day(range(100, 120)), *(result("shop/pay", minute) for minute in range(0, 1_440, 10)))

    (found,) = replay(job(rule(DOWN, per=SubjectKind.API), checks=[facts("shop/list"), facts("shop/pay")]), store)

    assert [each.subject.id for each in found.firings] == ["shop"]
    assert found.missed == ()


def test_what_history_does_not_tell_is_said(store: Store) -> None:
    filled(store, *a_day())
    asked = job(rule(ProberCondition(), "prober"), rule(DOWN))

    assert remarks(asked, store) == ("prober: how the prober itself was is not kept, so that it is not replayed",)
    assert [each.rule.name for each in replay(asked, store)] == ["down"]
