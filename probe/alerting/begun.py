"""What has begun in checks and not ended, by the turns that tell so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from probe.alerting.conditions import needed_of
from probe.alerting.context import Down
from probe.alerting.estate import Estate
from probe.alerting.watching import confirmed_down
from probe.model.alert import Turn, Watch
from probe.model.check import CheckFacts

Key: TypeAlias = tuple[Watch, str]
"""A watch at a location."""


class Begun:
    """By check, by watch and location; turns are applied in the order in which they were stored."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self.by_check: dict[str, dict[Key, Turn]] = {}
        self._ended: dict[str, dict[Key, Turn]] = {}
        for turn in turns:
            self.apply(turn)

    def apply(self, turn: Turn) -> None:
        """One more."""
        key = turn.watch, turn.location
        here, there = (self.by_check, self._ended) if turn.began else (self._ended, self.by_check)
        here.setdefault(turn.check, {})[key] = turn
        if (others := there.get(turn.check)) is not None:
            others.pop(key, None)
            if not others:
                del there[turn.check]

    def down(self, estate: Estate) -> dict[str, Down]:
        """Of what others depend on, what is down, and what was."""
        needed = {name for check in estate.checks.values() for name in check.depends_on}
        found = ((name, self._down(estate, name)) for name in needed)
        return {name: down for name, down in found if down}

    def _down(self, estate: Estate, name: str) -> Down | None:
        if check := estate.checks.get(name):
            return self._of_check(check)
        members = estate.members.get(name, ())
        downs = [down for member in members if (down := self._of_check(member))]
        api = estate.apis.get(name)
        needed = needed_of(api.group, len(members)) if api else 1
        now = sorted(down.since for down in downs if down.ended is None)
        if len(now) >= needed:
            return Down(now[needed - 1])
        if len(downs) < needed:
            return None
        return Down(min(down.since for down in downs), max(down.ended for down in downs if down.ended is not None))

    def _of_check(self, check: CheckFacts) -> Down | None:
        watch = confirmed_down(check.confirm)
        turns = [turn for (its, _), turn in self.by_check.get(check.id, {}).items() if its == watch]
        if turns:
            return Down(min(turn.slot for turn in turns))
        over = [turn.known_at for (its, _), turn in self._ended.get(check.id, {}).items() if its == watch]
        return Down(max(over), max(over)) if over else None


def in_turn(turns: Sequence[Turn]) -> Iterator[tuple[Turn, ...]]:
    """Turns in pieces, none of which turns the same thing twice: so that what was over again soon is seen all the same."""
    piece: list[Turn] = []
    seen: set[tuple[str, Watch, str]] = set()
    for turn in turns:
        key = turn.check, turn.watch, turn.location
        if key in seen:
            yield tuple(piece)
            piece, seen = [], set()
        piece.append(turn)
        seen.add(key)
    if piece:
        yield tuple(piece)
