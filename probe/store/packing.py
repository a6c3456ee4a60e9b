"""A timeline in a few bytes: a healthy day takes about a dozen.

A number is written seven bits a byte, lowest first, the highest bit saying that more follow. A run is these numbers: its
state and failure in one (`state + 4 · failure`); its interval (0: the one before's; else 1 more, so 1 where it isn't
known); its slots; where it has several, its step (0: the interval; else 1 more); and how long after the last slot before
it begins (0: after the interval; else 1 more), for the first run after the start of the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from probe.model.run import Run, Runs
from probe.model.units import Micros
from probe.store.codes import FAILURE_CODES, FAILURES, STATE_CODES, STATES

_MORE: Final = 0x80
_STATES: Final = 4
_SHORT: Final = 64  # bytes of a timeline that is worth remembering


def pack(runs: Runs, start: Micros) -> bytes:
    """Runs of which none begins before `start`."""
    packed = bytearray()
    last, interval = start, 0
    for run in runs:
        _put(packed, STATE_CODES[run.state] + _STATES * (FAILURE_CODES[run.failure] or 0))
        own = run.interval or 0
        _put(packed, 0 if own == interval else own + 1)
        interval = own
        _put(packed, run.slots)
        if run.slots > 1:
            _put(packed, _distance(run.step, interval))
        _put(packed, _distance(run.start - last, interval))
        last = run.last
    return bytes(packed)


def unpack(packed: bytes, start: Micros) -> Runs:
    """The runs that `pack` was given."""
    return tuple(_moved(_read(packed), start))


def unpack_all(parts: Iterable[tuple[bytes, Micros]]) -> list[Run]:
    """The runs of timelines that follow one another. Where one goes on as the one before it they are a single run."""
    runs: list[Run] = []
    before: Runs = ()
    last, more = 0, 0
    for packed, start in [*parts, (b"", 0)]:
        found = _read(packed)
        if found is before and len(found) == 1 and start + found[0].start - last == found[0].step:
            more += found[0].slots
            last += found[0].slots * found[0].step
            continue
        if more:
            runs[-1] = runs[-1]._replace(slots=runs[-1].slots + more)
        runs += _moved(found, start)
        before, last, more = found, runs[-1].last if runs else 0, 0
    return runs


def _moved(runs: Runs, by: Micros) -> list[Run]:
    return [Run(by + at, step, slots, state, failure, interval) for at, step, slots, state, failure, interval in runs]


def _read(packed: bytes) -> Runs:
    """From a start at 0. A check's healthy hours are all the same then, and so are its days."""
    return _remembered(packed) if len(packed) <= _SHORT else _unpacked(packed)


def _unpacked(packed: bytes) -> Runs:
    runs: list[Run] = []
    numbers = _numbers(packed)
    last, interval = 0, 0
    for kind in numbers:
        changed = next(numbers)
        interval = changed - 1 if changed else interval
        slots = next(numbers)
        step = _from_distance(next(numbers), interval) if slots > 1 else 0
        begins = last + _from_distance(next(numbers), interval)
        failure = FAILURES[kind // _STATES or None]
        runs.append(Run(begins, step, slots, STATES[kind % _STATES], failure, interval or None))
        last = begins + step * (slots - 1)
    return tuple(runs)


_remembered: Final = lru_cache(maxsize=4096)(_unpacked)


def _distance(distance: Micros, interval: Micros) -> int:
    return 0 if distance == interval else distance + 1


def _from_distance(number: int, interval: Micros) -> Micros:
    return number - 1 if number else interval


def _put(packed: bytearray, number: int) -> None:
    while number >= _MORE:
        packed.append(number & 0x7F | _MORE)
        number >>= 7
    packed.append(number)


def _numbers(packed: bytes) -> Iterator[int]:
    number, shift = 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < _MORE:
            yield number
            number, shift = 0, 0
