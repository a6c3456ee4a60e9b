"""Why there was an alert of a check, or none: what each rule saw, what was decided, and what became of the messages."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from probe.alerting.titles import LEVELS
from probe.alerting.watching import watch_of
from probe.model.alert import Alert, Decision, Silence, Watch
from probe.model.check import CheckFacts
from probe.model.notification import Delivery, Try
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    MetricCondition,
    ProberCondition,
    StateCondition,
)
from probe.model.run import MAX_GAP, Run, expanded
from probe.model.sample import FailureKind
from probe.model.units import Micros, format_duration, to_iso

_STATES: Final = {State.UNKNOWN: "unknown (no data)"}


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
    tries: Mapping[str, Sequence[Try]]
    maintenance: Sequence[tuple[str, Micros, Micros]] = ()
    silences: Sequence[Silence] = ()
    seen_at: Micros | None = None


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


def condition_words(condition: Condition, rule: AlertRule, facts: CheckFacts) -> str:
    """What a rule wants of a check."""
    match condition:
        case StateCondition(state=state, held=held):
            watch = watch_of(condition, rule, facts.confirm)
            longer = f" for {format_duration(held.duration)}" if held and held.duration else ""
            return f"{_wanted(watch)} {_STATES.get(state, state.value)}{longer}"
        case MetricCondition(text=text):
            return text
        case BurnCondition(objective=objective):
            return f"the error budget of {objective or 'any objective'} burns too fast"
        case ProberCondition():
            return "the prober itself is in trouble"
        case AllOf(conditions=parts):
            return " and ".join(condition_words(part, rule, facts) for part in parts)
        case AnyOf(conditions=parts):
            return " or ".join(condition_words(part, rule, facts) for part in parts)


def most_seen(runs: Iterable[Run], watch: Watch, gap: Micros) -> int:
    """How many of the last `of` results were of the watched state, at most."""
    window: deque[bool] = deque(maxlen=watch.of)
    most = 0
    last: Micros | None = None
    for slot in expanded(runs):
        if slot.state is State.UNKNOWN and watch.state is not State.UNKNOWN:
            continue
        if last is not None and watch.state is not State.UNKNOWN and slot.start - last > gap:
            window.clear()
        window.append(slot.state is watch.state)
        last, most = slot.start, max(most, sum(window))
    return most


def _wanted(watch: Watch) -> str:
    if watch.needed == watch.of:
        return f"{watch.needed} results in a row" if watch.needed > 1 else "one result"
    return f"{watch.needed} of {watch.of} results"


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
                condition=condition_words(level.condition, rule, facts),
                seen=_seen(level.condition, rule, facts, material),
                fired=fired[rule.name],
            )


def _seen(condition: Condition, rule: AlertRule, facts: CheckFacts, material: Material) -> str:
    """What of the condition there was; of metrics the results alone don't say it."""
    match condition:
        case StateCondition():
            watch = watch_of(condition, rule, facts.confirm)
            most = most_seen(material.runs, watch, MAX_GAP * facts.interval)
            return f"{most} of the {watch.needed} that it needs" if most < watch.needed else f"{watch.needed}: enough"
        case MetricCondition():
            return "`probe alerts backtest` prints what it read"
        case BurnCondition():
            return "`probe slo` prints the burn rates"
        case ProberCondition():
            return "it is not about checks"
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            return "; ".join(_seen(part, rule, facts, material) for part in parts)


def _answer(material: Material, rules: Sequence[RuleView]) -> str:
    if not material.alerts:
        return f"there was no alert of {material.check}: {_why_none(material, rules)}"
    count = len(material.alerts)
    said = f"there {'was 1 alert' if count == 1 else f'were {count:,} alerts'} of {material.check}"
    delivered = sorted({each.message.channel for each in material.messages if each.settled_at and not each.why})
    if delivered:
        return f"{said}, delivered to {', '.join(delivered)}"
    if material.messages:
        return f"{said}; what was written about it was not delivered"
    held = next((each for each in reversed(material.decisions) if each.outcome in ("suppressed", "waiting")), None)
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
        if delivery.why and delivery.state in ("failed", "expired"):
            yield f"{delivery.message.id} reached nobody: `probe deliveries retry {delivery.message.id}` sends it again"


_PATIENCE: Final[Micros] = 60_000_000


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
    if delivery.state in ("expired", "superseded") and delivery.settled_at is not None:
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
