"""Store to the answer why there was an alert of a check, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from probe.alerting.explaining import Explanation, Material, explain
from probe.model.alert import Alert, Decision
from probe.model.check import CheckFacts, api_of
from probe.model.rule import Subject, SubjectKind
from probe.model.run import Run
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.runtime.maintenance import all_windows
from probe.slo.maintenance import periods
from probe.slo.periods import Period
from probe.store import Store

MOST_ALERTS: Final = 50
"""Of a period and a subject, the newest."""

_MOST_DECISIONS: Final = 500


def why(settings: Settings, store: Store, check: str, period: Period, *, location: str, now: Micros) -> Explanation:
    """Why there was an alert of the check in the period, or none.

    Raises:
        StoreError: the store can't be read.
    """
    facts = next((each.facts for each in settings.checks if each.id == check), None)
    alerts = _alerts(store, check, period)
    decisions = _decisions(store, alerts)
    messages = store.outbox.find({each.notification for each in decisions if each.notification})
    return explain(
        Material(
            check=check,
            start=period.start,
            end=period.end,
            now=now,
            facts=facts,
            rules=settings.rules,
            channels=[channel.name for channel in settings.channels],
            runs=_runs(store, check, period, location),
            alerts=alerts,
            decisions=decisions,
            messages=messages,
            tries={each.message.id: store.outbox.tries(each.message.id) for each in messages},
            maintenance=tuple(_maintenance(settings, store, facts, period)) if facts else (),
            silences=store.silences.silences(ended=True, now=now),
            seen_at=store.alerts.last_seen().get(location),
            max_gap=settings.sla.max_gap,
        )
    )


def _alerts(store: Store, check: str, period: Period) -> tuple[Alert, ...]:
    """Those of the check, and those of its API as a whole, that went on in the period."""
    subjects = Subject(SubjectKind.CHECK, check), Subject(SubjectKind.API, api_of(check))
    return tuple(
        alert
        for subject in subjects
        for alert in store.alerts.alerts(subject=subject, start=period.start, end=period.end, limit=MOST_ALERTS)
    )


def _decisions(store: Store, alerts: Sequence[Alert]) -> list[Decision]:
    """The oldest first."""
    return [
        each for alert in alerts for each in reversed(store.alerts.decisions(alert=alert.id, limit=_MOST_DECISIONS))
    ]


def _runs(store: Store, check: str, period: Period, location: str) -> tuple[Run, ...]:
    with store.ranges(location) as ranges:
        level = ranges.levels(*period, checks=[check], latency=False).get(check)
    return tuple(level.runs) if level else ()


def _maintenance(
    settings: Settings, store: Store, facts: CheckFacts, period: Period
) -> Iterator[tuple[str, Micros, Micros]]:
    for window in all_windows(settings, store):
        if window.scope.holds(facts.id, facts.labels):
            for found in periods(window, start=period.start, end=period.end):
                yield window.name, found.start, found.end
