"""Alert rules: what the file says of them, with everything filled in that it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from probe.config.alert_fields import EscalationFields, LevelFields, NotificationFields, RuleFields
from probe.config.channels import why_no_expiry
from probe.config.comparisons import Head
from probe.config.composed import ConditionReader, Sustained
from probe.config.conditions import is_head, parse_head
from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.messages import did_you_mean
from probe.config.recurring import recurring
from probe.config.scopes import Names, read_scope
from probe.config.urls import why_not_a_url
from probe.config.windows import EffectiveFields
from probe.model.leaves import leaves
from probe.model.maintenance import Recurring
from probe.model.result import State
from probe.model.rule import (
    DEFAULT_REMIND,
    AlertRule,
    BurnCondition,
    Condition,
    Escalation,
    Grouping,
    LevelRule,
    MetricCondition,
    ProberCondition,
    StateCondition,
    SubjectKind,
)
from probe.model.sla import AlertLevel
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros, format_duration

LONGEST_REMINDER: Final = 30 * DAY
LONGEST_ESCALATION: Final = 7 * DAY


@dataclass(frozen=True, slots=True)
class RuleBuilder:
    """Builds the rules of a file; what is wrong is blamed, and the rest is still looked at.

    Attributes:
        everybody: the channels that are told where a rule names none.
        contacts: groups of channels, by name.
        placed: each rule that counts, with where it stands.
        named: whom any rule names.
    """

    names: Names
    everybody: tuple[str, ...]
    contacts: Mapping[str, Sequence[str]]
    defaults: NotificationFields
    timezone: str
    blame: Blame
    placed: list[tuple[AlertRule, Path]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def rules(self, said: Sequence[RuleFields]) -> tuple[AlertRule, ...]:
        """Those that count, in the order of the file."""
        self._look_at_defaults()
        seen: set[str] = set()
        for index, fields in enumerate(said):
            path: Path = ("alerts", index)
            if fields.name in seen:
                self.blame((*path, "name"), f'another rule has the name "{fields.name}" already; give this one another')
            seen.add(fields.name)
            rule = self._rule(fields, path)
            if rule is not None and fields.enabled:
                self.placed.append((rule, path))
        return tuple(rule for rule, _ in self.placed)

    @property
    def remind(self) -> Micros | None:
        """How long after a message rules remind that don't say it themselves."""
        return DEFAULT_REMIND if self.defaults.remind is None else _micros(self.defaults.remind)

    @property
    def grouping(self) -> Grouping:
        """That of rules that don't say it themselves."""
        return _grouping(self.defaults, Grouping())

    def _look_at_defaults(self) -> None:
        path: Path = ("notifications",)
        self._refuse_times(self.defaults, path)
        if (length := self.defaults.expires_after) is not None and (reason := why_no_expiry(length)):
            self.blame((*path, "expires_after"), reason)

    def _refuse_times(self, fields: RuleFields | NotificationFields, path: Path) -> None:
        bounds = {
            "group_wait": (0, HOUR),
            "group_interval": (SECOND, DAY),
            "remind": (MINUTE, LONGEST_REMINDER),
        }
        for key, (least, most) in bounds.items():
            value = getattr(fields, key)
            if isinstance(value, int) and not least <= value <= most:
                allowed = f"{format_duration(least)} and {format_duration(most)}"
                self.blame((*path, key), f"must be between {allowed}; it is {format_duration(value)}")

    def _rule(self, fields: RuleFields, path: Path) -> AlertRule | None:
        self._refuse_times(fields, path)
        if fields.runbook is not None and (reason := why_not_a_url(fields.runbook)):
            self.blame((*path, "runbook"), reason)
        scope = read_scope(fields.on, (*path, "on"), self.names, self.blame)
        escalations = tuple(
            self._escalation(each, (*path, "escalate", index)) for index, each in enumerate(fields.escalate)
        )
        levels = tuple(self._levels(fields, path))
        if not levels:
            return None
        self._refuse_misfits(fields, levels, path)
        return AlertRule(
            name=fields.name,
            scope=scope,
            per=_subject(fields, levels),
            levels=levels,
            recover=fields.recover,
            no_data=fields.no_data,
            min_samples=fields.min_samples or 1,
            min_locations=fields.min_locations or 1,
            effective=self._effective(fields),
            remind=self.remind if fields.remind is None else _micros(fields.remind),
            resolved=fields.resolved,
            escalations=escalations,
            grouping=_grouping(fields, self.grouping),
            note=fields.note or "",
            runbook=fields.runbook or "",
        )

    def _levels(self, fields: RuleFields, path: Path) -> Iterator[LevelRule]:
        """The most urgent first."""
        told = self.channels(fields.notify, (*path, "notify"))
        if fields.levels is None:
            sustained = Sustained(fields.for_, (*path, "for"))
            condition = ConditionReader(self.blame, sustained).condition(fields.when, (*path, "when"))
            if condition is not None:
                for level in _levels_of(condition, fields.level):
                    yield LevelRule(level=level, condition=condition, notify=told)
            return
        head = self._head(fields, path)
        for level in AlertLevel:
            if said := getattr(fields.levels, level):
                yield from self._level(level, said, fields, path, head, told)

    def _level(
        self,
        level: AlertLevel,
        said: LevelFields | str,
        fields: RuleFields,
        path: Path,
        head: Head | None,
        told: tuple[str, ...],
    ) -> Iterator[LevelRule]:
        where: Path = (*path, "levels", level.value)
        when: object = said if isinstance(said, str) else said.when
        own = said if isinstance(said, LevelFields) else LevelFields()
        if when is None and (head is not None or fields.when is None):
            wanted = f'with what {head} is compared, such as when: "> …"' if head else "when"
            self.blame(where, f"says no condition; write {wanted}")
            return
        sustained = Sustained(own.for_ or fields.for_, (*(where if own.for_ else path), "for"))
        place = (*path, "when") if when is None else where if isinstance(said, str) else (*where, "when")
        reader = ConditionReader(self.blame, sustained, head)
        condition = reader.condition(fields.when if when is None else when, place)
        if condition is not None:
            notify = told if own.notify is None else self.channels(own.notify, (*where, "notify"))
            yield LevelRule(level=level, condition=condition, notify=notify)

    def _head(self, fields: RuleFields, path: Path) -> Head | None:
        """What the levels compare; `None` where the rule's condition, if there is one, is complete."""
        if not isinstance(fields.when, str) or not is_head(fields.when):
            return None
        try:
            return parse_head(fields.when)
        except ValueError as error:
            self.blame((*path, "when"), str(error))
            return None

    def channels(self, said: Sequence[str] | None, path: Path) -> tuple[str, ...]:
        """The channels that these names mean, contacts resolved, each once; everybody, where nothing is said."""
        if said is None:
            return self.everybody
        self.named.update(said)
        kept: dict[str, None] = {}
        for index, name in enumerate(said):
            if name in self.contacts:
                kept.update(dict.fromkeys(self.contacts[name]))
            elif name in self.names.channels:
                kept[name] = None
            elif name not in self.names.contacts:
                known = (*self.names.channels, *self.names.contacts)
                advice = did_you_mean(name, known) or (
                    f"; known are {', '.join(known[:10])}" if known else "; there are none yet"
                )
                self.blame(
                    (*path, index) if len(said) > 1 else path,
                    f'there is no channel "{name[:130]}" in this file{advice}',
                )
        return tuple(kept)

    def _escalation(self, said: EscalationFields, path: Path) -> Escalation:
        if not MINUTE <= said.after <= LONGEST_ESCALATION:
            allowed = f"{format_duration(MINUTE)} and {format_duration(LONGEST_ESCALATION)}"
            self.blame((*path, "after"), f"must be between {allowed}; it is {format_duration(said.after)}")
        return Escalation(after=said.after, notify=self.channels(said.notify, (*path, "notify")))

    def _effective(self, fields: RuleFields) -> tuple[Recurring, ...] | None:
        if fields.effective is None:
            return None
        said = [fields.effective] if isinstance(fields.effective, EffectiveFields) else fields.effective
        return tuple(rule for each in said for rule in recurring(each, self.timezone))

    def _refuse_misfits(self, fields: RuleFields, levels: Sequence[LevelRule], path: Path) -> None:
        """What a rule says that none of its conditions can do: not to do it silently would be a lie."""
        kinds = {type(leaf) for level in levels for leaf in leaves(level.condition)}
        if ProberCondition in kinds and (said := {"on", "per", "no_data"} & fields.model_fields_set):
            self.blame((*path, min(said)), "says nothing here: prober trouble is about no check; leave it out")
        if fields.min_samples is not None and MetricCondition not in kinds:
            self.blame((*path, "min_samples"), "says nothing here: only periods of a metric have samples; leave it out")
        if fields.min_locations is not None and ProberCondition in kinds:
            self.blame(
                (*path, "min_locations"), "says nothing here: prober trouble is that of one location; leave it out"
            )


def _levels_of(condition: Condition, said: AlertLevel | None) -> tuple[AlertLevel, ...]:
    """Of a budget that burns the windows say how urgent it is, so a rule of it has all levels; of others it has one."""
    if said is not None:
        return (said,)
    kinds = list(leaves(condition))
    if any(isinstance(leaf, BurnCondition) for leaf in kinds):
        return tuple(AlertLevel)
    is_urgent = any(
        isinstance(leaf, ProberCondition) or (isinstance(leaf, StateCondition) and leaf.state is State.DOWN)
        for leaf in kinds
    )
    return (AlertLevel.CRITICAL if is_urgent else AlertLevel.WARNING,)


def _subject(fields: RuleFields, levels: Sequence[LevelRule]) -> SubjectKind:
    if any(isinstance(leaf, ProberCondition) for level in levels for leaf in leaves(level.condition)):
        return SubjectKind.PROBER
    return SubjectKind(fields.per)


def _grouping(fields: RuleFields | NotificationFields, default: Grouping) -> Grouping:
    return Grouping(
        by=default.by if fields.group_by is None else tuple(dict.fromkeys(fields.group_by)),
        wait=default.wait if fields.group_wait is None else fields.group_wait,
        interval=default.interval if fields.group_interval is None else fields.group_interval,
    )


def _micros(reminder: int | str) -> Micros | None:
    return reminder if isinstance(reminder, int) else None
