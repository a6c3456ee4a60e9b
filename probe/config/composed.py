"""Conditions as a rule has them: a sentence, an object that says the same, or several of them under `all` or `any`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from pydantic_core import PydanticCustomError

from probe.config.comparisons import Head
from probe.config.conditions import (
    BURN_RATE,
    PROBER,
    STATES,
    Sentence,
    is_comparison,
    parse_comparison,
    parse_condition,
)
from probe.config.document import Path
from probe.config.fields import found
from probe.config.filling import Blame
from probe.config.held import Counted, HeldFor, read_held
from probe.config.messages import did_you_mean
from probe.model.rule import (
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    Metric,
    MetricCondition,
    ProberCondition,
    StateCondition,
)

MOST: Final = 20
"""Conditions under one `all` or `any`."""

DEEPEST: Final = 4

FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "when": ("when", "for"),
    "state": ("state", "for"),
    "metric": ("metric", "statistic", "over", "operator", "value", "for"),
    "burn_rate": ("burn_rate",),
    "prober": ("prober", "for"),
}
"""The keys of an object, by the one that says what it is about."""

_GROUPS: Final[Mapping[str, type[AllOf | AnyOf]]] = {"all": AllOf, "any": AnyOf}
_FORMS: Final = "write a sentence, such as down; or an object with one of all, any, " + ", ".join(FORMS)


@dataclass(slots=True)
class Sustained:
    """What a rule's `for` says, and whether any of its conditions could take it."""

    said: HeldFor | None
    path: Path
    is_taken: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads the conditions of one level; what is wrong is blamed.

    Attributes:
        sustained: for how long those must hold that don't say it themselves.
        head: what a comparison alone is about; `None` where nothing is.
    """

    blame: Blame
    sustained: Sustained
    head: Head | None = None

    def condition(self, said: object, path: Path) -> Condition | None:
        """What is said there; `None` where that is no condition."""
        condition = self._condition(said, path, depth=0)
        held = self.sustained
        if condition and held.said and not held.is_taken and held.why_not:
            self.blame(held.path, held.why_not)
        return condition

    def _condition(self, said: object, path: Path, *, depth: int) -> Condition | None:
        if isinstance(said, str):
            return self._sentence(said, path, None, depth)
        if not isinstance(said, dict):
            self.blame(path, f"{_FORMS}; found {found(said)}")
            return None
        for key in _GROUPS:
            if key in said:
                return self._group(key, said, path, depth + 1)
        return self._object(said, path, depth)

    def _group(self, key: str, said: Mapping[str, object], path: Path, depth: int) -> Condition | None:
        if others := sorted(set(said) - {key}):
            self.blame((*path, others[0]), f"can't stand beside {key}; write it into its conditions")
        items = said[key]
        if not isinstance(items, list) or not 1 <= len(items) <= MOST:
            self.blame((*path, key), f"write a list of 1 to {MOST} conditions")
            return None
        if depth > DEEPEST:
            self.blame(path, f"conditions lie within one another {DEEPEST} deep at most")
            return None
        read = [self._condition(item, (*path, key, index), depth=depth) for index, item in enumerate(items)]
        conditions = tuple(condition for condition in read if condition is not None)
        if len(conditions) < len(read):
            return None
        return conditions[0] if len(conditions) == 1 else _GROUPS[key](conditions=conditions)

    def _object(self, said: Mapping[str, object], path: Path, depth: int) -> Condition | None:
        forms = [key for key in FORMS if key in said]
        if len(forms) != 1:
            key = next(iter(said), "")
            near = "" if forms else did_you_mean(str(key), (*FORMS, *_GROUPS))
            self.blame(path, f"unknown key {key}{near}" if near else _FORMS)
            return None
        known = FORMS[forms[0]]
        for key in said:
            if key not in known:
                self.blame(
                    (*path, key), f"unknown key{did_you_mean(str(key), known) or '; known are ' + ', '.join(known)}"
                )
                return None
        own = None
        if "for" in said:
            try:
                own = Sustained(read_held(said["for"]), (*path, "for"))
            except PydanticCustomError as error:
                self.blame((*path, "for"), str(error))
                return None
        try:
            sentence = _stated(forms[0], said)
        except ValueError as error:
            self.blame(path, str(error))
            return None
        return self._sentence(sentence, (*path, "when") if "when" in said else path, own, depth)

    def _sentence(self, text: str, path: Path, own: Sustained | None, depth: int) -> Condition | None:
        try:
            condition = self._parsed(text, is_alone=not depth)
        except ValueError as error:
            self.blame(path, str(error))
            return None
        return self._held(condition, own)

    def _parsed(self, text: str, *, is_alone: bool) -> Sentence:
        """Raises `ValueError` for what is no condition, or none to stand here."""
        if is_comparison(text):
            if self.head is None:
                raise ValueError(
                    f'"{text[:60]}" compares nothing; write what, such as p95(latency) over 5m {text[:60]}'
                )
            return parse_comparison(self.head, text)
        condition = parse_condition(text)
        if not is_alone and isinstance(condition, ProberCondition):
            raise ValueError(
                f"{PROBER} is about no check, and can't stand beside conditions that are; write a rule of its own"
            )
        return condition

    def _held(self, condition: Sentence, own: Sustained | None) -> Sentence:
        """The condition with how long it must hold; of what the rule says, where that fits it."""
        sustained = own or self.sustained
        if sustained.said is None:
            return condition
        if reason := _why_not_for(condition, sustained.said):
            sustained.why_not = reason
            if own:
                self.blame(own.path, reason)
            return condition
        sustained.is_taken = True
        if isinstance(condition, BurnCondition):  # which takes none
            return condition
        return replace(condition, held=sustained.said.held)


def _why_not_for(condition: Sentence, said: HeldFor) -> str | None:
    """Why a condition can't hold for that."""
    if isinstance(condition, BurnCondition):
        return f"{BURN_RATE} says by its windows how long; leave for out"
    if isinstance(condition, ProberCondition) and said.needed:
        return f"{PROBER} is about a time; write one, such as for: 5m"
    if isinstance(condition, StateCondition) and said.counted is Counted.PERIODS:
        return "a state has no periods but results; write runs, such as 2 of 3"
    if isinstance(condition, MetricCondition) and said.counted is Counted.RUNS:
        return "a metric is looked at by periods, not by results; write periods, such as 2 of 3 periods"
    if isinstance(condition, MetricCondition) and condition.metric is Metric.CERTIFICATE and said.needed > 1:
        return "a certificate is judged as it was last seen, in no periods; leave for out, or write a time"
    return None


def _stated(form: str, said: Mapping[str, object]) -> str:
    """The sentence that says what an object says.

    Raises:
        ValueError: something is missing, or of another kind.
    """
    if form == "when":
        return _text(said, "when", "down")
    if form == "state":
        state = _text(said, "state", "down")
        if state not in STATES:
            advice = did_you_mean(state, STATES) or f"; known are {', '.join(STATES)}"
            raise ValueError(f'"{state[:60]}" is no state to tell of{advice}')
        return state
    if form == "burn_rate":
        objective = _text(said, "burn_rate", "availability")
        return BURN_RATE if objective == "any" else f"{BURN_RATE}({objective})"
    if form == "prober":
        if (trouble := _text(said, "prober", "trouble")) != "trouble":
            raise ValueError(f'"{trouble[:60]}" is nothing that the prober tells; write prober: trouble')
        return PROBER
    metric = _text(said, "metric", "latency")
    measured = f"{_text(said, 'statistic', 'p95')}({metric})" if "statistic" in said else metric
    over = f" over {_text(said, 'over', '5m')}" if "over" in said else ""
    value = said.get("value")
    written = (
        str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(said, "value", "800ms")
    )
    return f"{measured}{over} {_text(said, 'operator', '>')} {written}"


def _text(said: Mapping[str, object], key: str, example: str) -> str:
    value = said.get(key)
    if isinstance(value, str) and value.strip():
        return value
    problem = "is missing" if key not in said else "must be text"
    raise ValueError(f"{key} {problem}; write one, such as {key}: {example}")
