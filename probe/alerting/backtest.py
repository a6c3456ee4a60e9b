"""What a rule would have told, held against the outages that there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from probe.alerting.estate import Estate
from probe.alerting.grouping import URGENCY
from probe.model.incident import Outage
from probe.model.rule import AlertRule, Subject
from probe.model.run import MAX_GAP
from probe.model.sla import AlertLevel
from probe.model.units import Micros


class Firing(NamedTuple):
    """A rule would have been in alert.

    Attributes:
        level: the most urgent that it had.
        since, fired_at, resolved_at: as of `Alert`; the last is `None` where it went on at the period's end.
        reading, expected: when it fired; of one that became more urgent, when it did.
    """

    subject: Subject
    level: AlertLevel
    since: Micros
    fired_at: Micros
    resolved_at: Micros | None
    reading: str
    expected: str

    def at_least(self, level: AlertLevel, reading: str) -> Firing:
        """The same, where it became more urgent."""
        return self._replace(level=level, reading=reading) if URGENCY[level] > URGENCY[self.level] else self

    def touches(self, outage: Outage) -> bool:
        """Whether the alert and the outage have any moment in common, from when the trouble began on."""
        is_before = self.resolved_at is not None and self.resolved_at <= outage.start
        return not is_before and (outage.end is None or self.since < outage.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What one rule would have told in a period.

    Attributes:
        firings: in the order in which they fired.
        lasted: how long all of them were, inside the period.
        flaps: how many fired again within `max_gap` of the end of the one before.
        messages: that one channel would have got, reminders left out.
        missed: outages of whom it is about, in which it was never in alert.
        false_alarms: how many fired where there was no outage.
    """

    rule: AlertRule
    firings: tuple[Firing, ...]
    lasted: Micros
    flaps: int
    messages: int
    missed: tuple[tuple[Subject, Outage], ...]
    false_alarms: int


def replayed(
    rule: AlertRule,
    firings: Mapping[Subject, Sequence[Firing]],
    outages: Mapping[Subject, Sequence[Outage]],
    *,
    estate: Estate,
    start: Micros,
    end: Micros,
    max_gap: Micros | None = None,
) -> Replayed:
    """What a rule told, by subject, in `[start, end)`.

    Args:
        max_gap: `None` is twice the longest interval of whom it is about.
    """
    every = sorted((each for its in firings.values() for each in its), key=lambda each: each.fired_at)
    its_outages = {
        subject: [
            each for each in outages.get(subject, ()) if each.start < end and (each.end is None or each.end > start)
        ]
        for subject in firings
    }
    return Replayed(
        rule=rule,
        firings=tuple(every),
        lasted=sum(min(end, each.resolved_at or end) - max(start, each.fired_at) for each in every),
        flaps=sum(_flaps(its, max_gap or _gap(subject, estate)) for subject, its in firings.items()),
        messages=_messages(rule, every, estate),
        missed=tuple(
            (subject, outage)
            for subject, its in its_outages.items()
            for outage in its
            if not any(each.touches(outage) for each in firings[subject])
        ),
        false_alarms=sum(not any(map(each.touches, its_outages[each.subject])) for each in every),
    )


def _flaps(firings: Sequence[Firing], max_gap: Micros) -> int:
    ended = [(before.resolved_at, after.fired_at) for before, after in pairwise(firings)]
    return sum(end is not None and fired - end <= max_gap for end, fired in ended)


def _gap(subject: Subject, estate: Estate) -> Micros:
    return MAX_GAP * max((check.interval for check in estate.checks_of(subject)), default=0)


def _messages(rule: AlertRule, firings: Iterable[Firing], estate: Estate) -> int:
    groups: defaultdict[tuple[str, ...], list[tuple[Micros, int]]] = defaultdict(list)
    for each in firings:
        changes = groups[_group(rule, each, estate)]
        changes.append((each.fired_at, 1))
        if each.resolved_at is not None:
            changes.append((each.resolved_at, -1))
    return sum(_of_group(rule, sorted(changes)) for changes in groups.values())


def _group(rule: AlertRule, firing: Firing, estate: Estate) -> tuple[str, ...]:
    subject = firing.subject
    check = estate.checks.get(subject.id)
    known = {
        "api": estate.api_of(subject),
        "check": subject.id,
        "level": firing.level.value,
        "host": check.host if check else "",
    }
    labels = dict(estate.labels(subject))
    return tuple(known.get(name, labels.get(name, "")) for name in rule.grouping.by)


def _of_group(rule: AlertRule, changes: Sequence[tuple[Micros, int]]) -> int:
    """The first message waits for others, later ones for the interval; what is over before that is not told at all."""
    told, firing = 0, 0
    due: Micros | None = None
    last: Micros | None = None
    for at, change in changes:
        if due is not None and at > due:
            told, last, due = told + 1, due if firing else None, None
        firing += change
        is_news = change > 0 or rule.resolved
        if due is None and is_news:
            due = at + rule.grouping.wait if last is None else max(at, last + rule.grouping.interval)
        if not firing and last is None:
            due = None
    return told + (due is not None)
