"""Rules over stored history: what they would have told, by the same functions that tell it live.

1. The states of checks are folded to turns, as the writer does it result by result.
2. Metric conditions are read on their grid, some hours at a time, and folded as long as they must hold.
3. Each rule and subject is gone over from one change to the next: when it would have fired, and until when.
4. What fired is held against the confirmed outages of the same checks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe.alerting.backtest import Firing, Replayed, replayed
from probe.alerting.begun import Begun
from probe.alerting.conditions import Found, MetricPath, View, judge
from probe.alerting.estate import Estate, Pair
from probe.alerting.grid import times
from probe.alerting.holding import QUIET, Holding, Terms, advance
from probe.alerting.measures import Reading
from probe.alerting.watching import Turned, Watched, folded, watched
from probe.model.alert import Signal, Turn
from probe.model.check import Api, CheckFacts
from probe.model.incident import Outage
from probe.model.leaves import leaves
from probe.model.maintenance import MaintenanceWindow
from probe.model.result import State
from probe.model.rule import AlertRule, Condition, MetricCondition, ProberCondition, Subject, SubjectKind
from probe.model.sla import SlaRules
from probe.model.units import DAY, HOUR, Micros, to_iso
from probe.runtime.alerts.measuring import Gauge, Measuring, Moment
from probe.runtime.alerts.values import Source, source_of
from probe.runtime.sla import SlaJob, subjects_of
from probe.slo.periods import Period
from probe.store import Store

AT_ONCE: Final[Micros] = 6 * HOUR
"""Of the grid: so much is read at once."""

_BEFORE: Final[Micros] = DAY
"""So long before the period states are looked at, so that what had begun then is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestJob:
    """What to replay.

    Attributes:
        checks: those that rules may be about.
        windows: of maintenance, wherever they were declared.
        location: whose outages count.
    """

    rules: tuple[AlertRule, ...]
    checks: tuple[CheckFacts, ...]
    apis: tuple[Api, ...]
    sla: SlaRules
    zone: ZoneInfo
    windows: tuple[MaintenanceWindow, ...]
    location: str
    period: Period
    now: Micros


class _Change(NamedTuple):
    """Of what a rule's conditions rest on: a state turned, or a metric's condition holds, or doesn't any more."""

    at: Micros
    turn: Turn | None = None
    metric: tuple[MetricPath, Found | None] | None = None


class Backtest:
    """Replays rules, step by step."""

    def __init__(self, job: BacktestJob, store: Store) -> None:
        self._job = job
        self._store = store
        self._estate = Estate.of(job.checks, job.apis, location=job.location)
        self._about = self._estate.about({rule.name: self._estate.subjects(rule) for rule in job.rules})
        self._measuring = Measuring(
            rules=job.rules, checks=job.checks, apis=job.apis, sla=job.sla, zone=job.zone, windows=job.windows
        )
        self._terms = {gauge.key: Terms.of(gauge.rule, gauge.leaf.condition) for gauge in self._measuring.gauges}
        self._changes: defaultdict[Pair, list[_Change]] = defaultdict(list)
        self._holdings: dict[MetricPath, Holding] = {}

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self._pieces()) + 1

    def run(self) -> Iterator[int]:
        """Reads all that is needed; gives how many steps are done.

        Raises:
            StoreError: the store can't be read.
        """
        self._turn()
        yield 1
        for number, piece in enumerate(self._pieces(), start=2):
            moments = [
                Moment(gauge, at)
                for gauge in self._measuring.gauges
                for at in times(gauge.step, piece.start, piece.end)
            ]
            by_gauge = {moment.gauge.key: moment.gauge for moment in moments}
            for reading in self._measuring.read(self._store, sorted(moments, key=lambda moment: moment.at)):
                self._read(by_gauge[reading.rule, reading.level, reading.path], reading)
            yield number

    def outcome(self) -> tuple[Replayed, ...]:
        """What each rule would have told, of those that history tells anything of."""
        outages = self._outages()
        return tuple(
            replayed(
                rule,
                {subject: tuple(self._firings(rule, subject)) for subject in self._estate.subjects(rule)},
                outages,
                estate=self._estate,
                start=self._job.period.start,
                end=self._job.period.end,
                max_gap=self._job.sla.max_gap,
            )
            for rule in self._job.rules
            if _is_replayed(rule)
        )

    def _pieces(self) -> list[Period]:
        """From early enough to know what had held for some time when the period began."""
        if not self._measuring.gauges:
            return []
        start, end = self._job.period
        start -= max(terms.remembered * terms.step + terms.held.duration for terms in self._terms.values())
        return [Period(low, min(low + AT_ONCE, end)) for low in range(start, end, AT_ONCE)]

    def _turn(self) -> None:
        """What turned in the checks."""
        watches = watched(self._job.checks, self._job.rules, max_gap=self._job.sla.max_gap)
        start = self._job.period.start - _BEFORE - max((each.memory for each in watches.values()), default=0)
        for location in self._store.locations() if watches else ():
            with self._store.ranges(location) as ranges:
                levels = ranges.levels(start, self._job.period.end, checks=watches, latency=False)
            for check, level in levels.items():
                _, turned = folded(level.runs, watches[check])
                self._note([self._turn_of(watches[check], location, each) for each in turned])

    def _turn_of(self, of: Watched, location: str, turned: Turned) -> Turn:
        """As if each attempt took no time, but what there is between fast retries."""
        confirm = self._estate.checks[of.check].confirm
        retried = confirm.retries * confirm.after if turned.began and turned.watch.state is State.DOWN else 0
        return Turn(
            check=of.check,
            location=location,
            watch=turned.watch,
            began=turned.began,
            slot=turned.slot,
            known_at=turned.sure_at + retried,
        )

    def _note(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            for pair in self._about.get(turn.check, ()):
                self._changes[pair].append(_Change(turn.known_at, turn=turn))

    def _read(self, gauge: Gauge, reading: Reading) -> None:
        """What a reading changes."""
        path: MetricPath = reading.rule, reading.level, reading.path, reading.subject
        before = self._holdings.get(path, QUIET)
        after = self._holdings[path] = advance(before, reading, self._terms[gauge.key])
        if (before.held_at, before.has_data) == (after.held_at, after.has_data):
            return
        found = None
        if after.held_at is not None and after.since is not None:
            found = Found(after.since, after.held_at, reading.value, reading.expected, has_data=after.has_data)
        self._changes[reading.rule, reading.subject].append(_Change(reading.at + gauge.delay, metric=(path, found)))

    def _firings(self, rule: AlertRule, subject: Subject) -> Iterator[Firing]:
        """When the rule would have been in alert of the subject, in the period."""
        start, end = self._job.period
        firing: Firing | None = None
        for at, signal in self._signals(rule, subject):
            if signal and firing is None:
                firing = Firing(
                    subject, signal.level, signal.since, signal.held_at, None, signal.reading, signal.expected
                )
            elif signal and firing:
                firing = firing.at_least(signal.level, signal.reading)
            elif firing:
                if at > start and firing.fired_at < end:
                    yield firing._replace(resolved_at=at)
                firing = None
        if firing and firing.fired_at < end:
            yield firing

    def _signals(self, rule: AlertRule, subject: Subject) -> Iterator[tuple[Micros, Signal | None]]:
        """What holds after each change; and when a state has been for as long as it must."""
        changes = sorted(self._changes.get((rule.name, subject), ()), key=lambda change: change.at)
        begun, metrics = Begun(), dict[MetricPath, Found]()
        for number, change in enumerate(changes):
            if change.turn:
                begun.apply(change.turn)
            if change.metric:
                path, found = change.metric
                metrics.pop(path, None)
                if found:
                    metrics[path] = found
            until = changes[number + 1].at if number + 1 < len(changes) else self._job.period.end
            moment: Micros | None = change.at
            while moment is not None:
                judged = judge(
                    rule, subject, View(now=moment, estate=self._estate, begun=begun.by_check, metrics=metrics)
                )
                yield moment, judged.signal
                moment = judged.again_at if judged.again_at is not None and moment < judged.again_at < until else None

    def _outages(self) -> dict[Subject, tuple[Outage, ...]]:
        """Those that were confirmed, as `probe sla` counts them."""
        job = SlaJob(
            period=self._job.period,
            now=self._job.now,
            zone=self._job.zone,
            location=self._job.location,
            rules=self._job.sla,
            checks=tuple(replace(check, objectives=()) for check in self._job.checks),
            apis=tuple(replace(api, objectives=()) for api in self._job.apis),
            wanted={check.id for check in self._job.checks},
            windows=self._job.windows,
            latency=False,
        )
        found = subjects_of(job, self._store)
        by_kind = ((SubjectKind.CHECK, found.checks), (SubjectKind.API, found.apis))
        return {Subject(kind, each.id): each.past.outages for kind, subjects in by_kind for each in subjects}


def remarks(job: BacktestJob, store: Store) -> tuple[str, ...]:
    """What history can't tell of the rules, a sentence each.

    Raises:
        StoreError: the store can't be read.
    """
    conditions = [(rule.name, each) for rule in job.rules for level in rule.levels for each in leaves(level.condition)]
    told = dict.fromkeys(
        f"{name}: {what} is not kept, so that it is not replayed"
        for name, each in conditions
        if (what := _not_kept(each))
    )
    with store.ranges(job.location) as ranges:
        kept_from = ranges.singles_from
    if kept_from > job.period.start:
        told |= dict.fromkeys(
            f"{name}: `{each.text}` needs single results, which are kept from {to_iso(kept_from)} on"
            for name, each in conditions
            if isinstance(each, MetricCondition) and source_of(each) is Source.SINGLES
        )
    return tuple(told)


def _is_replayed(rule: AlertRule) -> bool:
    return any(not _not_kept(part) for level in rule.levels for part in leaves(level.condition))


def _not_kept(condition: Condition) -> str:
    if isinstance(condition, ProberCondition):
        return "how the prober itself was"
    if isinstance(condition, MetricCondition) and source_of(condition) is Source.CERTIFICATES:
        return "when certificates ended"
    return ""
