"""Why there was an alert of a check, or none: what each rule saw, what was decided, and what became of the messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from probe.alerting.titles import LEVELS
from probe.alerting.wanting import seen_of, wanted_of
from probe.model.alert import Alert, Decision, Outcome, Silence
from probe.model.check import CheckFacts
from probe.model.notification import Delivery, DeliveryState, Try
from probe.model.result import State
from probe.model.rule import AlertRule
from probe.model.run import MAX_GAP, Run
from probe.model.sample import FailureKind
from probe.model.units import MINUTE, Micros, to_iso

_PATIENCE: Final[Micros] = MINUTE
"""For so long a daemon may say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        what: what it was about: `results`, a stage, `maintenance`, `silence`, `delivery`.
        text: a sentence.
        alert, rule, channel, message: whose; empty where it is of none.
    """

    at: Micros
    what: str
    text: str
    alert: str = ""
    rule: str = ""
    channel: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """What a level of a rule wanted of the check, and what it saw.

    Attributes:
        fired: how many alerts of the rule went on in the period.
    """

    rule: str
    level: str
    condition: str
    seen: str
    fired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that is known of a check in a period.

    Attributes:
        facts: `None` where no file defines it any more.
        rules: all of the file.
        channels: names of the file's.
        runs: its results in the period.
        alerts: that went on in it, of the check and of its API.
        decisions: on these, the oldest first.
        messages: that tell of these.
        tries: by message.
        maintenance: name, start and end of each window that ran.
        silences: all, those that are over too.
        seen_at: when the daemon was last seen to work; `None` where it never was.
        max_gap: how far apart results that follow on one another may be; `None` is twice the interval.
    """

    check: str
    start: Micros
    end: Micros
    now: Micros
    facts: CheckFacts | None = None
    rules: Sequence[AlertRule] = ()
    channels: Sequence[str] = ()
    runs: Sequence[Run] = ()
    alerts: Sequence[Alert] = ()
    decisions: Sequence[Decision] = ()
    messages: Sequence[Delivery] = ()
    tries: Mapping[str, Sequence[Try]] = field(default_factory=dict)
    maintenance: Sequence[tuple[str, Micros, Micros]] = ()
    silences: Sequence[Silence] = ()
    seen_at: Micros | None = None
    max_gap: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why there was an alert, or none.

    Attributes:
        answer: in a sentence.
        hints: what there is to know besides, each with what to do.
        events: ascending.
    """

    answer: str
    hints: tuple[str, ...]
    rules: tuple[RuleView, ...]
    events: tuple[Event, ...]


def explain(material: Material) -> Explanation:
    """Why there was an alert of the check in the period, or none."""
    rules = tuple(_rule_views(material))
    return Explanation(
        answer=_answer(material, rules),
        hints=tuple(_hints(material, rules)),
        rules=rules,
        events=tuple(sorted(_events(material), key=lambda event: event.at)),
    )


def _rule_views(material: Material) -> Iterator[RuleView]:
    facts = material.facts
    if facts is None:
        return
    fired = Counter(alert.rule for alert in material.alerts)
    for rule in material.rules:
        if not rule.scope.holds(facts.id, facts.labels):
            continue
        for level in sorted(rule.levels, key=lambda each: LEVELS.index(each.level)):
            yield RuleView(
                rule=rule.name,
                level=level.level.value,
                condition=wanted_of(level.condition, rule, facts),
                seen=seen_of(level.condition, rule, facts, material.runs, max_gap=material.max_gap),
                fired=fired[rule.name],
            )


def _answer(material: Material, rules: Sequence[RuleView]) -> str:
    if not material.alerts:
        return f"there was no alert of {material.check}: {_why_none(material, rules)}"
    count = len(material.alerts)
    said = f"there {'was 1 alert' if count == 1 else f'were {count:,} alerts'} of {material.check}"
    delivered = sorted({each.message.channel for each in material.messages if each.state is DeliveryState.DELIVERED})
    if delivered:
        return f"{said}, delivered to {', '.join(delivered)}"
    if material.messages:
        return f"{said}; what was written about it was not delivered"
    held = next(
        (each for each in reversed(material.decisions) if each.outcome in (Outcome.SUPPRESSED, Outcome.WAITING)), None
    )
    return f"{said}, told to nobody: {held.reason}" if held else f"{said}, told to nobody"


def _why_none(material: Material, rules: Sequence[RuleView]) -> str:
    if material.facts is None:
        return "no file defines this check any more"
    if not material.rules:
        return "there are no rules"
    if not rules:
        return "no rule is about it"
    if not material.runs:
        return "nothing was measured"
    if all(run.state is State.UNKNOWN for run in material.runs):
        return "all its results are unknown, and what was not measured is not down"
    if all(run.state is State.UP for run in material.runs):
        return "all its results were up"
    return "no rule's condition was fulfilled"


def _hints(material: Material, rules: Sequence[RuleView]) -> Iterator[str]:
    if not material.channels:
        yield "there are no channels, so nobody can be told: add some to `channels`"
    if material.facts is not None and material.rules and not rules:
        yield f"none of the {len(material.rules)} rules is about it: see their `on`"
    unknown = Counter(run.failure for run in material.runs if run.state is State.UNKNOWN for _ in range(run.slots))
    if unknown:
        why = ", ".join(f"{kind.value if kind else 'no reason'}: {count:,}" for kind, count in unknown.most_common())
        yield f"{unknown.total():,} results are unknown ({why}); only a rule of `when: no data` tells of these"
    if material.seen_at is None:
        yield "no daemon was ever seen to work on this store: `probe run` decides and sends"
    elif material.now - material.seen_at > MAX_GAP * (material.facts.interval if material.facts else 0) + _PATIENCE:
        yield f"the daemon was last seen at {to_iso(material.seen_at)}: nothing is decided while it doesn't run"
    for delivery in material.messages:
        if delivery.why and delivery.state in (DeliveryState.FAILED, DeliveryState.EXPIRED):
            yield f"{delivery.message.id} reached nobody: `probe deliveries retry {delivery.message.id}` sends it again"


def _events(material: Material) -> Iterator[Event]:
    yield from _of_results(material.runs)
    for name, start, end in material.maintenance:
        yield Event(at=start, what="maintenance", text=f"“{name}” begins, up to {to_iso(end)}")
    for silence in material.silences:
        if _is_about(silence, material):
            until = silence.until if silence.ended_at is None else min(silence.until, silence.ended_at)
            text = f"{silence.id} by {silence.author}, up to {to_iso(until)}: {silence.comment}"
            yield Event(at=silence.start, what="silence", text=text)
    for each in material.decisions:
        reach = f", until {to_iso(each.until)}" if each.until else ""
        yield Event(
            at=each.at,
            what=each.stage.value,
            text=f"{each.outcome}: {each.reason}{reach}",
            alert=each.alert,
            rule=each.rule,
            channel=each.channel or "",
            message=each.notification or "",
        )
    for delivery in material.messages:
        yield from _of_delivery(delivery, material.tries.get(delivery.message.id, ()))


def _of_results(runs: Iterable[Run]) -> Iterator[Event]:
    """One for each change of what results came to."""
    before: tuple[State, FailureKind | None] | None = None
    for run in runs:
        if (run.state, run.failure) != before:
            why = f" ({run.failure.value})" if run.failure else ""
            yield Event(at=run.start, what="results", text=f"{run.state.value}{why} from here on")
        before = run.state, run.failure


def _of_delivery(delivery: Delivery, tries: Sequence[Try]) -> Iterator[Event]:
    message = delivery.message
    for each in tries:
        said = (
            "delivered"
            if each.is_delivered
            else "refused for good"
            if each.is_final
            else "not delivered, tried again later"
        )
        answer = f": {each.answer}" if each.answer else ""
        yield Event(at=each.at, what="delivery", text=said + answer, channel=message.channel, message=message.id)
    if delivery.state in (DeliveryState.EXPIRED, DeliveryState.SUPERSEDED) and delivery.settled_at is not None:
        yield Event(
            at=delivery.settled_at,
            what="delivery",
            text=f"{delivery.state}: {delivery.why}" if delivery.why else delivery.state.value,
            channel=message.channel,
            message=message.id,
        )


def _is_about(silence: Silence, material: Material) -> bool:
    labels = material.facts.labels if material.facts else ()
    is_in_time = silence.start < material.end and material.start < silence.until
    return is_in_time and silence.scope.holds(material.check, labels)
