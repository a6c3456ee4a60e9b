"""What happens in a simulated history: outages, slow spells, and times when probe itself stood still."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Final

from probe.model.check import CheckFacts
from probe.model.units import DAY, HOUR, MINUTE, Micros


class Cause(Enum):
    """What an episode does to the runs within it."""

    NOT_RUNNING = auto()  # probe stood still: nothing is known
    OUT_OF_ORDER = auto()  # a 503
    TIMEOUT = auto()
    REFUSED = auto()
    RESET = auto()
    DNS = auto()
    TLS_EXPIRED = auto()
    SLOW = auto()  # beyond what the check only warns of, where it does
    REGRESSION = auto()  # a release that made everything slower, until it was mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A cause that holds on `[start, end)`; `share` of the runs within feel it."""

    start: Micros
    end: Micros
    cause: Cause
    share: float = 1.0


NOTHING: Final[tuple[Episode, ...]] = ()

_OUTAGES: Final = (Cause.OUT_OF_ORDER, Cause.TIMEOUT, Cause.REFUSED, Cause.RESET)
_ALONE: Final = (*_OUTAGES, Cause.OUT_OF_ORDER, Cause.DNS, Cause.TLS_EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How often something happens to one API or check, and how long it lasts."""

    every: Micros
    shortest: Micros
    longest: Micros


_SHORT: Final = _Plan(every=9 * DAY, shortest=2 * MINUTE, longest=12 * MINUTE)
_LONE: Final = _Plan(every=25 * DAY, shortest=3 * MINUTE, longest=25 * MINUTE)
_SLOW: Final = _Plan(every=10 * DAY, shortest=20 * MINUTE, longest=3 * HOUR)
_STANDSTILL: Final = _Plan(every=30 * DAY, shortest=10 * MINUTE, longest=2 * HOUR)

_HEADLINES: Final = (
    (50 * MINUTE, 70 * MINUTE, Cause.OUT_OF_ORDER, 1.0),
    (3 * HOUR, 5 * HOUR, Cause.TIMEOUT, 1.0),
    (10 * HOUR, 14 * HOUR, Cause.OUT_OF_ORDER, 0.12),  # the bad day: now and then, all day long
    (6 * DAY, 9 * DAY, Cause.REGRESSION, 1.0),
)
_RARE: Final = 10
"""A headline may last this fraction (one in ten) of the whole period at most: a short history has none."""


def dice(seed: int, *names: str) -> random.Random:
    """Chance that is the same in every process for the same seed and names."""
    return random.Random("/".join((str(seed), *names)))  # noqa: S311 - a simulation, not a secret


def plan(checks: Sequence[CheckFacts], *, start: Micros, end: Micros, seed: int) -> dict[str, tuple[Episode, ...]]:
    """The episodes of each check by its id. Those of an API are common to all its checks."""
    apis = sorted({check.api for check in checks})
    everywhere = list(_scatter(dice(seed, "probe"), _STANDSTILL, (Cause.NOT_RUNNING,), start, end))
    shared = {api: list(_api_episodes(dice(seed, "api", api), start, end)) for api in apis}
    for api, episode in _headlines(dice(seed, "headlines"), apis, start, end):
        shared[api].append(episode)
    return {
        check.id: tuple(
            chain(
                everywhere,
                shared[check.api],
                _scatter(dice(seed, "check", check.id), _LONE, _ALONE, start, end),
            )
        )
        for check in checks
    }


class Calendar:
    """The episodes at a moment, quickly, for moments that ascend."""

    def __init__(self, episodes: Iterable[Episode]) -> None:
        self._episodes = tuple(episodes)
        self._borders = sorted({border for episode in self._episodes for border in (episode.start, episode.end)})
        self._active = NOTHING
        self._until: Micros | None = self._borders[0] if self._borders else None

    def at(self, moment: Micros) -> tuple[Episode, ...]:
        """Those that hold; never ask for an earlier moment afterwards."""
        if self._until is not None and moment >= self._until:
            following = bisect_right(self._borders, moment)
            self._until = self._borders[following] if following < len(self._borders) else None
            self._active = tuple(one for one in self._episodes if one.start <= moment < one.end)
        return self._active


def _api_episodes(chance: random.Random, start: Micros, end: Micros) -> Iterator[Episode]:
    yield from _scatter(chance, _SHORT, _OUTAGES, start, end)
    yield from _scatter(chance, _SLOW, (Cause.SLOW,), start, end)


def _scatter(
    chance: random.Random, often: _Plan, causes: Sequence[Cause], start: Micros, end: Micros
) -> Iterator[Episode]:
    """Episodes apart by exponentially distributed pauses."""
    at = start + round(chance.expovariate(1 / often.every))
    while at < end:
        until = min(end, at + chance.randint(often.shortest, often.longest))
        yield Episode(start=at, end=until, cause=chance.choice(causes))
        at = until + round(chance.expovariate(1 / often.every))


def _headlines(chance: random.Random, apis: Sequence[str], start: Micros, end: Micros) -> Iterator[tuple[str, Episode]]:
    """The events that people remember, each at another API while there are enough of them."""
    order = chance.sample(apis, len(apis))
    for number, (shortest, longest, cause, share) in enumerate(_HEADLINES):
        length = chance.randint(shortest, longest)
        if order and length * _RARE <= end - start:
            at = chance.randrange(start, end - length)
            episode = Episode(start=at, end=at + length, cause=cause, share=share)
            yield order[number % len(order)], episode
