"""Which conditions hold, from one look to the next: judged again only where something may have changed, or is due."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from probe.alerting.conditions import judge
from probe.alerting.context import Change, Cleared
from probe.alerting.estate import Estate, Pair
from probe.model.alert import Alert, Signal, Turn
from probe.model.result import State
from probe.model.rule import AlertRule
from probe.model.units import Micros
from probe.runtime.alerts.sight import Sight

_OVER: Final = {
    State.DOWN: "it is up again",
    State.DEGRADED: "it is not degraded any more",
    State.UNKNOWN: "it is measured again",
    State.UP: "",
}


class Signals:
    """Remembers which signals there are, and when to look again though nothing has changed."""

    def __init__(self, rules: Mapping[str, AlertRule], estate: Estate, sight: Sight, open_: Iterable[Alert]) -> None:
        self._rules, self._estate, self._sight = rules, estate, sight
        self._signals = {(alert.rule, alert.subject): _of_alert(alert) for alert in open_}
        self._timers: list[tuple[Micros, Pair]] = []

    @property
    def pairs(self) -> set[Pair]:
        """Of whom there is one."""
        return set(self._signals)

    def due(self, now: Micros) -> set[Pair]:
        """Those of whom something may hold by now that didn't."""
        found = set[Pair]()
        while self._timers and self._timers[0][0] <= now:
            found.add(heapq.heappop(self._timers)[1])
        return found

    def judged(self, pairs: Iterable[Pair], turns: Sequence[Turn], now: Micros) -> dict[Pair, Change]:
        """What holds other than before.

        Args:
            turns: by which that may have changed.
        """
        view, going_on = self._sight.views(now)
        ended = {turn.check: turn for turn in turns if not turn.began}
        changes: dict[Pair, Change] = {}
        for pair in pairs:
            name, subject = pair
            before, rule = self._signals.get(pair), self._rules.get(name)
            judged = judge(rule, subject, going_on if before else view) if rule and self._is_about(pair) else None
            if judged and judged.again_at is not None:
                heapq.heappush(self._timers, (judged.again_at, pair))
            signal = judged.signal if judged else None
            if signal is not None and signal != before:
                self._signals[pair] = changes[pair] = signal
            elif signal is None and before is not None:
                del self._signals[pair]
                changes[pair] = self._cleared(pair, ended, now)
        return changes

    def _is_about(self, pair: Pair) -> bool:
        return pair[1] in self._sight.subjects.get(pair[0], ())

    def _cleared(self, pair: Pair, ended: Mapping[str, Turn], now: Micros) -> Cleared:
        _, subject = pair
        if not self._is_about(pair):
            return Cleared(now, None, f"the file has no such rule any more, or {subject} is not in its scope")
        if said := self._sight.said.get(pair):
            return Cleared(now, None, said)
        checks = (check.id for check in self._estate.checks_of(subject))
        turn = max((ended[each] for each in checks if each in ended), key=lambda turn: turn.known_at, default=None)
        if turn is None:
            return Cleared(now, None, "its condition does not hold any more")
        return Cleared(turn.known_at, turn.slot, _OVER[turn.watch.state])


def _of_alert(alert: Alert) -> Signal:
    """What an alert was made of, as far as it is stored."""
    return Signal(
        rule=alert.rule,
        subject=alert.subject,
        level=alert.level,
        since=alert.since,
        held_at=alert.fired_at,
        reading=alert.reading,
        expected=alert.expected,
        facts=alert.facts,
        locations=alert.locations,
        has_data=alert.has_data,
    )
