"""Which failures show something that those just before them did not: only of these is kept what went to and fro."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, TypeAlias

from probe.model.result import Result, State, Verdict
from probe.model.sample import FailureKind
from probe.model.units import MINUTE, SECOND, Micros

EVERY: Final[Micros] = 5 * MINUTE
"""After so long the same failure is worth to be looked at once more."""

MOST_A_SECOND: Final = 100
"""Each takes half a millisecond: where everything fails at once, measuring goes before telling."""

_NUMBER: Final = re.compile(r"\d+")
_UNMET: Final = (Verdict.WARNED, Verdict.FAILED)

Kind: TypeAlias = tuple[State, FailureKind | None, int | None, tuple[str, ...]]
"""State, failure, status, and the expectations that were not met, or else the detail without its numbers."""


class Novelty:
    """Remembers of each check which kinds of failure were kept last, until it is up again.

    A thousand checks that fail all day long would otherwise write gigabytes that all say the same.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[Kind, Micros]] = {}
        self._in_second = 0, 0

    def is_in(self, result: Result, now: Micros) -> bool:
        """Whether the result is not up in a way that was not kept in the last `EVERY`; it counts as kept then.

        In one second no more than `MOST_A_SECOND` are kept; the rest have their turn with their next slot.

        Args:
            now: when it is told: slots of several seconds may come to their ends in any order.
        """
        if result.state is State.UP:
            self._kept.pop(result.check, None)
        if result.state not in (State.DOWN, State.DEGRADED):
            return False
        at = result.scheduled_at
        recent = {kind: since for kind, since in self._kept.get(result.check, {}).items() if 0 <= at - since < EVERY}
        kind = _kind(result)
        is_new = kind not in recent and self._has_room(now // SECOND)
        self._kept[result.check] = {**recent, kind: at} if is_new else recent
        return is_new

    def _has_room(self, second: int) -> bool:
        current, count = self._in_second
        count = count + 1 if second == current else 1
        self._in_second = second, count
        return count <= MOST_A_SECOND

    def retain(self, checks: Collection[str]) -> None:
        """Forget all other checks."""
        self._kept = {check: kinds for check, kinds in self._kept.items() if check in checks}


def _kind(result: Result) -> Kind:
    unmet = tuple(outcome.expectation for outcome in result.outcomes if outcome.verdict in _UNMET)
    return result.state, result.failure, result.http_status, unmet or (_NUMBER.sub("0", result.detail or ""),)
