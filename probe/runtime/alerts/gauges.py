"""Metric conditions from one look to the next: readings folded into what holds, and what is remembered of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import structlog

from probe.alerting.conditions import Found, MetricPath
from probe.alerting.holding import QUIET, Holding, Terms, advance
from probe.alerting.measures import Reading
from probe.model.rule import Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import Micros, to_iso
from probe.runtime.alerts.measuring import Measuring
from probe.store import Store

_UNTIL: Final = "read until"
_SEPARATOR: Final = "\t"

_log = structlog.get_logger("probe.alerts")


class Gauged(NamedTuple):
    """What was read.

    Attributes:
        changed: where a condition holds now, or holds otherwise; `None` where it doesn't any more.
        said: what was found where one doesn't any more.
        memory: what is to be remembered; `None` forgets it.
    """

    changed: Mapping[MetricPath, Found | None] = {}
    said: Mapping[MetricPath, str] = {}
    memory: Mapping[str, str | None] = {}


@dataclass(slots=True)
class Gauges:
    """Reads metric conditions whenever they are due, and folds what they find."""

    measuring: Measuring
    _holdings: dict[MetricPath, Holding] = field(default_factory=dict)
    _found: dict[MetricPath, Found] = field(default_factory=dict)
    _terms: dict[tuple[str, AlertLevel, str], Terms] = field(default_factory=dict)
    _until: Micros | None = None

    def __post_init__(self) -> None:
        for gauge in self.measuring.gauges:
            terms = Terms.of(gauge.rule, gauge.leaf.condition)
            self._terms[gauge.rule.name, gauge.level, gauge.leaf.path] = terms

    def load(self, memory: Mapping[str, str]) -> Mapping[MetricPath, Found]:
        """Go on from what is remembered, as far as there still is such a condition; what held then."""
        self._holdings, self._found = {}, {}
        self._until = int(memory[_UNTIL]) if _UNTIL in memory else None
        for key, text in memory.items():
            path = _path(key)
            if path and path[:3] in self._terms:
                holding, _, told = text.partition(_SEPARATOR)
                try:
                    self._holdings[path] = Holding.parse(holding)
                except ValueError:  # somebody has spoilt it: it begins anew
                    _log.exception("what was remembered of a metric rule can't be read", rule=path[0], of=str(path[3]))
                    continue
                if (found := _found(self._holdings[path], *told.split(_SEPARATOR))) is not None:
                    self._found[path] = found
        return dict(self._found)

    def read(self, store: Store, now: Micros) -> Gauged:
        """All that has become due.

        Raises:
            StoreError: the store can't be read.
        """
        after, self._until = now if self._until is None else self._until, now
        due = self.measuring.due(after, now)
        if due.skipped:
            _log.warning(
                "metric rules were not looked at", since=to_iso(due.skipped.start), until=to_iso(due.skipped.end)
            )
        if not due.moments:
            return Gauged()
        changed: dict[MetricPath, Found | None] = {}
        said: dict[MetricPath, str] = {}
        memory: dict[str, str | None] = {_UNTIL: str(now)}
        for reading in self.measuring.read(store, due.moments, store.alerts.certificates()):
            path = reading.rule, reading.level, reading.path, reading.subject
            before, found_before = self._holdings.get(path, QUIET), self._found.get(path)
            holding = advance(before, reading, self._terms[path[:3]])
            found = _found(holding, reading.value, reading.expected)
            self._remember(path, holding, found)
            if not (holding.is_quiet and before.is_quiet):
                memory[_key(path)] = _memory(holding, reading)
            if found != found_before:
                changed[path] = found
            if found is None and found_before is not None:
                said[path] = reading.value
        return Gauged(changed, said, memory)

    def _remember(self, path: MetricPath, holding: Holding, found: Found | None) -> None:
        if holding.is_quiet:
            self._holdings.pop(path, None)
        else:
            self._holdings[path] = holding
        if found is None:
            self._found.pop(path, None)
        else:
            self._found[path] = found


def _found(holding: Holding, value: str = "", expected: str = "") -> Found | None:
    if holding.held_at is None or holding.since is None:
        return None
    return Found(holding.since, holding.held_at, value, expected, has_data=holding.has_data)


def _memory(holding: Holding, reading: Reading) -> str | None:
    """What it found last is remembered with what holds, so that a restart doesn't change what is told of it."""
    if (text := holding.memory) is None:
        return None
    return _SEPARATOR.join((text, reading.value, reading.expected)) if holding.is_held else text


def _key(path: MetricPath) -> str:
    rule, level, leaf, subject = path
    return _SEPARATOR.join((rule, level, leaf, subject.kind, subject.id))


def _path(key: str) -> MetricPath | None:
    parts = key.split(_SEPARATOR)
    if len(parts) != len(("rule", "level", "leaf", "kind", "id")):
        return None
    rule, level, leaf, kind, id_ = parts
    return rule, AlertLevel(level), leaf, Subject(SubjectKind(kind), id_)
