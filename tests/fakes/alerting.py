"""The alert pipeline on a clock of its own: what happens is said in minutes, what is told can be read like a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from probe.alerting.book import Book, Draft, Plan
from probe.alerting.context import Acknowledged, Change, Cleared, Context, Down, Muted
from probe.alerting.estate import Estate
from probe.alerting.pipeline import plan
from probe.model.alert import Alert, Decision, Facts, Signal, Silence
from probe.model.check import Api, CheckFacts, Confirm
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import AlertRule, LevelRule, StateCondition, Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, SECOND, Micros

T0: Micros = 1_700_000_000_000_000


def check_facts(id_: str, **other: object) -> CheckFacts:
    api, _, name = id_.partition("/")
    facts = CheckFacts(
        id=id_, api=api, name=name, method="GET", url=f"http://{api}.example/{name}", interval=MINUTE, timeout=10 * SECOND,
        confirm=Confirm(retries=0, after=0),
    )  # fmt: skip
    return replace(facts, **other)  # type: ignore[arg-type]  # of the test's own fields


def down_rule(name: str = "down", *, notify: tuple[str, ...] = ("mail",), **other: object) -> AlertRule:
    level = LevelRule(level=AlertLevel.CRITICAL, condition=StateCondition(state=State.DOWN), notify=notify)
    return replace(AlertRule(name=name, scope=Scope(), levels=(level,)), **other)  # type: ignore[arg-type]


def of_check(id_: str) -> Subject:
    return Subject(SubjectKind.CHECK, id_)


@dataclass
class Told:
    """A draft as a test reads it: minutes since the start, channel, occasion, the alerts' subjects with a word for each."""

    at: float
    channel: str
    occasion: str
    subjects: tuple[str, ...]


@dataclass
class Desk:
    """Holds what the pipeline remembers, and moves the clock: it wakes the pipeline whenever that asked for it."""

    rules: tuple[AlertRule, ...] = ()
    checks: tuple[str | CheckFacts, ...] = ("api/a",)
    apis: tuple[Api, ...] = ()
    book: Book = field(default_factory=Book)
    now: Micros = T0
    muted: list[Muted] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    closed: dict[str, Micros | None] = field(default_factory=dict)
    down_ids: dict[str, Down] = field(default_factory=dict)
    acknowledged: dict[str, Acknowledged] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    alerts: dict[str, Alert] = field(default_factory=dict)
    _numbers: Iterable[int] = field(default_factory=count)
    _wake: Micros | None = None

    def restart(self) -> None:
        """What is not in the book is forgotten."""
        self._wake = self.now

    def down(self, *checks: str, rule: str = "down", level: AlertLevel = AlertLevel.CRITICAL) -> None:
        self.step(
            {
                (rule, of_check(id_)): Signal(
                    rule=rule, subject=of_check(id_), level=level, since=self.now, held_at=self.now, reading="down", facts=Facts()
                )
                for id_ in checks
            }
        )  # fmt: skip

    def up(self, *checks: str, rule: str = "down") -> None:
        self.step({(rule, of_check(id_)): Cleared(self.now, self.now, "well again") for id_ in checks})

    def step(self, changes: Mapping[tuple[str, Subject], Change] | None = None) -> None:
        context = Context(
            now=self.now,
            rules={rule.name: rule for rule in self.rules},
            estate=Estate.of(
                (check_facts(each) if isinstance(each, str) else each for each in self.checks),
                self.apis,
                location="here",
            ),
            maintenance=self.muted,
            silences=[each for each in self.silences if each.holds_at(self.now)],
            closed=self.closed,
            down=self.down_ids,
            acknowledged=self.acknowledged,
            new_id=lambda prefix: f"{prefix}{next(iter(self._numbers))}",
            title=lambda group, alerts, estate: f"{len(alerts)} of {dict(group)}",
        )
        planned = plan(self.book, changes or {}, context)
        self.book, self._wake = planned.plan.book, planned.wake_at
        self.plans.append(planned.plan)
        self.decisions += planned.plan.decisions
        self.alerts |= {alert.id: alert for alert in planned.plan.alerts}
        for draft in planned.plan.drafts:
            self.drafts.append(draft)
            subjects = tuple(f"{each.subject.id}{'' if each.is_firing else ' over'}" for each in draft.alerts)
            self.told.append(Told((self.now - T0) / MINUTE, draft.thread.channel, str(draft.occasion), subjects))

    def until(self, minutes: float) -> None:
        """Let time go by."""
        end = T0 + round(minutes * MINUTE)
        while self._wake is not None and self._wake <= end:
            self.now = max(self.now, self._wake)
            self._wake = None
            self.step()
        self.now = end

    def lines(self) -> list[tuple[float, str, str, tuple[str, ...]]]:
        return [(told.at, told.channel, told.occasion, told.subjects) for told in self.told]

    def reasons(self, *outcomes: str) -> list[tuple[str, str, str]]:
        return [
            (str(each.stage), str(each.outcome), each.reason)
            for each in self.decisions
            if not outcomes or each.outcome in outcomes
        ]
