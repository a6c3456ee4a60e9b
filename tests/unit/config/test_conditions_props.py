"""Sentences of conditions: whatever is read is written in one form, which is read back as the same."""

from __future__ import annotations

import re
from fractions import Fraction

import jsonschema_rs
from hypothesis import example, given
from hypothesis import strategies as st

from probe.config.condition_schema import condition_schema
from probe.config.conditions import LONGEST_PERIOD, SHORTEST_PERIOD, Sentence, parse_condition
from probe.config.metrics import METRICS, OPERATORS, Unit, metric_name, read_threshold, write_threshold
from probe.model.rule import Baseline, Metric, MetricCondition, Statistic
from probe.model.sample import PHASES, FailureKind
from probe.model.units import DAY, SECOND, format_duration

SCHEMA = jsonschema_rs.validator_for(condition_schema())
DURATIONS = st.integers(1, 100_000 * SECOND).map(format_duration)
DECIMALS = st.decimals(0, 10_000, places=3).map(lambda number: f"{number:f}")
VALUES = {
    Unit.DURATION: DURATIONS,
    Unit.SIZE: st.builds("{}{}".format, st.integers(1, 5_000), st.sampled_from(("B", "KB", "kib", "MiB", "GB"))),
    Unit.SHARE: st.decimals("0.001", "99.999", places=3).map(lambda number: f"{number:f}%"),
    Unit.COUNT: DECIMALS,
}
TARGETS = {
    Metric.PHASE: st.sampled_from(PHASES),
    Metric.STATUS: st.sampled_from(("2xx", "5XX", "404", "503")),
    Metric.FAILURE: st.sampled_from(list(map(str, FailureKind))),
}
PERCENTILES = st.decimals("0.001", "99.999", places=3).map(lambda number: f"p{number:f}")
SPACES = st.sampled_from(("", " ", "  "))


@st.composite
def sentences(draw: st.DrawFn) -> str:
    metric = draw(st.sampled_from(list(METRICS)))
    statistic = draw(st.sampled_from(list(METRICS[metric].statistics)))
    name = metric_name(metric, draw(TARGETS[metric]) if metric in TARGETS else "")
    if not METRICS[metric].is_bare:
        word = draw(PERCENTILES) if statistic is Statistic.PERCENTILE else str(statistic)
        name = f"{word}{draw(SPACES)}({draw(SPACES)}{name}{draw(SPACES)})"
    period = draw(st.integers(SHORTEST_PERIOD // SECOND, LONGEST_PERIOD // SECOND)) * SECOND
    over = "" if metric is Metric.CERTIFICATE or draw(st.booleans()) else f" over {format_duration(period)}"
    takes_others = metric is not Metric.CERTIFICATE and statistic not in (Statistic.ALWAYS, Statistic.ONCE)
    unit = METRICS[metric].statistics[statistic]
    threshold = draw(st.one_of(VALUES[unit], baselines()) if takes_others else VALUES[unit])
    space = draw(SPACES)
    return f"{name}{over}{space}{draw(st.sampled_from(OPERATORS))}{draw(SPACES)}{threshold}"


def read(text: str) -> tuple[Sentence | None, str]:
    """The condition, or why it is none."""
    try:
        return parse_condition(text), ""
    except ValueError as error:
        return None, str(error)


def baselines() -> st.SearchStrategy[str]:
    change = st.builds("{}{}{}".format, st.sampled_from((" + ", "+", " - ")), st.integers(1, 99), st.just("%"))
    return st.builds("{}{}".format, st.sampled_from(list(Baseline)), st.one_of(st.just(""), change))


@given(sentences())
@example("certificate.expires_in<14d")
@example("availability over 31d != 0%")
def test_a_sentence_has_one_form_which_says_the_same(sentence: str) -> None:
    condition, why_not = read(sentence)
    if condition is None:
        assert re.search("always holds|can never hold", why_not)
        return
    assert isinstance(condition, MetricCondition)
    assert parse_condition(condition.text) == condition
    assert SCHEMA.is_valid(sentence)
    assert SCHEMA.is_valid(condition.text)


@given(st.text())
@example("p95(latency) over 5m > last week + %")
@example("burn_rate(")
@example("count(status 5xx) over > 3")
@example("p0(latency) > 1s")
@example("sum(bytes.sent) > " + "9" * 30 + "GB")
def test_whatever_the_text_it_is_a_condition_or_a_reason(text: str) -> None:
    condition, why_not = read(text)
    assert (condition is None) is bool(why_not)


@given(st.sampled_from(list(Unit)), st.data())
def test_thresholds_are_exact(unit: Unit, data: st.DataObject) -> None:
    threshold = read_threshold(unit, data.draw(VALUES[unit]))
    assert read_threshold(unit, write_threshold(unit, threshold)) == threshold


def test_a_percentage_is_taken_as_it_is_written() -> None:
    condition = parse_condition("availability over 30d < 99.95%")
    assert isinstance(condition, MetricCondition)
    assert (condition.threshold, condition.period) == (Fraction(9995, 10_000), 30 * DAY)
