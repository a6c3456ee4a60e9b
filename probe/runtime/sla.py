"""Store to service levels, in one call: what `probe sla` does.

1. Up to when anything of the period can be known, and how far back the objectives' windows look.
2. Each check's slots from there on, with what may be held over the border, and its latencies.
3. Its outages, its incidents, its past with maintenance set apart; and its API's.
4. The service level of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from probe.alerting.cases import acknowledged, by_check
from probe.alerting.incidents import incidents
from probe.alerting.outages import Policy
from probe.model.check import Api, CheckFacts, Confirm, api_of
from probe.model.incident import Annotation, Incident
from probe.model.maintenance import MaintenanceWindow
from probe.model.run import MAX_GAP
from probe.model.sla import Objective, SlaRules
from probe.model.units import Micros
from probe.runtime.origins import DEFAULT_INTERVAL
from probe.runtime.reaching import Known, Read, known
from probe.slo.answers import Answers
from probe.slo.level import Level
from probe.slo.maintenance import Periods, periods_by_check
from probe.slo.past import group_of, past_of
from probe.slo.periods import Period
from probe.slo.service_level import (
    Asked,
    Assessed,
    Subject,
    latency_windows,
    satisfying,
    service_level,
)
from probe.store import Ranges, Store

NO_CONFIRMATION: Final = Confirm(retries=0, after=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaJob:
    """What to assess.

    Attributes:
        period: may reach beyond now; what lies ahead counts nowhere.
        location: measured from where.
        checks, apis: of the file; checks that the store alone knows count too, for the time that they were measured.
        windows: of maintenance, wherever they were declared.
        wanted: of which checks, by id; an API is told of where all of its checks are among them.
        back_to: from when on their pasts are wanted, where that is before the period.
        latency: whether all latencies of the period are wanted, or only those that objectives are about.
    """

    period: Period
    now: Micros
    zone: ZoneInfo
    location: str
    rules: SlaRules
    checks: tuple[CheckFacts, ...]
    apis: tuple[Api, ...]
    wanted: Collection[str]
    windows: tuple[MaintenanceWindow, ...] = ()
    back_to: Micros | None = None
    latency: bool = True

    @property
    def asked(self) -> Asked:
        """The period, up to when it can be known, and the zone."""
        return Asked(self.period, min(self.period.end, self.now), self.zone)


def assess(job: SlaJob, store: Store) -> Assessed:
    """The service levels that the job asks for.

    Raises:
        StoreError: the store can't be read.
    """
    return assessed_of(job, subjects_of(job, store))


def assessed_of(job: SlaJob, subjects: Subjects) -> Assessed:
    """The service levels of what is known already."""
    return Assessed(
        asked=job.asked,
        rules=job.rules,
        checks=tuple(service_level(subject, job.asked) for subject in subjects.checks),
        apis=tuple(service_level(subject, job.asked) for subject in subjects.apis),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What is known of checks and of APIs."""

    checks: tuple[Subject, ...]
    apis: tuple[Subject, ...]


def subjects_of(job: SlaJob, store: Store, *, also: Iterable[Period] = ()) -> Subjects:
    """What is known of each check and API; their pasts, and the latencies of objectives, reach over `also` too.

    Raises:
        StoreError: the store can't be read.
    """
    reading = _Reading(job, _members(job, store), store.annotations(job.location), tuple(also))
    with store.ranges(job.location) as ranges:
        reading.read(ranges)
    checks = reading.checks()
    return Subjects(checks=tuple(checks.values()), apis=tuple(_apis(job, checks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A check as it is to be judged.

    Attributes:
        longest: the longest interval that it ever had.
        goes_on: whether the file defines it.
        grouped: what its API is held against.
    """

    id: str
    interval: Micros
    longest: Micros
    goes_on: bool = False
    confirm: Confirm = NO_CONFIRMATION
    labels: tuple[tuple[str, str], ...] = ()
    objectives: tuple[Objective, ...] = ()
    grouped: tuple[Objective, ...] = ()
    apdex: Micros | None = None


def _members(job: SlaJob, store: Store) -> list[_Member]:
    """The checks of the file, and those that only the store knows: these have no labels, and nothing to be held against."""
    newest, longest = dict[str, Micros](), dict[str, Micros]()
    for each in store.definitions():
        newest[each.check] = each.interval
        longest[each.check] = max(each.interval, longest.get(each.check, 0))
    grouped = {api.id: api.objectives for api in job.apis}
    defined = [
        _Member(
            id=facts.id,
            interval=facts.interval,
            longest=max(facts.interval, longest.get(facts.id, 0)),
            goes_on=True,
            confirm=facts.confirm,
            labels=facts.labels,
            objectives=facts.objectives,
            grouped=grouped.get(facts.api, ()),
            apdex=facts.apdex,
        )
        for facts in job.checks
    ]
    retired = sorted({*store.checks()} - {member.id for member in defined})
    members = [
        *defined,
        *(
            _Member(id=id_, interval=newest.get(id_, DEFAULT_INTERVAL), longest=longest.get(id_, DEFAULT_INTERVAL))
            for id_ in retired
        ),
    ]
    return [member for member in members if member.id in job.wanted]


def _apis(job: SlaJob, checks: Mapping[str, Subject]) -> Iterator[Subject]:
    """The APIs of which every check that the file defines is among these."""
    grouped: dict[str, list[Subject]] = {}
    for subject in checks.values():
        grouped.setdefault(api_of(subject.id), []).append(subject)
    missing = {facts.api for facts in job.checks if facts.id not in job.wanted}
    known = {api.id: api for api in job.apis}
    for id_, members in grouped.items():
        if id_ not in missing:
            yield _api(job, known.get(id_, Api(id=id_, name=id_)), members)


def _api(job: SlaJob, api: Api, members: Sequence[Subject]) -> Subject:
    past = group_of([member.past for member in members], api.group, until=job.asked.until)
    gap = max(member.past.slots[0].interval for member in members)
    answered = [member.answers for member in members]
    periods = {period for answers in answered for period in answers}
    its_incidents = incidents(past.outages, max_gap=job.rules.max_gap or MAX_GAP * gap)
    return Subject(
        id=api.id,
        past=past,
        incidents=its_incidents,
        objectives=api.objectives,
        apdex=satisfying(api.apdex, api.objectives),
        answers={
            period: Answers.sum([answers[period] for answers in answered if period in answers]) for period in periods
        },
        acknowledged=_acknowledged(its_incidents, members),
    )


def _acknowledged(incidents: Iterable[Incident], members: Iterable[Subject]) -> dict[Micros, Micros]:
    """When each incident of an API was taken on first: with any incident of its checks that overlaps it."""
    taken_on = [
        (one, member.acknowledged[one.start])
        for member in members
        for one in member.incidents
        if one.start in member.acknowledged
    ]
    found = ((api.start, [at for one, at in taken_on if _overlap(api, one)]) for api in incidents)
    return {start: min(moments) for start, moments in found if moments}


def _overlap(one: Incident, other: Incident) -> bool:
    return (one.end is None or other.start < one.end) and (other.end is None or one.start < other.end)


class _Reading:
    """What the store has of the members: their slots, from before anything that is asked for, and their latencies.

    Slots after the period say whether an outage before its end was confirmed, or over: so a month says the same whenever it
    is asked for.
    """

    def __init__(
        self, job: SlaJob, members: Sequence[_Member], annotations: Sequence[Annotation], also: Sequence[Period]
    ) -> None:
        self._job = job
        self._members = members
        self._said = by_check(annotations)
        self._also = also
        self._windows = {
            member.id: latency_windows((*member.objectives, *member.grouped), job.asked) for member in members
        }
        self._known: dict[str, Known] = {}
        self._levels: dict[Period, dict[str, Level]] = {}

    def read(self, ranges: Ranges) -> None:
        """Reads all of it, as of one moment."""
        start, end = self._job.asked.so_far
        reach = min([start, *self._starts()])
        since = reach - self._lead()
        ids = [member.id for member in self._members]
        for period, wanted in self._latency_periods().items():
            self._levels[period] = ranges.levels(*period, checks=wanted)
        inside = self._levels.get(Period(start, end), {}) if self._job.latency else {}
        found = (ranges.levels(since, start if inside else end, checks=ids, latency=False), inside)
        runs = {id_: tuple(chain.from_iterable(levels[id_].runs for levels in found if id_ in levels)) for id_ in ids}
        policies = {
            member.id: Policy.of(member.confirm, interval=member.interval, max_gap=self._job.rules.max_gap)
            for member in self._members
        }
        self._known = known(ranges, runs, policies, read=Read(since, end), before=reach, now=self._job.now)

    def checks(self) -> dict[str, Subject]:
        """Those that there was anything of, or that the file defines."""
        job, asked = self._job, self._job.asked
        maintained = self._maintained()
        found = {}
        for member in self._members:
            known = self._known[member.id]
            if not known.runs and not member.goes_on:
                continue
            past = past_of(
                known.runs,
                tuple(one for one in known.outages if one.start < asked.until),
                maintained[member.id],
                job.rules,
                interval=member.interval,
                until=asked.until,
                goes_on=member.goes_on,
            )
            its_incidents = incidents(known.outages, max_gap=job.rules.max_gap or MAX_GAP * member.interval)
            found[member.id] = Subject(
                id=member.id,
                past=past,
                incidents=its_incidents,
                objectives=member.objectives,
                apdex=satisfying(member.apdex, member.objectives),
                answers={
                    period: Answers.of(levels[member.id])
                    for period, levels in self._levels.items()
                    if member.id in levels
                },
                acknowledged=acknowledged(its_incidents, self._said.get(member.id, ()), until=asked.until),
            )
        return found

    def _maintained(self) -> dict[str, Periods]:
        start = min((known.runs[0].start for known in self._known.values() if known.runs), default=0)
        labelled = [(member.id, member.labels) for member in self._members]
        return periods_by_check(labelled, self._job.windows, start=start, end=self._job.asked.until)

    def _latency_periods(self) -> dict[Period, list[str]]:
        """Of which checks latencies are wanted, by period."""
        wanted: dict[Period, list[str]] = {}
        for member in self._members:
            if self._job.latency or self._windows[member.id]:
                for period in {self._job.asked.so_far, *self._windows[member.id], *self._also}:
                    wanted.setdefault(period, []).append(member.id)
        return wanted

    def _starts(self) -> Iterator[Micros]:
        """From when on something is asked of any member, besides the period."""
        yield from (period.start for period in self._also)
        if self._job.back_to is not None:
            yield self._job.back_to
        for member in self._members:
            yield from (
                self._job.asked.window_so_far(objective).start for objective in (*member.objectives, *member.grouped)
            )

    def _lead(self) -> Micros:
        """For how long a verdict can be held, and results can be in a row, of any member."""
        gaps = [
            max(member.confirm.runs, member.confirm.recoveries) * (self._job.rules.max_gap or MAX_GAP * member.longest)
            for member in self._members
        ]
        return max(gaps, default=0)
