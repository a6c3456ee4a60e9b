"""What conditions are judged by: what has begun in checks, what metrics say, how the prober is, which locations work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from probe.alerting.begun import Begun
from probe.alerting.conditions import Found, MetricPath, View
from probe.alerting.estate import Estate, Pair
from probe.model.alert import Alert, Turn
from probe.model.rule import AlertRule, Subject, SubjectKind
from probe.model.units import DAY, MINUTE, Micros
from probe.runtime.alerts.gauges import Gauged
from probe.runtime.alerts.quiet import REREAD
from probe.store import Store

SILENT: Final[Micros] = 2 * MINUTE
"""So long after its last sign of life nothing is known of another location: what is down there makes no new alert."""

GONE: Final[Micros] = DAY
"""So long after it a location is given up: what was down there is no alert any more."""


class Sight:
    """Takes whatever is new, and says of which rules and subjects that may change something.

    Attributes:
        subjects: what each rule is about.
        begun: by turns.
        said: what metrics came to whose conditions don't hold any more, since the last look.
    """

    def __init__(self, estate: Estate, rules: Iterable[AlertRule], open_: Iterable[Alert] = ()) -> None:
        self._estate = estate
        self.subjects: Final[Mapping[str, Mapping[Subject, None]]] = {
            rule.name: dict.fromkeys(estate.subjects(rule)) for rule in rules
        }
        self._about = estate.about(self.subjects)
        self.begun = Begun()
        self.said: Mapping[Pair, str] = {}
        self._metrics: dict[MetricPath, Found] = {}
        self._prober = Subject(SubjectKind.PROBER, estate.location)
        self._trouble = self._told(open_)
        self._silent: frozenset[str] = frozenset()
        self._gone: frozenset[str] = frozenset()
        self._located_at: Micros | None = None

    def load(self, turns: Iterable[Turn], metrics: Mapping[MetricPath, Found]) -> set[Pair]:
        """What was known when it was stored last."""
        self.begun, self._metrics = Begun(turns), dict(metrics)
        pairs = {pair for check in self.begun.by_check for pair in self._about.get(check, ())}
        return pairs | {(rule, subject) for rule, _, _, subject in metrics if rule in self.subjects}

    def turned(self, turns: Iterable[Turn]) -> set[Pair]:
        """What began, or ended."""
        pairs = set[Pair]()
        for turn in turns:
            self.begun.apply(turn)
            pairs.update(self._about.get(turn.check, ()))
        return pairs

    def gauged(self, gauged: Gauged) -> set[Pair]:
        """What metrics say."""
        self.said = {(rule, subject): said for (rule, _, _, subject), said in gauged.said.items()}
        for path, found in gauged.changed.items():
            if found is None:
                self._metrics.pop(path, None)
            else:
                self._metrics[path] = found
        return {(rule, subject) for rule, _, _, subject in gauged.changed}

    def of_the_prober(self, health: Sequence[str] | None, now: Micros) -> set[Pair]:
        """What is wrong with the prober itself; it has been wrong since it first was, whatever else came to it.

        Args:
            health: `None` while that isn't known yet.
        """
        if health is None:
            return set()
        why, before = "; ".join(health), self._trouble
        if why == (before[0] if before else ""):
            return set()
        self._trouble = (why, before[1] if before else now) if why else None
        return {(name, self._prober) for name, subjects in self.subjects.items() if self._prober in subjects}

    def of_locations(self, store: Store, now: Micros) -> set[Pair]:
        """Whose daemons work. This one's does: it has just asked.

        Raises:
            StoreError: the store can't be read.
        """
        if self._located_at is not None and self._located_at <= now < self._located_at + REREAD:
            return set()
        self._located_at = now
        others = [each for each in store.alerts.last_seen().items() if each[0] != self._estate.location]
        silent = frozenset(name for name, seen in others if seen < now - SILENT)
        gone = frozenset(name for name, seen in others if seen < now - GONE)
        changed = (self._silent ^ silent) | (self._gone ^ gone)
        self._silent, self._gone = silent, gone
        checks = (check for check, its in self.begun.by_check.items() if any(place in changed for _, place in its))
        return {pair for check in checks for pair in self._about.get(check, ())}

    def views(self, now: Micros) -> tuple[View, View]:
        """All of it, as it makes new alerts, and as it keeps those that go on."""
        view = View(
            now=now,
            estate=self._estate,
            begun=self.begun.by_check,
            metrics=self._metrics,
            trouble=self._trouble,
            silent=self._silent,
        )
        return view, replace(view, silent=self._gone)

    def _told(self, open_: Iterable[Alert]) -> tuple[str, Micros] | None:
        """The trouble of an alert that goes on: a reload doesn't begin it anew."""
        told = (alert for alert in open_ if alert.subject == self._prober)
        first = min(told, key=lambda alert: alert.since, default=None)
        return (first.reading, first.since) if first else None
