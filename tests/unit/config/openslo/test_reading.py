from __future__ import annotations

from fractions import Fraction

import pytest

from probe.model.sla import BURN_WINDOWS, AlertLevel, BurnWindow, CalendarUnit, Method, Objective, ObjectiveKind
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE
from tests.unit.config.openslo.material import LATENCY, SLO, changed, only, read, told

WINDOW = "timeWindow: [{duration: 28d, isRolling: true}]"
TARGET = "objectives: [{target: 0.995}]"
POLICY = """\
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: fast}
      spec:
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec:
              severity: page
              condition: {kind: burnrate, op: gte, threshold: 13.44, lookbackWindow: 1h, shortWindow: 5m, alertAfter: 0m}
        notificationTargets: []
"""


def calendar(duration: str, start: str, zone: str = "Europe/Berlin") -> str:
    window = f"timeWindow: [{{duration: {duration}, calendar: {{startTime: {start}, timeZone: {zone}}}}}]"
    return changed(SLO, (WINDOW, window))


def test_an_slo_is_an_objective_of_its_service() -> None:
    imported, _ = read(SLO)

    (placed,) = imported.placed
    assert (placed.api, placed.check, placed.zone) == ("web", None, None)
    assert placed.objective == Objective(
        name="web-availability",
        kind=ObjectiveKind.AVAILABILITY,
        target=Fraction("0.995"),
        window=28 * DAY,
        method=Method.OCCURRENCES,
    )


def test_a_threshold_below_which_a_latency_is_good_is_a_latency_objective() -> None:
    objective = only(LATENCY)

    assert (objective.kind, objective.under) == (ObjectiveKind.LATENCY, 300 * MILLISECOND)
    assert objective.method is None


@pytest.mark.parametrize(("unit", "value", "under"), [("ms", 300, 300_000), ("us", 5, 5), ("s", 2, 2_000_000)])
def test_the_unit_of_a_latency_stands_in_an_annotation(unit: str, value: int, under: int) -> None:
    text = changed(LATENCY, ("probe/unit: s", f"probe/unit: {unit}"), ("value: 0.3", f"value: {value}"))

    assert only(text).under == under


def test_a_latency_without_a_unit_is_seconds_and_that_is_told() -> None:
    imported, findings = read(changed(LATENCY, (", annotations: {probe/unit: s}", "")))

    assert imported.placed[0].objective.under == 300 * MILLISECOND
    assert told(findings.lost) == [
        "slos.yaml:9:25: spec.objectives[0].value: is taken as seconds: 300ms; the annotation probe/unit says otherwise"
    ]


def test_a_latency_that_would_be_minutes_needs_its_unit() -> None:
    imported, findings = read(changed(LATENCY, (", annotations: {probe/unit: s}", ""), ("value: 0.3", "value: 300")))

    assert imported.placed == ()
    assert [problem.message for problem in findings.refused] == [
        "would be 5m, for seconds are taken where nothing else is said; say it with the annotation probe/unit: ms (or s, us)"
    ]


def test_a_latency_above_a_value_is_no_objective_here() -> None:
    imported, findings = read(changed(LATENCY, ("op: lt", "op: gt")))

    assert imported.placed == ()
    assert told(findings.refused) == [
        "slos.yaml:9:17: spec.objectives[0].op: a latency is good below a value here, never above one"
    ]


@pytest.mark.parametrize(
    ("method", "more", "expected"),
    [
        ("Occurrences", "", (Method.OCCURRENCES, None, None)),
        ("Timeslices", "timeSliceTarget: 0.95, timeSliceWindow: 1m, ",
         (Method.TIMESLICES, MINUTE, Fraction(95, 100))),
        ("Timeslices", "timeSliceTarget: 1, timeSliceWindow: 5, ", (Method.TIMESLICES, 5 * MINUTE, Fraction(1))),
        ("RatioTimeslices", "timeSliceWindow: 1h, ", (Method.RATIO_TIMESLICES, HOUR, None)),
    ],
)  # fmt: skip
def test_budgeting_methods_are_ours(
    method: str, more: str, expected: tuple[Method, int | None, Fraction | None]
) -> None:
    found = only(changed(SLO, ("Method: Occurrences", f"Method: {method}"), ("{target", f"{{{more}target")))

    assert (found.method, found.slice, found.slice_target) == expected


@pytest.mark.parametrize(("text", "target"), [("target: 0.9995", "0.9995"), ("targetPercent: 99.95", "0.9995")])
def test_a_target_is_read_exactly(text: str, target: str) -> None:
    assert only(changed(SLO, ("target: 0.995", text))).target == Fraction(target)


@pytest.mark.parametrize(("text", "days"), [("4w", 28), ("28d", 28), ("672h", 28), ("40320m", 28), ("1d", 1)])
def test_windows_that_roll_are_durations(text: str, days: int) -> None:
    assert only(changed(SLO, ("28d", text))).window == days * DAY


@pytest.mark.parametrize(("text", "days"), [("1M", 30), ("2Q", 180), ("1Y", 365)])
def test_a_month_that_rolls_has_30_days_and_that_is_told(text: str, days: int) -> None:
    imported, findings = read(changed(SLO, ("28d", text)))

    assert imported.placed[0].objective.window == days * DAY
    assert told(findings.lost) == [f"slos.yaml:13:17: spec.timeWindow[0].duration: rolls over {days}d"]


@pytest.mark.parametrize(
    ("duration", "start", "unit"),
    [
        ("1d", "2026-05-17 00:00:00", CalendarUnit.DAY),
        ("24h", "2026-05-17T00:00:00", CalendarUnit.DAY),
        ("1w", "2024-01-01 00:00:00", CalendarUnit.WEEK),
        ("7d", "2026-11-16 00:00:00", CalendarUnit.WEEK),
        ("1M", "2026-02-01 00:00:00", CalendarUnit.MONTH),
        ("1Q", "2026-07-01 00:00:00", CalendarUnit.QUARTER),
        ("3M", "2026-10-01 00:00:00", CalendarUnit.QUARTER),
        ("1Y", "2020-01-01 00:00:00", CalendarUnit.YEAR),
        ("12M", "2020-01-01 00:00:00", CalendarUnit.YEAR),
        ("4Q", "2020-01-01 00:00:00", CalendarUnit.YEAR),
    ],
)
def test_windows_of_the_calendar_are_ours_where_they_begin_with_it(
    duration: str, start: str, unit: CalendarUnit
) -> None:
    imported, findings = read(calendar(duration, start))

    assert (findings.mistakes, findings.refused, findings.lost) == ([], [], [])
    assert (imported.placed[0].objective.window, imported.placed[0].zone) == (unit, "Europe/Berlin")


@pytest.mark.parametrize(
    ("duration", "start", "reason"),
    [
        ("1d", "2020-01-21 12:30:00", "windows of 1d begin at 00:00 here"),
        ("1w", "2022-01-01 12:00:00", "this one begins Saturday 2022-01-01 12:00:00"),
        ("1w", "2026-11-17 00:00:00", "windows of 1w begin on Mondays at 00:00 here"),
        ("1M", "2026-11-02 00:00:00", "windows of 1M begin on the first of a month"),
        ("1Q", "2026-11-01 00:00:00", "begin on the first of January, April, July and October"),
        ("1Y", "2026-04-01 00:00:00", "begin on the first of January at 00:00 here"),
        ("2M", "2026-01-01 00:00:00", "windows of the calendar are 1d, 1w, 1M, 1Q, 1Y here; 2M is none of them"),
        ("366d", "2026-01-01 00:00:00", "366d is none of them"),
    ],
)
def test_other_windows_of_the_calendar_are_refused_with_the_reason(duration: str, start: str, reason: str) -> None:
    imported, findings = read(calendar(duration, start))

    assert imported.placed == ()
    assert findings.mistakes == []
    (problem,) = findings.refused
    assert reason in problem.message


def test_a_refusal_hides_no_mistake() -> None:
    text = calendar("1d", "2020-01-21 12:30:00") + "  alertPolicies: [nowhere]\n"
    _, findings = read(text)

    assert len(findings.refused) == 1
    assert [problem.message for problem in findings.mistakes] == [
        'there is no AlertPolicy of the name "nowhere"; name the file that has it too'
    ]


def test_an_alert_policy_is_a_pair_of_burn_windows() -> None:
    expected = BurnWindow(level=AlertLevel.CRITICAL, long=HOUR, short=5 * MINUTE, budget=Fraction(2, 100))

    assert only(SLO + POLICY).burn == (expected,)


def test_without_a_policy_the_usual_windows_tell() -> None:
    assert only(SLO).burn == BURN_WINDOWS


def test_without_a_short_window_a_twelfth_is_taken_and_that_is_told() -> None:
    imported, findings = read(SLO + changed(POLICY, ("shortWindow: 5m, ", ""), ("1h", "6h")))

    assert imported.placed[0].objective.burn[0].short == 30 * MINUTE
    assert [problem.message for problem in findings.lost] == ["there is no shortWindow, which v1 lacks; 30m is taken"]


@pytest.mark.parametrize(
    ("severity", "level"),
    [("page", AlertLevel.CRITICAL), ("Critical", AlertLevel.CRITICAL), ("ticket", AlertLevel.WARNING),
     ("sev2", AlertLevel.WARNING), ("info", AlertLevel.INFO)],
)  # fmt: skip
def test_severities_are_levels(severity: str, level: AlertLevel) -> None:
    assert only(SLO + changed(POLICY, ("page", severity))).burn[0].level is level


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: page", "severity: hot", "is none that is known here; warning is taken"),
        ("alertAfter: 0m", "alertAfter: 3m", "is not taken over: it is told as soon as both windows burn"),
        ("op: gte", "op: lte", "a burn rate that must not be too low is not taken over"),
        ("kind: burnrate", "kind: other", 'a condition of the kind "other" is not taken over'),
        ("lookbackWindow: 1h", "lookbackWindow: 5w", "is longer than the objective's window, 28d; not taken over"),
        ("threshold: 13.44", "threshold: 700",
         "is not taken over: at that rate no budget, or more than all of it, is gone after the window"),
        ("notificationTargets: []", "notificationTargets: [{targetRef: mail}]",
         "a notification target is not taken over"),
        ("conditions:", "alertWhenBreaching: false\n        conditions:",
         "a policy that doesn't tell of breaching is not taken over"),
        ("conditions:", "alertWhenResolved: true\n        conditions:", "is not taken over"),
        ("shortWindow: 5m", "shortWindow: 1h", "is not shorter than lookbackWindow; not taken over"),
    ],
)  # fmt: skip
def test_what_no_pair_of_windows_says_is_told(old: str, new: str, message: str) -> None:
    imported, findings = read(SLO + changed(POLICY, (old, new)))

    assert len(imported.placed) == 1
    assert findings.mistakes == []
    assert message in [problem.message for problem in findings.lost]


def test_objects_of_their_own_are_found_by_name_in_any_order() -> None:
    text = (
        SLO + "  alertPolicies: [fast]\n"
        "---\n"
        "- {apiVersion: openslo/v1, kind: AlertCondition, metadata: {name: quick}, spec: {severity: page,\n"
        "   condition: {threshold: 5.6, lookbackWindow: 6h, shortWindow: 30m}}}\n"
        "- {apiVersion: openslo/v1, kind: AlertPolicy, metadata: {name: fast},\n"
        "   spec: {conditions: [{conditionRef: quick}], notificationTargets: []}}\n"
    )

    assert only(text).burn == (
        BurnWindow(level=AlertLevel.CRITICAL, long=6 * HOUR, short=30 * MINUTE, budget=Fraction(5, 100)),
    )


def test_several_objectives_of_an_slo_are_told_apart() -> None:
    imported, _ = read(changed(SLO, (TARGET, "objectives: [{displayName: Gold Plan, target: 0.99}, {target: 0.9}]")))

    assert [placed.objective.name for placed in imported.placed] == ["web-availability-gold-plan", "web-availability-2"]


def test_whatever_is_not_read_is_told() -> None:
    text = (
        changed(
            SLO,
            ("metadata: {name: web-availability}", "metadata: {name: a, labels: {team: x}, displayName: A}"),
            ("total: {metricSource: {type: probe,", "total: {metricSource: {type: Prometheus,"),
            ("  service: web\n", "  description: For people\n  service: web\n  owner: me\n"),
            ("{target: 0.995}", "{target: 0.995, compositeWeight: 2}"),
        )
        + "---\n{apiVersion: openslo/v1, kind: DataSource, metadata: {name: d}, spec: {type: Prometheus}}\n"
        + "---\n{apiVersion: openslo/v1, kind: AlertNotificationTarget, metadata: {name: n}, spec: {target: mail}}\n"
        + "---\n{apiVersion: openslo/v1, kind: AlertPolicy, metadata: {name: p}, spec: {}}\n"
    )
    total = "spec.indicator.spec.ratioMetric.total.metricSource"
    imported, findings = read(text)

    assert len(imported.placed) == 1
    assert findings.mistakes == []
    assert told(findings.lost) == [
        "slos.yaml:3:21: metadata.labels: is not taken over",
        "slos.yaml:3:40: metadata.displayName: is not taken over",
        "slos.yaml:5:3: spec.description: is not taken over",
        "slos.yaml:7:3: spec.owner: is not taken over",
        f"slos.yaml:14:17: {total}: is not taken over: probe measures by its own checks",
        "slos.yaml:17:32: spec.objectives[0].compositeWeight: is not taken over",
        "slos.yaml:19:1: DataSource: is not taken over",
        "slos.yaml:21:1: AlertNotificationTarget: is not taken over",
        "slos.yaml:23:1: AlertPolicy: no SLO refers to it",
    ]


def test_a_composite_is_refused() -> None:
    imported, findings = read(
        changed(SLO, ("{target: 0.995}", "{target: 0.995, indicatorRef: other, compositeWeight: 2}"))
    )

    assert imported.placed == ()
    assert [problem.message for problem in findings.refused] == [
        "objectives with indicators of their own (a composite) are not known here"
    ]


def test_latencies_by_slices_are_refused() -> None:
    imported, findings = read(changed(LATENCY, ("Occurrences", "RatioTimeslices")))

    assert imported.placed == ()
    assert [problem.message for problem in findings.refused] == [
        "a latency objective counts results here, which is budgetingMethod: Occurrences"
    ]
