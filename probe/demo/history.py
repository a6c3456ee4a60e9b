"""A believable past for the demo's reports, simulated: the same for the same seed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, TypeAlias

from probe.demo.episodes import Calendar, Cause, Episode, dice, plan
from probe.demo.runs import Runs, Shape
from probe.demo.targets import REGRESSION
from probe.model.check import CheckFacts
from probe.model.result import Result, State
from probe.model.units import DAY, HOUR, MINUTE, WEEK, Micros

Slots: TypeAlias = Callable[[CheckFacts, Micros, Micros], Iterable[Micros]]
"""The slots of a check in `[start, end)`, ascending."""

_STEP: Final[Micros] = 10 * MINUTE
_WEEKDAY: Final = 0.35
_WEEKEND: Final = 0.12
_DRIFT: Final = 0.12
"""By how much the waits grow over the whole history."""

_LATENESS: Final[Micros] = 400
_BITS: Final = 10
_NOISES: Final = 1 << _BITS
_MASK: Final = _NOISES - 1
_SPIKES: Final = 2
"""Of `_NOISES` runs, so many are slow for no visible reason …"""

_BLIPS: Final = 3
"""… and so many fail once, and succeed when asked again."""


def simulate(
    checks: Sequence[CheckFacts],
    *,
    definitions: Mapping[str, str],
    slots: Slots,
    start: Micros,
    end: Micros,
    location: str,
    seed: int,
) -> Iterator[Result]:
    """Results of all checks, ascending by slot, one for each slot in `[start, end)`.

    Args:
        definitions: the fingerprint of each check's definition, by id.
        slots: where each check's own grid lies.
    """
    episodes = plan(checks, start=start, end=end, seed=seed)
    streams = [
        _check_results(
            check,
            Runs(check, definition=definitions[check.id], location=location, seed=seed),
            Calendar(episodes[check.id]),
            slots(check, start, end),
            _Noise(start, end, check.id, seed),
        )
        for check in checks
    ]
    return heapq.merge(*streams, key=attrgetter("scheduled_at"))


def _load(since_epoch: Micros) -> float:
    """The daily rhythm in UTC: quiet at two in the night, busiest in the afternoon, less so at weekends."""
    weekday = (since_epoch // DAY + 3) % 7  # the epoch was a Thursday
    swing = _WEEKEND if weekday >= 5 else _WEEKDAY
    return 1 + swing * (0.5 - 0.5 * math.cos(math.tau * (since_epoch % DAY - 2 * HOUR) / DAY))


_RHYTHM: Final = tuple(_load(step * _STEP) for step in range(WEEK // _STEP))


class _Noise:
    """What makes one ordinary run differ from the next."""

    def __init__(self, start: Micros, end: Micros, check: str, seed: int) -> None:
        self._chance = dice(seed, "noise", check)
        self._start = start
        self._length = max(1, end - start)
        self._waits = [self._chance.lognormvariate(0, 0.16) for _ in range(_NOISES)]
        self._networks = [self._chance.lognormvariate(0, 0.08) for _ in range(_NOISES)]

    def shape(self, at: Micros, slowdown: float, retries: int) -> Shape:
        """The factors of a run at this moment."""
        bits = self._chance.getrandbits(4 * _BITS)
        wait = self._waits[bits & _MASK]
        network = self._networks[bits >> _BITS & _MASK]
        size = bits >> 2 * _BITS & _MASK
        luck = bits >> 3 * _BITS
        factor = _RHYTHM[at % WEEK // _STEP] * wait * slowdown
        factor *= 1 + _DRIFT * (at - self._start) / self._length
        if luck < _SPIKES:
            factor *= 2 + 4 * size / _NOISES
        return Shape(
            wait=factor,
            network=network,
            bytes=0.98 + 0.04 * size / _NOISES,
            lateness=int(_LATENESS * self._waits[size]),
            attempts=2 if retries and _SPIKES <= luck < _SPIKES + _BLIPS else 1,
        )

    def hits(self, episode: Episode) -> bool:
        """Whether a run within the episode feels it."""
        return episode.share >= 1 or self._chance.random() < episode.share


def _check_results(
    check: CheckFacts, runs: Runs, calendar: Calendar, slots: Iterable[Micros], noise: _Noise
) -> Iterator[Result]:
    slowdowns = {Cause.SLOW: runs.target.slow, Cause.REGRESSION: REGRESSION}
    for at in slots:
        failure, slowdown = None, 1.0
        for episode in calendar.at(at):
            if episode.cause in slowdowns:
                slowdown = max(slowdown, slowdowns[episode.cause])
            elif failure is not Cause.NOT_RUNNING and noise.hits(episode):
                failure = episode.cause
        if failure is Cause.NOT_RUNNING:
            yield runs.not_running(at)
        elif failure:
            yield runs.failed(at, noise.shape(at, slowdown, 0), failure)
        else:
            yield _answered(runs, at, slowdown, check, noise)


def _answered(runs: Runs, at: Micros, slowdown: float, check: CheckFacts, noise: _Noise) -> Result:
    """A slow answer makes a check down only if its fast retry is slow too, as in a live run."""
    result = runs.answered(at, noise.shape(at, slowdown, check.confirm.retries))
    if result.state is State.DOWN and check.confirm.retries:
        return runs.answered(at, noise.shape(at, slowdown, 0)._replace(attempts=2))
    return result
