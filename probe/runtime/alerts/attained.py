"""Conditions on availability and on burn rates, from the machinery of `probe sla` and `probe slo`: they say the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from probe.alerting.amounts import percent
from probe.alerting.grid import step_of
from probe.alerting.measured import Known
from probe.alerting.measures import Verdict
from probe.model.check import Api, CheckFacts
from probe.model.maintenance import MaintenanceWindow
from probe.model.result import State
from probe.model.rule import BurnCondition, Subject, SubjectKind
from probe.model.sla import AlertLevel, BurnWindow, Objective, ObjectiveKind, SlaRules
from probe.model.units import Micros, format_duration
from probe.runtime.alerts.windows import Members
from probe.runtime.sla import SlaJob, subjects_of
from probe.slo import service_level
from probe.slo.budget import window_period
from probe.slo.burn import Burning, BurnReason
from probe.slo.periods import Period
from probe.slo.standing import burning_of
from probe.store import Store

Subjects: TypeAlias = Mapping[Subject, Members]
"""What a rule is about, and of which checks each consists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """By what service levels are counted.

    Attributes:
        windows: of maintenance, wherever they were declared.
    """

    store: Store
    checks: Mapping[str, CheckFacts]
    apis: Mapping[str, Api]
    sla: SlaRules
    zone: ZoneInfo
    windows: tuple[MaintenanceWindow, ...]

    def job(self, location: str, period: Period, checks: Collection[CheckFacts], apis: Collection[Api]) -> SlaJob:
        """Of a period that has just ended: what came later tells nothing of it."""
        return SlaJob(
            period=period,
            now=period.end,
            zone=self.zone,
            location=location,
            rules=self.sla,
            checks=tuple(checks),
            apis=tuple(apis),
            wanted={check.id for check in checks},
            windows=self.windows,
            latency=False,
        )


def availability(basis: Basis, location: str, period: Period, subjects: Subjects) -> dict[Subject, Known]:
    """What each comes to in a period, as `probe sla` says at its end; what nothing is known of is of no results.

    Raises:
        StoreError: the store can't be read.
    """
    checks = [replace(basis.checks[check], objectives=()) for members in subjects.values() for check in members]
    apis = [replace(api, objectives=()) for api in basis.apis.values()]
    found = subjects_of(basis.job(location, period, checks, apis), basis.store)
    by_subject = {Subject(SubjectKind.CHECK, each.id): each for each in found.checks}
    by_subject |= {Subject(SubjectKind.API, each.id): each for each in found.apis}
    return {each: _known(by_subject[each], period) for each in subjects if each in by_subject}


def _known(subject: service_level.Subject, period: Period) -> Known:
    past = subject.past
    attained = past.availability(period)
    counted = (run for slots in past.slots for run in slots.counted(period, past.rules))
    results = sum(run.slots for run in counted if run.state is not State.UNKNOWN)
    return Known(0, 0, 0) if attained is None else Known(attained, max(1, results), max(1, results))


class Burns:
    """What burn rates are, pair by pair of windows; kept from one time of a pair's own grid to the next.

    A pair is looked at as often as its long window asks for: the one of 3 days every 72 minutes. Of an objective no more is
    read than its pairs look back.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, BurnWindow], tuple[Micros, dict[Subject, list[_Told]]]] = {}

    def judged(self, basis: Basis, location: str, at: Micros, asked: AskedBurn) -> dict[Subject, Verdict]:
        """What a rule's level says of each of its subjects that has an objective.

        Raises:
            StoreError: the store can't be read.
        """
        told: dict[Subject, list[_Told]] = {}
        for pair in sorted(
            {pair for each in _objectives(basis, asked) for pair in each.burn}, key=lambda pair: pair.long
        ):
            if pair.level is asked.level:
                for subject, its in self._of_pair(basis, location, at - at % step_of(pair.long), pair, asked).items():
                    told.setdefault(subject, []).extend(its)
        return {subject: _judged(its) for subject, its in told.items()}

    def _of_pair(
        self, basis: Basis, location: str, until: Micros, pair: BurnWindow, asked: AskedBurn
    ) -> dict[Subject, list[_Told]]:
        key = (asked.rule, location, pair)
        kept = self._kept.get(key)
        if kept is None or kept[0] != until:
            kept = self._kept[key] = until, _burnings(basis, location, until, pair, asked)
        return kept[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBurn:
    """A rule's level, and whom it is about."""

    rule: str
    level: AlertLevel
    condition: BurnCondition
    subjects: Subjects

    def means(self, objective: Objective, pair: BurnWindow | None = None) -> bool:
        """Whether it is about an objective, and that has such a pair."""
        return self.condition.objective in ("", objective.name) and (pair is None or pair in objective.burn)


_Told: TypeAlias = tuple[Objective, Burning]


def _objectives(basis: Basis, asked: AskedBurn) -> Iterator[Objective]:
    for subject in asked.subjects:
        owner = basis.checks.get(subject.id) if subject.kind is SubjectKind.CHECK else basis.apis.get(subject.id)
        yield from (each for each in (owner.objectives if owner else ()) if asked.means(each))


def _burnings(
    basis: Basis, location: str, until: Micros, pair: BurnWindow, asked: AskedBurn
) -> dict[Subject, list[_Told]]:
    """Of the objectives that have the pair: read as if their windows were no longer than the pair looks back."""
    is_api = any(subject.kind is SubjectKind.API for subject in asked.subjects)
    held = {check: basis.checks[check] for members in asked.subjects.values() for check in members}
    if not is_api:
        held = {id_: check for id_, check in held.items() if any(asked.means(each, pair) for each in check.objectives)}
    checks = [replace(each, objectives=() if is_api else _cut(each.objectives, pair, asked)) for each in held.values()]
    apis = [
        replace(each, objectives=_cut(each.objectives, pair, asked) if is_api else ()) for each in basis.apis.values()
    ]
    job = basis.job(location, Period(until - pair.long, until), checks, apis)
    found = subjects_of(job, basis.store, also=[Period(until - pair.short, until)])
    return {
        Subject(SubjectKind.API if is_api else SubjectKind.CHECK, each.id): list(_told(basis, each, until, pair, asked))
        for each in (found.apis if is_api else found.checks)
    }


def _cut(objectives: tuple[Objective, ...], pair: BurnWindow, asked: AskedBurn) -> tuple[Objective, ...]:
    return tuple(replace(each, window=pair.long) for each in objectives if asked.means(each, pair))


def _told(
    basis: Basis, subject: service_level.Subject, until: Micros, pair: BurnWindow, asked: AskedBurn
) -> Iterator[_Told]:
    owner = basis.checks.get(subject.id) or basis.apis.get(subject.id)
    for objective in owner.objectives if owner else ():
        if asked.means(objective, pair):
            start, end = window_period(objective.window, until=until, zone=basis.zone)
            yield objective, burning_of(subject, objective, pair, until=until, window=end - start)


def _judged(told: list[_Told]) -> Verdict:
    """Any pair is enough; the one told of burns fastest, by what it may."""
    known = [each for each in told if each[1].reason is not BurnReason.NOTHING_KNOWN]
    if not known:
        objective, burning = told[0]
        return Verdict(None, f"{_name(objective, burning)}: no data", _wanted(burning))
    burns = any(burning.is_burning for _, burning in known)
    objective, burning = max(known, key=lambda each: (each[1].is_burning, (each[1].long or 0) / each[1].rate))
    short = format_duration(burning.pair.short)
    value = (
        f"{_name(objective, burning)} is {float(burning.long or 0):.3g}, over {short} {float(burning.short or 0):.3g}"
    )
    return Verdict(burns, value, _wanted(burning))


def _name(objective: Objective, burning: Burning) -> str:
    kind = (
        f" under {format_duration(objective.under)}"
        if objective.kind is ObjectiveKind.LATENCY and objective.under
        else ""
    )
    over = format_duration(burning.pair.long)
    return f"burn_rate({objective.name}) of {percent(objective.target)}{kind} over {over}"


def _wanted(burning: Burning) -> str:
    return f"less than {float(burning.rate):.4g} over both"
