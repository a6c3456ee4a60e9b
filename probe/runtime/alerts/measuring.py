"""Readings of metric conditions, from the store: what each rule's condition found of each of its subjects at a time of its grid.

1. A reading is due so long after the end of its window that the window's results are stored.
2. At each location it is read by itself, all windows of all rules at once; results in maintenance don't count.
3. It is breached where it is at as many locations as the rule wants.

It is the same whenever it is made, as long as single results are kept: so a backtest says what would have been told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe.alerting.estate import Estate
from probe.alerting.grid import SETTLING, Leaf, on_grid, step_of, times
from probe.alerting.measured import Known, Values
from probe.alerting.measures import Reading, Verdict, judged
from probe.model.alert import Certificate
from probe.model.check import Api, CheckFacts
from probe.model.maintenance import MaintenanceWindow
from probe.model.rule import AlertRule, Baseline, BurnCondition, MetricCondition, Subject
from probe.model.sla import AlertLevel, MaintenanceRule, SlaRules
from probe.model.units import DAY, HOUR, MINUTE, WEEK, Micros
from probe.runtime.alerts.attained import AskedBurn, Basis, Burns, Subjects, availability
from probe.runtime.alerts.values import Source, source_of
from probe.runtime.alerts.windows import Need, Windows
from probe.slo.maintenance import Periods, periods_by_check
from probe.slo.periods import Period
from probe.store import Store

CAUGHT_UP: Final[Micros] = HOUR
"""After a pause no more than that is looked at afterwards."""

CERTIFICATE_SEEN: Final[Micros] = DAY
"""Where a location saw a check's certificate so long before another did, its own tells nothing any more."""

_BACK: Final = {Baseline.YESTERDAY: DAY, Baseline.LAST_WEEK: WEEK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A condition of a rule's level that is looked at on a grid, and of whom.

    Attributes:
        step: of the grid.
        delay: how long after a time of the grid it may be read.
    """

    rule: AlertRule
    level: AlertLevel
    leaf: Leaf
    subjects: Subjects
    step: Micros
    delay: Micros

    @property
    def key(self) -> tuple[str, AlertLevel, str]:
        """No two conditions of a file share it."""
        return self.rule.name, self.level, self.leaf.path

    @property
    def is_burning(self) -> bool:
        """Whether it is about a budget; of what has no objective it says nothing."""
        return isinstance(self.leaf.condition, BurnCondition)


class Moment(NamedTuple):
    """A time of a condition's grid."""

    gauge: Gauge
    at: Micros


class Due(NamedTuple):
    """What is to be read; ascending, and what was left out because it is too long ago."""

    moments: tuple[Moment, ...]
    skipped: Period | None = None


class Measuring:
    """Reads what the metric conditions of some rules find."""

    def __init__(
        self,
        *,
        rules: Iterable[AlertRule],
        checks: Iterable[CheckFacts],
        apis: Iterable[Api],
        sla: SlaRules,
        zone: ZoneInfo,
        windows: tuple[MaintenanceWindow, ...] = (),
    ) -> None:
        self._estate = Estate.of(checks, apis, location="")
        self._sla = sla
        self._zone = zone
        self._windows = windows
        self._burns = Burns()
        self.gauges: Final = tuple(gauge for rule in rules for gauge in self._gauges(rule))

    def due(self, after: Micros, until: Micros) -> Due:
        """What becomes due in `(after, until]`, by the clock, but not what was more than `CAUGHT_UP` ago."""
        start = max(after, until - CAUGHT_UP)
        moments = [
            Moment(gauge, at)
            for gauge in self.gauges
            for at in times(gauge.step, start - gauge.delay, until - gauge.delay)
        ]
        skipped = Period(after, start) if after < start else None
        return Due(tuple(sorted(moments, key=lambda moment: moment.at)), skipped)

    def read(
        self, store: Store, moments: Sequence[Moment], certificates: Iterable[Certificate] = ()
    ) -> Iterator[Reading]:
        """What is found at these moments, in their order.

        Args:
            certificates: as each location saw them last; conditions on them know nothing without.

        Raises:
            StoreError: the store can't be read.
        """
        basis = Basis(
            store=store,
            checks=self._estate.checks,
            apis=self._estate.apis,
            sla=self._sla,
            zone=self._zone,
            windows=(*self._windows, *store.maintenance.windows()),
        )
        seen = _certificates(certificates)
        places = [
            _Place(basis, location, moments, seen.get(location, {}), self._burns) for location in store.locations()
        ]
        for moment in moments:
            found = [(place.location, place.judged(moment)) for place in places]
            for subject in moment.gauge.subjects:
                its = [(location, judged[subject]) for location, judged in found if subject in judged]
                if its or not moment.gauge.is_burning:
                    yield _reading(moment, subject, its)

    def _gauges(self, rule: AlertRule) -> Iterator[Gauge]:
        subjects = self._subjects(rule)
        longest = max((self._estate.checks[check].timeout for its in subjects.values() for check in its), default=0)
        for level in rule.levels:
            for leaf in on_grid(level.condition):
                yield Gauge(
                    rule=rule,
                    level=level.level,
                    leaf=leaf,
                    subjects=subjects,
                    step=MINUTE if isinstance(leaf.condition, BurnCondition) else step_of(leaf.condition.period),
                    delay=SETTLING + longest,
                )

    def _subjects(self, rule: AlertRule) -> Subjects:
        found = {subject: self._estate.checks_of(subject) for subject in self._estate.subjects(rule)}
        return {subject: tuple(check.id for check in checks) for subject, checks in found.items()}


class _Place:
    """What is found at one location."""

    def __init__(
        self, basis: Basis, location: str, moments: Sequence[Moment], certificates: dict[str, Micros], burns: Burns
    ) -> None:
        self.location = location
        self._basis = basis
        self._certificates = certificates
        self._burns = burns
        self._attained: dict[tuple[str, Period], dict[Subject, Known]] = {}
        needs = [need for moment in moments for need in _needs(moment)]
        with basis.store.ranges(location) as ranges:
            self._windows = Windows(ranges, needs, _maintained(basis, needs))

    def judged(self, moment: Moment) -> dict[Subject, Verdict]:
        """Of each subject; those without an objective are left out where it is about budgets."""
        gauge, at = moment
        condition = gauge.leaf.condition
        if isinstance(condition, BurnCondition):
            asked = AskedBurn(rule=gauge.rule.name, level=gauge.level, condition=condition, subjects=gauge.subjects)
            return self._burns.judged(self._basis, self.location, at, asked)
        found = self._values(gauge, condition, _window(condition, at), at)
        shift = _shift(condition)
        then = self._values(gauge, condition, _window(condition, at - shift), at) if shift else {}
        least = gauge.rule.min_samples
        return {
            subject: judged(condition, values, then.get(subject, _NOTHING) if shift else None, min_samples=least)
            for subject, values in found.items()
        }

    def _values(self, gauge: Gauge, condition: MetricCondition, window: Period, at: Micros) -> Mapping[Subject, Values]:
        match source_of(condition):
            case Source.CERTIFICATES:
                return {subject: self._expires_in(members, at) for subject, members in gauge.subjects.items()}
            case Source.AVAILABILITY:
                key = gauge.rule.name, window
                if key not in self._attained:
                    self._attained[key] = availability(self._basis, self.location, window, gauge.subjects)
                return self._attained[key]
            case _:
                return {
                    subject: self._windows.values(condition, window, members)
                    for subject, members in gauge.subjects.items()
                }

    def _expires_in(self, members: Iterable[str], at: Micros) -> Known:
        ends = [self._certificates[check] for check in members if check in self._certificates]
        return Known(min(ends) - at, 1, 1) if ends else _NOTHING


_NOTHING: Final = Known(0, 0, 0)


def _needs(moment: Moment) -> Iterator[Need]:
    condition = moment.gauge.leaf.condition
    if isinstance(condition, BurnCondition) or source_of(condition) in (Source.AVAILABILITY, Source.CERTIFICATES):
        return
    checks = frozenset(check for members in moment.gauge.subjects.values() for check in members)
    yield Need(condition, _window(condition, moment.at), checks)
    if shift := _shift(condition):
        yield Need(condition, _window(condition, moment.at - shift), checks)


def _window(condition: MetricCondition, at: Micros) -> Period:
    return Period(at - condition.period, at)


def _shift(condition: MetricCondition) -> Micros:
    """How long before it the window is that it is compared with; 0 where there is none."""
    return 0 if condition.baseline is None else _BACK.get(condition.baseline, condition.period)


def _maintained(basis: Basis, needs: Collection[Need]) -> dict[str, Periods]:
    """When each check is in maintenance; none ever is where the rules ignore that."""
    if not needs or basis.sla.maintenance is MaintenanceRule.IGNORE:
        return {}
    return periods_by_check(
        [(check.id, check.labels) for check in basis.checks.values()],
        basis.windows,
        start=min(need.window.start for need in needs),
        end=max(need.window.end for need in needs),
    )


def _certificates(certificates: Iterable[Certificate]) -> dict[str, dict[str, Micros]]:
    """When they end, by location and check; without what another location has seen differently since."""
    found = list(certificates)
    newest: dict[str, Micros] = {}
    for each in found:
        newest[each.check] = max(each.seen_at, newest.get(each.check, each.seen_at))
    by_location: defaultdict[str, dict[str, Micros]] = defaultdict(dict)
    for each in found:
        if newest[each.check] - each.seen_at <= CERTIFICATE_SEEN:
            by_location[each.location][each.check] = each.not_after
    return by_location


def _reading(moment: Moment, subject: Subject, found: Sequence[tuple[str, Verdict]]) -> Reading:
    """Of what was found at each location."""
    gauge, at = moment
    known = [each for each in found if each[1].is_breached is not None]
    breached = [each for each in known if each[1].is_breached]
    is_breached = len(breached) >= gauge.rule.min_locations if known else None
    location, (_, value, expected) = (breached or known or [*found, ("", _UNREAD)])[0]
    where = f" at {location}" if len(known) > 1 else ""
    return Reading(gauge.rule.name, gauge.level, gauge.leaf.path, subject, at, is_breached, value + where, expected)


_UNREAD: Final = Verdict(None, "no data", "")
