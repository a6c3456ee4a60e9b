from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from probe.alerting.estate import Estate
from probe.alerting.titles import Names, ordered, status_of, title_of, worst
from probe.model.alert import Alert
from probe.model.check import Api, CheckFacts, Confirm, Operator
from probe.model.maintenance import Scope
from probe.model.notification import Occasion
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    BurnCondition,
    Condition,
    LevelRule,
    Metric,
    MetricCondition,
    StateCondition,
    Statistic,
    Subject,
    SubjectKind,
)
from probe.model.sla import AlertLevel
from probe.model.units import DAY, MINUTE, Micros, from_iso

AT = from_iso("2026-11-20T10:00:00Z")


def rule(name: str, condition: Condition) -> AlertRule:
    levels = tuple(LevelRule(level=level, condition=condition, notify=("mail",)) for level in AlertLevel)
    return AlertRule(name=name, scope=Scope(), levels=levels)


def metric(metric: Metric, text: str) -> MetricCondition:
    return MetricCondition(
        text=text,
        metric=metric,
        statistic=Statistic.LAST,
        period=MINUTE,
        operator=Operator.LESS,
        threshold=Fraction(14 * DAY),
    )


SLOW = "p95(latency) over 5m > 800ms"
RULES = (
    rule("down", StateCondition(state=State.DOWN)),
    rule("no-data", StateCondition(state=State.UNKNOWN)),
    rule("slow", metric(Metric.LATENCY, SLOW)),
    rule("certificate", metric(Metric.CERTIFICATE, "certificate.expires_in < 14d")),
    rule("burn", BurnCondition()),
    rule("both", AllOf(conditions=(BurnCondition(), StateCondition(state=State.DOWN)))),
)
CONFIRM = Confirm(retries=0, after=0)
NAMES = Names(
    estate=Estate.of(
        [
            CheckFacts(
                id=f"orders/{name}",
                api="orders",
                name=name,
                method="GET",
                url="https://x.test/",
                interval=MINUTE,
                timeout=MINUTE,
                confirm=CONFIRM,
            )
            for name in ("checkout", "list")
        ],
        [Api(id="orders", name="Orders API")],
        location="berlin",
    ),
    rules={each.name: each for each in RULES},
)
GROUP = (("api", "orders"),)


def alert(
    subject: str = "orders/checkout",
    rule: str = "down",
    *,
    kind: SubjectKind = SubjectKind.CHECK,
    level: AlertLevel = AlertLevel.CRITICAL,
    at: Micros = AT,
) -> Alert:
    return Alert(
        id=f"a-{subject}-{rule}",
        rule=rule,
        subject=Subject(kind, subject),
        level=level,
        since=at,
        fired_at=at,
        reading="",
    )


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("down", "Orders API: checkout is down"),
        ("no-data", "Orders API: checkout has no data"),
        ("slow", f"Orders API: checkout has {SLOW}"),
        ("certificate", "Orders API: checkout has a certificate that ends soon"),
        ("burn", "Orders API: checkout burns its error budget too fast"),
        ("both", "Orders API: checkout is in alert (both)"),
        ("gone", "Orders API: checkout is in alert (gone)"),
    ],
)
def test_a_title_says_where_and_what(rule: str, title: str) -> None:
    assert title_of([alert(rule=rule)], GROUP, NAMES) == title


def test_several_of_one_kind_are_counted() -> None:
    assert title_of([alert(), alert("orders/list")], GROUP, NAMES) == "Orders API: 2 checks are down"


def test_several_kinds_are_just_alerts() -> None:
    assert title_of([alert(), alert("orders/list", "slow")], GROUP, NAMES) == "Orders API: 2 checks are in alert"


def test_an_api_as_a_whole_is_named_once() -> None:
    assert title_of([alert("orders", kind=SubjectKind.API)], GROUP, NAMES) == "Orders API is down"


def test_the_prober_stands_for_itself() -> None:
    assert title_of([alert("berlin", kind=SubjectKind.PROBER)], (), NAMES) == "The prober at berlin is in trouble"


def test_checks_of_several_apis_are_named_by_what_groups_them() -> None:
    alerts = [alert(), alert("billing/pay")]
    assert title_of(alerts, (("team", "commerce"),), NAMES) == "commerce: 2 checks are down"
    assert title_of(alerts, (), NAMES) == "2 checks are down"


def test_what_no_file_defines_any_more_goes_by_its_id() -> None:
    assert title_of([alert("old/check")], (), NAMES) == "old: old/check is down"


@pytest.mark.parametrize(
    ("occasion", "status"),
    [
        (Occasion.FIRING, "WARNING"),
        (Occasion.UPDATE, "UPDATE"),
        (Occasion.RESOLVED, "RESOLVED"),
        (Occasion.REMINDER, "REMINDER"),
        (Occasion.ESCALATION, "ESCALATED"),
        (Occasion.TEST, "TEST"),
    ],
)
def test_a_status_says_why_the_message_came(occasion: Occasion, status: str) -> None:
    assert status_of(occasion, AlertLevel.WARNING) == status


def test_the_worst_and_the_newest_come_first() -> None:
    over = replace(alert("a/over"), resolved_at=AT + MINUTE)
    info = alert("a/info", level=AlertLevel.INFO, at=AT + MINUTE)
    old, late, new = alert("a/old"), alert("a/late", at=AT + MINUTE), alert("a/new")
    assert ordered([over, info, old, late, new], frozenset({new.id})) == [new, late, old, info, over]


def test_what_is_over_makes_nothing_more_urgent() -> None:
    over = replace(alert(), resolved_at=AT)
    warning = alert("orders/list", level=AlertLevel.WARNING)
    assert worst([over, warning]) is AlertLevel.WARNING
    assert worst([over]) is AlertLevel.CRITICAL
