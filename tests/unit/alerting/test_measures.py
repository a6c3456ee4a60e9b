from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.measured import Counted, Listed
from probe.alerting.measures import judged, told
from probe.model.check import Operator
from probe.model.rule import Baseline, Metric, MetricCondition, Statistic
from probe.model.units import DAY, MILLISECOND, MINUTE, SECOND


def condition(
    statistic: Statistic = Statistic.PERCENTILE,
    operator: Operator = Operator.GREATER,
    threshold: Fraction | int = 800 * MILLISECOND,
    *,
    metric: Metric = Metric.LATENCY,
    target: str = "",
    percent: int = 95,
    baseline: Baseline | None = None,
) -> MetricCondition:
    return MetricCondition(
        text="",
        metric=metric,
        target=target,
        statistic=statistic,
        quantile=Fraction(percent, 100) if statistic is Statistic.PERCENTILE else None,
        period=5 * MINUTE,
        operator=operator,
        threshold=Fraction(threshold),
        baseline=baseline,
    )


def latencies(*millis: int) -> Listed:
    return Listed([each * MILLISECOND for each in millis], of=len(millis))


def test_a_reading_says_what_was_found_and_what_was_wanted() -> None:
    found = judged(condition(), latencies(100, 1_200))

    assert found == (True, "p95(latency) over 5m is 1.2 s", "at most 800 ms")


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        (Operator.GREATER, "at most 800 ms"),
        (Operator.AT_LEAST, "less than 800 ms"),
        (Operator.LESS, "at least 800 ms"),
        (Operator.AT_MOST, "more than 800 ms"),
        (Operator.EQUAL, "anything but 800 ms"),
        (Operator.NOT_EQUAL, "exactly 800 ms"),
    ],
)
def test_what_was_wanted_is_the_contrary_of_what_the_rule_is_about(operator: Operator, wanted: str) -> None:
    assert judged(condition(operator=operator), latencies(1)).expected == wanted


@pytest.mark.parametrize(
    ("statistic", "operator", "breached"),
    [
        (Statistic.ALWAYS, Operator.GREATER, [[900, 801]]),
        (Statistic.ONCE, Operator.GREATER, [[900, 801], [900, 100], [800, 900]]),
        (Statistic.ALWAYS, Operator.LESS, []),
        (Statistic.ONCE, Operator.LESS, [[900, 100]]),
        (Statistic.ALWAYS, Operator.AT_LEAST, [[900, 801], [800, 900], [800, 800]]),
        (Statistic.ALWAYS, Operator.EQUAL, [[800, 800]]),
        (Statistic.ONCE, Operator.EQUAL, [[800, 900], [800, 800]]),
        (Statistic.ALWAYS, Operator.NOT_EQUAL, [[900, 801], [900, 100]]),
        (Statistic.ONCE, Operator.NOT_EQUAL, [[900, 801], [900, 100], [800, 900]]),
    ],
)
def test_always_is_of_every_value_and_once_of_any(
    statistic: Statistic, operator: Operator, breached: Sequence[Sequence[int]]
) -> None:
    windows = [[900, 801], [900, 100], [800, 900], [800, 800]]

    assert [
        each for each in windows if judged(condition(statistic, operator), latencies(*each)).is_breached
    ] == breached


def test_a_count_is_equal_to_a_number() -> None:
    exactly_two = condition(Statistic.COUNT, Operator.EQUAL, 2, metric=Metric.STATUS, target="503")

    assert judged(exactly_two, Counted(2, of=5)) == (True, "count(status 503) over 5m is 2", "anything but 2")
    assert not judged(exactly_two, Counted(3, of=5)).is_breached


def test_a_rate_is_the_share_of_what_is_known() -> None:
    too_many = condition(Statistic.RATE, Operator.GREATER, Fraction(2, 100), metric=Metric.ERRORS)

    assert judged(too_many, Counted(1, of=50)).is_breached is False
    assert judged(too_many, Counted(1, of=49)) == (True, "rate(errors) over 5m is 2.0408 %", "at most 2 %")


def test_without_data_nothing_is_breached_and_nothing_is_well() -> None:
    assert judged(condition(), latencies()) == (None, "p95(latency) over 5m: no data", "at most 800 ms")


def test_too_few_values_tell_nothing() -> None:
    found = judged(condition(), latencies(900, 900), min_samples=3)

    assert found.is_breached is None
    assert found.value == "p95(latency) over 5m: only 2 of 3 values that it needs"


def test_that_nothing_answered_can_be_counted() -> None:
    none = Listed([], of=5)

    assert judged(condition(Statistic.COUNT, Operator.LESS, 1), none).is_breached


def test_it_compares_with_what_was_before() -> None:
    slower = condition(threshold=Fraction(1, 5), baseline=Baseline.YESTERDAY)

    assert judged(slower, latencies(120), latencies(100)).is_breached is False
    assert judged(slower, latencies(121), latencies(100)) == (
        True,
        "p95(latency) over 5m is 121 ms",
        "at most 120 ms (20 % above yesterday: 100 ms)",
    )


def test_where_nothing_is_known_of_before_nothing_is_compared() -> None:
    slower = condition(threshold=Fraction(1, 5), baseline=Baseline.LAST_WEEK)

    assert judged(slower, latencies(500), latencies()) == (
        None,
        "p95(latency) over 5m is 500 ms; nothing is known of last week",
        "at most 20 % above last week",
    )


def test_a_certificate_has_no_period() -> None:
    expiring = condition(Statistic.LAST, Operator.LESS, 14 * DAY, metric=Metric.CERTIFICATE)

    assert judged(expiring, Listed([13 * DAY + 3 * SECOND], of=1)) == (
        True,
        "certificate.expires_in is 13d",
        "at least 14d",
    )


def test_percentiles_are_by_nearest_rank_and_never_averaged() -> None:
    """Two days of a hundred values each: their own p90 are 100 and 1000, the mean of these 550; it is 100."""
    first, second = [100] * 100, [100] * 89 + [1_000] * 11
    p90 = condition(percent=90)

    assert [told(p90, latencies(*day)) for day in (first, second)] == [100 * MILLISECOND, 1_000 * MILLISECOND]
    assert told(p90, latencies(*first, *second)) == 100 * MILLISECOND
    assert told(p90, latencies(*range(1, 11))) == 9 * MILLISECOND


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from(list(Statistic)), st.integers(1, 99))
def test_every_statistic_is_what_its_name_says(values: list[int], statistic: Statistic, percent: int) -> None:
    found = told(condition(statistic, percent=percent), Listed(values, of=len(values) + 3))

    assert (
        found
        == {
            Statistic.AVERAGE: Fraction(sum(values), len(values)),
            Statistic.MINIMUM: min(values),
            Statistic.MAXIMUM: max(values),
            Statistic.SUM: sum(values),
            Statistic.COUNT: len(values),
            Statistic.RATE: Fraction(len(values), len(values) + 3),
            Statistic.LAST: values[-1],
            Statistic.PERCENTILE: min(x for x in values if sum(y <= x for y in values) * 100 >= percent * len(values)),
            Statistic.ALWAYS: min(values),
            Statistic.ONCE: max(values),
        }[statistic]
    )


@given(
    st.lists(st.integers(0, 1), min_size=1),
    st.sampled_from(sorted(set(Statistic) - {Statistic.COUNT, Statistic.RATE})),
    st.integers(1, 99),
    st.sampled_from([Operator.GREATER, Operator.LESS, Operator.EQUAL, Operator.NOT_EQUAL]),
    st.integers(0, 2),
)
def test_what_is_counted_is_a_value_of_0_or_1(
    values: list[int], statistic: Statistic, percent: int, operator: Operator, threshold: int
) -> None:
    one = condition(statistic, operator, threshold, percent=percent, metric=Metric.ERRORS)
    listed, counted = Listed(values, of=len(values)), Counted(sum(values), of=len(values), newest=values[-1])

    assert judged(one, counted) == judged(one, listed)
