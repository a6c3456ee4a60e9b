"""Alert rules as the file has them: what is filled in, what levels inherit, and the default rules."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from probe.channels.registry import KINDS
from probe.config.load import loads
from probe.model.channel import ChannelSettings
from probe.model.check import Operator
from probe.model.errors import ConfigurationError
from probe.model.maintenance import Recurring, Scope
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    Baseline,
    BurnCondition,
    Escalation,
    Grouping,
    Held,
    Metric,
    MetricCondition,
    NoDataPolicy,
    ProberCondition,
    StateCondition,
    Statistic,
    SubjectKind,
)
from probe.model.settings import Settings
from probe.model.sla import AlertLevel
from probe.model.units import DAY, HOUR, MINUTE, SECOND

GOOD = Path(__file__).parents[2] / "configs" / "good" / "alerts.yaml"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BASE = """version: 1
apis:
  shop:
    base_url: https://shop.example.com
    slo: {availability: {target: 99.9%, min_bad_samples: 2}}
    checks: {home: {get: /, expect: [warn: latency < 1s]}}
channels:
  ops: {type: webhook, url: https://hooks.example.com/ops}
  spare: {type: webhook, url: https://hooks.example.com/spare}
  last: {type: webhook, url: https://hooks.example.com/last, fallback: spare}
"""


def read(text: str) -> Settings:
    return loads(text.encode(), file="checks.yaml", environment={"SECRET": SECRET}, folder=Path("/etc"))


def rule(said: str) -> AlertRule:
    (found,) = read(f"{BASE}alerts:\n  - {said}\n").rules
    return found


def conditions(said: str) -> tuple[object, ...]:
    return tuple(level.condition for level in rule(said).levels)


@pytest.fixture(scope="module")
def good() -> Settings:
    return read(GOOD.read_text())


def named(settings: Settings, name: str) -> AlertRule:
    return next(rule for rule in settings.rules if rule.name == name)


def test_a_rule_is_filled_in_with_what_most_want() -> None:
    found = rule("{name: down, when: down}")
    (level,) = found.levels
    assert level.level is AlertLevel.CRITICAL
    assert level.condition == StateCondition(state=State.DOWN, held=None)
    assert level.notify == ("ops", "last")  # who is nobody's fallback
    assert found == AlertRule(name="down", scope=Scope(), levels=(level,))


def test_a_rule_of_a_metric_is_a_warning_in_one_period() -> None:
    found = rule("{name: slow, when: p95(latency) > 800ms}")
    assert found.levels[0].level is AlertLevel.WARNING
    assert found.levels[0].condition == MetricCondition(
        text="p95(latency) over 5m > 800ms",
        metric=Metric.LATENCY,
        statistic=Statistic.PERCENTILE,
        quantile=Fraction(95, 100),
        period=5 * MINUTE,
        operator=Operator.GREATER,
        threshold=Fraction(800_000),
    )


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("3", Held(needed=3, of=3)),
        ("3 in a row", Held(needed=3, of=3)),
        ("2 of 3", Held(needed=2, of=3)),
        ("2 of 3 runs", Held(needed=2, of=3)),
        ("1 run", Held()),
        ("10m", Held(duration=10 * MINUTE)),
        ("{runs: 2 of 3, duration: 10m}", Held(needed=2, of=3, duration=10 * MINUTE)),
        ("{duration: 1h}", Held(duration=HOUR)),
    ],
)
def test_how_long_a_state_must_hold(said: str, held: Held) -> None:
    assert conditions(f"{{name: down, when: down, for: {said}}}") == (StateCondition(state=State.DOWN, held=held),)


@pytest.mark.parametrize("said", ["3", "3 periods", "3 periods in a row", "{periods: 3}"])
def test_a_metric_is_counted_by_periods(said: str) -> None:
    (condition,) = conditions(f"{{name: slow, when: avg(latency) > 1s, for: {said}}}")
    assert isinstance(condition, MetricCondition)
    assert condition.held == Held(needed=3, of=3)


def test_levels_compare_what_the_rule_looks_at(good: Settings) -> None:
    levels = named(good, "slower").levels
    found = [level.condition for level in levels if isinstance(level.condition, MetricCondition)]
    assert [level.level for level in levels] == list(AlertLevel)
    assert [each.text for each in found] == [
        "p99.9(phase.wait) over 1h > last week + 100%",
        "p99.9(phase.wait) over 1h > last week + 20%",
        "rate(status 5xx) over 1h > 1%",
    ]
    assert [(each.baseline, each.threshold) for each in found] == [
        (Baseline.LAST_WEEK, 1),
        (Baseline.LAST_WEEK, Fraction(1, 5)),
        (None, Fraction(1, 100)),
    ]
    assert [each.held for each in found] == [
        Held(needed=2, of=3),
        Held(needed=3, of=3, duration=10 * MINUTE),
        Held(needed=2, of=3),
    ]
    assert [level.notify for level in levels] == [("ops",), ("ops",), ("ops",)]


def test_everything_that_is_said_of_a_rule_arrives(good: Settings) -> None:
    found = named(good, "slower")
    assert (found.scope, found.per) == (Scope(labels=(("team", "commerce"),)), SubjectKind.API)
    assert found.effective == (
        Recurring(zone="Europe/Berlin", times=((480, 1080),), weekdays=frozenset(range(5))),
        Recurring(zone="UTC", times=((1200, 1260),)),
    )
    assert (found.no_data, found.resolved, found.remind) == (NoDataPolicy.ALERT, False, None)
    assert found.escalations == (
        Escalation(after=30 * MINUTE, notify=("spare",)),
        Escalation(after=2 * HOUR, notify=("ops", "spare")),
    )
    assert found.grouping == Grouping(by=(), wait=10 * SECOND, interval=MINUTE)
    assert (found.note, found.runbook) == (
        "Look at the deployments of today first.",
        "https://wiki.example.com/orders",
    )
    down = named(good, "down")
    assert (down.min_locations, down.recover, down.levels[0].notify) == (2, 2, ("ops", "spare"))
    assert down.grouping.by == ("api", "team")
    slow = named(good, "slow")
    assert (slow.scope, slow.remind, slow.min_samples) == (Scope(apis=("orders",)), 4 * HOUR, 3)


def test_a_rule_that_is_not_enabled_is_none(good: Settings) -> None:
    assert [rule.name for rule in good.rules] == ["down", "slow", "budget", "slower", "prober", "certificate"]


def test_burning_budgets_have_the_levels_of_their_windows(good: Settings) -> None:
    levels = named(good, "budget").levels
    assert [level.level for level in levels] == list(AlertLevel)
    assert {level.condition for level in levels} == {BurnCondition(objective="availability")}
    assert [level.level for level in rule("{name: b, when: burn_rate, level: critical}").levels] == [
        AlertLevel.CRITICAL
    ]


def test_the_prober_is_a_subject_of_its_own(good: Settings) -> None:
    found = named(good, "prober")
    assert found.per is SubjectKind.PROBER
    assert found.levels[0].condition == ProberCondition(held=Held(duration=5 * MINUTE))


def test_an_object_says_the_same_as_a_sentence() -> None:
    assert conditions(
        "{name: a, when: {metric: status 5xx, statistic: count, over: 10m, operator: '>', value: 5}}"
    ) == conditions("{name: a, when: count(status 5xx) over 10m > 5}")
    assert conditions("{name: a, when: {state: no data, for: 10m}}") == conditions("{name: a, when: no data, for: 10m}")
    assert conditions("{name: a, when: {burn_rate: any}}") == conditions("{name: a, when: burn_rate}")
    assert conditions("{name: a, when: {when: degraded, for: 3}}") == conditions("{name: a, when: degraded, for: 3}")


def test_what_a_rule_holds_for_is_that_of_each_condition_that_can_take_it() -> None:
    (found,) = conditions(
        "{name: a, for: 3 periods, when: {any: [down, {all: [rate(errors) > 1%, {when: degraded, for: 2}]}]}}"
    )
    assert isinstance(found, AnyOf)
    down, inner = found.conditions
    assert isinstance(inner, AllOf)
    errors, degraded = inner.conditions
    assert isinstance(errors, MetricCondition)
    assert (down, errors.held, degraded) == (
        StateCondition(state=State.DOWN),
        Held(needed=3, of=3),
        StateCondition(state=State.DEGRADED, held=Held(needed=2, of=2)),
    )


def test_a_group_of_one_is_that_one() -> None:
    assert conditions("{name: a, when: {all: [{any: [down]}]}}") == (StateCondition(state=State.DOWN),)


def test_where_there_are_channels_and_no_rules_the_usual_ones_hold() -> None:
    found = read(f"{BASE}notifications: {{remind: 1h, group_wait: 5s}}\n").rules
    assert [(each.name, level.level) for each in found for level in each.levels] == [
        ("down", AlertLevel.CRITICAL),
        ("certificate", AlertLevel.CRITICAL),
        ("certificate", AlertLevel.WARNING),
        ("burn", AlertLevel.CRITICAL),
        ("burn", AlertLevel.WARNING),
        ("no-data", AlertLevel.WARNING),
        ("prober", AlertLevel.CRITICAL),
    ]
    assert {level.notify for each in found for level in each.levels} == {("ops", "last")}
    assert all(each.is_default and each.remind == HOUR and each.grouping.wait == 5 * SECOND for each in found)


@pytest.mark.parametrize("text", [f"{BASE}alerts: []\n", BASE.partition("channels:")[0]])
def test_there_are_no_rules_where_the_file_says_so_or_nobody_could_be_told(text: str) -> None:
    assert read(text).rules == ()


def test_channels_have_their_options_and_those_of_all(good: Settings) -> None:
    ops, spare = good.channels
    assert isinstance(ops, ChannelSettings)
    assert (ops.type, ops.fallback, ops.fallback_after, ops.expires_after) == ("webhook", "spare", 10 * MINUTE, DAY / 2)
    assert (spare.fallback, spare.fallback_after, spare.expires_after) == (None, 5 * MINUTE, 2 * HOUR)
    assert (ops.option("format"), spare.option("format")) == ("standard", "cloudevents")
    assert str(ops.option("secret")) == "${env:SECRET}"
    assert ops.option("proxy") is None
    assert SECRET not in repr(good)


@pytest.mark.parametrize("said", ["https://hooks.example.com/x", "{url: https://hooks.example.com/x}"])
def test_a_channel_without_a_kind_is_told_which_there_are(said: str) -> None:
    with pytest.raises(ConfigurationError, match=", ".join(KINDS)):
        read(f"{BASE}  other: {said}\n")


def test_urls_that_stand_in_the_file_are_shown_by_their_host(good: Settings) -> None:
    assert str(good.channels[1].option("url")) == "https://hooks.example.com/***"
    assert good.heartbeat
    assert str(good.heartbeat.url) == "https://hc.example.com/***"
    assert good.heartbeat.url.reveal() == "https://hc.example.com/9f2c"
    assert good.heartbeat.every == MINUTE
    assert good.report.url == "https://status.example.com"


def test_a_heartbeat_may_be_its_url_alone() -> None:
    found = read(f"{BASE}heartbeat: https://hc.example.com/a\n").heartbeat
    assert found
    assert (found.url.reveal(), found.every) == ("https://hc.example.com/a", MINUTE)


def test_checks_depend_on_what_they_and_their_apis_say(good: Settings) -> None:
    assert {check.id: check.depends_on for check in good.checks} == {
        "orders/list": ("gateway",),
        "orders/search": ("gateway", "orders/list"),
        "gateway/health": (),  # all of its API depends on it, but it doesn't on itself
        "gateway/deep": ("gateway/health",),
    }


def test_what_a_check_depends_on_is_no_part_of_its_definition(good: Settings) -> None:
    text = GOOD.read_text().replace("depends_on: [orders/list]", "depends_on: []")
    before = {check.id: check.definition for check in good.checks}
    assert {check.id: check.definition for check in read(text).checks} == before


def test_a_long_row_of_dependencies_is_looked_through() -> None:
    checks = "".join(f"      c{n}: {{get: /, depends_on: [shop/c{n + 1}]}}\n" for n in range(3000))
    head = "version: 1\napis:\n  shop:\n    base_url: https://shop.example.com\n    checks:\n"
    found = read(f"{head}{checks}      c3000: {{get: /}}\n")
    assert found.checks[0].depends_on == ("shop/c1",)
    assert replace(found.checks[0], depends_on=()) != found.checks[0]


@pytest.mark.parametrize(
    ("apis", "names"),
    [
        ("{a: {checks: {x: {get: /}}}}", ["burn"]),
        (
            "{a: {slo: {availability: {target: 99.9%, window: 30d}}, checks: {x: {get: /, slo: {availability: {target: 99%, window: 30d}}}}}}",
            ["burn"],
        ),
        (
            "{a: {checks: {x: {get: /, slo: {availability: {target: 99%, window: 30d}}}, y: {get: /}}}}",
            ["burn", "burn-of-checks"],
        ),
    ],
)
def test_by_default_budgets_of_apis_are_watched_and_those_of_checks_where_their_api_has_none(
    apis: str, names: list[str]
) -> None:
    text = apis.replace("/", "https://a.example/")
    channel = "{hook: {type: webhook, url: https://b.example/}}"
    settings = loads(
        f"version: 1\napis: {text}\nchannels: {channel}\n".encode(), file="f", environment={}, folder=Path.cwd()
    )
    found = [rule for rule in settings.rules if "burn" in rule.name]
    assert [rule.name for rule in found] == names
    assert found[0].per is SubjectKind.API
    assert all(rule.scope.checks == ("a/x",) for rule in found[1:])
